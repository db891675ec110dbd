"""Metrics of this process's requests and of the installation's tasks, for Prometheus."""

import asyncio
import contextlib
import re
import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actors.monitoring.exposition import Listener, make_registry, render_metrics, start_listener
from actors.settings import ProcessSettings
from graphnet import messages
from service.monitoring.task_metrics import ProjectTaskMetrics, TaskMetrics

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

    def __init__(self, task_metrics: TaskMetrics, addresses: Addresses) -> None:
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
