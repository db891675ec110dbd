"""Messages that are to be sent: written with the task, sent at least once."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tortoise.expressions import Q
from tortoise.functions import Count

from db.models import Outbox, Run
from db.queue.claims import is_shard
from db.queue.states import Status
from db.server.errors import translate_errors
from db.server.statements import LONGEST_LIST, now_ms, pieces

BATCH = 100
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


@translate_errors()
async def unsent(older_than_ms: int = 0, limit: int = BATCH) -> list[OutboxMessage]:
    """The oldest messages that were not sent, written at least that long ago."""
    old = Outbox.filter(sent_at=0, created_at__lte=await now_ms() - older_than_ms)
    rows = old.order_by("id").limit(limit)
    columns = await rows.values_list("task_id", "request_id", "created_at", "kind")
    return [OutboxMessage(*row) for row in columns]


@translate_errors()
async def mark_sent(messages: Sequence[OutboxMessage]) -> None:
    """Note that these were sent; not what was written of their tasks later."""
    written = [message.created_at for message in messages]
    if not written:
        return
    task_ids = [message.task_id for message in messages]
    between = {"created_at__gte": min(written), "created_at__lte": max(written)}
    await Outbox.filter(task_id__in=task_ids, sent_at=0, **between).update(sent_at=await now_ms())


@translate_errors()
async def requeue_expired(on_queue: Collection[str]) -> list[str]:
    """Write messages for running tasks whose lease has run out; their ids.

    None for those that are ``on_queue`` already, where busy workers may leave them for hours.
    """
    now = await now_ms()
    expired = Run.filter(state=Status.RUNNING.value, lease_until__lt=now, cancel_at=0)
    task_ids = await expired.order_by("lease_until").values_list("task_id", flat=True)
    return await requeue([str(task_id) for task_id in task_ids], on_queue)


@translate_errors()
async def requeue(task_ids: Sequence[str], on_queue: Collection[str]) -> list[str]:
    """Write messages for those of these that are not ``on_queue`` and were not sent just now."""
    now = await now_ms()
    missing = [task_id for task_id in task_ids if task_id not in on_queue]
    return await _write(missing[:BATCH], now, since=now - BACK_OFF_MS)


@translate_errors()
async def requeue_submitted(lying: Sequence[tuple[str, str]], older_than_ms: int) -> list[str]:
    """Write messages where more tasks wait than messages lie on the queue; their tasks' ids.

    A message may be used for another task than it names (see ``db.queue.claims``), so messages
    are counted, those that are on their way too. ``lying`` are the kinds of device and the tasks
    that those on the queue name. A part is claimed by its own message, and lost if there is none.
    """
    now = await now_ms()
    since = now - older_than_ms
    on_queue = {task_id for _, task_id in lying}
    waiting = Run.filter(state=Status.SUBMITTED.value, submitted_at__lt=since)
    submitted = await waiting.order_by("submitted_at", "task_id").values_list("task_id", "kind")
    lost = [(str(id_), str(kind)) for id_, kind in submitted if str(id_) not in on_queue]
    shards = [task_id for task_id, _ in lost if is_shard(task_id)]
    missing = await _missing(lying, since) if len(shards) < len(lost) else {}
    wanted = await _write(shards[:BATCH], now, since=since)
    for kind, number in missing.items():
        whole = [id_ for id_, of_kind in lost if of_kind == kind and not is_shard(id_)]
        wanted += await _write(whole, now, since=since, most=min(number, BATCH))
    return wanted


async def _missing(lying: Sequence[tuple[str, str]], since: int) -> dict[str, int]:
    """How many more whole tasks wait than messages for one lie on the queue or are on their way.

    By the kind of device. The message of a task whose worker was lost is for that task alone.
    """
    whole = Run.filter(state=Status.SUBMITTED.value, part=0, cancel_at=0)
    waiting = whole.annotate(number=Count("task_id")).group_by("kind")
    counted = Counter(dict(await waiting.values_list("kind", "number")))
    running = set(await _running([task_id for _, task_id in lying]))
    usable = [
        message for message in lying if not is_shard(message[1]) and message[1] not in running
    ]
    on_way = Outbox.filter(Q(sent_at=0) | Q(sent_at__gte=since) | Q(created_at__gte=since))
    names = {task_id for _, task_id in lying}
    under_way = [
        kind
        for kind, task_id in await on_way.values_list("kind", "task_id")
        if not is_shard(str(task_id)) and task_id not in names
    ]
    counted.subtract(kind for kind, _ in usable)
    counted.subtract(map(str, under_way))
    return {kind: number for kind, number in counted.items() if number > 0}


async def _running(task_ids: Sequence[str]) -> list[str]:
    """Those of these tasks that run without a worker."""
    now, running = await now_ms(), []
    for ids in pieces(task_ids):
        some = Run.filter(task_id__in=ids)
        lost = some.filter(state=Status.RUNNING.value, lease_until__lt=now)
        running += [str(task_id) for task_id in await lost.values_list("task_id", flat=True)]
    return running


@translate_errors()
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


async def _write(task_ids: list[str], now: int, *, since: int, most: int = BATCH) -> list[str]:
    """Write a message for each task that has none since then, for so many."""
    recent: set[str] = set()
    for ids in pieces(task_ids):
        recent |= await _messaged_since(ids, since)
    wanted = [task_id for task_id in task_ids if task_id not in recent][:most]
    if not wanted:
        return []
    runs = await Run.filter(task_id__in=wanted).values("task_id", "request_id", "kind")
    by_id = {run["task_id"]: run for run in runs}
    written = [task_id for task_id in wanted if task_id in by_id]
    await Outbox.bulk_create([Outbox(created_at=now, **by_id[task_id]) for task_id in written])
    return written
