"""Metrics of all tasks from the database and the queue, read when Prometheus scrapes."""

import asyncio
import time
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

import redis
import redis.asyncio
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from actors.messaging.names import NamedBroker
from actors.messaging.queue import QUEUES, WORKERS
from db.queue import queue_state
from db.server.errors import DatabaseError
from service.monitoring.readiness import Readiness

T = TypeVar("T")

PATIENCE_SECONDS = 3.0
FRESH_SECONDS = 5.0
FAULTS = (redis.RedisError, DatabaseError, OSError, TimeoutError)


@dataclass(frozen=True)
class Queue:
    """Messages that wait, by queue, and workers with a recent heartbeat; None if not known."""

    messages: dict[str, int]
    workers: int | None


@dataclass(frozen=True)
class _Snapshot:
    """The answers ``at`` a time; None for what did not answer."""

    at: float
    database: queue_state.TaskCounts | None
    queue: Queue | None
    up: Mapping[str, bool]


class TaskMetrics(Collector):
    """Reads at most every five seconds; what does not answer is left out, never 0."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        broker: NamedBroker,
        readiness: Readiness,
    ) -> None:
        self._client = client
        self._broker = broker
        self._readiness = readiness
        self._asking = asyncio.Lock()
        self._snapshot: _Snapshot | None = None

    async def refresh(self) -> None:
        """Read again, unless the last answers are recent."""
        async with self._asking:  # one read serves all scrapes that came meanwhile
            if self._recent() is None:
                database, queue, dependencies = await asyncio.gather(
                    _answer(queue_state.count_tasks()),
                    _answer(self._queue()),
                    self._readiness.ask(PATIENCE_SECONDS),
                )
                up = {name: answer is None for name, answer in dependencies.items()}
                self._snapshot = _Snapshot(time.monotonic(), database, queue, up)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The metrics of the last read."""
        snapshot = self._recent()
        if snapshot is None:
            return
        yield _gauge("sgn_dependency_up", "Whether it does its job.", "dependency", snapshot.up)
        if snapshot.database is not None:
            yield from _of_database(snapshot.database)
        if snapshot.queue is not None and snapshot.queue.workers is not None:
            yield _gauge("sgn_queue_messages", "That wait.", "queue", snapshot.queue.messages)
            yield GaugeMetricFamily("sgn_workers", "Alive.", value=snapshot.queue.workers)

    def _recent(self) -> _Snapshot | None:
        snapshot = self._snapshot
        return (
            None if snapshot is None or time.monotonic() - snapshot.at > FRESH_SECONDS else snapshot
        )

    async def _queue(self) -> Queue:
        names = self._broker.names
        if not names.known:  # the database was never there; Redis may be
            await self._client.ping()
            return Queue({}, None)
        pattern = names.key(WORKERS, "*")
        workers = [key async for key in self._client.scan_iter(match=pattern, count=1000)]
        messages = {}
        for name in QUEUES:
            messages[name] = int(await self._client.llen(f"{self._broker.namespace}:{name}"))
        return Queue(messages, len(set(workers)))


async def _answer(question: Awaitable[T]) -> T | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await question
    except FAULTS:
        return None


def _of_database(counts: queue_state.TaskCounts) -> Iterator[GaugeMetricFamily]:
    yield from _of_tasks(counts)
    yield _gauge("sgn_parts", "Parts of tasks by state.", "state", counts.shards)
    yield GaugeMetricFamily("sgn_outbox_unsent", "Messages to send.", value=counts.unsent)


def _of_tasks(
    counts: queue_state.TaskCounts | queue_state.ProjectTaskCounts,
) -> Iterator[GaugeMetricFamily]:
    yield _gauge("sgn_tasks", "Tasks by state.", "state", counts.tasks)
    oldest = "Since the oldest task of this state is in it."
    yield _gauge("sgn_oldest_task_seconds", oldest, "state", counts.oldest_seconds)


class ProjectTaskMetrics(Collector):
    """The tasks of one project, for its tokens; nothing while the database is silent."""

    def __init__(self, counts: queue_state.ProjectTaskCounts | None) -> None:
        self._counts = counts

    @classmethod
    async def read(cls, proj_id: str) -> Self:
        """Ask within seconds."""
        return cls(await _answer(queue_state.count_project_tasks(proj_id)))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The metrics."""
        return iter(()) if self._counts is None else _of_tasks(self._counts)


def _gauge(name: str, sentence: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, sentence, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
