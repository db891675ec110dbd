"""A worker that a part kills: ``dramatiq tests.actors.deadly:make_broker``."""

import os
import signal
from typing import Any

from dramatiq.brokers.redis import RedisBroker

from actors import worker
from graphnet import parts


def make_broker() -> RedisBroker:
    """Wire the worker, and have the second part of a task kill it."""
    do = parts.do

    def kill(work: Any, number: int, **asked: Any) -> bytes:
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return do(work, number, **asked)

    setattr(parts, "do", kill)  # noqa: B010 - the name is another module's
    return worker.make_broker()
