"""The composition root of a worker: ``dramatiq actors.worker:make_broker``."""

import os

import dramatiq
import torch
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware.asyncio import AsyncIO

from actors.idle import IdleExit
from actors.queue import ACTOR, QUEUE, redis_broker
from actors.runtime import Runtime
from actors.settings import Settings
from actors.task import TaskRunner
from actors.trace import mark_log
from actors.workplace import Workplace
from graphnet.devices import choose_device
from registry import CHECKPOINTS, MODELS, open_store


def make_broker() -> RedisBroker:
    """Wire a worker from the environment, and make its broker Dramatiq's own.

    Raises:
        SettingsError: a variable of the environment cannot be used.

    """
    mark_log()
    settings = Settings.from_environment(os.environ)
    # Nets of this size gain nothing from a second thread, and on a busy machine threads that wait
    # for each other made an epoch ten times slower.
    torch.set_num_threads(settings.threads)
    models, checkpoints = (
        open_store(settings.registry_url, endpoint_url=settings.s3_endpoint_url, folder=folder)
        for folder in (MODELS, CHECKPOINTS)
    )
    runtime = Runtime(settings, checkpoints)
    idle = [IdleExit(settings.idle_exit_seconds)] if settings.idle_exit_seconds else []
    broker = redis_broker(settings.redis_url, [AsyncIO(), runtime, *idle])
    place = Workplace(runtime, models, checkpoints, choose_device(settings.device))
    runner = TaskRunner(place)
    dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=broker)(runner.__call__)
    dramatiq.set_broker(broker)
    return broker
