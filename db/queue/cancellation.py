"""Cancelling a task: at once where nobody trains it, else by its worker, else after a while."""

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F, Q

from db.models import Run
from db.neurolearn import Submission
from db.queue.claims import Claim, read_claim
from db.queue.runs import CANCELLED, empty_result, integrity_columns
from db.queue.states import (
    ACTIVE,
    Status,
    end_runs,
    reason_columns,
    release_shards,
    sync_submission,
)
from db.server.clock import now_ms
from db.server.errors import translate_errors
from db.server.packet_limit import check_packet
from db.server.transactions import restart_on_deadlock, transaction
from db.submissions import tasks
from db.submissions.extract import extract
from db.texts import json_text

BATCH = 100


@restart_on_deadlock
@translate_errors()
async def cancel(task_id: str, public_url: str = "") -> None:
    """Cancel a task that has not ended; of one that has, nothing changes.

    A task that waits, or whose worker went silent, is Cancelled when this returns. A worker that
    trains it is asked to store the best parameters so far and to write Cancelled itself.
    ``public_url`` is where people reach the pages, for NEURO-LEARN's extract.
    """
    now = await now_ms()
    idle = Q(state=Status.SUBMITTED.value) | Q(state=Status.RUNNING.value, lease_until__lt=now)
    async with transaction() as connection:
        # Whatever its state: from here on nobody claims it, so the next look is the last.
        await (
            Run.filter(ACTIVE, task_id=task_id, cancel_at=0)
            .using_db(connection)
            .update(cancel_at=now)
        )
        # Its worker may be busy with one of its shards, and is then heard the sooner.
        await release_shards(task_id, now, connection)
        await _end(Run.filter(idle, task_id=task_id), task_id, now, connection, public_url)


@translate_errors()
async def cancel_silent(asked_before_ms: int, public_url: str = "") -> list[str]:
    """End tasks whose worker has not answered for that long to being cancelled; their ids."""
    now = await now_ms()
    silent = Run.filter(ACTIVE, cancel_at__gt=0, cancel_at__lt=now - asked_before_ms)
    task_ids: list[str] = await silent.limit(BATCH).values_list("task_id", flat=True)  # type: ignore[assignment]
    return [task_id for task_id in task_ids if await _end_one(task_id, now, public_url)]


@restart_on_deadlock
@translate_errors()
async def _end_one(task_id: str, now: int, public_url: str) -> bool:
    async with transaction() as connection:
        silent = Run.filter(ACTIVE, task_id=task_id, cancel_at__gt=0)
        return await _end(silent, task_id, now, connection, public_url)


async def _end(
    runs: Any, task_id: str, now: int, connection: BaseDBAsyncClient, public_url: str
) -> bool:
    """Write Cancelled; :func:`cancelled_with_checkpoint` finds a task that has a checkpoint."""
    silent = runs.using_db(connection)
    reason = await reason_columns(CANCELLED)
    if not await end_runs(silent, Status.CANCELLED, now, reason, cancel_at=now):
        return False
    result = empty_result()
    shown = extract(task_id, result, public_url)
    await sync_submission(task_id, Status.CANCELLED, connection, result=shown)
    await tasks.keep(task_id, json_text(result), connection)
    await release_shards(task_id, now, connection)
    return True


@translate_errors()
async def cancelled_with_checkpoint() -> list[str]:
    """Cancelled tasks with a checkpoint of which nothing was stored yet.

    Only once the lease has run out: a worker that was passed over may store until then.
    """
    over = _with_checkpoint(await now_ms()).order_by("finished_at").limit(BATCH)
    return [str(task_id) for task_id in await over.values_list("task_id", flat=True)]


@restart_on_deadlock
@translate_errors()
async def claim_cancelled(task_id: str, *, lease_ms: int) -> Claim | None:
    """Claim such a task for ``lease_ms``; None if it is none, or another worker has it."""
    now = await now_ms()
    async with transaction() as connection:
        mine = _with_checkpoint(now).filter(task_id=task_id).using_db(connection)
        if not await mine.update(lease_until=now + lease_ms):
            return None
        claim = await read_claim(
            await Run.get(task_id=task_id, using_db=connection), "", connection
        )
        if claim is None:
            await Run.filter(task_id=task_id).using_db(connection).update(checkpoint=0)
        return claim


@restart_on_deadlock
@translate_errors()
async def write_cancelled_result(
    task_id: str, result: dict[str, Any] | None, public_url: str = ""
) -> None:
    """Write what a checkpoint gave into the result of a cancelled task; None leaves it as it is.

    Raises:
        ContentTooLarge: the server's ``max_allowed_packet`` is smaller than the result.

    """
    whole = "" if result is None else json_text(result)
    await check_packet("database.result-too-large", whole)
    async with transaction() as connection:
        run = Run.filter(task_id=task_id, state=Status.CANCELLED.value, checkpoint__gt=0).using_db(
            connection
        )
        vouched = integrity_columns({} if result is None else result)
        # Whoever watched it to its end is informed again: there may be epochs more.
        written = await run.update(checkpoint=0, version=F("version") + 1, **vouched)
        if not written or result is None:
            return
        submission = Submission.filter(task_id=task_id, task_status=Status.CANCELLED.value)
        shown = extract(task_id, result, public_url)
        await submission.using_db(connection).update(task_result=shown)
        await tasks.keep(task_id, whole, connection)


def _with_checkpoint(now: int) -> Any:
    """A worker that ends a task itself leaves none of these; nor does a shard."""
    return Run.filter(part=0, state=Status.CANCELLED.value, checkpoint__gt=0, lease_until__lt=now)
