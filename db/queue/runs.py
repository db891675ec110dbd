"""The run of a claimed task: kept alive, handed back, cancelled, and ended once.

Each transition is one conditional UPDATE of ``sgn_runs``, fenced by the lease token, and in the
same transaction the submission that NEURO-LEARN reads. The UPDATE comes first: SQLite cannot
turn a transaction that began by reading into a writing one while another process writes.

A task is cancelled at once where nobody trains it, else by its worker, else after a while.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F, Q

from db.models import Outbox, Run
from db.neurolearn import Submission
from db.queue.claims import Claim, claimed_run, read_claim
from db.queue.states import (
    ACTIVE,
    Status,
    end_runs,
    extract,
    reason_columns,
    release_shards,
    sync_submission,
)
from db.server.errors import translate_errors
from db.server.limits import check_packet
from db.server.statements import now_ms, restart_on_deadlock, transaction
from db.submissions import tasks
from db.texts import Json, json_text
from graphnet.artifacts.result import StoredObjects, TaskResult
from graphnet.messages import Message

CANCELLED = Message("tasks.cancelled")
BATCH = 100


def empty_result() -> TaskResult:
    """The result of a task that was cancelled before there was anything to store."""
    return TaskResult(warnings=(CANCELLED,), storage=StoredObjects())


@dataclass(frozen=True)
class RunProgress:
    """How far a task is: an epoch of its model's own, thousandths of all work, time left.

    ``remaining_ms`` is -1 where that is not known yet; ``stage`` is what is done at the moment.
    """

    epoch: int = 0
    epochs: int = 0
    permille: int = 0
    remaining_ms: int = -1
    stage: Message | None = None


class LeaseState(StrEnum):
    """What a worker learns when it renews its claim."""

    KEPT = "kept"
    LOST = "lost"
    CANCELLED = "cancelled"


@restart_on_deadlock
@translate_errors()
async def renew(claim: Claim, *, lease_ms: int, progress: RunProgress) -> LeaseState:
    """Keep the claim for another ``lease_ms`` and write progress; whether to go on."""
    now = await now_ms()
    changed = await claimed_run(claim).update(
        lease_until=now + lease_ms,
        progress_at=now,
        epoch=progress.epoch,
        epochs=progress.epochs,
        permille=progress.permille,
        remaining_ms=progress.remaining_ms,
        stage=None if progress.stage is None else json_text(progress.stage.as_dict()),
    )
    held = await claimed_run(claim).values("cancel_at")
    # MySQL counts rows that changed: a row that was as it should be already is still ours.
    if not changed and not held:
        return LeaseState.LOST
    return LeaseState.CANCELLED if held and held[0]["cancel_at"] else LeaseState.KEPT


@restart_on_deadlock
@translate_errors()
async def record_checkpoint(claim: Claim) -> bool:
    """Note that the task can go on from here: what crashed it before no longer counts."""
    changed = await claimed_run(claim).update(checkpoint=await now_ms(), crashes=0)
    return bool(changed)


@restart_on_deadlock
@translate_errors()
async def finish_task(claim: Claim, result: Json, public_url: str = "") -> Status | None:
    """End the task as Finished with its result; None, and nothing written, if it was lost.

    What was cancelled before this is written ends as Cancelled, and keeps the result.
    ``public_url`` is where people reach the pages, for NEURO-LEARN's extract.
    """
    ending = _Ending(Status.FINISHED, (CANCELLED,), result, public_url)
    return await _end(claim, ending, **_integrity_columns(result))


@restart_on_deadlock
@translate_errors()
async def fail_task(claim: Claim, *reasons: Message | str, manifest_sha256: str = "") -> bool:
    """End the task as Failed for these reasons; False if it was lost.

    ``manifest_sha256`` vouches for parameters that were stored all the same.
    """
    columns = {"manifest_sha256": manifest_sha256}
    return await _end(claim, _Ending(Status.FAILED, reasons), **columns) is not None


@restart_on_deadlock
@translate_errors()
async def end_cancelled(claim: Claim, result: Json | None, public_url: str = "") -> bool:
    """End the task as Cancelled, with what there is of a result; False if it was lost.

    None leaves a checkpoint of an earlier attempt to be stored.
    """
    more = {} if result is None else {"checkpoint": 0, **_integrity_columns(result)}
    written = empty_result().as_dict() if result is None else result
    ending = _Ending(Status.CANCELLED, (CANCELLED,), written, public_url)
    return await _end(claim, ending, **more) is not None


def _integrity_columns(result: Json) -> dict[str, str]:
    """The columns of a run that vouch for what its result says is stored."""
    return {"manifest_sha256": str(result.get("manifest_sha256", ""))}


@dataclass(frozen=True)
class _Ending:
    """How a task ends: ``reasons`` say why if not Finished; a failed one has no result."""

    status: Status
    reasons: tuple[Message | str, ...]
    result: Json | None = None
    public_url: str = ""

    def shown(self, task_id: str) -> str:
        """The extract of a result for NEURO-LEARN's row."""
        if self.result is None:
            return " ".join(map(str, self.reasons))
        return extract(task_id, self.result, self.public_url)


