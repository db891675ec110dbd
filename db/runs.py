"""The run of a task: claimed by one worker at a time, and ended once.

Each transition is one conditional UPDATE of ``sgn_runs``, fenced by the lease token, and in the
same transaction the submission that NEURO-LEARN reads. The UPDATE comes first: SQLite cannot
turn a transaction that began by reading into a writing one while another process writes.
"""

import json
import uuid
from dataclasses import dataclass
from enum import StrEnum
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
IN_ALL = 10  # times the attempts since the last checkpoint
LONGEST_CHAIN = 16
GIVEN_UP = (
    "The worker stopped unexpectedly {times} times while training this task, so it was given up. "
    "The likely cause is too little memory; try a smaller batch_size or fewer subjects."
)
CANCELLED = "The task was cancelled."
NOTHING = {"train_epochs": [], "model_state_path": "", "warnings": [CANCELLED]}
DELETED = "The submission was deleted before the task was trained."
UNREADABLE = "The task_config of this submission cannot be read as a form; submit the task again."


@dataclass(frozen=True)
class Claim:
    """A task that is ours until the lease runs out; ``lease_token`` fences every write.

    ``earlier`` are the tasks that it tries again, the last first.
    """

    task_id: str
    attempt: int
    lease_token: str
    proj_id: str
    task_name: str
    task_type: str
    task_config: dict[str, Any]
    parent_task_id: str
    earlier: tuple[str, ...] = ()
    request_id: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a task is: an epoch of its model's own, thousandths of all work, time left.

    ``remaining_ms`` is -1 where that is not known yet.
    """

    epoch: int = 0
    epochs: int = 0
    permille: int = 0
    remaining_ms: int = -1


class Hold(StrEnum):
    """What a worker learns when it renews its claim."""

    KEPT = "kept"
    LOST = "lost"
    CANCELLED = "cancelled"


@restarted
@translated()
async def claim(
    task_id: str, *, worker: str, device: str, lease_ms: int, max_attempts: int
) -> Claim | None:
    """Take a submitted task, or a running one whose lease has run out; None if it is neither.

    A task that was tried ``max_attempts`` times since its last checkpoint, or ten times as often in
    all, fails with a sentence instead; one that somebody has cancelled is not tried again.
    """
    token = str(uuid.uuid4())
    now = await now_ms()
    async with transaction() as connection:
        taken = (
            await _free(task_id, now, connection)
            .filter(crashes__lt=max_attempts, attempt__lt=IN_ALL * max_attempts)
            .update(
                state=Status.RUNNING.value,
                attempt=F("attempt") + 1,
                lease_token=token,
                lease_until=now + lease_ms,
                worker=worker[:128],
                device=device[:64],
                started_at=now,
                progress_at=now,
                crashes=F("crashes") + 1,
                version=F("version") + 1,
            )
        )
        if taken:
            await _mirror(task_id, Status.RUNNING, connection)
            return await _taken(task_id, token, now, connection)
        # Taken or ended already, or tried too often. PostgreSQL does not lock the row that the
        # UPDATE left as it was, so it may have been handed back by now: look at the attempts again.
        for what, times in (("crashes", max_attempts), ("attempt", IN_ALL * max_attempts)):
            tried = _free(task_id, now, connection).filter(**{f"{what}__gte": times})
            await _drop(tried, task_id, GIVEN_UP.format(times=times), now, connection)
    return None


async def _drop(
    runs: Any, task_id: str, sentence: str, now: int, connection: BaseDBAsyncClient
) -> None:
    """End the task as Failed in both tables, if the run is still among these."""
    dropped = await runs.update(
        state=Status.FAILED.value,
        lease_token="",
        finished_at=now,
        error=sentence,
        version=F("version") + 1,
    )
    if dropped:
        await _mirror(task_id, Status.FAILED, connection, result=sentence)


def _free(task_id: str, now: int, connection: BaseDBAsyncClient) -> Any:
    expired = Q(state=Status.RUNNING.value, lease_until__lt=now)
    free = Q(state=Status.SUBMITTED.value) | expired
    return Run.filter(free, task_id=task_id, cancel_at=0).using_db(connection)


async def _taken(task_id: str, token: str, now: int, connection: BaseDBAsyncClient) -> Claim | None:
    """The claim, or the end of a task that cannot be read."""
    found = await claimed(await Run.get(task_id=task_id, using_db=connection), token, connection)
    if found is None:
        submitted = Submission.filter(task_id=task_id).using_db(connection)
        sentence = UNREADABLE if await submitted.exists() else DELETED
        ours = Run.filter(task_id=task_id).using_db(connection)
        await _drop(ours, task_id, sentence, now, connection)
    return found


async def claimed(
    run: Run, token: str, connection: BaseDBAsyncClient | None = None
) -> Claim | None:
    """What a worker needs to know of a task; None if its form is gone or cannot be read."""
    submission = await Submission.get_or_none(task_id=run.task_id, using_db=connection)
    config = json_object(submission.task_config) if submission else None
    if submission is None or config is None:
        return None
    return Claim(
        task_id=run.task_id,
        attempt=run.attempt,
        lease_token=token,
        proj_id=submission.proj_id,
        task_name=submission.task_name,
        task_type=submission.task_type,
        task_config=config,
        parent_task_id=run.parent_task_id,
        earlier=await _earlier(run, connection),
        request_id=run.request_id,
    )


async def _earlier(run: Run, connection: BaseDBAsyncClient | None) -> tuple[str, ...]:
    chain: list[str] = []
    current: Run | None = run
    while current and current.retry_of and len(chain) < LONGEST_CHAIN:
        chain.append(current.retry_of)
        current = await Run.get_or_none(task_id=current.retry_of, using_db=connection)
    return tuple(chain)


@restarted
@translated()
async def renew(claim: Claim, *, lease_ms: int, progress: Progress) -> Hold:
    """Keep the claim for another ``lease_ms`` and write progress; whether to go on."""
    now = await now_ms()
    changed = await _ours(claim).update(
        lease_until=now + lease_ms,
        progress_at=now,
        epoch=progress.epoch,
        epochs=progress.epochs,
        permille=progress.permille,
        remaining_ms=progress.remaining_ms,
    )
    held = await _ours(claim).values("cancel_at")
    # MySQL counts rows that changed: a row that was as it should be already is still ours.
    if not changed and not held:
        return Hold.LOST
    return Hold.CANCELLED if held and held[0]["cancel_at"] else Hold.KEPT


@restarted
@translated()
async def note_checkpoint(claim: Claim) -> bool:
    """Note that the task can go on from here: what crashed it before is not counted any more."""
    changed = await _ours(claim).update(checkpoint=await now_ms(), crashes=0)
    return bool(changed)


@restarted
@translated()
async def update_task_result(claim: Claim, result: dict[str, Any]) -> Status | None:
    """End the task as Finished with its result; None, and nothing written, if it was lost.

    What was cancelled before this is written ends as Cancelled, and keeps the result.
    """
    vouched = vouching(result)
    return await _end(claim, Status.FINISHED, _text(result), sentence=CANCELLED, **vouched)


@restarted
@translated()
async def fail_task(claim: Claim, sentence: str, manifest_sha256: str = "") -> bool:
    """End the task as Failed for the reason given; False if it was lost.

    ``manifest_sha256`` vouches for parameters that were stored all the same.
    """
    vouched = {"manifest_sha256": manifest_sha256}
    return await _end(claim, Status.FAILED, sentence, sentence=sentence, **vouched) is not None


@restarted
@translated()
async def end_cancelled(claim: Claim, result: dict[str, Any] | None) -> bool:
    """End the task as Cancelled, with what there is of a result; False if it was lost.

    None leaves a checkpoint of an earlier attempt to be settled.
    """
    more = {} if result is None else {"checkpoint": 0, **vouching(result)}
    text = _text(NOTHING if result is None else result)
    return await _end(claim, Status.CANCELLED, text, sentence=CANCELLED, **more) is not None


def vouching(result: dict[str, Any]) -> dict[str, str]:
    """The columns of a run that vouch for what its result says is stored."""
    return {"manifest_sha256": str(result.get("manifest_sha256", ""))}


async def _end(
    claim: Claim, status: Status, result: str, *, sentence: str, **more: Any
) -> Status | None:
    """End a task that is still ours; the status it ended with."""
    now = await now_ms()
    async with transaction() as connection:
        ours = _ours(claim, connection)
        if status == Status.FINISHED:
            if await _ended(ours.filter(cancel_at=0), status, now, **more):
                await _mirror(claim.task_id, status, connection, result=result)
                return status
            status, more = Status.CANCELLED, {**more, "checkpoint": 0}
        if not await _ended(ours, status, now, sentence, **more):
            return None
        await _mirror(claim.task_id, status, connection, result=result)
    return status


async def _ended(runs: Any, status: Status, now: int, sentence: str = "", **more: Any) -> int:
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


@restarted
@translated()
async def hand_back(claim: Claim) -> bool:
    """Put the task back as Submitted with a message to send; the attempt is not counted."""
    now = await now_ms()
    async with transaction() as connection:
        changed = await _ours(claim, connection).update(
            state=Status.SUBMITTED.value,
            lease_token="",
            lease_until=0,
            attempt=F("attempt") - 1,
            version=F("version") + 1,
        )
        if changed:
            counted = Run.filter(task_id=claim.task_id, crashes__gt=0).using_db(connection)
            await counted.update(crashes=F("crashes") - 1)
            await _mirror(claim.task_id, Status.SUBMITTED, connection)
            await Outbox.create(
                task_id=claim.task_id,
                created_at=now,
                request_id=claim.request_id,
                using_db=connection,
            )
    return bool(changed)


def _text(result: dict[str, Any]) -> str:
    return json.dumps(result, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


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
