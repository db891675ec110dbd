"""Datasets: bring one in, look at it before and after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from urllib.parse import quote

from service.client.answers import Facts, known_fields
from service.client.base import Session, given
from service.client.tables import OnProgress, Table, sent

UPLOAD_SECONDS = 600.0  # an upload is answered only once its quality has been checked

Told = TypeVar("Told")


@dataclass(frozen=True)
class Finding:
    """``count`` regions of one ``measure`` of one ``subject`` that a quality rule names."""

    rule: str = ""
    site: str = ""
    subject: str = ""
    measure: str = ""
    count: int = 0


@dataclass(frozen=True)
class Dataset:
    """A stored dataset: subjects by class, how many regions, which measures.

    ``findings`` is empty in a listing; ``rules`` says in a sentence what each rule means.
    ``problems`` say why it cannot be trained on, () if it can.
    """

    data_name: str
    data_id: str = ""
    proj_id: str = ""
    subjects: int | None = None
    classes: Mapping[str, int] = field(default_factory=dict)
    regions: int | None = None
    measures: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        known = known_fields(cls, facts)
        found = tuple(Finding(**known_fields(Finding, item)) for item in known.get("findings", ()))
        lists = {name: tuple(known.get(name, ())) for name in ("measures", "notes", "problems")}
        return cls(**{**known, **lists, "findings": found, "facts": facts})


@dataclass(frozen=True)
class Preview:
    """What an upload would be understood as: the dataset, and the first rows of its table."""

    dataset: Dataset
    kind: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        seen = facts["preview"]
        return cls(
            Dataset.read({"data_name": "", **facts["dataset"]}),
            str(seen.get("kind") or ""),
            tuple(str(name) for name in seen.get("columns") or ()),
            tuple(tuple(row) for row in seen.get("rows") or ()),
            facts,
        )


class Datasets(Session):
    """What can be asked of datasets."""

    def datasets(self, proj_id: str = "", *, limit: int | None = None) -> tuple[Dataset, ...]:
        """The newest ``limit`` datasets of a project, or of all, without their findings."""
        return tuple(self._paged("datasets", Dataset.read, {"proj_id": proj_id}, limit))

    def dataset(self, data_name: str) -> Dataset:
        """One dataset with all that was found in it."""
        path = f"datasets/{quote(data_name, safe='')}"
        return self._channel.told("GET", path, _dataset)

    def add_dataset(
        self,
        table: Table,
        *,
        proj_id: str,
        data_name: str,
        user_id: str = "",
        on_progress: OnProgress | None = None,
    ) -> Dataset:
        """Upload a table: a CSV file, read piece by piece, its bytes, or a DataFrame of pandas.

        The answer holds its findings. ``on_progress`` is called with the bytes sent so far.

        Raises:
            OSError: the file cannot be read.

        """
        asked = {"proj_id": proj_id, "user_id": user_id, "data_name": data_name}
        return self._upload(table, asked, _dataset, on_progress)

    def preview(
        self,
        table: Table,
        *,
        proj_id: str = "",
        data_name: str = "",
        on_progress: OnProgress | None = None,
    ) -> Preview:
        """What a table would be understood as; nothing is stored.

        Raises:
            OSError: the file cannot be read.

        """
        asked = {"preview": "true", **given({"proj_id": proj_id, "data_name": data_name})}
        return self._upload(table, asked, Preview.read, on_progress)

    def _upload(
        self,
        table: Table,
        asked: Mapping[str, str],
        read: Callable[[Facts], Told],
        on_progress: OnProgress | None,
    ) -> Told:
        with sent(table, on_progress) as (content, size):
            return self._channel.told(
                "POST",
                "datasets",
                read,
                params=asked,
                content=content,
                headers={"Content-Type": "text/csv", "Content-Length": str(size)},
                slow_seconds=UPLOAD_SECONDS,
            )


def _dataset(reply: Facts) -> Dataset:
    return Dataset.read(reply["dataset"])
