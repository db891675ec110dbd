"""A line of the log is one JSON object, whatever is said in it."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actors.log_context import JsonFormatter, about


def logged(message: str, *arguments: object, **more: Any) -> dict[str, Any]:
    record = logging.getLogger("room").makeRecord(
        "room", logging.WARNING, __file__, 1, message, arguments, more.get("exc_info"),
        extra=more.get("extra"),
    )  # fmt: skip
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line: dict[str, Any] = json.loads(text)
    return line


def test_what_every_line_has() -> None:
    line = logged("two\nlines of %s \ud800", "é")
    written = datetime.fromisoformat(line.pop("time"))
    assert written.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=1)
    message = "two\nlines of é \ud800"
    assert line == {"level": "WARNING", "logger": "room", "message": message}


def test_what_is_said_within_a_task_names_it() -> None:
    with about("TASK1", 2, "request-1"):
        line = logged("trained")
        assert (line["task_id"], line["attempt"], line["request_id"]) == ("TASK1", 2, "request-1")
        with about("TASK2"):
            line = logged("not to be claimed")
            assert line["task_id"] == "TASK2"
            assert not {"attempt", "request_id"} & set(line)
        assert logged("trained")["task_id"] == "TASK1"
    assert not {"task_id", "attempt", "request_id"} & set(logged("waiting"))


def test_what_is_said_of_a_task_from_outside_names_it_too() -> None:
    assert logged("put on the queue again", extra={"task_id": "TASK3"})["task_id"] == "TASK3"


def test_an_exception_is_text() -> None:
    with pytest.raises(ValueError, match="wrong") as caught:
        int("what is wrong")
    line = logged("failed", exc_info=(caught.type, caught.value, caught.tb))
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("'what is wrong'")
