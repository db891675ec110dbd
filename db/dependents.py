"""What depends on what: which models nobody needs, which tasks need a dataset or a task.

The mark that a model was cleaned away comes before its bytes go. It is written in a transaction
that looks for children, and a new task looks at its parent's mark in the one that writes it
(``db.submissions.intake``): with both locking the parent's row, either the child is seen or the
mark is.

Forms name datasets by their names, so forms are looked through before one is renamed, deleted or
erased from. A name that a dataset had once counts for the tasks that were submitted while it had
it.
"""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import Q

from db.labels import Label
from db.models import Run
from db.neurolearn import Submission
from db.queue.claims import LONGEST_CHAIN
from db.queue.states import ACTIVE, Status
from db.server.errors import DatabaseError, translate_errors
from db.server.statements import LARGEST_ID, now_ms, pieces, restart_on_deadlock, transaction
from db.submissions.form import StoredForm
from db.submissions.ownership import TRAINING
from graphnet.messages import Message
from graphnet.names import status_name

# A cancelled task of which a worker is still to store what its checkpoint holds.
UNSETTLED = Q(state=Status.CANCELLED.value, checkpoint__gt=0)
BUSY = ACTIVE | UNSETTLED
PAGE = 500
PLAIN_NAME = re.compile(r"[A-Za-z0-9 .-]+")  # which stands in a form as it is, and in LIKE too
COLUMNS = ("id", "task_id", "proj_id", "task_name", "task_config", "task_status")


@dataclass(frozen=True)
class StoredTask:
    """What the database knows of a task with something stored; times by its clock, 0 for never.

    ``submitted`` says whether NEURO-LEARN's row is there, ``run`` whether the service's own is.
    ``needed`` is a reason to leave it alone, None where there is none.
    """

    task_id: str
    submitted: bool = False
    run: bool = False
    ended_at: int = 0
    removed_at: int = 0
    needed: Message | None = None


