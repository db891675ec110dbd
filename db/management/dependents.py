"""Which tasks depend on a dataset or on a task: before one is renamed, deleted or erased from.

Forms name datasets by their names, so forms are looked through. A name that a dataset had once
counts for the tasks that were submitted while it had it.
"""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import Q

from db.management.cleaning import BUSY
from db.management.labels import Label
from db.models import Run
from db.neurolearn import Submission
from db.pagination import LARGEST_ID
from db.queue.states import Status
from db.server.errors import DatabaseError, translate_errors
from db.submissions.ownership import TRAINING
from db.texts import json_object
from graphnet.messages import Message

PAGE = 500
PLAIN_NAME = re.compile(r"[A-Za-z0-9 .-]+")  # which stands in a form as it is, and in LIKE too
FIELDS = ("train_data", "val_data", "test_data")
COLUMNS = ("id", "task_id", "proj_id", "task_name", "task_config", "task_status")


@dataclass(frozen=True)
class Dependent:
    """A task that names a dataset, or was fine-tuned from a task.

    A ``waiting`` one waits, runs or is still to be stored; any other has ended.
    """

    task_id: str
    proj_id: str
    task_name: str
    task_status: str
    waiting: bool


class InUse(DatabaseError):
    """Tasks that wait or run need what was to be changed.

    The message does not name them: they may be of a project that the caller does not see.
    """

    def __init__(self, task_ids: Sequence[str]) -> None:
        super().__init__(Message("tidy.in-use-meanwhile", count=len(task_ids)))
        self.task_ids = tuple(task_ids)


@translate_errors()
async def tasks_naming(
    data_name: str, label: Label, connection: BaseDBAsyncClient | None = None
) -> list[Dependent]:
    """The tasks whose forms name a dataset, the newest first; those of other services never."""
    names = [data_name, *(former.name for former in label.former_names)]
    found: list[Dependent] = []
    async for rows in _trainings(names, connection):
        runs = await _runs([row["task_id"] for row in rows], connection)
        for row in rows:
            run = runs.get(row["task_id"])
            submitted_at = run.submitted_at if run else 0
            if any(_meant(each, data_name, label, submitted_at) for each in _named(row)):
                found.append(_dependent(row, run))
    return found


@translate_errors()
async def waiting_for(
    data_name: str, connection: BaseDBAsyncClient | None = None
) -> list[Dependent]:
    """Those of them that wait or run, under the present name; in the transaction that asks."""
    busy = Run.filter(BUSY, part=0).using_db(connection)
    ids = [str(task_id) for task_id in await busy.values_list("task_id", flat=True)]
    found: list[Dependent] = []
    for start in range(0, len(ids), PAGE):
        some = ids[start : start + PAGE]
        rows = await Submission.filter(task_id__in=some).using_db(connection).values(*COLUMNS)
        runs = await _runs(some, connection)
        named = [row for row in rows if data_name in _named(row)]
        found += [_dependent(row, runs.get(row["task_id"])) for row in named]
    return found


@translate_errors()
async def descendants(
    task_ids: Sequence[str], connection: BaseDBAsyncClient | None = None
) -> list[Dependent]:
    """The tasks that were fine-tuned from these, from those, and so on."""
    found: list[Dependent] = []
    seen, parents = set(task_ids), list(task_ids)
    while parents:
        children: list[Run] = []
        for start in range(0, len(parents), PAGE):
            some = Run.filter(parent_task_id__in=parents[start : start + PAGE], part=0)
            children += await some.using_db(connection)
        new = {run.task_id: run for run in children if run.task_id not in seen}
        rows = Submission.filter(task_id__in=list(new)).using_db(connection)
        found += [_dependent(row, new[row["task_id"]]) for row in await rows.values(*COLUMNS)]
        seen |= set(new)
        parents = list(new)
    return found


def _meant(name: str, data_name: str, label: Label, submitted_at: int) -> bool:
    """Whether a form of that time means the dataset by this name."""
    if name == data_name and submitted_at >= label.renamed_at:
        return True
    return label.had_name(name, submitted_at)


async def _trainings(
    names: Iterable[str], connection: BaseDBAsyncClient | None
) -> AsyncIterator[list[dict[str, Any]]]:
    """All trainings whose forms may hold one of these names, by pages, the newest first."""
    query = Submission.filter(TRAINING).using_db(connection)
    names = list(names)
    if all(PLAIN_NAME.fullmatch(name) for name in names):
        holds = Q()
        for name in names:
            holds |= Q(task_config__contains=name)
        query = query.filter(holds)
    before = LARGEST_ID
    while rows := await query.filter(id__lt=before).order_by("-id").limit(PAGE).values(*COLUMNS):
        yield rows
        before = rows[-1]["id"]


async def _runs(task_ids: Sequence[str], connection: BaseDBAsyncClient | None) -> dict[str, Run]:
    rows = await Run.filter(task_id__in=list(task_ids)).using_db(connection)
    return {run.task_id: run for run in rows}


def _named(row: dict[str, Any]) -> list[str]:
    """The datasets that a form names, as an older service may have written it too."""
    config = json_object(row["task_config"]) or {}
    listed = [config.get(field) for field in FIELDS]
    return [str(name) for each in listed for name in (each if isinstance(each, list) else [each])]


def _dependent(row: dict[str, Any], run: Run | None) -> Dependent:
    kept = {name: row[name] for name in ("task_id", "proj_id", "task_name", "task_status")}
    return Dependent(**kept, waiting=run is not None and _is_busy(run))


def _is_busy(run: Run) -> bool:
    """As ``db.management.cleaning.BUSY`` asks it of the database."""
    if run.state == Status.CANCELLED:
        return bool(run.checkpoint)
    return run.state in {Status.SUBMITTED, Status.RUNNING}
