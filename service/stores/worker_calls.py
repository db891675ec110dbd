"""Has workers read files and rows, and predict; what they refuse becomes an error of the API."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import dramatiq
import redis

from actors.log_context import request_id
from actors.questions.rpc import (
    ACTOR,
    ERASE,
    ERASE_EVIDENCE,
    KEEP,
    PREVIEW,
    QUEUE,
    READ_ACTOR,
    READ_QUEUE,
    ROW,
    SUBJECTS,
    PredictionRequest,
    ReadRequest,
    read_reply,
    rpc_broker,
    send_request,
    withdraw,
)
from actors.queue import count_workers
from actors.reading.uploads import Upload
from actors.redis_connection import SILENT, Names, describe_error, redis_client
from db import datasets
from db.datasets import ListedDataset
from db.server.errors import NameTaken
from db.submissions.tasks import TaskRecord
from graphnet.data.interpretation import Question
from graphnet.messages import Message, as_one, every
from service.http.responses import ApiError, ErrorNum, FieldError
from service.stores.uploads import gone

if TYPE_CHECKING:
    from graphnet.data.profile import Profile

T = TypeVar("T")
Answer = Mapping[str, Any]  # a worker's, as JSON

LOOK_SECONDS = 0.05
ALIVE_SECONDS = 1.0  # between two looks for a worker
THREADS = 4


class NoAnswer(Exception):
    """Why no worker has answered; ``alone`` if there is no worker at all."""

    def __init__(self, message: Message, *, alone: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.alone = alone

    def __str__(self) -> str:
        """The message in English."""
        return str(self.message)


class WorkerClient:
    """Asks workers on one queue, by threads of its own.

    Each answer is awaited for ``patience`` s, but only for ``alone`` s while there is no worker.
    """

    def __init__(
        self,
        redis_url: str,
        names: Names,
        queue: str,
        actor: str,
        *,
        patience: float,
        alone: float,
    ) -> None:
        self._client = redis_client(redis_url)
        self._names = names
        self._queue = queue
        self._actor = actor
        self._patience = patience
        self._alone = alone
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix=actor)

    async def ask(self, question: ReadRequest | PredictionRequest) -> Answer:
        """What a worker answers. Raises NoAnswer, DatabaseError."""
        await self._names.learn()
        broker = rpc_broker(self._client, self._names, self._queue)
        until = time.time() + self._patience
        whole = {**vars(question), "until": until, "request_id": request_id.get()}
        try:
            sent = await self._threaded(
                lambda: send_request(broker, self._queue, self._actor, whole)
            )
            reply = await self._waited(sent)
        except TimeoutError as error:
            message = Message("forms.no-answer", seconds=self._patience)
            raise NoAnswer(message) from error
        except (redis.RedisError, OSError) as error:
            raise NoAnswer(_queue_error(error)) from error
        if "away" in reply:
            raise NoAnswer(Message.from_json(reply["away"]))
        return reply

    def close(self) -> None:
        """Ask nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    async def _waited(self, message: "dramatiq.Message[Any]") -> Answer:
        """The answer; a question that is given up is withdrawn, so that it is not half done."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._answer(message)
        except (TimeoutError, NoAnswer):
            await self._threaded(lambda: withdraw(self._client, self._names, message))
            raise

    async def _answer(self, message: "dramatiq.Message[Any]") -> Answer:
        seen = looked = time.monotonic()
        while True:
            reply = await self._threaded(lambda: read_reply(self._client, self._names, message))
            if reply is not None:
                return reply
            now = time.monotonic()
            if now - looked >= ALIVE_SECONDS:
                looked = now
                seen = (
                    now
                    if await self._threaded(lambda: count_workers(self._client, self._names))
                    else seen
                )
            if now - seen >= self._alone:
                raise NoAnswer(Message("forms.no-worker"), alone=True)
            await asyncio.sleep(LOOK_SECONDS)

    async def _threaded(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


def _queue_error(error: redis.RedisError | OSError) -> Message:
    """Whether the queue is away, or answers and takes nothing."""
    reason = describe_error(error) if isinstance(error, redis.RedisError) else SILENT
    return Message("forms.queue-silent") if reason == SILENT else reason


RETRY_SECONDS = 30
STORAGE = {
    "full": ErrorNum.STORAGE_FULL,
    "lost": ErrorNum.STORED_LOST,
    "damaged": ErrorNum.STORED_DAMAGED,
}


@dataclass(frozen=True)
class ReadFile:
    """A file as a worker has read it; ``preview`` shows its first rows."""

    profile: "Profile"
    preview: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class OpenQuestions:
    """What has to be answered before a file can be read, as JSON; ``signature`` is its layout's."""

    questions: Sequence[Mapping[str, Any]]
    signature: str = ""
    preview: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ErasedSubjects:
    """How many rows went from a dataset and are left, and the hashes of who was in it."""

    removed: int
    left: int
    digests: frozenset[str]


