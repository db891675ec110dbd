"""A question to the workers through a queue of its own, and the answer. Torch-free.

The message holds names, never content; the answer comes back as Dramatiq keeps results:
https://dramatiq.io/cookbook.html#storing-message-results

A worker answers beside whatever it trains: each kind of question by a thread of its own.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dramatiq
import redis
from dramatiq import Broker, Message, Middleware, Worker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import CurrentMessage
from dramatiq.results import ResultMissing, Results
from dramatiq.results.backends import RedisBackend

from actors.queue import QUEUE_HEARTBEAT_MS
from actors.redis_connection import NamedBroker, Names, redis_client
from actors.shutdown import step_of_thread

KEEP_MS = 10 * 60_000
ANSWERS = "answers"
WITHDRAWN = "withdrawn"
STOP_MS = 5_000
LOOK_SECONDS = 0.1
WITHDRAWN_SENTENCE = "Nobody waits for this answer any more."

Answering = Callable[..., dict[str, Any]]


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
    """Withdraw a question: nobody waits for its answer. Raises redis.RedisError."""
    client.set(names.key(WITHDRAWN, message.message_id), b"", px=KEEP_MS)


def _is_withdrawn(client: redis.Redis, names: Names, message_id: str) -> bool:
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
    """A model, by its task and the hash of its manifest, and the upload of new subjects.

    ``name`` names the file in sentences.
    """

    task_id: str
    manifest_sha256: str
    upload: str
    explain: bool
    name: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    most: int = 0
    until: float = float("inf")
    request_id: str = ""


def is_late(request: ReadRequest | PredictionRequest) -> bool:
    """Whether whoever asked has been told by now that nobody answered."""
    return time.time() > request.until + LATE_SECONDS


class QueueServer:
    """Answers the questions of one queue by a thread of its own.

    ``answer`` gets what was asked as keywords.
    """

    def __init__(self, queue: str, actor: str, answer: Answering) -> None:
        self._queue = queue
        self._actor = actor
        self._answer = answer
        self._worker: Worker | None = None
        self._asked_at = float("-inf")
        self._busy = 0

    def idle_seconds(self) -> float:
        """How long ago the last question came; 0 while one is being answered."""
        return 0.0 if self._busy else time.monotonic() - self._asked_at

    def open(self, redis_url: str, names: Names) -> None:
        """Begin to answer."""
        self._names = names
        self._client = redis_client(redis_url)
        asked = rpc_broker(self._client, names, self._queue)
        asked.add_middleware(CurrentMessage())
        actor = dramatiq.actor(
            actor_name=self._actor, queue_name=self._queue, broker=asked, store_results=True
        )
        actor(self._answered)
        self._worker = Worker(asked, queues={self._queue}, worker_threads=1)
        self._worker.queue_prefetch = 1  # what waits may be another worker's to answer
        self._worker.start()

    def close(self) -> None:
        """Answer no more; what was fetched and not begun goes back."""
        if self._worker is not None:
            self._worker.stop(STOP_MS)

    def _answered(self, **given: Any) -> dict[str, Any]:
        self._busy += 1
        message = CurrentMessage.get_current_message()
        try:
            if message is not None and _is_withdrawn(self._client, self._names, message.message_id):
                return {"away": WITHDRAWN_SENTENCE}
            return self._answer(**given)
        finally:
            self._busy -= 1
            self._asked_at = time.monotonic()


class RpcServer(Middleware):
    """Runs the servers of questions from a worker's start to its end, beside its training."""

    def __init__(self, redis_url: str, names: Names, servers: Sequence[QueueServer]) -> None:
        self._url = redis_url
        self._names = names
        self._servers = tuple(servers)
        self._ending: list[threading.Thread] = []
        self._closed = threading.Event()

    def idle_seconds(self) -> float:
        """How long ago the last question came to any of them."""
        return min(server.idle_seconds() for server in self._servers)

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Open the queues as soon as their names are known."""
        threading.Thread(target=self._open, name="rpc", daemon=True).start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Begin to close them.

        By threads: until this returns, tasks are fetched, also by a worker whose device failed.
        """
        self._closed.set()
        self._ending = [
            threading.Thread(target=server.close, name="ending: answers", daemon=True)
            for server in self._servers
        ]
        for thread in self._ending:
            thread.start()

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Wait a bounded time for the last answers; callers without one ask again."""
        until = time.monotonic() + 2 * STOP_MS / 1000
        for thread in self._ending:
            step_of_thread("an answer", thread.join, max(0.0, until - time.monotonic()))

    def _open(self) -> None:
        while not self._names.known:
            if self._closed.wait(LOOK_SECONDS):
                return
        for server in self._servers:
            if not self._closed.is_set():
                server.open(self._url, self._names)
