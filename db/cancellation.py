"""Cancelling a task: at once where nobody trains it, else by its worker, else after a while."""

import json
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F, Q

from db.clock import now_ms
from db.errors import translated
from db.models import Outbox, Run
from db.neurolearn import Submission
from db.runs import CANCELLED
from db.states import Status
from db.tasks import json_object
from db.transactions import restarted, transaction

BATCH = 100
# A worker that is asked to end may have handed the task back before it heard of the cancelling.
ACTIVE = Q(state__in=[Status.RUNNING.value, Status.SUBMITTED.value])
NOTHING = {"train_epochs": [], "model_state_path": "", "warnings": [CANCELLED]}


@restarted
@translated()
async def cancel(task_id: str) -> None:
    """Cancel a task that has not ended; of one that has, nothing changes.

    A task that waits, or whose worker went silent, is Cancelled when this returns. A worker that
    trains it is asked to store the best parameters so far and to write Cancelled itself.
    """
    now = await now_ms()
    idle = Q(state=Status.SUBMITTED.value) | Q(state=Status.RUNNING.value, lease_until__lt=now)
    async with transaction() as connection:
        await (
            Run.filter(task_id=task_id, state=Status.RUNNING.value, cancel_at=0)
            .using_db(connection)
            .update(cancel_at=now)
        )
        await _end(Run.filter(idle, task_id=task_id), task_id, now, connection)


@translated()
async def end_unanswered(asked_before_ms: int) -> list[str]:
    """End tasks whose worker has not answered for that long to being cancelled; their ids."""
    now = await now_ms()
    silent = Run.filter(ACTIVE, cancel_at__gt=0, cancel_at__lt=now - asked_before_ms)
    found: list[str] = await silent.limit(BATCH).values_list("task_id", flat=True)  # type: ignore[assignment]
    return [task_id for task_id in found if await _end_one(task_id, now)]


@restarted
@translated()
async def _end_one(task_id: str, now: int) -> bool:
    async with transaction() as connection:
        silent = Run.filter(ACTIVE, task_id=task_id, cancel_at__gt=0)
        return await _end(silent, task_id, now, connection)


async def _end(runs: Any, task_id: str, now: int, connection: BaseDBAsyncClient) -> bool:
    """Write Cancelled, and a message where a checkpoint may hold parameters worth keeping."""
    ended = await runs.using_db(connection).update(
        state=Status.CANCELLED.value,
        lease_token="",
        cancel_at=now,
        finished_at=now,
        error=CANCELLED,
        version=F("version") + 1,
    )
    if not ended:
        return False
    await (
        Submission.filter(task_id=task_id)
        .using_db(connection)
        .update(task_status=Status.CANCELLED.value, task_result=json.dumps(NOTHING))
    )
    if await Run.filter(task_id=task_id, checkpoint__gt=0).using_db(connection).exists():
        await Outbox.create(task_id=task_id, created_at=now, using_db=connection)
    return True


@translated()
async def unsettled(task_id: str) -> tuple[str, dict[str, Any]] | None:
    """Task type and form of a cancelled task that has a checkpoint and no parameters yet."""
    cancelled = await Run.filter(
        task_id=task_id, state=Status.CANCELLED.value, checkpoint__gt=0
    ).exists()
    submission = await Submission.get_or_none(task_id=task_id) if cancelled else None
    if submission is None:
        return None
    result, config = json_object(submission.task_result), json_object(submission.task_config)
    if result is None or config is None or result.get("model_state_path"):
        return None
    return submission.task_type, config


@restarted
@translated()
async def settle(task_id: str, result: dict[str, Any]) -> None:
    """Write what a checkpoint gave into the result of a cancelled task."""
    text = json.dumps(result, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    await Submission.filter(task_id=task_id, task_status=Status.CANCELLED.value).update(
        task_result=text
    )
