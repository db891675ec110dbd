"""The end of a process, each step of which has its time; what takes longer is named and left.

Nothing is lost by leaving: a task's lease runs out, a message comes again, a connection is closed
by the kernel.
"""

import asyncio
import faulthandler
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable

log = logging.getLogger(__name__)

STUCK = 75  # the exit status of a process that had to be ended by its own watch
SAY_SECONDS = 1.0  # what takes no longer is not worth a line
CANCEL_SECONDS = 0.2  # a task that was cancelled as it woke may not have heard of it
LAST_WORDS_SECONDS = 2.0  # for the log, which may be what is stuck
THREADS_SECONDS = 2.0


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
    return [each.name for each in threading.enumerate() if not each.daemon and each is not me]


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
    names = {each.ident: each.name for each in threading.enumerate()}
    return "\n".join(
        f"{names.get(ident, ident)}:\n{''.join(traceback.format_stack(frame))}"
        for ident, frame in sys._current_frames().items()  # noqa: SLF001 - documented for this
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
