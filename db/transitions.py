"""What every end of a run writes, in the service's own table and where NEURO-LEARN reads."""

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F, Q

from db.models import Run
from db.neurolearn import Submission
from db.states import Status
from db.texts import plain

ERROR_CHARACTERS = 1024
LET_GO = "The task had ended before this part of it was done."
# A worker that is asked to end may have handed the task back before it heard of a cancelling.
ACTIVE = Q(state__in=[Status.RUNNING.value, Status.SUBMITTED.value])


async def end_runs(runs: Any, status: Status, now: int, sentence: str = "", **more: Any) -> int:
    """End those of these runs that are still among them; how many."""
    return int(
        await runs.update(
            state=status.value,
            lease_token="",
            finished_at=now,
            error=sentence[:ERROR_CHARACTERS],
            version=F("version") + 1,
            **more,
        )
    )


async def sync_submission(
    task_id: str, status: Status, connection: BaseDBAsyncClient, result: str | None = None
) -> None:
    """Write the state where NEURO-LEARN reads it, and an extract of the result.

    Of a task that failed that is a sentence, which is made harmless there.
    """
    row = Submission.filter(task_id=task_id).using_db(connection)
    if result is None:
        await row.update(task_status=status.value)
        return
    text = plain(result) if status == Status.FAILED else result
    await row.update(task_status=status.value, task_result=text)


async def release_shards(task_id: str, now: int, connection: BaseDBAsyncClient) -> None:
    """Let go of the shards of a task that nobody will gather any more.

    They are looked for first: to update by an index locks MySQL's gap where new runs are written.
    """
    left = Run.filter(ACTIVE, part_of=task_id, cancel_at=0).using_db(connection)
    ids = list(await left.values_list("task_id", flat=True))
    if not ids:
        return
    shards = Run.filter(task_id__in=ids).using_db(connection)
    await end_runs(shards.filter(state=Status.SUBMITTED.value), Status.CANCELLED, now, LET_GO)
    await shards.filter(ACTIVE).update(cancel_at=now)
