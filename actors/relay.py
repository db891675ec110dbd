"""From the outbox to the queue, and back onto it what the queue lost.

A message may be sent twice, never not at all: the claim sorts that out.

What older versions left on Redis under names without an installation's id is adopted. Tasks that
wait come back by themselves, as those of a Redis that lost everything. Their old messages are
removed, as far as this database knows their tasks: what else lies there may be another
installation's, which is older. Logs of tasks that have not ended get their new names.
"""

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

import redis
from dramatiq import Message
from dramatiq.errors import DecodeError

from actors import queue
from actors.log_context import TRACING
from actors.queue import QUEUES
from actors.redis_connection import QUEUES as OLD_NAMESPACE
from actors.redis_connection import NamedBroker, Names
from actors.tasks.streams import LOG_STREAM
from db.queue import outbox
from db.queue.outbox import OutboxMessage
from db.queue.queue_state import known_ids
from db.queue.runs import cancel_silent, cancelled_with_checkpoint
from db.server.errors import DatabaseUnavailable, SchemaAhead
from db.server.versions import check_not_ahead
from db.submissions.intake import prune_keys

log = logging.getLogger(__name__)

OLD_STREAM = "sgn:log:"
BATCH = 500
LOST_AFTER_MS = 10_000
KEEP_SENT_MS = 3_600_000
CANCEL_AFTER_MS = 2_500
GATHER_SECONDS = 0.006  # what comes within them goes along
REST = 1.5  # rounds, after which another process may take the period of one that failed
ADOPT_SECONDS = 600.0
OWN_MS = 1_000  # for the process that wrote a message; then any may send it


async def adopt(client: redis.Redis, names: Names) -> None:
    """Adopt our messages of an older version. Raises RedisError, DatabaseError."""
    messages = await asyncio.to_thread(_old_messages, client)
    logs = await asyncio.to_thread(_old_logs, client)
    if not messages and not logs:
        return
    known = await known_ids(sorted({*messages, *logs}))
    ours = [message for task_id in known for message in messages.get(task_id, ())]
    await asyncio.to_thread(_remove_messages, client, ours)
    old_logs = [logs[task_id] for task_id in known & set(logs)]
    await asyncio.to_thread(_rename_logs, client, names, old_logs)
    if ours:
        log.info(
            "%d messages of an older version were removed: their tasks get new ones", len(ours)
        )


def _old_messages(client: redis.Redis) -> dict[str, list[tuple[str, bytes]]]:
    """The tasks that old messages name, each with queues and ids of them. Raises RedisError."""
    messages: dict[str, list[tuple[str, bytes]]] = {}
    for name in QUEUES:
        contents: Any = client.hscan_iter(f"{OLD_NAMESPACE}:{name}.msgs", count=BATCH)
        for number, content in contents:
            for task_id in _named(content):
                messages.setdefault(task_id, []).append((name, number))
    return messages


def _old_logs(client: redis.Redis) -> dict[str, str]:
    """The keys of old logs by their tasks. Raises RedisError."""
    keys = [key.decode() for key in client.scan_iter(f"{OLD_STREAM}*", count=BATCH)]
    return {key.removeprefix(OLD_STREAM): key for key in keys}


def _remove_messages(client: redis.Redis, messages: Sequence[tuple[str, bytes]]) -> None:
    """Remove these from their queues, also those that a worker had fetched. Raises RedisError."""
    for start in range(0, len(messages), BATCH):
        pipe = client.pipeline(transaction=False)
        for name, number in messages[start : start + BATCH]:
            pipe.lrem(f"{OLD_NAMESPACE}:{name}", 0, number.decode())
            pipe.hdel(f"{OLD_NAMESPACE}:{name}.msgs", number.decode())
        pipe.execute()
    for name in {name for name, _ in messages}:
        numbers = [number.decode() for of, number in messages if of == name]
        for key in client.scan_iter(f"{OLD_NAMESPACE}:__acks__.*.{name}", count=BATCH):
            client.srem(key, *numbers)


