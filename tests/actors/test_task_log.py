"""What of a log is a task's, and how what is stored and what is new become one text."""

import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from actors.log_context import about
from actors.redis_connection import Names, redis_client
from actors.tasks import streams
from actors.tasks.streams import LOG_LINE, LOG_STREAM, LONGEST, MOST, TaskLog, joined, store_log
from db.queue.claims import Claim
from registry import LOG, open_store
from tests.servers import free_ports, queue_server

log = logging.getLogger("somebody")
log.setLevel(logging.INFO)

NAMES = Names("tests")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with queue_server(tmp_path_factory.mktemp("log")) as found:
        yield found


def claim(task_id: str, attempt: int = 1, part: int = 0) -> Claim:
    of = f"{task_id}-{part}" if part else task_id
    whole = task_id if part else ""
    return Claim(of, attempt, "", "P", "", "dl_ts", {}, "", part_of=whole, part=part)


def lines(url: str, task_id: str) -> list[str]:
    with redis_client(url) as client:
        found: Any = client.xrange(NAMES.key(LOG_STREAM, task_id))
    return [fields[LOG_LINE].decode() for _, fields in found]


def said(url: str, task_id: str) -> list[str]:
    """The lines without their time."""
    return [line.partition(" ")[2] for line in lines(url, task_id)]


def test_what_this_attempt_says_is_its_task_s(url: str) -> None:
    with about("T1", 1, "r1"), TaskLog(redis_client(url), NAMES, claim("T1")):
        log.info("task T1: attempt %d", 1)
        log.debug("too small")
        log.warning("two\nlines")
        with about("T2", 1):
            log.info("of another")
        with about("T1", 2):
            log.info("of another attempt")
        log.error("task T1 failed", exc_info=ValueError("secret/path"))
        log.info("x" * 2 * LONGEST)
    log.info("of nobody")
    *told, long = said(url, "T1")
    assert told == [
        "INFO attempt 1", "WARNING two lines", "ERROR failed",
    ]  # fmt: skip
    assert len(lines(url, "T1")[-1]) == LONGEST
    assert long.endswith("xxx")


def test_whatever_is_logged_the_task_goes_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)  # says it on stderr, but for pytest
    odd = (("half a letter \ud800", ()), ("%d", ("no number",)), ("goes on", ()))
    with about("T7", 1), TaskLog(redis_client(url), NAMES, claim("T7")) as told:
        for text, values in odd:  # given to it alone: pytest could not report half a letter
            told.handle(log.makeRecord("x", logging.INFO, "x", 1, text, values, None))
    assert said(url, "T7") == ["INFO half a letter ?", "INFO goes on"]


def test_a_part_speaks_in_its_task_s_log(url: str) -> None:
    with about("T3-2", 1), TaskLog(redis_client(url), NAMES, claim("T3", part=2)):
        log.info("task T3-2: trained")
    assert said(url, "T3") == ["INFO part 2: trained"]


def test_a_log_is_bounded(url: str) -> None:
    with about("T4", 1), TaskLog(redis_client(url), NAMES, claim("T4")):
        for number in range(MOST + 5):
            log.info("%d", number)
    assert [said(url, "T4")[0], said(url, "T4")[-1]] == [
        "INFO 5", f"INFO {MOST + 4}",
    ]  # fmt: skip


def test_what_is_logged_while_lines_are_sent_is_sent_too(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where so much is logged meanwhile that what was sent is no longer among the last."""
    told = TaskLog(redis_client(url), NAMES, claim("T16"))
    sending = redis.client.Pipeline.execute

    def slowly(self: Any) -> Any:
        answers = sending(self)
        monkeypatch.undo()
        for number in range(10, MOST + 15):
            told.handle(log.makeRecord("x", logging.INFO, "x", 1, "%d", (number,), None))
        return answers

    with about("T16", 1):
        for number in range(10):
            told.handle(log.makeRecord("x", logging.INFO, "x", 1, "%d", (number,), None))
        monkeypatch.setattr(redis.client.Pipeline, "execute", slowly)
        told._send()
        told._send()
    assert said(url, "T16") == [f"INFO {number}" for number in range(15, MOST + 15)]


def test_a_queue_that_is_away_costs_lines_and_nothing_else(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    away = redis.Redis(port=port)
    with about("T5", 1), TaskLog(away, NAMES, claim("T5")):
        log.info("heard by nobody")
    store = open_store(tmp_path.as_uri())
    store_log(redis.Redis(port=port), NAMES, store, "T5")
    assert not store.exists("T5", LOG)


def test_a_registry_that_is_silent_holds_no_worker_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would by three minutes, three times sixty seconds; a worker that ends has one."""
    monkeypatch.setattr(streams, "STORE_SECONDS", 0.5)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with about("T8", 1), TaskLog(redis_client(url), NAMES, claim("T8")):
        log.info("kept on the stream")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        store = open_store("s3://bucket/place", endpoint_url=endpoint)
        began = time.monotonic()
        store_log(redis_client(url), NAMES, store, "T8")
        assert time.monotonic() - began < 10
    assert said(url, "T8") == ["INFO kept on the stream"]


def test_what_is_stored_grows_and_says_nothing_twice(url: str, tmp_path: Path) -> None:
    store = open_store(tmp_path.as_uri())

    def attempt(number: int, *told: str) -> list[str]:
        with about("T6", number), TaskLog(redis_client(url), NAMES, claim("T6", number)):
            for each in told:
                log.info("%s", each)
        store_log(redis_client(url), NAMES, store, "T6")
        text = store.get("T6", LOG).decode()
        return [line.rpartition(" ")[2] for line in text.splitlines()]

    assert attempt(1, "a", "b") == ["a", "b"]
    assert attempt(2, "c") == ["a", "b", "c"]  # the stream still has the first
    with redis_client(url) as client:
        client.delete(NAMES.key(LOG_STREAM, "T6"))
    assert attempt(3, "d") == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("stored", "new", "text"),
    [
        ("", [], ""),
        ("a\n", [], "a\n"),
        ("", ["a"], "a\n"),
        ("a\nb\n", ["a", "b", "c"], "a\nb\nc\n"),
        ("a\nb\n", ["b", "c"], "a\nb\nc\n"),
        ("a\n", ["b"], "a\nb\n"),
        ("a\nx\n", ["a", "x", "b", "x", "c"], "a\nx\nb\nx\nc\n"),
        ("x\nx\n", ["x", "x", "x"], "x\nx\nx\n"),
    ],
)
def test_both_halves_are_one(stored: str, new: list[str], text: str) -> None:
    assert joined(stored, new) == text
