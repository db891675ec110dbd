"""The queue: Dramatiq on Redis. A message holds a task id and nothing else."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import redis
from dramatiq import Message, Middleware
from dramatiq.brokers.redis import RedisBroker

from actors.names import NamedBroker, Names
from actors.redis_clients import redis_client
from actors.single_slot_consumer import SingleSlotBroker
from db.form import KINDS

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


def count_workers(client: redis.Redis, names: Names) -> Counter[str]:
    """How many workers have shown life lately, by kind of device. Raises redis.RedisError."""
    keys = list(client.scan_iter(names.key(WORKERS, "*"), count=SCANNED))
    kinds: Any = client.mget(keys) if keys else ()
    return Counter(kind.decode() for kind in kinds if kind is not None)
