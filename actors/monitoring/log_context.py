"""The request and the task that a line of the log belongs to."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from actors.settings import JSON

request_id: ContextVar[str] = ContextVar("request_id", default="")
task_id: ContextVar[str] = ContextVar("task_id", default="")
attempt: ContextVar[int] = ContextVar("attempt", default=0)


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
