"""Datasets: upload one, preview it, list them, answer questions on how one is to be read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from service.client.answers import Dataset, Dependents, Erasure, Facts, Preview
from service.client.session import PAGE, Session, without_empty
from service.client.uploads import OnProgress, Table

UPLOAD_SECONDS = 600.0  # the answer comes once a worker has read the file


@dataclass(frozen=True)
class Owners:
    """The users who own the project's datasets; ``needed`` if NEURO-LEARN needs an owner."""

    user_ids: tuple[str, ...] = ()
    needed: bool = False

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From a list of datasets."""
        user_ids = {str(dataset.get("user_id") or "") for dataset in facts.get("datasets") or ()}
        return cls(tuple(sorted(user_ids - {""})), bool(facts.get("owner_needed")))


class Datasets(Session):
    """The requests that concern datasets."""

    def datasets(
        self,
        proj_id: str = "",
        *,
        tag: str = "",
        archived: bool = False,
        limit: int | None = None,
    ) -> tuple[Dataset, ...]:
        """The newest ``limit`` datasets of a project, or of all, without their findings.

        ``tag`` keeps those that have it. With ``archived`` those too that were archived.
        """
        query = {"proj_id": proj_id, "tag": tag, "archived": "true" if archived else ""}
        return tuple(self._paged("datasets", self._listed_dataset, query, limit))

    def owners(self, proj_id: str) -> Owners:
        """The owners of the project's newest datasets, and whether a new one needs an owner."""
        query = {"proj_id": proj_id, "limit": str(PAGE)}
        return self._channel.request("GET", "datasets", Owners.read, params=query)

    def dataset(self, data_name: str) -> Dataset:
        """One dataset with all its findings."""
        return self._channel.request("GET", _of_dataset(data_name), self._dataset)

    def add_dataset(
        self,
        table: Table | None = None,
        *,
        proj_id: str,
        data_name: str,
        user_id: str = "",
        mapping: Mapping[str, object] | None = None,
        upload: str = "",
        on_progress: OnProgress | None = None,
    ) -> Dataset:
        """Upload a file or a folder as it is, the bytes of a file, or a pandas DataFrame.

        Args:
            table: what is uploaded; None with ``upload``.
            proj_id: the project that the dataset belongs to.
            data_name: name of the dataset.
            user_id: the NEURO-LEARN user who owns it, and may download and delete it there.
            mapping: answers to questions on the file by their ids, in advance too.
            upload: ``upload`` of the :class:`QuestionsOpen` that an earlier call raised, in place
                of ``table``: the file is not sent again.
            on_progress: called with the number of bytes read so far.

        Returns:
            The dataset with its findings.

        Raises:
            QuestionsOpen: two readings are plausible and ``mapping`` does not say which is right.
            OSError: the file cannot be read.

        """
        query = {
            "proj_id": proj_id,
            "user_id": user_id,
            "data_name": data_name,
            **mapping_query(mapping, upload),
        }
        return self._sent(
            table, "datasets", self._dataset, query, on_progress, slow_seconds=UPLOAD_SECONDS
        )

    def preview(
        self,
        table: Table | None = None,
        *,
        proj_id: str = "",
        data_name: str = "",
        mapping: Mapping[str, object] | None = None,
        upload: str = "",
        on_progress: OnProgress | None = None,
    ) -> Preview:
        """How a file would be read; nothing is stored. Arguments as in :meth:`add_dataset`.

        Raises:
            QuestionsOpen: two readings are plausible; the error has the preview of the first.
            OSError: the file cannot be read.

        """
        name = without_empty({"proj_id": proj_id, "data_name": data_name})
        query = {"preview": "true", **name, **mapping_query(mapping, upload)}
        return self._sent(
            table, "datasets", self._preview, query, on_progress, slow_seconds=UPLOAD_SECONDS
        )

    def answer(self, data_name: str, mapping: Mapping[str, object]) -> Dataset:
        """Answer the questions on a stored dataset, such as one that NEURO-LEARN has stored.

        Raises:
            QuestionsOpen: there are further questions.

        """
        return self._channel.request(
            "POST",
            f"{_of_dataset(data_name)}/mapping",
            self._dataset,
            json=as_texts(mapping),
            slow_seconds=UPLOAD_SECONDS,
        )

    def edit_dataset(self, name: str, /, **changes: object) -> Dataset:
        """Change ``data_name``, ``description``, ``tags`` (a list) or ``archived``."""
        path = _of_dataset(name)
        return self._channel.request("PATCH", path, self._dataset, json=changes)

    def dataset_dependents(self, data_name: str) -> Dependents:
        """The tasks whose forms name a dataset."""
        path = f"{_of_dataset(data_name)}/dependents"
        return self._channel.request("GET", path, Dependents.read)

    def delete_dataset(self, data_name: str, *, confirm: bool = False) -> Dependents:
        """Delete a dataset; the tasks that have used it, whose models stay.

        Raises:
            Unconfirmed: without ``confirm``; nothing was deleted.

        """
        query = {"confirm": "true"} if confirm else {}
        return self._channel.request(
            "DELETE", _of_dataset(data_name), Dependents.read, params=query
        )

    def erase_subjects(
        self,
        data_name: str,
        subjects: Sequence[str],
        *,
        evidence: bool = False,
        confirm: bool = False,
    ) -> Erasure:
        """Erase subjects from a dataset by their ids.

        With ``evidence`` also from the predictions and the report of each task that has used it.

        Raises:
            Unconfirmed: without ``confirm``; nobody was erased.

        """
        return self._channel.request(
            "POST",
            f"{_of_dataset(data_name)}/erase",
            Erasure.read,
            json={"subjects": list(subjects), "evidence": evidence, "confirm": confirm},
            slow_seconds=UPLOAD_SECONDS,
        )

    def _listed_dataset(self, facts: Facts) -> Dataset:
        return Dataset.read(facts, self.language)

    def _preview(self, reply: Facts) -> Preview:
        return Preview.read(reply, self.language)

    def _dataset(self, reply: Facts) -> Dataset:
        return self._listed_dataset(reply["dataset"])


def mapping_query(mapping: Mapping[str, object] | None, upload: str) -> dict[str, str]:
    """The part of a query that says how a file is to be read, or names an earlier upload."""
    texts = {} if mapping is None else as_texts(mapping)
    answers = json.dumps(texts, ensure_ascii=False) if texts else ""
    return without_empty({"mapping": answers, "upload": upload})


def as_texts(mapping: Mapping[str, object]) -> dict[str, str]:
    """The answers as text; several columns, as for ``covariates``, separated by commas."""
    return {
        key: ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        for key, value in mapping.items()
    }


def _of_dataset(data_name: str) -> str:
    return f"datasets/{quote(data_name, safe='')}"
