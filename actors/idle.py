"""A worker that ends by itself once there is nothing to do, where one is started for each task."""

import logging
import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from dramatiq import Broker, Middleware, Worker
from dramatiq.broker import MessageProxy

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5


class IdleExit(Middleware):
    """Ends the process, with status 0, after so many seconds without a message.

    It ends as on SIGTERM, so what comes in at the last moment is handed back. For a worker with
    one thread; ``also`` says for how many seconds there was nothing else to do.
    """

    def __init__(self, seconds: int, also: Callable[[], float] = lambda: math.inf) -> None:
        self._seconds = seconds
        self._also = also
        self._idle_since: float | None = None
        self._ending = threading.Event()

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Begin to look at the clock, before there can be a message."""
        self._idle_since = time.monotonic()
        threading.Thread(target=self._watch, daemon=True).start()

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:  # noqa: ARG002
        """There is something to do."""
        self._idle_since = None

    def after_process_message(
        self,
        broker: Broker,  # noqa: ARG002
        message: MessageProxy,  # noqa: ARG002
        *,
        result: Any = None,  # noqa: ARG002
        exception: BaseException | None = None,  # noqa: ARG002
    ) -> None:
        """It is done."""
        self._idle_since = time.monotonic()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Somebody else has ended the process."""
        self._ending.set()

    def _watch(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            since = self._idle_since
            if since is None or self._also() < self._seconds:
                continue
            if time.monotonic() - since >= self._seconds:
                log.info("nothing was to be done for %d s; this worker ends", self._seconds)
                os.kill(_first_process(), signal.SIGTERM)
                return


def _first_process() -> int:
    """Dramatiq's own, which ends its worker process and then itself."""
    parent = multiprocessing.parent_process()
    return os.getpid() if parent is None or parent.pid is None else parent.pid
