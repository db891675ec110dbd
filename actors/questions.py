"""Asking a worker what a stored model says of new subjects. Torch-free.

The table goes to Redis for a while, a message to a queue of its own, and the answer comes back as
Dramatiq keeps results: https://dramatiq.io/cookbook.html#storing-message-results
"""

import uuid
import zlib
from dataclasses import dataclass
from typing import Any, cast

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import ResultMissing, Results
from dramatiq.results.backends import RedisBackend

from actors.queue import HEARTBEAT_MS

QUEUE = "sgn.predict"
ACTOR = "predict"
TABLES = "sgn:table:"
KEEP_MS = 10 * 60_000
MOST_BYTES = 32_000_000  # of a table as text


@dataclass(frozen=True)
class Question:
    """A model, by its task and the hash of its manifest, and where the table lies."""

    task_id: str
    manifest_sha256: str
    table: str
    explain: bool
    request_id: str = ""


def question_broker(client: redis.Redis) -> RedisBroker:
    """The broker of the queue, as both sides must configure it."""
    broker = RedisBroker(  # type: ignore[no-untyped-call]
        client=client,
        middleware=[Results(backend=backend(client), result_ttl=KEEP_MS)],  # type: ignore[no-untyped-call]
        maintenance_chance=1_000_000,
        heartbeat_timeout=HEARTBEAT_MS,
    )
    broker.declare_queue(QUEUE)
    return broker


def backend(client: redis.Redis) -> RedisBackend:
    """Where answers lie for ten minutes."""
    return RedisBackend(client=client)


def put_table(client: redis.Redis, text: str) -> str:
    """Leave a table for the worker; its key. Raises redis.RedisError."""
    key = TABLES + uuid.uuid4().hex
    client.set(key, zlib.compress(text.encode(), 1), px=KEEP_MS)
    return key


def get_table(client: redis.Redis, key: str) -> str | None:
    """The table; None once it has gone. Raises redis.RedisError."""
    found = cast("bytes | None", client.get(key))
    if found is None:
        return None
    inflated = zlib.decompressobj().decompress(found, MOST_BYTES)
    return inflated.decode()


def ask(broker: RedisBroker, question: Question) -> "Message[Any]":
    """Put a question on the queue; what stands for it. Raises redis.RedisError."""
    message: Message[Any] = Message(
        queue_name=QUEUE, actor_name=ACTOR, args=(), kwargs=vars(question), options={}
    )
    broker.enqueue(message)
    return message


def answer(client: redis.Redis, message: "Message[Any]") -> dict[str, Any] | None:
    """What a worker has answered; None as long as none has. Raises redis.RedisError."""
    try:
        found: dict[str, Any] = message.get_result(backend=backend(client))
    except ResultMissing:
        return None
    return found


def forget(client: redis.Redis, key: str) -> None:
    """Remove a table that nobody needs any more. Raises redis.RedisError."""
    client.delete(key)
