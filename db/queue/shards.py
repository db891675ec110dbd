"""Shards of a task: runs of their own, without a submission, that any worker may take."""

from dataclasses import dataclass

from tortoise.expressions import F

from db.models import Outbox, Run
from db.queue.claims import Claim, claimed_run, shard_id
from db.queue.states import ACTIVE, Status, read_reasons
from db.server.errors import translate_errors
from db.server.statements import (
    LONGEST_LIST,
    Columns,
    insert,
    now_ms,
    restart_on_deadlock,
    transaction,
)
from graphnet.messages import Message


@dataclass(frozen=True)
class ShardState:
    """How far a shard is; ``free`` is one that nobody runs at present and anybody may."""

    shard_id: str
    state: str
    reasons: tuple[Message, ...]
    sha256: str
    free: bool


@restart_on_deadlock
@translate_errors()
async def dispatch(claim: Claim, count: int) -> bool:
    """Have the shards 1 to ``count`` done that are not there yet; False if the task was lost."""
    now = await now_ms()
    existing = {row["part"] for row in await Run.filter(part_of=claim.task_id).values("part")}
    missing = [number for number in range(1, count + 1) if number not in existing]
    async with transaction() as connection:
        # Something must change, as MySQL counts nothing else.
        if not await claimed_run(claim, connection).update(lease_until=F("lease_until") + 1):
            return False
        ids = [shard_id(claim.task_id, number) for number in missing]
        runs: list[Columns] = [
            {
                "task_id": id_,
                "state": Status.SUBMITTED.value,
                "submitted_at": now,
                "proj_id": claim.proj_id,
                "request_id": claim.request_id,
                "traceparent": claim.traceparent,
                "part_of": claim.task_id,
                "part": number,
                "kind": claim.kind,
            }
            for number, id_ in zip(missing, ids, strict=True)
        ]
        messages: list[Columns] = [
            {"task_id": id_, "created_at": now, "request_id": claim.request_id, "kind": claim.kind}
            for id_ in ids
        ]
        await insert(connection, Run, runs)
        await insert(connection, Outbox, messages)
    return True


@translate_errors()
async def shard_states(task_id: str) -> dict[int, ShardState]:
    """How far the shards of a task are, by number."""
    now = await now_ms()
    runs = await Run.filter(part_of=task_id).only(
        "part", "task_id", "state", "error", "error_messages", "manifest_sha256", "lease_until",
        "cancel_at",
    )  # fmt: skip
    return {
        run.part: ShardState(
            shard_id=run.task_id,
            state=run.state,
            reasons=read_reasons(run),
            sha256=run.manifest_sha256,
            free=not run.cancel_at and _is_free(run.state, run.lease_until, now),
        )
        for run in runs
    }


def _is_free(state: str, lease_until: int, now: int) -> bool:
    lapsed = state == Status.RUNNING.value and lease_until < now
    return state == Status.SUBMITTED.value or lapsed


@translate_errors()
async def prune(older_than_ms: int) -> None:
    """Remove shards that ended that long ago, of tasks that have ended."""
    now = await now_ms()
    over = Run.filter(part_of__gt="", finished_at__gt=0, finished_at__lt=now - older_than_ms)
    whole = dict(await over.limit(LONGEST_LIST).values_list("task_id", "part_of"))
    if not whole:
        return
    active = Run.filter(ACTIVE, task_id__in=list(set(whole.values())))
    needed = set(await active.values_list("task_id", flat=True))
    gone = [shard for shard, task_id in whole.items() if task_id not in needed]
    if gone:
        await Run.filter(task_id__in=gone).delete()
