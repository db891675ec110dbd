"""The queue: Dramatiq on Redis. A message holds a task id and nothing else."""

from collections.abc import Iterable, Sequence
from typing import Any

import redis
from dramatiq import Message, Middleware
from dramatiq.brokers.redis import RedisBroker

QUEUE = "sgn"
ACTOR = "train"
HEARTBEAT_MS = 30_000
WORKERS = "sgn:workers"


def redis_client(url: str) -> redis.Redis:
    """A client that gives up on a silent server after seconds, not minutes."""
    return redis.Redis.from_url(
        url, socket_connect_timeout=2, socket_timeout=10, health_check_interval=30
    )


def redis_broker(url: str, middleware: Iterable[Middleware] = ()) -> RedisBroker:
    """The broker as every process must configure it.

    A message of a killed worker comes back only when some client does maintenance, by default
    once in a thousand commands; here with every command. Retries, ages and time limits are the
    database's matter (attempts, leases), so none of Dramatiq's middleware is in use.
    """
    broker = _broker(redis_client(url), middleware, maintenance_chance=1_000_000)
    broker.declare_queue(QUEUE)
    return broker


def _broker(
    client: redis.Redis, middleware: Iterable[Middleware] = (), *, maintenance_chance: int
) -> RedisBroker:
    return RedisBroker(  # type: ignore[no-untyped-call]
        client=client,
        middleware=list(middleware),
        maintenance_chance=maintenance_chance,
        heartbeat_timeout=HEARTBEAT_MS,
    )


def send(broker: RedisBroker, messages: Sequence[tuple[str, str]]) -> None:
    """Put tasks on the queue, each by its id and the id of the request that asked for it.

    The first goes by itself, so that the rest find the scripts loaded and go in one round trip.

    Raises:
        redis.RedisError: the server does not answer; some may be on the queue.

    """
    first, *others = (_message(*message) for message in messages)
    broker.enqueue(first)
    if not others:
        return
    pipeline = broker.client.pipeline(transaction=False)
    together = _broker(pipeline, maintenance_chance=0)
    together.broker_id = broker.broker_id  # else the server would take it for a worker
    for message in others:
        together.enqueue(message)
    pipeline.execute()


def _message(task_id: str, request_id: str) -> "Message[None]":
    options = {"request_id": request_id} if request_id else {}
    return Message(queue_name=QUEUE, actor_name=ACTOR, args=(task_id,), kwargs={}, options=options)


def on_queue(broker: RedisBroker) -> set[str]:
    """The tasks whose messages lie on the queue.

    Not those that a worker has fetched: if it never heard the answer, nobody has them.
    """
    name = f"{broker.namespace}:{QUEUE}"
    numbers: Any = broker.client.lrange(name, 0, -1)
    contents: Any = broker.client.hmget(f"{name}.msgs", numbers) if numbers else ()
    messages = (Message.decode(content) for content in contents if content is not None)
    return {str(argument) for message in messages for argument in message.args[:1]}
