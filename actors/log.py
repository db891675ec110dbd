"""The log of a process, on stderr: lines of text, or one JSON object a line."""

import json
import logging
import sys
from datetime import UTC, datetime

from actors.settings import JSON
from actors.trace import attempt, mark_log, request_id, task_id

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
        known = {
            "request_id": request_id.get(),
            # A line about a task from outside its run names it by logging's `extra`.
            "task_id": getattr(record, "task_id", "") or task_id.get(),
            "attempt": attempt.get(),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps(line | {name: value for name, value in known.items() if value})


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
