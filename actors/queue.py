"""The queue: Dramatiq on Redis. A message holds a task id and nothing else.

A worker listens to several queues and has one message at a time. Dramatiq consumes each queue by a
thread of its own, which would fetch a message while the worker is busy with one of another queue:
that message would lie there for hours while other workers are idle.
"""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import redis
from dramatiq import Consumer, Message, MessageProxy, Middleware
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed

from actors.redis_connection import NamedBroker, Names, describe_error, redis_client
from db.submissions.form import KINDS

QUEUE = "sgn"
ACTOR = "train"
QUEUE_HEARTBEAT_MS = 30_000
WORKERS = "workers"
PERIODS = "turn"
PERIOD_SHARE = 0.9  # of a round
HEARTBEAT_SECONDS = 30
SCANNED = 1000  # keys looked at in one call


def queue_of(kind: str) -> str:
    """The queue of the tasks that ask for a device of this kind; of ``""``, of all others."""
    return f"{QUEUE}.{kind}" if kind else QUEUE


QUEUES = tuple(queue_of(kind) for kind in ("", *KINDS))


def redis_broker(url: str, names: Names) -> NamedBroker:
    """The broker as every process must configure it, also before it knows its names.

    A message of a killed worker comes back only when some client does maintenance, by default
    once in a thousand commands; here with every command. Retries, ages and time limits are the
    database's matter (attempts, leases), so none of Dramatiq's middleware is in use.
    """
    return _broker(NamedBroker, redis_client(url), names, maintenance_chance=1_000_000)


def worker_broker(
    url: str, names: Names, kind: str, middleware: Iterable[Middleware]
) -> NamedBroker:
    """The broker of a worker, which takes the tasks that its kind of device may."""
    broker = _broker(
        SingleSlotBroker, redis_client(url), names, middleware, maintenance_chance=1_000_000
    )
    broker.declare_queue(queue_of(kind))
    return broker


def _broker(
    made: type[NamedBroker],
    client: redis.Redis,
    names: Names,
    middleware: Iterable[Middleware] = (),
    *,
    maintenance_chance: int,
) -> NamedBroker:
    broker = made(
        names=names,
        client=client,
        middleware=list(middleware),
        maintenance_chance=maintenance_chance,
        heartbeat_timeout=QUEUE_HEARTBEAT_MS,
    )
    broker.declare_queue(QUEUE)
    return broker


def send(broker: NamedBroker, messages: Sequence[tuple[str, str, str]]) -> None:
    """Put tasks on their queues, each by its id, its request's id and its kind of device.

    The first goes by itself, so that the rest find the scripts loaded and go in one round trip.

    Raises:
        redis.RedisError: the server does not answer; some may be on the queue.
        DatabaseUnavailable: it has not answered yet, so the queue's name is not known.

    """
    first, *others = (_message(*message) for message in messages)
    broker.enqueue(first)
    if not others:
        return
    pipeline = broker.client.pipeline(transaction=False)
    # Of the same class, which has asked the server by now what it keeps for all its instances.
    together = _broker(type(broker), pipeline, broker.names, maintenance_chance=0)
    together.broker_id = broker.broker_id  # else the server would take it for a worker
    for message in others:
        together.enqueue(message)
    pipeline.execute()


def _message(task_id: str, request_id: str, kind: str) -> "Message[None]":
    options = {"request_id": request_id} if request_id else {}
    return Message(
        queue_name=queue_of(kind), actor_name=ACTOR, args=(task_id,), kwargs={}, options=options
    )


def queued_messages(broker: RedisBroker) -> list[tuple[str, str]]:
    """The messages that lie on any of the queues, also on those that nobody here consumes.

    Each by the kind of device that its queue is for and the task that it names.
    Not those that a worker has fetched: if it never heard the answer, nobody has them.
    """
    return [
        (kind, str(argument))
        for kind in ("", *KINDS)
        for message in _lying(broker, queue_of(kind))
        for argument in message.args[:1]
    ]


def _lying(broker: RedisBroker, queue: str) -> list["Message[Any]"]:
    name = f"{broker.namespace}:{queue}"
    numbers: Any = broker.client.lrange(name, 0, -1)
    contents: Any = broker.client.hmget(f"{name}.msgs", numbers) if numbers else ()
    return [Message.decode(content) for content in contents if content is not None]


def try_acquire_period(client: redis.Redis, names: Names, what: str, ms: float) -> bool:
    """Whether this process does something in this round of so long: one of all does.

    A thousand workers would else ask the database the same thousand times. Where Redis is away,
    each does it.
    """
    try:
        return bool(client.set(names.key(PERIODS, what), "1", nx=True, px=int(PERIOD_SHARE * ms)))
    except redis.RedisError:
        return True


def send_heartbeat(client: redis.Redis, names: Names, worker: str, kind: str) -> None:
    """Say that a worker with this kind of device is alive. Raises redis.RedisError."""
    client.set(names.key(WORKERS, worker), kind, ex=HEARTBEAT_SECONDS)


def remove_heartbeat(client: redis.Redis, names: Names, worker: str) -> None:
    """Say that a worker has ended. Raises redis.RedisError."""
    client.delete(names.key(WORKERS, worker))


def list_workers(client: redis.Redis, names: Names) -> dict[str, str]:
    """The kind of device of each worker that has shown life lately. Raises redis.RedisError."""
    prefix = names.key(WORKERS, "")
    keys = sorted(set(client.scan_iter(f"{prefix}*", count=SCANNED)))
    kinds: Any = client.mget(keys) if keys else ()
    return {
        key.decode().removeprefix(prefix): kind.decode()
        for key, kind in zip(keys, kinds, strict=True)
        if kind is not None
    }


def count_workers(client: redis.Redis, names: Names) -> Counter[str]:
    """How many workers have shown life lately, by kind of device. Raises redis.RedisError."""
    return Counter(list_workers(client, names).values())


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
