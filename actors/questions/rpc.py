"""A question to the workers through a queue of its own, and the answer. Torch-free.

The message holds names, never content; the answer comes back as Dramatiq keeps results:
https://dramatiq.io/cookbook.html#storing-message-results
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import ResultMissing, Results
from dramatiq.results.backends import RedisBackend

from actors.messaging.names import NamedBroker, Names
from actors.messaging.queue import QUEUE_HEARTBEAT_MS

KEEP_MS = 10 * 60_000
ANSWERS = "answers"
WITHDRAWN = "withdrawn"


def rpc_broker(client: redis.Redis, names: Names, queue: str) -> NamedBroker:
    """The broker of a queue, as both sides must configure it. Raises DatabaseUnavailable."""
    broker = NamedBroker(
        names=names,
        client=client,
        middleware=[Results(backend=backend(client, names), result_ttl=KEEP_MS)],  # type: ignore[no-untyped-call]
        maintenance_chance=1_000_000,
        heartbeat_timeout=QUEUE_HEARTBEAT_MS,
    )
    broker.declare_queue(queue)
    return broker


def backend(client: redis.Redis, names: Names) -> RedisBackend:
    """Where answers lie for ten minutes."""
    return RedisBackend(client=client, namespace=names.key(ANSWERS), use_namespace_prefix_keys=True)


def send_request(
    broker: RedisBroker, queue: str, actor: str, fields: Mapping[str, Any]
) -> "Message[Any]":
    """Put a question on its queue; what stands for it. Raises redis.RedisError."""
    message: Message[Any] = Message(
        queue_name=queue, actor_name=actor, args=(), kwargs=dict(fields), options={}
    )
    broker.enqueue(message)
    return message


def withdraw(client: redis.Redis, names: Names, message: "Message[Any]") -> None:
    """Say that nobody waits for an answer any more. Raises redis.RedisError."""
    client.set(names.key(WITHDRAWN, message.message_id), b"", px=KEEP_MS)


def is_withdrawn(client: redis.Redis, names: Names, message_id: str) -> bool:
    """Whether whoever asked has been told that nobody answered. Raises redis.RedisError."""
    return bool(client.exists(names.key(WITHDRAWN, message_id)))


def read_reply(client: redis.Redis, names: Names, message: "Message[Any]") -> dict[str, Any] | None:
    """What a worker has answered; None as long as none has. Raises redis.RedisError."""
    try:
        reply: dict[str, Any] = message.get_result(backend=backend(client, names))
    except ResultMissing:
        return None
    return reply


READ_QUEUE, READ_ACTOR = "sgn.read", "read"
QUEUE, ACTOR = "sgn.predict", "predict"
PREVIEW, KEEP, ROW = "preview", "keep", "row"  # what a file is read for
OLD_MODEL = "old_model"
ERASE, ERASE_EVIDENCE = "erase", "erase_evidence"
SUBJECTS = "subjects"  # in the mapping of what is to be erased
LATE_SECONDS = 5.0  # clocks differ


@dataclass(frozen=True)
class ReadRequest:
    """A file to read, with the ``mapping`` that answers questions about it.

    ``purpose`` is ``preview`` (nothing is kept), ``keep`` (an upload becomes the dataset
    ``data_id``), ``row`` (a row that NEURO-LEARN wrote) or ``old_model`` (an upload becomes the
    model of the predecessor's task ``data_id``; see ``model_import``); ``erase`` and
    ``erase_evidence`` erase subjects from the dataset or task ``data_id`` (see ``erasing``).
    ``name`` names the file in sentences, and is the dataset's. What is packed may come out as
    ``most`` bytes. Nobody waits for the answer after ``until`` (seconds since 1970).
    """

    purpose: str
    name: str
    data_id: str = ""
    upload: str = ""
    proj_id: str = ""
    user_id: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    most: int = 0
    until: float = float("inf")
    request_id: str = ""


@dataclass(frozen=True)
class PredictionRequest:
    """A model, by its task and the hash of its manifest, and the upload of new subjects."""

    task_id: str
    manifest_sha256: str
    upload: str
    explain: bool
    mapping: Mapping[str, str] = field(default_factory=dict)
    most: int = 0
    until: float = float("inf")
    request_id: str = ""


def is_late(request: ReadRequest | PredictionRequest) -> bool:
    """Whether whoever asked has been told by now that nobody answered."""
    return time.time() > request.until + LATE_SECONDS
