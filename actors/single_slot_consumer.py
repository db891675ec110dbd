"""A worker process that listens to several queues and has one message at a time.

Dramatiq consumes each queue by a thread of its own, which would fetch a message while the worker is
busy with one of another queue: that message would lie there for hours while other workers are idle.
"""

import contextlib
import random
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import redis
from dramatiq import Consumer, MessageProxy
from dramatiq.errors import ConnectionClosed

from actors.names import NamedBroker, Names
from actors.redis_clients import describe_error

HEARTBEAT_LOOK_MS = 300


class SlotLock:
    """The one slot for a message that all consumers of a process share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: object | None = None

    def acquire(self, holder: object) -> bool:
        """Take the slot if it is free; return True if ``holder`` now has it."""
        with self._lock:
            if self._holder is not None:
                return False
            self._holder = holder
            return True

    def release(self, holder: object, to: object | None = None) -> None:
        """Free the slot, or pass it on ``to`` another; does nothing if ``holder`` has it not."""
        with self._lock:
            if self._holder == holder:
                self._holder = to


class NamedConsumer(Consumer):
    """Wraps Dramatiq's consumer of a queue, and fetches nothing before the queue has its name."""

    def __init__(self, consumer: Consumer, names: Names) -> None:
        self._consumer = consumer
        self._names = names

    def __next__(self) -> MessageProxy | None:
        if self._names.known:
            return next(self._consumer)
        time.sleep(HEARTBEAT_LOOK_MS / 1000)
        return None

    def ack(self, message: MessageProxy) -> None:
        self._consumer.ack(message)

    def nack(self, message: MessageProxy) -> None:
        self._consumer.nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        self._consumer.requeue(messages)

    def close(self) -> None:
        self._consumer.close()


class SingleSlotConsumer(NamedConsumer):
    """Fetches a message only while no consumer of this process has one.

    The wrapped consumer must not wait for a message: it would wait with the slot taken.
    """

    def __init__(self, consumer: Consumer, names: Names, pause_ms: int, slot: SlotLock) -> None:
        super().__init__(consumer, names)
        self._pause = pause_ms / 1000
        self._slot = slot

    def __next__(self) -> MessageProxy | None:
        message = None
        if self._names.known and self._slot.acquire(self):
            try:
                with _as_closed_connection():
                    message = next(self._consumer)
            finally:
                self._slot.release(self, to=None if message is None else message.message_id)
        if message is None:
            time.sleep(self._pause * random.uniform(0.5, 1))  # noqa: S311 - no secret
        return message

    def ack(self, message: MessageProxy) -> None:
        try:
            with _as_closed_connection():
                super().ack(message)
        finally:
            self._slot.release(message.message_id)

    def nack(self, message: MessageProxy) -> None:
        try:
            with _as_closed_connection():
                super().nack(message)
        finally:
            self._slot.release(message.message_id)


@contextlib.contextmanager
def _as_closed_connection() -> Iterator[None]:
    """Treat a server that is full or read-only as one that is away: Dramatiq tries that again."""
    try:
        yield
    except redis.ResponseError as error:
        reason = str(describe_error(error))
        raise ConnectionClosed(reason) from None  # type: ignore[no-untyped-call]


class SingleSlotBroker(NamedBroker):
    """Its consumers have one message together, however many queues there are."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._slot = SlotLock()

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """Make a consumer of the queue.

        Nothing is ever delayed. A worker looks into the queue of delayed messages all the same,
        also while it trains: that is its heartbeat, without which its message would be given to
        another worker.
        """
        if queue_name in self.delay_queues:
            return NamedConsumer(
                super().consume(queue_name, prefetch, HEARTBEAT_LOOK_MS), self.names
            )
        consumer = super().consume(queue_name, prefetch=1, timeout=0)
        return SingleSlotConsumer(consumer, self.names, timeout, self._slot)