class ReadingClient:
    """Asks on the queue of files; see :class:`~service.stores.worker_calls.WorkerClient`."""

    def __init__(self, redis_url: str, names: Names, *, patience: float, alone: float) -> None:
        self._client = WorkerClient(
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
    ) -> ReadFile:
        """Read an upload, and ``keep`` it as ``row``.

        Raises:
            ApiError: it cannot be read, has open questions, or no worker has answered.
            NameTaken: there is a dataset of that name.

        """
        question = ReadRequest(
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
            answer = await self._client.ask(question)
        except NoAnswer as error:
            raise no_worker_error(error, upload.upload_id) from error
        await raise_error(answer, row.proj_id, upload.upload_id)
        return ReadFile(_read_profile(answer["profile"]), answer.get("preview"))

    async def row(self, row: ListedDataset, mapping: Mapping[str, str]) -> "Profile":
        """Read a row that NEURO-LEARN wrote. Raises NoAnswer, ApiError."""
        question = ReadRequest(
            purpose=ROW, name=row.data_name, data_id=row.data_id, mapping=mapping
        )
        answer = await self._client.ask(question)
        await raise_error(answer, row.proj_id, "")
        return _read_profile(answer["profile"])

    async def erase(self, row: ListedDataset, digests: Sequence[str]) -> ErasedSubjects:
        """Erase the subjects of these hashes from a dataset; what was found. Raises ApiError."""
        answer = await self._erase(ERASE, row.data_id, row.data_name, row.proj_id, digests)
        return ErasedSubjects(answer["removed"], answer["left"], frozenset(answer["digests"]))

    async def erase_evidence(self, task: TaskRecord, digests: Sequence[str]) -> int:
        """Erase them from what a task has stored; how many. Raises ApiError."""
        answer = await self._erase(
            ERASE_EVIDENCE, task.task_id, task.task_name, task.proj_id, digests
        )
        return int(answer["count"])

    async def _erase(
        self, purpose: str, object_id: str, name: str, proj_id: str, digests: Sequence[str]
    ) -> Answer:
        mapping = {SUBJECTS: ",".join(digests)}
        question = ReadRequest(purpose, name, object_id, proj_id=proj_id, mapping=mapping)
        try:
            answer = await self._client.ask(question)
        except NoAnswer as error:
            raise no_worker_error(error) from error
        if "in_use" in answer:
            raise ApiError(ErrorNum.IN_USE, Message.from_json(answer["in_use"]))
        if "hindered" in answer:  # it was changed meanwhile, or the database user may not
            raise ApiError(ErrorNum.FORBIDDEN, Message.from_json(answer["hindered"]))
        await raise_error(answer, proj_id, "")
        erased: Answer = answer["erased"]
        return erased

    def close(self) -> None:
        """Ask nothing more."""
        self._client.close()


def _read_profile(stored: Mapping[str, Any]) -> "Profile":
    from graphnet.data.profile import Profile  # noqa: PLC0415 - NumPy is not for the start

    return Profile.from_dict(stored)


async def raise_error(answer: Mapping[str, Any], proj_id: str, upload: str) -> None:
    """Raise what a worker's answer says against the file, if it does."""
    if "refused" in answer:
        raise unreadable_error(
            [
                Message.from_json(reason)
                for reason in answer.get("refused_messages", answer["refused"])
            ]
        )
    for kind, number in STORAGE.items():
        if kind in answer:
            raise ApiError(number, Message.from_json(answer[kind]))
    if "taken" in answer:
        raise NameTaken(Message.from_json(answer["taken"]))
    if "gone" in answer:
        raise gone(Message.from_json(answer["gone"]))
    if "questions" in answer:
        asked = OpenQuestions(
            answer["questions"], answer.get("signature") or "", answer.get("preview")
        )
        raise await questions_error(asked, proj_id, upload)


def unreadable_error(reasons: Sequence[Message]) -> ApiError:
    """The file is no dataset, for these reasons."""
    errors = [FieldError("datafile", reason) for reason in reasons]
    return ApiError(ErrorNum.DATASET_UNREADABLE, as_one(reasons), errors)


async def questions_error(asked: OpenQuestions, proj_id: str, upload: str) -> ApiError:
    """The questions that are open, with a mapping that answered them for a file like this one."""
    suggested = None
    if proj_id and asked.signature:
        suggested = await datasets.suggested_answers(proj_id, asked.signature)
    questions = [Question.from_dict(question) for question in asked.questions]
    errors = [FieldError("mapping", question.message) for question in questions]
    question = errors[0].message if len(errors) == 1 else Message("forms.several-questions")
    choices = every(map(_choices, questions))
    return ApiError(
        ErrorNum.QUESTIONS_OPEN,
        Message("forms.questions-open", question=question, choices=choices),
        errors,
        content={
            "questions": asked.questions,
            "preview": asked.preview,
            "suggested": suggested,
            **({"upload": upload} if upload else {}),
        },
    )


def no_worker_error(error: NoAnswer, upload: str = "") -> ApiError:
    """No worker has answered; an upload waits for the next try."""
    further = Message("forms.upload-kept", upload=upload) if upload else Message("forms.try-again")
    return ApiError(
        ErrorNum.NO_WORKER,
        as_one([error.message, further]),
        headers={"retry-after": str(RETRY_SECONDS)},
        content={"upload": upload} if upload else {},
    )


def _choices(question: Question) -> str:
    values = "|".join(choice.value for choice in question.choices)
    return f"{question.id}={values}"


class PredictionClient:
    """Asks on the queue of predictions; see :class:`~service.stores.worker_calls.WorkerClient`."""

    def __init__(self, redis_url: str, names: Names, *, patience: float, alone: float) -> None:
        self._client = WorkerClient(redis_url, names, QUEUE, ACTOR, patience=patience, alone=alone)

    async def predict(
        self,
        task: TaskRecord,
        upload: Upload,
        mapping: Mapping[str, str],
        *,
        most: int,
        explain: bool,
    ) -> Answer:
        """What the model of the task predicts for the subjects of an upload. Raises ApiError."""
        question = PredictionRequest(
            task_id=task.task_id,
            manifest_sha256=task.manifest_sha256,
            upload=upload.upload_id,
            explain=explain,
            name=upload.name,
            mapping=dict(mapping),
            most=most,
        )
        try:
            answer = await self._client.ask(question)
        except NoAnswer as error:
            raise no_worker_error(error, upload.upload_id) from error
        await raise_error(answer, task.proj_id, upload.upload_id)
        predictions: Answer = answer["answer"]
        return predictions

    def close(self) -> None:
        """Ask nothing more."""
        self._client.close()
