"""The end of a process, each step of which has its time; what takes longer is named and left.

Nothing is lost by leaving: a task's lease runs out, a message comes again, a connection is closed
by the kernel. Where a worker is started for each task, it ends by itself once there is nothing to
do.
"""

import asyncio
import faulthandler
import logging
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from dramatiq import Broker, Middleware, Worker
from dramatiq.broker import MessageProxy

log = logging.getLogger(__name__)

STUCK = 75  # the exit status of a process that had to be ended by its own watch
SAY_SECONDS = 1.0  # what takes no longer is not worth a line
CANCEL_SECONDS = 0.2  # a task that was cancelled as it woke may not have heard of it
LAST_WORDS_SECONDS = 2.0  # for the log, which may be what is stuck
THREADS_SECONDS = 2.0
LOOK_SECONDS = 0.5


def end_within(seconds: float) -> None:
    """Give this process so long to end; then it says what still runs, and leaves as ``STUCK``.

    Not from a signal's handler, which may have interrupted the start of another thread.
    """
    threading.Thread(target=_watch, args=(seconds,), name="ending", daemon=True).start()
    if sys.__stderr__ is not None:  # native code may hold the interpreter, and so that thread
        last = seconds + 2 * LAST_WORDS_SECONDS
        faulthandler.dump_traceback_later(last, exit=True, file=sys.__stderr__)


async def step(what: str, work: Awaitable[object], seconds: float) -> bool:
    """Do a part of the ending; False if it did not end within so many seconds.

    ``what`` is named where it takes a second or more.
    """
    task = asyncio.ensure_future(work)
    if not await _done(task, min(SAY_SECONDS, seconds)):
        log.info("ending: waiting for %s", what)
        if not await _done(task, seconds - SAY_SECONDS):
            task.cancel()
            log.warning("ending: %s took more than %g s and is left", what, seconds)
            return False
    _say_error(what, task.exception() if not task.cancelled() else None)
    return True


def step_of_thread(what: str, work: Callable[[], object], seconds: float) -> None:
    """The same where there is no loop."""
    failed: list[Exception] = []

    def done() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the other steps are done all the same
            failed.append(error)

    thread = threading.Thread(target=done, name=f"ending: {what}", daemon=True)
    thread.start()
    thread.join(min(SAY_SECONDS, seconds))
    if thread.is_alive():
        log.info("ending: waiting for %s", what)
        thread.join(seconds - SAY_SECONDS)
    if thread.is_alive():
        log.warning("ending: %s took more than %g s and is left", what, seconds)
    _say_error(what, failed[0] if failed else None)


async def cancelled(tasks: Iterable["asyncio.Task[object]"]) -> None:
    """Cancel tasks until they have ended: one that was waking up may not hear it the first time."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_SECONDS)


def leave(status: int) -> int:
    """The exit status, once no thread would hold the interpreter up; else leave at once with it.

    Python waits for threads without an end, also for one that waits for a silent storage.
    """
    until = time.monotonic() + THREADS_SECONDS
    while (busy := _busy()) and time.monotonic() < until:
        time.sleep(0.02)
    if not busy:
        return status
    log.warning("ending: left at their work: %s", ", ".join(sorted(busy)))
    logging.shutdown()
    _flush()
    os._exit(status)


async def _done(task: "asyncio.Future[object]", seconds: float) -> bool:
    # Not by wait_for, which waits on for what does not let itself be cancelled.
    done, _ = await asyncio.wait({task}, timeout=max(0.0, seconds))
    return bool(done)


def _say_error(what: str, error: BaseException | None) -> None:
    if error is not None:
        log.warning("ending: %s: %s: %s", what, type(error).__name__, error)


def _busy() -> list[str]:
    """The threads that Python will wait for."""
    me = threading.current_thread()
    return [
        thread.name for thread in threading.enumerate() if not thread.daemon and thread is not me
    ]


def _watch(seconds: float) -> None:
    time.sleep(seconds)
    words = threading.Thread(target=_last_words, args=(seconds,), daemon=True)
    words.start()
    words.join(LAST_WORDS_SECONDS)
    os._exit(STUCK)


def _last_words(seconds: float) -> None:
    log.critical("not ended %g s after being asked to; what still runs:\n%s", seconds, _stacks())
    for handler in logging.getLogger().handlers:
        handler.flush()
    _flush()


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(
        f"{names.get(ident, ident)}:\n{''.join(traceback.format_stack(frame))}"
        for ident, frame in sys._current_frames().items()  # noqa: SLF001 - documented for this
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


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
