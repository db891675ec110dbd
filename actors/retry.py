"""Doing something again that may go through later."""

import logging
import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds
HURRIED_SECONDS = 8.0


def no_check() -> None:
    """Nothing ends the waiting before its time."""


def retry(
    call: Callable[[], T],
    passing: type[Exception] | tuple[type[Exception], ...],
    *,
    seconds: float,
    check: Callable[[], None] = no_check,
    hurry: threading.Event | None = None,
) -> T:
    """Call until it goes through or ``seconds`` are over, at growing, slightly random intervals.

    Only errors of the kind ``passing`` are waited out. ``check`` is called before each pause; what
    it raises ends the waiting. Once ``hurry`` is set, a few seconds are left.
    """
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    hurried = False
    while True:
        try:
            return call()
        except passing as error:
            check()
            if hurry is not None and hurry.is_set() and not hurried:
                hurried, pause = True, FIRST_PAUSE
                deadline = min(deadline, time.monotonic() + HURRIED_SECONDS)
            if time.monotonic() + pause > deadline:
                raise
            log.warning("%s Trying again in %.1f s.", error, pause)
        random_pause = pause * (0.5 + 0.5 * random.random())  # noqa: S311 - no secret
        if hurry is None or hurried:
            time.sleep(random_pause)
        else:
            hurry.wait(random_pause)
        pause = min(2 * pause, LONGEST_PAUSE)
