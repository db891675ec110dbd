"""The request and the task that a line of the log or a span belongs to.

Spans are OpenTelemetry's, where OTEL_EXPORTER_OTLP_ENDPOINT asks for them; else nothing at all. The
trace of a post goes on in the relay and in the worker by the W3C's ``traceparent``, which is stored
with the task.
"""

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from actors.settings import JSON, ProcessSettingsError
from graphnet.messages import Message

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

    from db.queue.claims import Claim

request_id: ContextVar[str] = ContextVar("request_id", default="")
task_id: ContextVar[str] = ContextVar("task_id", default="")
attempt: ContextVar[int] = ContextVar("attempt", default=0)
P = ParamSpec("P")
T = TypeVar("T")

PARENT = "traceparent"
NEEDED = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")


@contextmanager
def about(task: str, number: int = 0, request: str = "") -> Iterator[None]:
    """What is logged within this belongs to this attempt of this task."""
    before = task_id.set(task), attempt.set(number), request_id.set(request)
    try:
        yield
    finally:
        task_id.reset(before[0])
        attempt.reset(before[1])
        request_id.reset(before[2])


def mark_log() -> None:
    """Put the request's id before each line that is logged on its behalf, whatever the format."""
    make = logging.getLogRecordFactory()
    if getattr(make, "marks", False):
        return

    def marked(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make(*args, **kwargs)
        current = request_id.get()
        if current:
            record.msg = f"[{current}] {record.msg}"
        return record

    marked.marks = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(marked)


TEXT_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """Time (UTC), level, logger, message; request, task, attempt and exception where there are."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; what breaks lines is escaped in it."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields = {
            "request_id": request_id.get(),
            # A line about a task from outside its run names it by logging's `extra`.
            "task_id": getattr(record, "task_id", "") or task_id.get(),
            "attempt": attempt.get(),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps(line | {name: value for name, value in fields.items() if value})


def start_log(log_format: str) -> None:
    """Log to stderr from ``INFO`` on, in place of what was set up before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == JSON else logging.Formatter(TEXT_LINE))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if log_format == JSON:
        logging.captureWarnings(capture=True)
    else:
        mark_log()


class Tracing:
    """The spans of this process; until it is started, each call does nothing."""

    def __init__(self) -> None:
        self._provider: TracerProvider | None = None
        self._tracer: Tracer | None = None

    @property
    def on(self) -> bool:
        """Whether spans are sent."""
        return self._tracer is not None

    def start(self, service: str) -> None:
        """Send spans under this name; all else is said by OpenTelemetry's own variables.

        Raises:
            ProcessSettingsError: OpenTelemetry is not installed, or refuses its variables.

        """
        check_installed()
        try:
            self._start(service)
        except ValueError as error:
            problem = Message("settings.tracing-refused", reason=str(error))
            raise ProcessSettingsError(problem) from error

    def _start(self, service: str) -> None:
        from opentelemetry.exporter.otlp.proto.http import trace_exporter  # noqa: PLC0415
        from opentelemetry.sdk import resources  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider, export  # noqa: PLC0415

        version = metadata.version("nld-sgn")
        ours = resources.Resource.create({"service.name": service, "service.version": version})
        resource = ours.merge(resources.OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = trace_exporter.OTLPSpanExporter()
        self._provider.add_span_processor(export.BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("nld-sgn", version)

    def stop(self) -> None:
        """Send what is left, within seconds."""
        if self._provider is not None:
            self._provider.shutdown()
        self._provider = self._tracer = None

    def span(
        self,
        name: str,
        *,
        parent: str = "",
        since: int | None = None,
        kind: str = "INTERNAL",
        **facts: str | int,
    ) -> AbstractContextManager[object]:
        """A span around a block, below ``parent`` or else the span around it.

        ``since`` is when it began, in nanoseconds since 1970, if not now.
        """
        if self._tracer is None:
            return nullcontext()
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        return _told(
            self._tracer.start_as_current_span(
                name,
                context=_context(parent),
                kind=SpanKind[kind],
                attributes={f"sgn.{fact}": value for fact, value in facts.items()},
                start_time=since,
                # The log has it; its text may hold what is in a subject's row.
                record_exception=False,
                set_status_on_exception=False,
            )
        )

    def note(self, name: str, *, parent: str = "", since: int, kind: str = "INTERNAL") -> None:
        """A span of what has just ended."""
        with self.span(name, parent=parent, since=since, kind=kind):
            pass

    @contextmanager
    def claimed(self, claim: "Claim", since: int) -> Iterator[None]:
        """A span of a task or part that was asked for at ``since``, in the trace of its post."""
        with self.span(
            "part" if claim.part else "task",
            parent=claim.traceparent,
            since=since,
            kind="CONSUMER",
            task_id=claim.task_id,
            attempt=claim.attempt,
        ):
            self.note("claim", since=since)
            yield

    def note_each(self, name: str, parents: Sequence[str], *, since: int) -> None:
        """What was done at once for several traces, in each of them."""
        for parent in parents if self.on else ():
            if parent:
                self.note(name, parent=parent, since=since, kind="PRODUCER")

    def traceparent(self) -> str:
        """The span around this, for whoever goes on with it elsewhere; "" where there is none."""
        carrier: dict[str, str] = {}
        if self._tracer is not None:
            from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415

            tracecontext.TraceContextTextMapPropagator().inject(carrier)
        return carrier.get(PARENT, "")

    def traced(self, name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """A span around each call of a function."""

        def around(call: Callable[P, T]) -> Callable[P, T]:
            @functools.wraps(call)
            def within(*args: P.args, **kwargs: P.kwargs) -> T:
                with self.span(name):
                    return call(*args, **kwargs)

            return within

        return around


def check_installed() -> None:
    """Look for OpenTelemetry without loading it. Raises ProcessSettingsError."""
    try:
        specs = [find_spec(name) for name in NEEDED]
    except ModuleNotFoundError:  # of a package around it
        specs = [None]
    if None in specs:
        raise ProcessSettingsError(
            Message("settings.tracing-absent"), remedy=Message("settings.install-tracing")
        )


@contextmanager
def _told(span: "AbstractContextManager[Span]") -> Iterator[None]:
    """Let a span say that it ended by an error, and not by which."""
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    with span as started:
        try:
            yield
        except Exception:
            started.set_status(StatusCode.ERROR)
            raise


def _context(parent: str) -> "Context | None":
    if not parent:
        return None
    from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415

    return tracecontext.TraceContextTextMapPropagator().extract({PARENT: parent})


TRACING = Tracing()
