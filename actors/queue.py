"""The queue: Dramatiq on Redis. A message holds a task id and nothing else."""

from collections.abc import Iterable
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
    broker = RedisBroker(  # type: ignore[no-untyped-call]
        client=redis_client(url),
        middleware=list(middleware),
        maintenance_chance=1_000_000,
        heartbeat_timeout=HEARTBEAT_MS,
    )
    broker.declare_queue(QUEUE)
    return broker


def send(broker: RedisBroker, task_id: str, request_id: str = "") -> None:
    """Put a task on the queue. Raises redis.RedisError when the server does not answer."""
    options = {"request_id": request_id} if request_id else {}
    broker.enqueue(
        Message(queue_name=QUEUE, actor_name=ACTOR, args=(task_id,), kwargs={}, options=options)
    )


def on_queue(broker: RedisBroker) -> set[str]:
    """The tasks whose messages are on the queue, those that a worker holds included."""
    contents: Any = broker.client.hvals(f"{broker.namespace}:{QUEUE}.msgs")
    messages = (Message.decode(content) for content in contents)
    return {str(argument) for message in messages for argument in message.args[:1]}
