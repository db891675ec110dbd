"""Metrics of this process's requests and of the installation's tasks, for Prometheus."""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

import redis
import redis.asyncio
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actors.exposition import Listener, make_registry, render_metrics, start_listener
from actors.queue import QUEUES, WORKERS
from actors.redis_connection import NamedBroker
from actors.settings import ProcessSettings
from db.queue import queue_state
from db.server.errors import DatabaseError
from graphnet import messages
from service.readiness import Readiness

T = TypeVar("T")

OTHER = "other"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Addresses:
    """Knows the templates of all routes, such as ``/api/v0/tasks/{task_id}``."""

    def __init__(self, templates: Iterable[str]) -> None:
        unique = dict.fromkeys(templates)
        self._plain = {template for template in unique if "{" not in template}
        # A template that ends with the rest of a path also matches longer ones, so it comes last.
        self._named = sorted(
            (template for template in unique if "{" in template),
            key=lambda template: template.endswith(":path}"),
        )
        parts = (f"({_pattern(template)})" for template in self._named)
        self._pattern = re.compile("|".join(parts))

    def template(self, path: str) -> str:
        """The template of a path's route; ``other`` where there is no such route."""
        if path in self._plain:
            return path
        match = self._pattern.fullmatch(path)
        if match is None or match.lastindex is None:
            return OTHER
        return self._named[match.lastindex - 1]


def _pattern(template: str) -> str:
    """``{name}`` is one part of a path, ``{name:path}`` all the rest of it."""
    return re.sub(r"{\w+}", "[^/]+", re.sub(r"{\w+:path}", ".+", template))


def method(given: str) -> str:
    """A method of HTTP; ``other`` for a word of the client's own."""
    return given if given in METHODS else OTHER


Kind = tuple[str, str, int]  # method, route, status
ANSWER_SECONDS = 5.0
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class RequestMetrics:
    """Counts answers by method, route and status, and measures the time until each began."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._known: dict[Kind, tuple[Counter, Histogram]] = {}
        labels = ["method", "route", "status"]
        self.total = Counter("sgn_http_requests", "Answers.", labels, registry=None)
        self.seconds = Histogram(
            "sgn_http_request_seconds",
            "From a request's headers to its answer's.",
            ["route"],
            buckets=BUCKETS,
            registry=None,
        )

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count an answer."""
        kind = (method(scope["method"]), self._addresses.template(scope["path"]), status)
        total, latency = self._known.get(kind) or self._children(kind)
        total.inc()
        latency.observe(seconds)

    def _children(self, kind: Kind) -> tuple[Counter, Histogram]:
        """The counters of this kind, remembered: a search by labels takes as long as counting."""
        verb, route, status = kind
        counters = self.total.labels(verb, route, str(status)), self.seconds.labels(route)
        self._known[kind] = counters
        return counters


class MetricsMiddleware:
    """Counts every answer of an application as it begins: a stream may go on for hours."""

    def __init__(self, app: ASGIApp, requests: RequestMetrics) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        since = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._requests.count(scope, message["status"], time.perf_counter() - since)
            await send(message)

        await self._app(scope, receive, counted)


class Monitoring:
    """What a scrape gets, on the service's own port and on one for monitoring alone."""

    def __init__(self, task_metrics: "TaskMetrics", addresses: Addresses) -> None:
        self.requests = RequestMetrics(addresses)
        self._task_metrics = task_metrics
        self._registry = make_registry(self.requests.total, self.requests.seconds, task_metrics)
        self._listener: Listener | None = None

    async def scrape(self) -> bytes:
        """The text for Prometheus, its task metrics a few seconds old at most."""
        await self._task_metrics.refresh()
        return render_metrics(self._registry)

    @staticmethod
    async def scrape_project(proj_id: str) -> bytes:
        """The metrics for a token of one project: those of its own tasks only."""
        registry = CollectorRegistry()
        registry.register(await ProjectTaskMetrics.read(proj_id))
        return render_metrics(registry)

    def listen(self, settings: ProcessSettings) -> None:
        """Answer at SGN_METRICS_PORT too, if there is one; call this from the running loop."""
        loop = asyncio.get_running_loop()
        self._listener = start_listener(
            *(settings.metrics_host, settings.metrics_port),
            scrape=lambda: self._scraped(loop),
            fault=lambda: _fault(loop),
        )

    def close(self) -> None:
        """Answer there no more."""
        if self._listener is not None:
            self._listener.close()

    def _scraped(self, loop: asyncio.AbstractEventLoop) -> bytes:
        """The same from another thread; without task metrics while the loop does not answer."""
        refreshed = asyncio.run_coroutine_threadsafe(self._task_metrics.refresh(), loop)
        with contextlib.suppress(TimeoutError):
            refreshed.result(ANSWER_SECONDS)
        return render_metrics(self._registry)


def _fault(loop: asyncio.AbstractEventLoop) -> messages.Message | None:
    try:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(ANSWER_SECONDS)
    except TimeoutError:
        return messages.Message("worker.service-loop-silent")
    return None


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
