"""A worker answers questions beside whatever it trains: each kind by a thread of its own."""

import threading
import time
from collections.abc import Callable
from typing import Any

import dramatiq
from dramatiq import Broker, Middleware, Worker

from actors.queue import redis_client
from actors.rpc import rpc_broker

STOP_MS = 5_000

Answer = Callable[..., dict[str, Any]]


class Answering(Middleware):
    """Answers the questions of one queue from a worker's start to its end.

    ``answer`` gets what was asked as keywords. A training holds none of it up.
    """

    def __init__(self, redis_url: str, queue: str, actor: str, answer: Answer) -> None:
        self._url = redis_url
        self._queue = queue
        self._actor = actor
        self._answer = answer
        self._worker: Worker | None = None
        self._ending: threading.Thread | None = None
        self._asked_at = float("-inf")
        self._busy = 0

    def idle_seconds(self) -> float:
        """How long ago the last question came; 0 while one is being answered."""
        return 0.0 if self._busy else time.monotonic() - self._asked_at

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Begin to answer."""
        asked = rpc_broker(redis_client(self._url), self._queue)
        actor = dramatiq.actor(
            actor_name=self._actor, queue_name=self._queue, broker=asked, store_results=True
        )
        actor(self._answered)
        self._worker = Worker(asked, queues={self._queue}, worker_threads=1)
        self._worker.queue_prefetch = 1  # what waits may be another worker's to answer
        self._worker.start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Answer no more; what was fetched and not begun goes back.

        By a thread: until this returns, tasks are fetched, also by a worker whose device failed.
        """
        if self._worker is not None:
            self._ending = threading.Thread(target=self._worker.stop, args=(STOP_MS,))
            self._ending.start()

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Wait for the last answer."""
        if self._ending is not None:
            self._ending.join()

    def _answered(self, **given: Any) -> dict[str, Any]:
        self._busy += 1
        try:
            return self._answer(**given)
        finally:
            self._busy -= 1
            self._asked_at = time.monotonic()
