"""Has workers read files and rows, and puts what they answer into an answer or a refusal."""

from collections.abc import Mapping
from typing import Any

from actors.names import Names
from actors.reading.uploads import Upload
from actors.rpc import KEEP, PREVIEW, READ_ACTOR, READ_QUEUE, ROW, ReadRequest
from db import datasets
from db.datasets import ListedDataset
from db.errors import NameTaken
from graphnet.data.profile import Profile
from service.http.responses import ApiError, ErrorNum, FieldError
from service.stores.uploads import gone
from service.stores.worker_calls import NoAnswer, WorkerClient

RETRY_SECONDS = 30
KEPT = "The file is kept for an hour as the upload {upload} and need not be sent again."
STORAGE = {
    "full": ErrorNum.STORAGE_FULL,
    "lost": ErrorNum.STORED_LOST,
    "damaged": ErrorNum.STORED_DAMAGED,
}
MANY_QUESTIONS = "The file can be read in more than one way."


class ReadingClient:
    """Asks on the queue of files; see :class:`~service.stores.worker_calls.WorkerClient`."""

    def __init__(self, redis_url: str, names: Names, *, patience: float, alone: float) -> None:
        self._asker = WorkerClient(
            redis_url, names, READ_QUEUE, READ_ACTOR, patience=patience, alone=alone
        )

    async def upload(
        self,
        row: ListedDataset,
        upload: Upload,
        mapping: Mapping[str, str],
        *,
        most: int,
        keep: bool,
    ) -> dict[str, Any]:
        """Read an upload, and ``keep`` it as ``row``: its ``profile`` and ``preview``.

        Raises:
            ApiError: it cannot be read, asks, or nobody has answered.
            NameTaken: there is a dataset of that name.

        """
        asked = ReadRequest(
            purpose=KEEP if keep else PREVIEW,
            name=row.data_name or upload.name or "upload",
            data_id=upload.data_id,
            upload=upload.upload_id,
            proj_id=row.proj_id,
            user_id=row.user_id,
            mapping=dict(mapping),
            most=most,
        )
        try:
            found = await self._asker.asked(vars(asked))
        except NoAnswer as error:
            raise no_worker_error(error, upload.upload_id) from error
        await raise_refusal(found, row.proj_id, upload.upload_id)
        return found

    async def row(self, row: ListedDataset, mapping: Mapping[str, str]) -> Profile:
        """Read a row that NEURO-LEARN wrote. Raises NoAnswer, ApiError."""
        asked = ReadRequest(purpose=ROW, name=row.data_name, data_id=row.data_id, mapping=mapping)
        found = await self._asker.asked(vars(asked))
        await raise_refusal(found, row.proj_id, "")
        return Profile.from_dict(found["profile"])

    def close(self) -> None:
        """Ask nothing more."""
        self._asker.close()


async def raise_refusal(found: Mapping[str, Any], proj_id: str, upload: str) -> None:
    """Raise what a worker's answer says against the file, if it does."""
    if "refused" in found:
        raise unreadable_error([str(each) for each in found["refused"]])
    for kind, number in STORAGE.items():
        if kind in found:
            raise ApiError(number, str(found[kind]))
    if "taken" in found:
        raise NameTaken(str(found["taken"]))
    if "gone" in found:
        raise gone(str(found["gone"]))
    if "questions" in found:
        raise await questions_error(found, proj_id, upload)


def unreadable_error(sentences: list[str]) -> ApiError:
    """The file is no dataset, for these reasons."""
    listed = [("datafile", sentence) for sentence in sentences]
    return ApiError(ErrorNum.DATASET_UNREADABLE, " ".join(sentences), listed)


async def questions_error(found: Mapping[str, Any], proj_id: str, upload: str) -> ApiError:
    """The questions that are open, with a mapping that answered them for a file like this one."""
    questions = found["questions"]
    suggested = None
    if proj_id and found.get("signature"):
        suggested = await datasets.suggested_answers(proj_id, found["signature"])
    errors: list[FieldError] = [("mapping", question["sentence"]) for question in questions]
    sentence = questions[0]["sentence"] if len(questions) == 1 else MANY_QUESTIONS
    return ApiError(
        ErrorNum.QUESTIONS_OPEN,
        f"{sentence} Answer by the mapping: {', '.join(_answers(each) for each in questions)}.",
        errors,
        content={
            "questions": questions,
            "preview": found.get("preview"),
            "suggested": suggested,
            **({"upload": upload} if upload else {}),
        },
    )


def no_worker_error(error: NoAnswer, upload: str = "") -> ApiError:
    """No worker has answered; an upload waits for the next try."""
    kept = KEPT.format(upload=upload) if upload else "Try again in a moment."
    return ApiError(
        ErrorNum.NO_WORKER,
        f"{error} {kept}",
        headers={"retry-after": str(RETRY_SECONDS)},
        content={"upload": upload} if upload else {},
    )


def _answers(question: Mapping[str, Any]) -> str:
    values = "|".join(str(choice["value"]) for choice in question["choices"])
    return f"{question['id']}={values}"
