"""Doing something again that may go through later."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds


def patiently(
    call: Callable[[], T],
    passing: type[Exception] | tuple[type[Exception], ...],
    *,
    seconds: float,
    check: Callable[[], None] = lambda: None,
) -> T:
    """Call until it goes through or ``seconds`` are over, at growing, slightly random intervals.

    Only errors of the kind ``passing`` are waited out. ``check`` is called before each pause; what
    it raises ends the waiting.
    """
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        try:
            return call()
        except passing as error:
            check()
            if time.monotonic() + pause > deadline:
                raise
            log.warning("%s Trying again in %.1f s.", error, pause)
        time.sleep(pause * (0.5 + 0.5 * random.random()))  # noqa: S311 - no secret
        pause = min(2 * pause, LONGEST_PAUSE)
