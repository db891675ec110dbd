"""Datasets: bring one in, look at it before and after, say how it is meant."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote

from service.client.answers import Facts
from service.client.base import PAGE, Session, given
from service.client.described import Dataset, Owners, Preview
from service.client.tables import OnProgress, Table, sent

UPLOAD_SECONDS = 600.0  # an upload is answered only once a worker has read it

T = TypeVar("T")


class Datasets(Session):
    """What can be asked of datasets."""

    def datasets(self, proj_id: str = "", *, limit: int | None = None) -> tuple[Dataset, ...]:
        """The newest ``limit`` datasets of a project, or of all, without their findings."""
        return tuple(self._paged("datasets", Dataset.read, {"proj_id": proj_id}, limit))

    def owners(self, proj_id: str) -> Owners:
        """Whose the project's newest datasets are, and whether a new one needs somebody."""
        query = {"proj_id": proj_id, "limit": str(PAGE)}
        return self._channel.told("GET", "datasets", Owners.read, params=query)

    def dataset(self, data_name: str) -> Dataset:
        """One dataset with all that was found in it."""
        return self._channel.told("GET", _of_dataset(data_name), _dataset)

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
        """Upload a file or a folder as it is, the bytes of a file, or a DataFrame of pandas.

        ``user_id`` is whose it is: who may download and delete it in NEURO-LEARN.
        ``mapping`` answers questions on it by their ids, beforehand too. Once a file was sent and
        questions were open, the error's ``upload`` takes the place of ``table``: nothing is sent
        again. ``on_progress`` is called with the bytes read so far. The answer holds the findings.

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
        return self._upload(table, query, _dataset, on_progress)

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
        """What a file would be understood as; nothing is stored. Arguments as of an upload.

        Raises:
            QuestionsOpen: two readings are plausible; the error has the preview of the first.
            OSError: the file cannot be read.

        """
        named = given({"proj_id": proj_id, "data_name": data_name})
        query = {"preview": "true", **named, **mapping_query(mapping, upload)}
        return self._upload(table, query, Preview.read, on_progress)

    def answer(self, data_name: str, mapping: Mapping[str, object]) -> Dataset:
        """Answer the questions on a dataset that is stored already, as NEURO-LEARN stores them.

        Raises:
            QuestionsOpen: there are others.

        """
        return self._channel.told(
            "POST",
            f"{_of_dataset(data_name)}/mapping",
            _dataset,
            json=as_texts(mapping),
            slow_seconds=UPLOAD_SECONDS,
        )

    def _upload(
        self,
        table: Table | None,
        query: Mapping[str, str],
        read: Callable[[Facts], T],
        on_progress: OnProgress | None,
    ) -> T:
        with sent(table, on_progress) as body:
            return self._channel.told(
                "POST",
                "datasets",
                read,
                params=query,
                content=body.content,
                headers=body.headers,
                slow_seconds=UPLOAD_SECONDS,
            )


def mapping_query(mapping: Mapping[str, object] | None, upload: str) -> dict[str, str]:
    """The part of an address that says how a file is meant, and which one that was sent before."""
    texts = as_texts(mapping or {})
    listed = json.dumps(texts, ensure_ascii=False) if texts else ""
    return given({"mapping": listed, "upload": upload})


def as_texts(mapping: Mapping[str, object]) -> dict[str, str]:
    """The answers as text; several columns, as of ``covariates``, with commas between."""
    return {
        key: ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        for key, value in mapping.items()
    }


def _of_dataset(data_name: str) -> str:
    return f"datasets/{quote(data_name, safe='')}"


def _dataset(reply: Facts) -> Dataset:
    return Dataset.read(reply["dataset"])
