"""Which stored models nobody needs any more, and the mark that says one was cleaned away.

The mark comes before the bytes go. It is written in a transaction that looks for children, and a
new task looks at its parent's mark in the one that writes it (``db.submissions.new_tasks``): with
both locking the parent's row, either the child is seen or the mark is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import Q

from db.models import Run
from db.neurolearn import Submission
from db.queue.claims import LONGEST_CHAIN
from db.queue.states import ACTIVE, Status
from db.server.clock import now_ms
from db.server.errors import translate_errors
from db.server.transactions import restart_on_deadlock, transaction
from graphnet.messages import Message
from graphnet.names import status_name

LONGEST_LIST = 500
# A cancelled task of which a worker is still to store what its checkpoint holds.
UNSETTLED = Q(state=Status.CANCELLED.value, checkpoint__gt=0)
BUSY = ACTIVE | UNSETTLED


@dataclass(frozen=True)
class Known:
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
async def look_up(task_ids: Sequence[str]) -> dict[str, Known]:
    """Each of these tasks, also those that no row knows."""
    known_tasks: dict[str, Known] = {}
    retried = await _retried()
    for some in _pieces(task_ids):
        runs = {run.task_id: run for run in await Run.filter(task_id__in=some)}
        wholes = {task_id: _whole(task_id, runs.get(task_id)) for task_id in some}
        submitted = await _submitted(list(wholes.values()))
        children = await _children(some)
        for task_id in some:
            task = _known(task_id, wholes[task_id] in submitted, runs.get(task_id))
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


def _known(task_id: str, submitted: bool, run: Run | None) -> Known:  # noqa: FBT001
    if run is None:
        return Known(task_id, submitted)
    needed = None
    if run.state in {Status.SUBMITTED, Status.RUNNING}:
        needed = Message("cleaning.unfinished", status=status_name(run.state))
    elif run.state == Status.CANCELLED and run.checkpoint:
        needed = Message("cleaning.unsettled")
    return Known(task_id, submitted, True, run.finished_at, run.removed_at, needed)  # noqa: FBT003


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
        for some in _pieces(list(waiting)):
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
    for some in _pieces(task_ids):
        query = Submission.filter(task_id__in=some).using_db(connection)
        submitted |= {str(task_id) for task_id in await query.values_list("task_id", flat=True)}
    return submitted


def _pieces(task_ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(task_ids), LONGEST_LIST):
        yield list(task_ids[start : start + LONGEST_LIST])
