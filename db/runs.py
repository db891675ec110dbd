"""The run of a task: claimed by one worker at a time, and ended once.

Each transition is one conditional UPDATE of ``sgn_runs``, fenced by the lease token, and in the
same transaction the submission that NEURO-LEARN reads. The UPDATE comes first: SQLite cannot
turn a transaction that began by reading into a writing one while another process writes.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F, Q

from db.clock import now_ms
from db.errors import translated
from db.models import Outbox, Run
from db.neurolearn import Submission
from db.states import Status
from db.tasks import json_object
from db.transactions import restarted, transaction

ERROR_CHARACTERS = 1024
GIVEN_UP = (
    "The worker stopped unexpectedly {times} times while training this task, so it was given up. "
    "The likely cause is too little memory; try a smaller batch_size or fewer subjects."
)
DELETED = "The submission was deleted before the task was trained."
UNREADABLE = "The task_config of this submission cannot be read as a form; submit the task again."


@dataclass(frozen=True)
class Claim:
    """A task that is ours until the lease runs out; ``lease_token`` fences every write."""

    task_id: str
    attempt: int
    lease_token: str
    proj_id: str
    task_name: str
    task_type: str
    task_config: dict[str, Any]
    parent_task_id: str


@restarted
@translated()
async def claim(
    task_id: str, *, worker: str, device: str, lease_ms: int, max_attempts: int
) -> Claim | None:
    """Take a submitted task, or a running one whose lease has run out; None if it is neither.

    A task that was tried ``max_attempts`` times already fails with a sentence instead.
    """
    token = str(uuid.uuid4())
    now = await now_ms()
    async with transaction() as connection:
        taken = (
            await _free(task_id, now, connection)
            .filter(attempt__lt=max_attempts)
            .update(
                state=Status.RUNNING.value,
                attempt=F("attempt") + 1,
                lease_token=token,
                lease_until=now + lease_ms,
                worker=worker[:128],
                device=device[:64],
                started_at=now,
                progress_at=now,
                epoch=0,
            )
        )
        if taken:
            await _mirror(task_id, Status.RUNNING, connection)
            return await _claimed(task_id, token, now, connection)
        # Taken or ended already, or tried too often. PostgreSQL does not lock the row that the
        # UPDATE left as it was, so it may have been handed back by now: look at the attempts again.
        tried = _free(task_id, now, connection).filter(attempt__gte=max_attempts)
        await _drop(tried, task_id, GIVEN_UP.format(times=max_attempts), now, connection)
    return None


async def _drop(
    runs: Any, task_id: str, sentence: str, now: int, connection: BaseDBAsyncClient
) -> None:
    """End the task as Failed in both tables, if the run is still among these."""
    dropped = await runs.update(
        state=Status.FAILED.value, lease_token="", finished_at=now, error=sentence
    )
    if dropped:
        await _mirror(task_id, Status.FAILED, connection, result=sentence)


def _free(task_id: str, now: int, connection: BaseDBAsyncClient) -> Any:
    expired = Q(state=Status.RUNNING.value, lease_until__lt=now)
    free = Q(state=Status.SUBMITTED.value) | expired
    return Run.filter(free, task_id=task_id).using_db(connection)


async def _claimed(
    task_id: str, token: str, now: int, connection: BaseDBAsyncClient
) -> Claim | None:
    run = await Run.get(task_id=task_id, using_db=connection)
    submission = await Submission.get_or_none(task_id=task_id, using_db=connection)
    config = json_object(submission.task_config) if submission else None
    if submission is None or config is None:
        ours = Run.filter(task_id=task_id).using_db(connection)
        sentence = UNREADABLE if submission else DELETED
        await _drop(ours, task_id, sentence, now, connection)
        return None
    return Claim(
        task_id=task_id,
        attempt=run.attempt,
        lease_token=token,
        proj_id=submission.proj_id,
        task_name=submission.task_name,
        task_type=submission.task_type,
        task_config=config,
        parent_task_id=run.parent_task_id,
    )


@restarted
@translated()
async def renew(claim: Claim, *, lease_ms: int, epoch: int, epochs: int) -> bool:
    """Keep the claim for another ``lease_ms`` and write progress; False if it was lost."""
    now = await now_ms()
    changed = await _ours(claim).update(
        lease_until=now + lease_ms, progress_at=now, epoch=epoch, epochs=epochs
    )
    # MySQL counts rows that changed: a row that was as it should be already is still ours.
    return bool(changed) or await _ours(claim).exists()


@restarted
@translated()
async def update_task_result(claim: Claim, result: dict[str, Any]) -> bool:
    """End the task as Finished with its result; False, and nothing written, if it was lost."""
    text = json.dumps(result, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return await _end(claim, Status.FINISHED, text)


@restarted
@translated()
async def fail_task(claim: Claim, sentence: str) -> bool:
    """End the task as Failed for the reason given; False if it was lost."""
    return await _end(claim, Status.FAILED, sentence)


async def _end(claim: Claim, status: Status, result: str) -> bool:
    now = await now_ms()
    error = result[:ERROR_CHARACTERS] if status == Status.FAILED else ""
    async with transaction() as connection:
        changed = await _ours(claim, connection).update(
            state=status.value, lease_token="", finished_at=now, error=error
        )
        if changed:
            await _mirror(claim.task_id, status, connection, result=result)
    return bool(changed)


@restarted
@translated()
async def hand_back(claim: Claim) -> bool:
    """Put the task back as Submitted with a message to send; the attempt is not counted."""
    now = await now_ms()
    async with transaction() as connection:
        changed = await _ours(claim, connection).update(
            state=Status.SUBMITTED.value, lease_token="", lease_until=0, attempt=F("attempt") - 1
        )
        if changed:
            await _mirror(claim.task_id, Status.SUBMITTED, connection)
            await Outbox.create(task_id=claim.task_id, created_at=now, using_db=connection)
    return bool(changed)


def _ours(claim: Claim, connection: BaseDBAsyncClient | None = None) -> Any:
    held = {"lease_token": claim.lease_token, "state": Status.RUNNING.value}
    query = Run.filter(task_id=claim.task_id, **held)
    return query if connection is None else query.using_db(connection)


async def _mirror(
    task_id: str, status: Status, connection: BaseDBAsyncClient, result: str | None = None
) -> None:
    """Write the state where NEURO-LEARN reads it."""
    row = Submission.filter(task_id=task_id).using_db(connection)
    if result is None:
        await row.update(task_status=status.value)
    else:
        await row.update(task_status=status.value, task_result=result)
