"""The composition root of a worker: ``dramatiq actors.worker:make_broker``."""

import logging
import os
import sys

import dramatiq
import torch
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware.asyncio import AsyncIO

from actors.exposition import exposed
from actors.gpu import GpuMemory, device_info
from actors.idle import IdleExit
from actors.log import start_log
from actors.metrics import worker_metrics
from actors.predictor import Predictions, Predictor
from actors.queue import ACTOR, QUEUE, worker_broker
from actors.runtime import Runtime
from actors.settings import JSON, Settings, SettingsError
from actors.task import TaskRunner
from actors.trace import mark_log
from actors.tracing import TRACING
from actors.workplace import Workplace
from graphnet.atlas import Atlas
from graphnet.devices import choose, limit
from graphnet.errors import GraphnetError
from registry import CHECKPOINTS, MODELS, RegistryError, open_store

log = logging.getLogger(__name__)


def make_broker() -> RedisBroker:
    """Wire a worker from the environment, and make its broker Dramatiq's own.

    What it cannot work with ends the process with a sentence.
    """
    try:
        return _wired()
    except (SettingsError, GraphnetError, RegistryError) as error:
        # Not into the log: Dramatiq may end before it has passed that on.
        print(f"The worker cannot start: {error}", file=sys.__stderr__, flush=True)
        sys.exit(1)


def _wired() -> RedisBroker:
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
    atlases = tuple(Atlas.read(path) for path in settings.atlases)
    choice = choose(settings.device, os.environ, fallback=settings.cpu_fallback)
    limit(choice.device, settings.gpu_share)
    log.log(logging.WARNING if choice.warning else logging.INFO, "%s", choice.said)
    metrics = exposed(*worker_metrics(), device_info(choice), GpuMemory(choice))
    runtime = Runtime(settings, checkpoints, metrics, choice.kind)
    predictions = Predictions(settings.redis_url, Predictor(models, atlases))
    idle = IdleExit(settings.idle_exit_seconds, predictions.idle_seconds)
    beside = [predictions, *([idle] if settings.idle_exit_seconds else [])]
    broker = worker_broker(settings.redis_url, choice.kind, [AsyncIO(), runtime, *beside])
    runner = TaskRunner(Workplace(runtime, models, checkpoints, choice, atlases))
    dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=broker)(runner.__call__)
    dramatiq.set_broker(broker)
    return broker


def _set_up_log(settings: Settings) -> None:
    """Dramatiq has set up lines of text."""
    if settings.log_format == JSON:
        start_log(JSON)
    else:
        mark_log()
