"""A worker that a part kills: ``dramatiq tests.actors.deadly:make_broker``."""

import os
import signal
from typing import Any

from dramatiq.brokers.redis import RedisBroker

from actors import worker
from graphnet.distributed import shards


def make_broker() -> RedisBroker:
    """Wire the worker, and have the second part of a task kill it."""
    run = shards.run_shard

    def kill(work: Any, number: int, **asked: Any) -> bytes:
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return run(work, number, **asked)

    setattr(shards, "run_shard", kill)  # noqa: B010 - the name is another module's
    return worker.make_broker()
