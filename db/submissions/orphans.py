"""The predecessor's tasks that wait or run for ever, and how an operator ends them.

Its last version left every form of the real front end as Submitted or Running. No worker of ours
trains them, as they have no run. Foreign rows are never touched.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from db.ids import made_at
from db.models import Run
from db.neurolearn import Submission
from db.queue.states import Status
from db.server.errors import translate_errors
from db.server.transactions import restart_on_deadlock, transaction
from db.submissions.ownership import TRAINING, TYPES
from db.texts import plain
from graphnet.messages import Message

LONGEST_LIST = 500
ACTIVE = (Status.SUBMITTED.value, Status.RUNNING.value)
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Orphan:
    """A task that nobody trains; ``age_days`` by the time in its id, None where that holds none.

    The predecessor's ids are in local time, so the age is right to within a day.
    """

    task_id: str
    proj_id: str
    task_name: str
    task_status: str
    age_days: float | None


class _NotAnOrphan(Exception):
    """It has a run, so a worker may train it, or its model was brought in."""


@translate_errors()
async def find_orphans() -> list[Orphan]:
    """All of them, the oldest first. No result is read."""
    query = Submission.filter(TRAINING, task_status__in=ACTIVE).order_by("id")
    fields = ("task_id", "proj_id", "task_name", "task_type", "task_status")
    rows: list[dict[str, Any]] = [row for row in await query.values(*fields) if _may_be(row)]
    with_runs: set[str] = set()
    for start in range(0, len(rows), LONGEST_LIST):
        ids = [row["task_id"] for row in rows[start : start + LONGEST_LIST]]
        known = await Run.filter(task_id__in=ids).values_list("task_id", flat=True)
        with_runs |= {str(task_id) for task_id in known}
    return [_orphan(row) for row in rows if row["task_id"] not in with_runs]


@restart_on_deadlock
@translate_errors()
async def end_orphan(orphan: Orphan) -> bool:
    """Write Failed and a sentence; False where it is not as it was found any more."""
    try:
        async with transaction() as connection:
            left = Submission.filter(
                TRAINING, task_id=orphan.task_id, task_status=orphan.task_status
            ).using_db(connection)
            # The task has no row of ours: what NEURO-LEARN reads is all that is kept of it.
            reason = Message("tasks.orphan-ended", status=orphan.task_status)
            failed = {"task_status": Status.FAILED.value, "task_result": plain(str(reason))}
            ended = await left.update(**failed)
            await _check_no_run(orphan.task_id, connection)
            return bool(ended)
    except _NotAnOrphan:
        return False


async def _check_no_run(task_id: str, connection: BaseDBAsyncClient) -> None:
    if await Run.filter(task_id=task_id).using_db(connection).exists():
        raise _NotAnOrphan


def _may_be(row: dict[str, Any]) -> bool:
    """Whether it is what was asked for: a collation may take other words for these."""
    return row["task_type"] in TYPES and row["task_status"] in ACTIVE


def _orphan(row: dict[str, Any]) -> Orphan:
    made = made_at(row["task_id"])
    age = None if made is None else (datetime.now(UTC) - made).total_seconds() / SECONDS_A_DAY
    kept = {name: row[name] for name in ("task_id", "proj_id", "task_name", "task_status")}
    return Orphan(**kept, age_days=age)
