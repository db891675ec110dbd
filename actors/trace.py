"""The request and the task that a line of the log belongs to."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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
        known = request_id.get()
        if known:
            record.msg = f"[{known}] {record.msg}"
        return record

    marked.marks = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(marked)
