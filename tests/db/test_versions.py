"""A database of another version: an older one is brought up to date, a newer one left alone."""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest

from db import datasets
from db.queue import runs, shards
from db.server.connection import check_schema, migrate
from db.server.errors import DatabaseError, SchemaAhead, SchemaBehind
from db.server.versions import check_not_ahead, known_migrations
from db.submissions import tasks
from tests.databases import mysql_database, postgres_database, query, sqlite_database
from tests.db.backends import or_skipped
from tests.db.opened import opened
from tests.db.samples import claimed, running, submitted
from tests.db.test_migrations import OWN, made_as
from tests.db.test_migrations import tables as names_of_tables

NEWER = "0999_from_the_future"
OLD_TASK = "TASK20012912454500"
RUN_OF_0001 = {
    "task_id": OLD_TASK, "state": "Submitted", "attempt": 1, "lease_token": "", "lease_until": 0,
    "parent_task_id": "", "device": "cpu", "worker": "host:1", "epoch": 3, "epochs": 7, "error": "",
    "submitted_at": 5, "started_at": 6, "progress_at": 7, "finished_at": 0,
}  # fmt: skip
RUN_OF_0002 = {
    **RUN_OF_0001, "proj_id": "P", "request_id": "r", "retry_of": "", "version": 4, "crashes": 0,
    "checkpoint": 0, "permille": 9, "remaining_ms": 8, "cancel_at": 0, "manifest_sha256": "",
}  # fmt: skip
OUTBOX = {"task_id": OLD_TASK, "created_at": 5, "sent_at": 6}
SUBMISSION: dict[str, Any] = {
    "task_id": OLD_TASK, "proj_id": "P", "task_name": "old", "task_type": "dl_ts",
    "task_config": '{"model":"GNN"}', "task_status": "Submitted", "task_result": "",
}  # fmt: skip
PROFILE: dict[str, Any] = {"data_id": "DATA1", "length": 9, "profile": '{"n": 1}'}
OF_VERSION: dict[str, dict[str, dict[str, Any]]] = {
    "0001": {"sgn_runs": RUN_OF_0001, "sgn_outbox": OUTBOX},
    "0002": {"sgn_runs": RUN_OF_0002, "sgn_outbox": {**OUTBOX, "request_id": "r"}},
}


def insertion(table: str, row: Mapping[str, Any]) -> str:
    values = ", ".join(f"'{value}'" for value in row.values())
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})"


def tables(url: str) -> list[str]:
    """How the service's own tables were made, wherever their counters stand."""
    there = [table for table in OWN if table in names_of_tables(url)]
    return [re.sub(r"AUTO_INCREMENT=\d+ ", "", str(made_as(url, table))) for table in there]


def made_newer(url: str) -> None:
    """As a later version's `sgn migrate` leaves it."""
    asyncio.run(migrate(url))
    query(
        url,
        "INSERT INTO tortoise_migrations (app, name, applied_at) "
        f"VALUES ('sgn', '{NEWER}', '2031-01-01 00:00:00')",
    )


@pytest.mark.nightly(but=("sqlite",))
def test_a_newer_database_is_left_alone(new_url: str) -> None:
    asyncio.run(migrate(new_url))
    claim = opened(new_url, running())
    waiting = opened(new_url, submitted())
    made_newer(new_url)
    before = query(new_url, "SELECT * FROM sgn_runs ORDER BY task_id")
    writing: tuple[Callable[[], Coroutine[Any, Any, Any]], ...] = (
        check_not_ahead,
        check_schema,
        lambda: claimed(waiting),
        lambda: datasets.put_profile("DATA1", 1, {}),
    )
    for each in writing:
        with pytest.raises(SchemaAhead, match=NEWER):
            opened(new_url, each())
    with pytest.raises(SchemaAhead, match=rf"{NEWER}.*--to {known_migrations()[-1][:4]}"):
        asyncio.run(migrate(new_url))
    with pytest.raises(SchemaAhead):
        asyncio.run(migrate(new_url, "0001"))
    assert query(new_url, "SELECT * FROM sgn_runs ORDER BY task_id") == before
    assert claim.task_id != waiting


@pytest.mark.nightly(but=("sqlite-0002",))
@pytest.mark.parametrize("first", OF_VERSION)
def test_an_upgrade_leaves_the_rows_as_they_were(new_url: str, first: str) -> None:
    asyncio.run(migrate(new_url, first))
    rows = {"sgn_profiles": PROFILE, "backend_submissions": SUBMISSION, **OF_VERSION[first]}
    query(new_url, *(insertion(table, row) for table, row in rows.items()))
    asyncio.run(migrate(new_url))
    opened(new_url, check_schema())
    for table, row in rows.items():
        assert query(new_url, f"SELECT {', '.join(row)} FROM {table}") == [tuple(row.values())]
    new = "SELECT kind, removed_at, part_of, part FROM sgn_runs"
    assert query(new_url, new) == [("", 0, "", 0)]
    task = opened(new_url, tasks.get_task(OLD_TASK))
    assert task is not None
    assert task.remaining_ms == (-1 if first == "0001" else 8)
    claim = opened(new_url, claimed(OLD_TASK))
    assert claim is not None
    assert opened(new_url, runs.fail_task(claim, "It is so."))


@pytest.mark.nightly
@pytest.mark.parametrize("database", [mysql_database, postgres_database])
def test_going_back_gives_the_tables_of_that_version(database: Any) -> None:
    with or_skipped(database()) as url:
        asyncio.run(migrate(url, "0002"))
        before = tables(url)
        asyncio.run(migrate(url))
        whole = {"train_epochs": [], "model_state_path": "p", "metrics": {"test": {"auc": 0.5}}}
        done = opened(url, running())
        assert opened(url, runs.finish_task(done, whole))
        claim = opened(url, running())
        with pytest.raises(DatabaseError, match=f"1 task is being trained.*{claim.task_id}"):
            asyncio.run(migrate(url, "0002"))
        assert opened(url, shards.dispatch(claim, 2))  # which an older version would take for tasks
        assert opened(url, runs.hand_back(claim))
        asyncio.run(migrate(url, "0002"))
        assert tables(url) == before
        assert sorted(query(url, "SELECT task_id, state FROM sgn_runs")) == [
            (done.task_id, "Finished"), (claim.task_id, "Submitted"),
        ]  # fmt: skip
        select = "SELECT task_result FROM backend_submissions WHERE task_id = "
        ((text,),) = query(url, f"{select}'{done.task_id}'")
        assert json.loads(text) == whole, "an older version reads it there"
        with pytest.raises(SchemaBehind):
            opened(url, check_schema())
        asyncio.run(migrate(url))
        task = opened(url, tasks.get_task(done.task_id))
        assert task is not None
        assert task.task_result == whole
        assert opened(url, claimed(claim.task_id)) is not None


def test_sqlite_goes_back_by_its_file(tmp_path: Path) -> None:
    with sqlite_database(tmp_path) as url:
        asyncio.run(migrate(url))
        with pytest.raises(DatabaseError, match="restore the file"):
            asyncio.run(migrate(url, "0002"))
        opened(url, check_schema())


def test_a_migration_that_is_not_there_is_said(tmp_path: Path) -> None:
    with sqlite_database(tmp_path) as url:
        for unknown in ("0010", "000", "x"):
            with pytest.raises(DatabaseError, match=f"no migration '{unknown}'.*0001, 0002"):
                asyncio.run(migrate(url, unknown))
