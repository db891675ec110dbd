"""The composition root of a worker: ``dramatiq actors.worker:make_broker``."""

import os

import dramatiq
import torch
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware.asyncio import AsyncIO

from actors.exposition import exposed
from actors.gpu import GpuMemory, device_info
from actors.log import start_log
from actors.metrics import worker_metrics
from actors.queue import ACTOR, QUEUE, redis_broker
from actors.runtime import Runtime
from actors.settings import JSON, Settings
from actors.task import TaskRunner
from actors.trace import mark_log
from actors.tracing import TRACING
from actors.workplace import Workplace
from graphnet.devices import choose_device
from registry import CHECKPOINTS, MODELS, open_store


def make_broker() -> RedisBroker:
    """Wire a worker from the environment, and make its broker Dramatiq's own.

    Raises:
        SettingsError: a variable of the environment cannot be used.

    """
    settings = Settings.from_environment(os.environ)
    _set_up_log(settings)
    if settings.traces:
        TRACING.start("sgn-worker")
    # Nets of this size gain nothing from a second thread, and on a busy machine threads that wait
    # for each other made an epoch ten times slower.
    torch.set_num_threads(settings.threads)
    models, checkpoints = (
        open_store(settings.registry_url, endpoint_url=settings.s3_endpoint_url, folder=folder)
        for folder in (MODELS, CHECKPOINTS)
    )
    device = choose_device(settings.device)
    metrics = exposed(*worker_metrics(), device_info(device), GpuMemory(device))
    runtime = Runtime(settings, checkpoints, metrics)
    broker = redis_broker(settings.redis_url, [AsyncIO(), runtime])
    place = Workplace(runtime, models, checkpoints, device)
    runner = TaskRunner(place)
    dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=broker)(runner.__call__)
    dramatiq.set_broker(broker)
    return broker


def _set_up_log(settings: Settings) -> None:
    """Dramatiq has set up lines of text."""
    if settings.log_format == JSON:
        start_log(JSON)
    else:
        mark_log()
