"""How a task ended is written once the database takes it, by this process or by the next."""

import logging
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dramatiq import Worker
from dramatiq.asyncio import EventLoopThread, set_event_loop_thread
from dramatiq.brokers.stub import StubBroker
from tortoise.connection import get_connection

from actors.runtime import Runtime, retry
from actors.settings import ProcessSettings
from actors.tasks.pending import FAILED, FINISHED, HANDED_BACK, PendingEnding, PendingEndings
from db.queue.claims import Claim
from db.server.connection import close_database
from db.server.diagnosis import check_writable
from db.server.errors import DatabaseRefuses, DatabaseUnavailable
from graphnet.artifacts.result import StoredObjects, TaskResult
from graphnet.messages import finished
from tests.databases import migrated, query, sqlite_database
from tests.db.opened import opening
from tests.db.samples import claimed, running

RESULT = TaskResult(storage=StoredObjects())


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A worker's, with its loop running and its database open."""
    with sqlite_database(tmp_path) as url:
        migrated(url)
        thread = EventLoopThread(logging.getLogger())
        thread.start(timeout=5)
        set_event_loop_thread(thread)
        made = Runtime(
            ProcessSettings(url, "redis://127.0.0.1:1/0", tmp_path.as_uri(), spool=tmp_path)
        )
        made.call(opening(url))
        try:
            yield made
        finally:
            made.call(close_database())
            set_event_loop_thread(None)
            thread.stop()  # type: ignore[no-untyped-call]


@pytest.fixture
def pending(runtime: Runtime) -> Iterator[PendingEndings]:
    made = PendingEndings(runtime, runtime.settings.spool)
    broker = StubBroker()
    worker = Worker(broker)
    made.after_worker_boot(broker, worker)
    try:
        yield made
    finally:
        made.after_worker_shutdown(broker, worker)


def read_only(runtime: Runtime, *, on: bool) -> None:
    """SQLite's own word for a connection that writes nothing; it comes as a read-only file's."""
    runtime.call(get_connection("default").execute_script(f"PRAGMA query_only = {int(on)}"))


def run_of(runtime: Runtime, claim: Claim) -> tuple[Any, ...]:
    (row,) = query(
        runtime.settings.database_url,
        f"SELECT state, attempt, crashes FROM sgn_runs WHERE task_id = '{claim.task_id}'",
    )
    return row


def files(runtime: Runtime) -> list[Path]:
    return sorted((runtime.settings.spool / ".endings").iterdir())


def until_written(runtime: Runtime) -> None:
    deadline = time.monotonic() + 20
    while files(runtime):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("kind", "content", "left"),
    [
        (FINISHED, {"result": RESULT}, ("Finished", 1, 1)),
        (FAILED, {"reasons": (finished("No."),)}, ("Failed", 1, 1)),
        (HANDED_BACK, {}, ("Submitted", 0, 0)),
    ],
)
def test_an_ending_is_written_when_the_database_writes_again(
    runtime: Runtime,
    pending: PendingEndings,
    kind: str,
    content: dict[str, Any],
    left: tuple[Any, ...],
) -> None:
    claim = runtime.call(running())
    read_only(runtime, on=True)
    ending = PendingEnding(claim, kind, **content)
    with pytest.raises(DatabaseRefuses, match="read-only"):
        runtime.call(ending.write())
    pending.store(ending)
    pending.hand_over(ending)
    pending.hand_over(PendingEnding(claim, FAILED, (finished("too late"),)))
    assert pending.idle_seconds() == 0
    (path,) = files(runtime)
    assert PendingEnding.from_json(path.read_text()) == ending
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with pytest.raises(DatabaseRefuses):
        runtime.call(check_writable())
    assert run_of(runtime, claim) == ("Running", 1, 1)
    read_only(runtime, on=False)
    until_written(runtime)
    assert run_of(runtime, claim) == left
    assert pending.idle_seconds() == float("inf")


def test_the_next_process_writes_what_this_one_could_not(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = (runtime.call(running(lease_ms=0)) for _ in range(2))
    before = PendingEndings(runtime, runtime.settings.spool)
    for claim in (first, second):
        before.store(PendingEnding(claim, FINISHED, result=RESULT))
    time.sleep(0.01)  # a lease of no time has run out
    assert runtime.call(claimed(second.task_id)) is not None, "another worker has it"
    (runtime.settings.spool / ".endings" / "broken.json").write_text('{"kind": "os.system"}')
    after, broker = PendingEndings(runtime, runtime.settings.spool), StubBroker()
    after.after_worker_boot(broker, Worker(broker))
    deadline = time.monotonic() + 20
    while len(files(runtime)) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    after.after_worker_shutdown(broker, Worker(broker))
    assert [path.name for path in files(runtime)] == ["broken.json"]
    assert "broken.json is no ending of a task" in caplog.text
    assert run_of(runtime, first) == ("Finished", 1, 1)
    assert run_of(runtime, second) == ("Running", 2, 2)


def test_a_spool_that_takes_nothing_costs_only_what_outlives_the_process(
    runtime: Runtime, pending: PendingEndings
) -> None:
    claim = runtime.call(running())
    (runtime.settings.spool / ".endings").write_text("in the way")
    ending = PendingEnding(claim, FINISHED, result=RESULT)
    pending.store(ending)
    pending.hand_over(ending)
    deadline = time.monotonic() + 20
    while run_of(runtime, claim)[0] != "Finished":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_that_is_asked_to_end_does_not_wait_for_minutes(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.runtime.HURRIED_SECONDS", 0.3)
    read_only(runtime, on=True)
    calls: list[None] = []

    def write() -> None:
        calls.append(None)
        runtime.stopping.set()  # which comes while it waits
        runtime.call(check_writable())

    with pytest.raises(DatabaseRefuses):
        retry(write, DatabaseUnavailable, seconds=3600, hurry=runtime.stopping)
    assert len(calls) > 1
    read_only(runtime, on=False)
