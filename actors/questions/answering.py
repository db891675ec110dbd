"""A worker answers questions beside whatever it trains: each kind by a thread of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import dramatiq
from dramatiq import Broker, Middleware, Worker
from dramatiq.middleware import CurrentMessage

from actors.messaging.names import Names
from actors.messaging.redis_clients import redis_client
from actors.questions.rpc import is_withdrawn, rpc_broker
from actors.shutdown import step_of_thread

STOP_MS = 5_000
LOOK_SECONDS = 0.1
WITHDRAWN = "Nobody waits for this answer any more."

Answer = Callable[..., dict[str, Any]]


class QueueServer:
    """Answers the questions of one queue by a thread of its own.

    ``answer`` gets what was asked as keywords.
    """

    def __init__(self, queue: str, actor: str, answer: Answer) -> None:
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
            if message is not None and is_withdrawn(self._client, self._names, message.message_id):
                return {"away": WITHDRAWN}
            return self._answer(**given)
        finally:
            self._busy -= 1
            self._asked_at = time.monotonic()


class RpcServer(Middleware):
    """Desks that are open from a worker's start to its end; a training holds none of them up."""

    def __init__(self, redis_url: str, names: Names, desks: Sequence[QueueServer]) -> None:
        self._url = redis_url
        self._names = names
        self._desks = tuple(desks)
        self._ending: list[threading.Thread] = []
        self._closed = threading.Event()

    def idle_seconds(self) -> float:
        """How long ago the last question came to any desk."""
        return min(desk.idle_seconds() for desk in self._desks)

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Open the queues as soon as their names are known."""
        threading.Thread(target=self._open, name="desks", daemon=True).start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Begin to close them.

        By threads: until this returns, tasks are fetched, also by a worker whose device failed.
        """
        self._closed.set()
        self._ending = [
            threading.Thread(target=desk.close, name="ending: answers", daemon=True)
            for desk in self._desks
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
        for desk in self._desks:
            if not self._closed.is_set():
                desk.open(self._url, self._names)