class _Needed(Exception):
    """The model must stay; ``reason`` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


@translate_errors()
async def look_up(task_ids: Sequence[str]) -> dict[str, StoredTask]:
    """Each of these tasks, also those that no row knows."""
    known_tasks: dict[str, StoredTask] = {}
    retried = await _retried()
    for some in pieces(task_ids):
        runs = {run.task_id: run for run in await Run.filter(task_id__in=some)}
        wholes = {task_id: _whole(task_id, runs.get(task_id)) for task_id in some}
        submitted = await _submitted(list(wholes.values()))
        children = await _children(some)
        for task_id in some:
            task = _stored_task(task_id, wholes[task_id] in submitted, runs.get(task_id))
            needed = task.needed or children.get(task_id) or retried.get(task_id)
            known_tasks[task_id] = replace(task, needed=needed)
    return known_tasks


async def mark_removed(task_id: str, *, ended_before: int) -> Message | None:
    """Note that the model is being cleaned away; the reason where it must stay."""
    try:
        await _mark(task_id, ended_before)
    except _Needed as needed:
        return needed.reason
    return None


@restart_on_deadlock
@translate_errors()
async def _mark(task_id: str, ended_before: int) -> None:
    now = await now_ms()
    async with transaction() as connection:
        ended = Run.filter(task_id=task_id, removed_at=0, finished_at__lt=ended_before)
        if not await ended.exclude(BUSY).using_db(connection).update(removed_at=now):
            raise _Needed(Message("cleaning.changed"))
        children = await _children([task_id], connection)
        if children:
            raise _Needed(children[task_id])


def _whole(task_id: str, run: Run | None) -> str:
    """The task that a part belongs to, which has the submission; mostly the task itself."""
    return (run.part_of if run else "") or task_id


def _stored_task(task_id: str, submitted: bool, run: Run | None) -> StoredTask:  # noqa: FBT001
    if run is None:
        return StoredTask(task_id, submitted)
    needed = None
    if run.state in {Status.SUBMITTED, Status.RUNNING}:
        needed = Message("cleaning.unfinished", status=status_name(run.state))
    elif run.state == Status.CANCELLED and run.checkpoint:
        needed = Message("cleaning.unsettled")
    return StoredTask(task_id, submitted, True, run.finished_at, run.removed_at, needed)  # noqa: FBT003


async def _children(
    task_ids: Sequence[str], connection: BaseDBAsyncClient | None = None
) -> dict[str, Message]:
    """By parent, a child that needs it: one whose rows are there and whose model is."""
    query = Run.filter(parent_task_id__in=list(task_ids), removed_at=0).using_db(connection)
    rows: list[Any] = await query.values_list("parent_task_id", "task_id", "state")
    submitted = await _submitted([child for _, child, _ in rows], connection)
    return {
        parent: Message("cleaning.has-child", child=child, status=status_name(state))
        if state == Status.FINISHED
        else Message("cleaning.will-have-child", child=child, status=status_name(state))
        for parent, child, state in rows
        if state in {Status.SUBMITTED, Status.RUNNING} or child in submitted
    }


async def _retried() -> dict[str, Message]:
    """Tasks whose checkpoints one may go on from that has not ended."""
    rows = await Run.filter(BUSY).exclude(retry_of="").values_list("task_id", "retry_of")
    retried: dict[str, Message] = {}
    waiting = {str(old): Message("cleaning.retried", task=task_id) for task_id, old in rows}
    for _ in range(LONGEST_CHAIN):
        retried |= waiting
        chained: list[Any] = []
        for some in pieces(list(waiting)):
            query = Run.filter(task_id__in=some).exclude(retry_of="")
            chained += await query.values_list("task_id", "retry_of")
        waiting = {old: waiting[task_id] for task_id, old in chained if old not in retried}
        if not waiting:
            break
    return retried


async def _submitted(
    task_ids: Sequence[str], connection: BaseDBAsyncClient | None = None
) -> set[str]:
    submitted: set[str] = set()
    for some in pieces(task_ids):
        query = Submission.filter(task_id__in=some).using_db(connection)
        submitted |= {str(task_id) for task_id in await query.values_list("task_id", flat=True)}
    return submitted


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
    dependents: list[Dependent] = []
    async for rows in _trainings(names, connection):
        runs = await _runs([row.task_id for row in rows], connection)
        for row in rows:
            run = runs.get(row.task_id)
            submitted_at = run.submitted_at if run else 0
            if any(_meant(name, data_name, label, submitted_at) for name in _named(row)):
                dependents.append(_dependent(row, run))
    return dependents


@translate_errors()
async def waiting_for(
    data_name: str, connection: BaseDBAsyncClient | None = None
) -> list[Dependent]:
    """Those of them that wait or run, under the present name; in the transaction that asks."""
    busy = Run.filter(BUSY, part=0).using_db(connection)
    ids = [str(task_id) for task_id in await busy.values_list("task_id", flat=True)]
    dependents: list[Dependent] = []
    for start in range(0, len(ids), PAGE):
        some = ids[start : start + PAGE]
        rows = await Submission.filter(task_id__in=some).using_db(connection).only(*COLUMNS)
        runs = await _runs(some, connection)
        named = [row for row in rows if data_name in _named(row)]
        dependents += [_dependent(row, runs.get(row.task_id)) for row in named]
    return dependents


@translate_errors()
async def descendants(
    task_ids: Sequence[str], connection: BaseDBAsyncClient | None = None
) -> list[Dependent]:
    """The tasks that were fine-tuned from these, from those, and so on."""
    dependents: list[Dependent] = []
    seen, parents = set(task_ids), list(task_ids)
    while parents:
        children: list[Run] = []
        for start in range(0, len(parents), PAGE):
            some = Run.filter(parent_task_id__in=parents[start : start + PAGE], part=0)
            children += await some.using_db(connection)
        new = {run.task_id: run for run in children if run.task_id not in seen}
        rows = Submission.filter(task_id__in=list(new)).using_db(connection)
        dependents += [_dependent(row, new[row.task_id]) for row in await rows.only(*COLUMNS)]
        seen |= set(new)
        parents = list(new)
    return dependents


def _meant(name: str, data_name: str, label: Label, submitted_at: int) -> bool:
    """Whether a form of that time means the dataset by this name."""
    if name == data_name and submitted_at >= label.renamed_at:
        return True
    return label.had_name(name, submitted_at)


async def _trainings(
    names: Iterable[str], connection: BaseDBAsyncClient | None
) -> AsyncIterator[list[Submission]]:
    """All trainings whose forms may hold one of these names, by pages, the newest first."""
    query = Submission.filter(TRAINING).using_db(connection)
    names = list(names)
    if all(PLAIN_NAME.fullmatch(name) for name in names):
        holds = Q()
        for name in names:
            holds |= Q(task_config__contains=name)
        query = query.filter(holds)
    before = LARGEST_ID
    while rows := await query.filter(id__lt=before).order_by("-id").limit(PAGE).only(*COLUMNS):
        yield rows
        before = rows[-1].id


async def _runs(task_ids: Sequence[str], connection: BaseDBAsyncClient | None) -> dict[str, Run]:
    rows = await Run.filter(task_id__in=list(task_ids)).using_db(connection)
    return {run.task_id: run for run in rows}


def _named(row: Submission) -> tuple[str, ...]:
    """The datasets that a form names, as an older service may have written it too."""
    return StoredForm.from_text(row.task_config).datasets


def _dependent(row: Submission, run: Run | None) -> Dependent:
    waiting = run is not None and _is_busy(run)
    return Dependent(row.task_id, row.proj_id, row.task_name, row.task_status, waiting)


def _is_busy(run: Run) -> bool:
    """As ``db.dependents.BUSY`` asks it of the database."""
    if run.state == Status.CANCELLED:
        return bool(run.checkpoint)
    return run.state in {Status.SUBMITTED, Status.RUNNING}