async def _end(claim: Claim, ending: _Ending, **more: Any) -> Status | None:
    """End a task that is still ours; the status it ended with. Raises ContentTooLarge."""
    status, shown = ending.status, ending.shown(claim.task_id)
    whole = None if ending.result is None else json_text(ending.result)
    await check_packet("database.result-too-large", shown if whole is None else whole)
    reason = await reason_columns(*ending.reasons)
    now = await now_ms()
    async with transaction() as connection:
        held = claimed_run(claim, connection)
        finished = status == Status.FINISHED and await end_runs(
            held.filter(cancel_at=0), status, now, **more
        )
        if status == Status.FINISHED and not finished:
            status, more = Status.CANCELLED, {**more, "checkpoint": 0}
        if not finished and not await end_runs(held, status, now, reason, **more):
            return None
        if not claim.part:
            await sync_submission(claim.task_id, status, connection, result=shown)
            if whole is not None:
                await tasks.keep(claim.task_id, whole, connection)
        await release_shards(claim.task_id, now, connection)
    return status


@restart_on_deadlock
@translate_errors()
async def hand_back(claim: Claim, *reasons: Message | str, counted: bool = False) -> bool:
    """Put the task back as Submitted with a message to send.

    The attempt is ``counted`` where it ended as a crash does; else it is as if it had not been.
    The ``reasons`` say what it waits for, until it is claimed again.
    """
    reason = await reason_columns(*reasons)
    now = await now_ms()
    async with transaction() as connection:
        changed = await claimed_run(claim, connection).update(
            state=Status.SUBMITTED.value,
            lease_token="",
            lease_until=0,
            attempt=F("attempt") - (0 if counted else 1),
            version=F("version") + 1,
            **reason,
        )
        if changed:
            if not counted:
                crashed = Run.filter(task_id=claim.task_id, crashes__gt=0).using_db(connection)
                await crashed.update(crashes=F("crashes") - 1)
            await sync_submission(claim.task_id, Status.SUBMITTED, connection)
            await Outbox.create(
                task_id=claim.task_id,
                created_at=now,
                request_id=claim.request_id,
                kind=claim.kind,
                using_db=connection,
            )
    return bool(changed)


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
        await _write_cancelled(
            Run.filter(idle, task_id=task_id), task_id, now, connection, public_url
        )


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
        return await _write_cancelled(silent, task_id, now, connection, public_url)


async def _write_cancelled(
    runs: Any, task_id: str, now: int, connection: BaseDBAsyncClient, public_url: str
) -> bool:
    """Write Cancelled; :func:`cancelled_with_checkpoint` finds a task that has a checkpoint."""
    silent = runs.using_db(connection)
    reason = await reason_columns(CANCELLED)
    if not await end_runs(silent, Status.CANCELLED, now, reason, cancel_at=now):
        return False
    result = empty_result().as_dict()
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
    """Claim such a task for ``lease_ms``; None for any other, or if another worker has it."""
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
async def write_cancelled_result(task_id: str, result: Json | None, public_url: str = "") -> None:
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
        vouched = _integrity_columns({} if result is None else result)
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
