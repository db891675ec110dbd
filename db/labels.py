"""What people note of datasets and tasks: a description, tags, and that one is archived.

It lies beside NEURO-LEARN's rows, so theirs can be described too. A dataset's former names stay
here, by which forms of tasks that have ended still name it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError

from db.models import Label as Row
from db.server.errors import Deadlock, translate_errors
from db.server.statements import pieces
from db.texts import json_text
from graphnet.messages import Message


class Kind(StrEnum):
    """What can have a label."""

    DATASET = "dataset"
    TASK = "task"


@dataclass(frozen=True)
class FormerName:
    """A name that a dataset had ``until`` it was renamed, in milliseconds since 1970."""

    name: str
    until: int


@dataclass(frozen=True)
class Label:
    """What was noted; ``archived_at`` in milliseconds since 1970, 0 if it is not archived."""

    description: str = ""
    tags: tuple[str, ...] = ()
    archived_at: int = 0
    former_names: tuple[FormerName, ...] = ()

    def had_name(self, name: str, at: int) -> bool:
        """Whether the dataset was called so at that time, before its present name."""
        since = 0
        for former in self.former_names:
            if former.name == name and since <= at <= former.until:
                return True
            since = former.until
        return False

    @property
    def renamed_at(self) -> int:
        """Since when it has its present name; 0 if it never had another."""
        return self.former_names[-1].until if self.former_names else 0


@dataclass(frozen=True)
class LabelChange:
    """What is to be noted; None leaves it as it is."""

    description: str | None = None
    tags: tuple[str, ...] | None = None
    archived: bool | None = None

    def applied(self, label: Label, now: int) -> Label:
        """The label after the change; one that is archived already keeps its time."""
        archived_at = label.archived_at
        if self.archived is not None:
            archived_at = (archived_at or now) if self.archived else 0
        return replace(
            label,
            description=label.description if self.description is None else self.description,
            tags=label.tags if self.tags is None else self.tags,
            archived_at=archived_at,
        )


NO_LABEL = Label()
Labels = dict[str, Label]


@translate_errors()
async def get_label(
    kind: Kind, object_id: str, connection: BaseDBAsyncClient | None = None
) -> Label:
    """What is noted of one; an empty label if nothing is."""
    return (await get_labels(kind, [object_id], connection)).get(object_id, NO_LABEL)


@translate_errors()
async def get_labels(
    kind: Kind, object_ids: Sequence[str], connection: BaseDBAsyncClient | None = None
) -> Labels:
    """What is noted of these, by id; one of which nothing is noted is left out."""
    labels: Labels = {}
    for some in pieces(object_ids):
        keys = [_key(kind, object_id) for object_id in some]
        for row in await Row.filter(label_key__in=keys).using_db(connection):
            labels[_object_id(row.label_key)] = _read(row)
    return labels


@translate_errors()
async def archived_ids(kind: Kind) -> list[str]:
    """The ids of all that are archived."""
    keys = await Row.filter(kind=kind.value, archived_at__gt=0).values_list("label_key", flat=True)
    return [_object_id(str(key)) for key in keys]


@translate_errors()
async def tagged_ids(kind: Kind, tag: str) -> list[str]:
    """The ids of all that have this tag, in letters of either case."""
    wanted = tag.casefold()
    return [
        _object_id(row.label_key)
        for row in await Row.filter(kind=kind.value)
        if wanted in {tag.casefold() for tag in _read(row).tags}
    ]


@translate_errors()
async def formerly_called(name: str) -> list[str]:
    """The ids of datasets that had this name once, the one that had it last first."""
    rows = await Row.filter(kind=Kind.DATASET.value)
    had = [
        (former.until, _object_id(row.label_key))
        for row in rows
        for former in _read(row).former_names
        if former.name == name
    ]
    return [object_id for _, object_id in sorted(had, reverse=True)]


async def put_label(
    kind: Kind, object_id: str, label: Label, connection: BaseDBAsyncClient | None = None
) -> None:
    """Write a label, in the place of an earlier one; an empty one is removed."""
    key = _key(kind, object_id)
    row = Row.filter(label_key=key).using_db(connection)
    if label == NO_LABEL:
        await row.delete()
        return
    columns = {"archived_at": label.archived_at, "notes": json_text(_notes(label))}
    if await row.update(**columns) or await row.exists():  # MySQL counts rows that changed
        return
    try:
        await Row.create(using_db=connection, label_key=key, kind=kind.value, **columns)
    except IntegrityError as error:  # another was faster
        if connection is not None:  # its transaction is to be begun again
            raise Deadlock(Message("database.deadlock")) from error
        await row.update(**columns)


async def remove_label(
    kind: Kind, object_id: str, connection: BaseDBAsyncClient | None = None
) -> None:
    """Forget what was noted."""
    await put_label(kind, object_id, NO_LABEL, connection)


async def forget_labels(kind: Kind, object_ids: Sequence[str]) -> None:
    """Forget what was noted of what is gone."""
    for some in pieces(object_ids):
        await Row.filter(label_key__in=[_key(kind, object_id) for object_id in some]).delete()


def _notes(label: Label) -> dict[str, Any]:
    return {
        "description": label.description,
        "tags": list(label.tags),
        "former_names": [[former.name, former.until] for former in label.former_names],
    }


def _read(row: Row) -> Label:
    notes = json.loads(row.notes)
    return Label(
        description=notes["description"],
        tags=tuple(notes["tags"]),
        archived_at=row.archived_at,
        former_names=tuple(FormerName(name, until) for name, until in notes["former_names"]),
    )


def _key(kind: Kind, object_id: str) -> str:
    return f"{kind.value}:{object_id}"


def _object_id(key: str) -> str:
    return key.partition(":")[2]
