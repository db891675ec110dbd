"""A worker whose CUDA device fails: ``dramatiq tests.actors.broken:make_broker``.

What a failed device raises can be had without one; the rest is the worker as it is.
"""

from typing import Any

import torch
from dramatiq.brokers.redis import RedisBroker

from actors import worker
from actors.tasks import task


def make_broker() -> RedisBroker:
    """Wire the worker, and break it."""
    setattr(task, "run", _fail)  # noqa: B010 - the name is another module's
    return worker.make_broker()


def _fail(*_: Any, **__: Any) -> None:
    raise torch.AcceleratorError("CUDA error: device-side assert triggered")
