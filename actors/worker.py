"""The composition root of a worker: ``dramatiq actors.worker:make_broker``."""

import logging
import os
import sys

import dramatiq
import torch
from dramatiq import Middleware
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware.asyncio import AsyncIO

from actors.exposition import make_registry
from actors.garbage_collection import GarbageCollector
from actors.log_context import TRACING, mark_log, start_log
from actors.metrics import GpuMemory, device_info, worker_metrics
from actors.questions import rpc
from actors.questions.answers import FileReader, Predictor
from actors.questions.erasing import SubjectEraser
from actors.questions.model_import import ModelImporter
from actors.questions.rpc import QueueServer, RpcServer
from actors.queue import ACTOR, QUEUE, worker_broker
from actors.reading.arrays import Arrays
from actors.reading.child import ReadLimits
from actors.reading.datasets import DatasetReader
from actors.runtime import Runtime
from actors.settings import JSON, ProcessSettings, ProcessSettingsError
from actors.shutdown import IdleExit
from actors.spool import open_spool
from actors.tasks.context import WorkerContext
from actors.tasks.pending import PendingEndings
from actors.tasks.task import TaskRunner
from graphnet.data.atlas import atlases_of
from graphnet.errors import GraphnetError
from graphnet.training.devices import choose, limit
from registry import (
    CHECKPOINTS,
    DATASETS,
    MODELS,
    UPLOADS,
    MultipartStore,
    RegistryError,
    Store,
    open_multipart,
    open_store,
)

log = logging.getLogger(__name__)


def make_broker() -> RedisBroker:
    """Wire a worker from the environment, and make its broker Dramatiq's own.

    What it cannot work with ends the process with a sentence.
    """
    try:
        return _wired()
    except (ProcessSettingsError, GraphnetError, RegistryError) as error:
        # Not into the log: Dramatiq may end before it has passed that on.
        print(f"The worker cannot start: {error}", file=sys.__stderr__, flush=True)
        sys.exit(1)


def _wired() -> RedisBroker:
    settings = ProcessSettings.from_environment(os.environ)
    _set_up_log(settings)
    if settings.traces:
        TRACING.start("sgn-worker")
    open_spool(settings.spool)
    # Nets of this size gain nothing from a second thread, and on a busy machine threads that wait
    # for each other made an epoch ten times slower.
    torch.set_num_threads(settings.threads)
    models, checkpoints, datasets, uploads = (
        open_store(settings.registry_url, endpoint_url=settings.s3_endpoint_url, folder=folder)
        for folder in (MODELS, CHECKPOINTS, DATASETS, UPLOADS)
    )
    atlases = tuple(atlas for path in settings.atlases for atlas in atlases_of(path))
    choice = choose(settings.device, os.environ, fallback=settings.cpu_fallback)
    limit(choice.device, settings.gpu_share)
    log.log(logging.WARNING if choice.warning else logging.INFO, "%s", choice.said)
    metrics = make_registry(*worker_metrics(), device_info(choice), GpuMemory(choice))
    collector = GarbageCollector(checkpoints, uploads, datasets, _multiparts(settings))
    runtime = Runtime(settings, collector, metrics, choice.device_kind)
    reader = _reader(settings, runtime, uploads, datasets)
    pending = PendingEndings(runtime, settings.spool)
    background = _background(runtime, reader, Predictor(models, reader, atlases), pending)
    broker = worker_broker(
        settings.redis_url, runtime.names, choice.device_kind, [AsyncIO(), runtime, *background]
    )
    context = WorkerContext(runtime, models, checkpoints, choice, reader, pending, atlases)
    runner = TaskRunner(context)
    dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=broker)(runner.__call__)
    dramatiq.set_broker(broker)
    return broker


def _multiparts(settings: ProcessSettings) -> MultipartStore | None:
    """The uploads that clients write into the bucket themselves; None if that is not set up."""
    if not settings.s3_public_url:
        return None
    return open_multipart(
        settings.registry_url, endpoint_url=settings.s3_endpoint_url, folder=UPLOADS
    )


def _reader(
    settings: ProcessSettings, runtime: Runtime, uploads: Store, datasets: Store
) -> DatasetReader:
    """Reads datasets; its folders are hidden in the spool, among those of tasks."""
    bounds = ReadLimits(settings.read_memory_mb, settings.read_seconds, settings.spool / ".reading")
    arrays = Arrays(datasets, settings.spool / ".arrays", settings.cache_mb)
    return DatasetReader(runtime.call, uploads, arrays, bounds)


def _background(
    runtime: Runtime, reader: DatasetReader, predictor: Predictor, pending: PendingEndings
) -> list[Middleware]:
    """What runs beside the training: endings that are retried, answers to questions."""
    models, address = predictor.store, runtime.settings.public_url
    eraser = SubjectEraser(reader, models, address)
    files = FileReader(reader, ModelImporter(reader, models), eraser)
    servers = (
        QueueServer(rpc.READ_QUEUE, rpc.READ_ACTOR, files),
        QueueServer(rpc.QUEUE, rpc.ACTOR, predictor),
    )
    settings = runtime.settings
    answering = RpcServer(settings.redis_url, runtime.names, servers)
    if not settings.idle_exit_seconds:
        return [pending, answering]

    def idle_seconds() -> float:
        return min(answering.idle_seconds(), pending.idle_seconds())

    return [pending, answering, IdleExit(settings.idle_exit_seconds, idle_seconds)]


def _set_up_log(settings: ProcessSettings) -> None:
    """JSON, or Dramatiq's own lines of text with our marks."""
    if settings.log_format == JSON:
        start_log(JSON)
    else:
        mark_log()
