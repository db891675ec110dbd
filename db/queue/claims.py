"""A task taken by a worker: one at a time, by one conditional UPDATE, a bounded number of times.

The UPDATE comes first: SQLite cannot turn a transaction that began by reading into a writing one
while another process writes.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F, Q

from db.models import Run
from db.neurolearn import Submission
from db.queue.states import (
    ACTIVE,
    NO_REASON,
    SHARD_RELEASED,
    Status,
    end_runs,
    reason_columns,
    release_shards,
    sync_submission,
)
from db.server.clock import now_ms
from db.server.errors import translate_errors
from db.server.transactions import restart_on_deadlock, transaction
from db.server.versions import check_known
from db.texts import json_object
from graphnet.messages import Message

IN_ALL = 10  # times the attempts since the last checkpoint
LONGEST_CHAIN = 16
SUBMISSION_DELETED = Message("tasks.submission-deleted")
FORM_UNREADABLE = Message("tasks.form-unreadable")


@dataclass(frozen=True)
class Claim:
    """A task that is ours until the lease runs out; ``lease_token`` fences every write.

    ``earlier`` are the tasks that it tries again, the last first. A ``part`` of a task, from 1 on,
    has the task's form; a whole task is number 0. ``permille`` is how far earlier attempts came.
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
    traceparent: str = ""
    part_of: str = ""
    part: int = 0
    kind: str = ""
    permille: int = 0


@restart_on_deadlock
@translate_errors()
async def claim(
    task_id: str, *, worker: str, device: str, lease_ms: int, max_attempts: int
) -> Claim | None:
    """Take a submitted task, or a running one whose lease has run out; None if it is neither.

    A task that was tried ``max_attempts`` times since its last checkpoint, or ten times as often in
    all, fails with a sentence instead; one that somebody has cancelled is not tried again.

    Raises:
        SchemaAhead: the database is of a newer version, whose workers train its tasks.

    """
    await check_known()
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
                **NO_REASON,
                worker=worker[:128],
                device=device[:64],
                started_at=now,
                progress_at=now,
                crashes=F("crashes") + 1,
                stage=None,
                version=F("version") + 1,
            )
        )
        if taken:
            await sync_submission(task_id, Status.RUNNING, connection)
            return await _taken(task_id, token, now, connection)
        # Taken or ended already, or tried too often. PostgreSQL does not lock the row that the
        # UPDATE left as it was, so it may have been handed back by now: look at the attempts again.
        for what, times in (("crashes", max_attempts), ("attempt", IN_ALL * max_attempts)):
            exhausted = _free(task_id, now, connection).filter(**{f"{what}__gte": times})
            reason = Message("tasks.given-up", count=times)
            await _drop(exhausted, task_id, reason, now, connection)
    return None


async def _drop(
    runs: Any, task_id: str, reason: Message, now: int, connection: BaseDBAsyncClient
) -> None:
    """End the task as Failed in both tables, if the run is still among these."""
    if await end_runs(runs, Status.FAILED, now, await reason_columns(reason)):
        await sync_submission(task_id, Status.FAILED, connection, result=str(reason))
        await release_shards(task_id, now, connection)


def _free(task_id: str, now: int, connection: BaseDBAsyncClient) -> Any:
    expired = Q(state=Status.RUNNING.value, lease_until__lt=now)
    free = Q(state=Status.SUBMITTED.value) | expired
    return Run.filter(free, task_id=task_id, cancel_at=0).using_db(connection)


async def _taken(task_id: str, token: str, now: int, connection: BaseDBAsyncClient) -> Claim | None:
    """The claim, or the end of a task that cannot be read."""
    run = await Run.get(task_id=task_id, using_db=connection)
    claim = await read_claim(run, token, connection)
    if claim is None:
        submitted = Submission.filter(task_id=run.part_of or task_id).using_db(connection)
        reason = FORM_UNREADABLE if await submitted.exists() else SUBMISSION_DELETED
        mine = Run.filter(task_id=task_id).using_db(connection)
        await _drop(mine, task_id, SHARD_RELEASED if run.part else reason, now, connection)
    return claim


async def read_claim(
    run: Run, token: str, connection: BaseDBAsyncClient | None = None
) -> Claim | None:
    """What a worker needs to know of a task; None if its form is gone or cannot be read.

    None also for a shard of a task that has ended.
    """
    whole: Run | None = run
    if run.part:
        active = Run.filter(ACTIVE, task_id=run.part_of).using_db(connection)
        whole = await active.get_or_none()
    if whole is None:
        return None
    submission = await Submission.get_or_none(task_id=whole.task_id, using_db=connection)
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
        earlier=tuple(
            shard_id(task_id, run.part) if run.part else task_id
            for task_id in await _earlier(whole, connection)
        ),
        request_id=run.request_id,
        traceparent=run.traceparent,
        part_of=run.part_of,
        part=run.part,
        kind=run.kind,
        permille=run.permille,
    )


def shard_id(task_id: str, number: int) -> str:
    """The id of a shard's run; shards are numbered from 1 on."""
    return f"{task_id}-{number:04d}"


def is_shard(task_id: str) -> bool:
    """Return True if a run of this id is a shard."""
    return "-" in task_id


def task_id_of_shard(shard_id: str) -> str:
    """The id of the task that a shard of this id belongs to."""
    return shard_id.rpartition("-")[0]


def claimed_run(claim: Claim, connection: BaseDBAsyncClient | None = None) -> Any:
    """The run of a claim, as long as it is held."""
    held = {"lease_token": claim.lease_token, "state": Status.RUNNING.value}
    query = Run.filter(task_id=claim.task_id, **held)
    return query if connection is None else query.using_db(connection)


async def _earlier(run: Run, connection: BaseDBAsyncClient | None) -> tuple[str, ...]:
    chain: list[str] = []
    current: Run | None = run
    while current and current.retry_of and len(chain) < LONGEST_CHAIN:
        chain.append(current.retry_of)
        current = await Run.get_or_none(task_id=current.retry_of, using_db=connection)
    return tuple(chain)
