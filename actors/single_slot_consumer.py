"""A worker process that listens to several queues and still has one message at a time.

Dramatiq consumes each queue by a thread of its own, which would fetch a message while the worker is
busy with one of another queue: that would lie there for hours, with other workers idle.
"""

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import redis
from dramatiq import MessageProxy
from dramatiq.brokers.redis import _RedisConsumer
from dramatiq.errors import ConnectionClosed

from actors.names import NamedBroker
from actors.redis_clients import describe_error

HEARTBEAT_LOOK_MS = 300


class SlotLock:
    """Taken by one message; another that wants it is told no."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: object | None = None

    def take(self, holder: object) -> bool:
        """Whether it was free and now is the holder's."""
        with self._lock:
            if self._holder is not None:
                return False
            self._holder = holder
            return True

    def pass_to(self, holder: object | None, *, of: object) -> None:
        """Give it on, or free; nothing changes where it is not theirs who give it."""
        with self._lock:
            if self._holder == of:
                self._holder = holder


class SingleSlotConsumer(_RedisConsumer):
    """Fetches a message only while its process has none, from this queue or another.

    None as long as the database has not said what the queue is called.
    """

    def __init__(self, broker: NamedBroker, queue: str, pause_ms: int, turn: SlotLock) -> None:
        # It does not sleep with the turn in its hands.
        super().__init__(broker, queue, 1, 0)  # type: ignore[no-untyped-call]
        self._named = broker
        self._pause = pause_ms / 1000
        self._turn = turn

    def __next__(self) -> MessageProxy | None:
        """A message, or None after a while."""
        message = None
        if self._named.names.known and self._turn.take(self):
            try:
                with _refusals():
                    message = super().__next__()  # type: ignore[no-untyped-call]
            finally:
                holder = None if message is None else message.message_id
                self._turn.pass_to(holder, of=self)
        if message is None:
            time.sleep(self._pause * random.uniform(0.5, 1))  # noqa: S311 - no secret
        return message

    def ack(self, message: Any) -> None:
        """The message is done with."""
        try:
            with _refusals():
                super().ack(message)  # type: ignore[no-untyped-call]
        finally:
            self._turn.pass_to(None, of=message.message_id)

    def nack(self, message: Any) -> None:
        """The message is of no use."""
        try:
            with _refusals():
                super().nack(message)  # type: ignore[no-untyped-call]
        finally:
            self._turn.pass_to(None, of=message.message_id)


class HeartbeatConsumer(_RedisConsumer):
    """A consumer of a queue in which there is never a message."""

    def __next__(self) -> MessageProxy | None:
        """None after a while, and no question as long as the queue's name is not known."""
        if self.broker.names.known:
            return super().__next__()  # type: ignore[no-any-return, no-untyped-call]
        time.sleep(HEARTBEAT_LOOK_MS / 1000)
        return None


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """A server that is full or read-only is one that is away: Dramatiq tries that again."""
    try:
        yield
    except redis.ResponseError as error:
        said = describe_error(error)
        raise ConnectionClosed(said) from None  # type: ignore[no-untyped-call]


class SingleSlotBroker(NamedBroker):
    """Its consumers have one message together, however many queues there are."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._one = SlotLock()

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Any:
        """A consumer of the queue.

        Nothing is ever delayed; that a worker looks there all the same, also while it trains, is
        its sign to the others that its message is not to be given to them.
        """
        if queue_name in self.delay_queues:
            return HeartbeatConsumer(  # type: ignore[no-untyped-call]
                self, queue_name, prefetch, HEARTBEAT_LOOK_MS
            )
        return SingleSlotConsumer(self, queue_name, timeout, self._one)