def _rename_logs(client: redis.Redis, names: Names, keys: Sequence[str]) -> None:
    """Give logs the names under which they are looked for. Raises RedisError."""
    for key in keys:
        try:
            client.renamenx(key, names.key(LOG_STREAM, key.removeprefix(OLD_STREAM)))
        except redis.ResponseError as error:  # it has run out meanwhile
            log.debug("the log %s could not be renamed: %s", key, error)


def _named(content: bytes) -> Iterator[str]:
    try:
        message = Message.decode(content)
    except DecodeError:
        return
    yield from (str(argument) for argument in message.args[:1])


class Relay:
    """Sends what its process has just written at once, and ``every`` seconds what others left.

    In a worker it is ``reconciling``: it also looks for what the queue has lost. ``public_url`` is
    where people reach the pages of tasks that it ends.
    """

    def __init__(
        self, broker: NamedBroker, *, every: float, reconciling: bool, public_url: str = ""
    ) -> None:
        self._broker = broker
        self._every = every
        self._reconciling = reconciling
        self._public_url = public_url
        self._fresh: list[OutboxMessage] = []
        self._unnoted: Sequence[OutboxMessage] = ()
        self._wake = asyncio.Event()

    def take(self, messages: Sequence[OutboxMessage]) -> None:
        """Messages that this process has written and is to send."""
        self._fresh += messages
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled."""
        due = 0.0
        while True:
            fresh, self._fresh = self._fresh, []
            try:
                await self._send(fresh)
                if time.monotonic() >= due:
                    due = time.monotonic() + self._every
                    await self._look_after()
            except (redis.RedisError, DatabaseUnavailable, SchemaAhead) as error:
                log.warning("the relay waits: %s", error)
                due = time.monotonic() + REST * self._every
            except Exception:
                log.exception("the relay failed and goes on")
                due = time.monotonic() + REST * self._every
            await self._pause()

    async def _look_after(self) -> None:
        if self._reconciling and await self._acquire_period("reconcile"):
            await check_not_ahead()
            await _reconcile(self._broker)
            if await self._acquire_period("adopt", ADOPT_SECONDS):
                await adopt(self._broker.client, self._broker.names)
        if not await self._acquire_period("relay"):
            return
        await check_not_ahead()
        for task_id in await cancel_silent(CANCEL_AFTER_MS, self._public_url):
            log.warning(
                "task %s: its worker did not answer to being cancelled",
                task_id,
                extra={"task_id": task_id},
            )
        while await self._send(await outbox.unsent(OWN_MS)) == outbox.BATCH:
            pass

    async def _send(self, messages: Sequence[OutboxMessage]) -> int:
        """Send these and note it; the number of messages sent.

        What was sent before and could not be noted comes first: a database that reads and does not
        write names the same messages in every round.
        """
        if self._unnoted:
            await outbox.mark_sent(self._unnoted)
            self._unnoted = ()
        if messages:
            since = time.time_ns()
            entries = [(message.task_id, message.request_id, message.kind) for message in messages]
            await asyncio.to_thread(queue.send, self._broker, entries)
            self._unnoted = messages
            await outbox.mark_sent(messages)
            self._unnoted = ()
            traces = [message.traceparent for message in messages]
            TRACING.note_each("send", traces, since=since)
        return len(messages)

    async def _acquire_period(self, what: str, seconds: float | None = None) -> bool:
        broker, ms = self._broker, 1000 * (seconds or self._every)
        return await asyncio.to_thread(
            queue.try_acquire_period, broker.client, broker.names, what, ms
        )

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self._every)
        except TimeoutError:
            return
        await asyncio.sleep(GATHER_SECONDS)
        self._wake.clear()


async def _reconcile(broker: NamedBroker) -> None:
    """Bring back tasks whose worker or whose message is gone."""
    lying = await asyncio.to_thread(queue.queued_messages, broker)
    on_queue = {task_id for _, task_id in lying}
    expired = await outbox.requeue_expired(on_queue)
    lost = await outbox.requeue_submitted(lying, LOST_AFTER_MS)
    cancelled = await outbox.requeue(await cancelled_with_checkpoint(), on_queue)
    for task_id in (*expired, *lost, *cancelled):
        log.warning("task %s is put on the queue again", task_id, extra={"task_id": task_id})
    await outbox.prune(KEEP_SENT_MS)
    await prune_keys()
