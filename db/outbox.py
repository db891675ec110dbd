"""Messages that are to be sent: written with the task, sent at least once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from db.clock import now_ms
from db.errors import translated
from db.models import Outbox, Run
from db.states import Status

BATCH = 100
LONGEST_LIST = 500
BACK_OFF_MS = 5_000


@dataclass(frozen=True)
class OutboxMessage:
    """A task id to put on the queue; the message is known by its task and when it was written.

    ``kind`` is of the device that the task asks for; empty for any. ``traceparent`` is known to the
    process that wrote it.
    """

    task_id: str
    request_id: str
    created_at: int
    kind: str = ""
    traceparent: str = ""


@translated()
async def unsent(older_than_ms: int = 0, limit: int = BATCH) -> list[OutboxMessage]:
    """The oldest messages that were not sent, written at least that long ago."""
    old = Outbox.filter(sent_at=0, created_at__lte=await now_ms() - older_than_ms)
    rows = old.order_by("id").limit(limit)
    found = await rows.values_list("task_id", "request_id", "created_at", "kind")
    return [OutboxMessage(*row) for row in found]


@translated()
async def mark_sent(messages: Sequence[OutboxMessage]) -> None:
    """Note that these were sent; not what was written of their tasks later."""
    written = [message.created_at for message in messages]
    if not written:
        return
    task_ids = [message.task_id for message in messages]
    between = {"created_at__gte": min(written), "created_at__lte": max(written)}
    await Outbox.filter(task_id__in=task_ids, sent_at=0, **between).update(sent_at=await now_ms())


@translated()
async def requeue_expired(on_queue: Collection[str]) -> list[str]:
    """Write messages for running tasks whose lease has run out; their ids.

    None for those that are ``on_queue`` already, where busy workers may leave them for hours.
    """
    now = await now_ms()
    expired = Run.filter(state=Status.RUNNING.value, lease_until__lt=now, cancel_at=0)
    known = await expired.order_by("lease_until").values_list("task_id", flat=True)
    return await requeue([str(task_id) for task_id in known], on_queue)


@translated()
async def requeue(task_ids: Sequence[str], on_queue: Collection[str]) -> list[str]:
    """Write messages for those of these that are not ``on_queue`` and were not sent just now."""
    now = await now_ms()
    missing = [task_id for task_id in task_ids if task_id not in on_queue]
    return await _write(missing[:BATCH], now, since=now - BACK_OFF_MS)


@translated()
async def requeue_submitted(on_queue: Collection[str], older_than_ms: int) -> list[str]:
    """Write messages for submitted tasks that the queue has lost; their ids.

    Lost is what is not ``on_queue`` and whose last message is older than that.
    """
    now = await now_ms()
    waiting = Run.filter(state=Status.SUBMITTED.value, submitted_at__lt=now - older_than_ms)
    known = await waiting.order_by("submitted_at").values_list("task_id", flat=True)
    lost = [str(task_id) for task_id in known if str(task_id) not in on_queue]
    return await _write(lost[:BATCH], now, since=now - older_than_ms)


@translated()
async def prune(older_than_ms: int) -> None:
    """Remove messages that were sent that long ago; what is lost of them is found by its task."""
    now = await now_ms()
    old = Outbox.filter(sent_at__gt=0, sent_at__lt=now - older_than_ms).limit(LONGEST_LIST)
    ids = await old.values_list("id", flat=True)
    if ids:
        await Outbox.filter(id__in=list(ids)).delete()


async def _messaged_since(task_ids: list[str], since: int) -> set[str]:
    """Tasks with a message that waits to be sent or was written or sent since then."""
    if not task_ids:
        return set()
    rows = await Outbox.filter(task_id__in=task_ids).values("task_id", "created_at", "sent_at")
    return {
        row["task_id"]
        for row in rows
        if not row["sent_at"] or max(row["created_at"], row["sent_at"]) >= since
    }


async def _write(task_ids: list[str], now: int, *, since: int) -> list[str]:
    """Write a message for each task that has none since then."""
    recent = await _messaged_since(task_ids, since)
    wanted = [task_id for task_id in task_ids if task_id not in recent]
    if not wanted:
        return []
    runs = await Run.filter(task_id__in=wanted).values("task_id", "request_id", "kind")
    known = {run["task_id"]: run for run in runs}
    there = [task_id for task_id in wanted if task_id in known]
    await Outbox.bulk_create([Outbox(created_at=now, **known[task_id]) for task_id in there])
    return there
