"""Migrations: of the service's own tables, at any time, by anyone, and of no others."""

import asyncio
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from db.queue import runs
from db.server.connection import check_schema, migrate, ping
from db.server.errors import SchemaBehind
from tests.databases import mysql_database, postgres_database, query
from tests.db.backends import on_sqlite, or_skipped
from tests.db.opened import opened
from tests.db.processes import migrated, together
from tests.db.samples import running
from tests.installations import GIVE_UP_SECONDS

OWN = (
    "sgn_audit", "sgn_installation", "sgn_keys", "sgn_labels", "sgn_mappings", "sgn_outbox",
    "sgn_profiles",
    "sgn_refused_forms", "sgn_results", "sgn_runs", "sgn_tokens",
)  # fmt: skip
THEIRS = ("backend_datasets", "backend_submissions")
NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
    "postgres": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
}
COLUMNS = (
    "SELECT column_name, data_type, character_maximum_length, is_nullable, column_default "
    "FROM information_schema.columns WHERE table_name = '{}' ORDER BY ordinal_position"
)


def tables(url: str) -> set[str]:
    return {name for (name,) in query(url, NAMES[url.partition(":")[0]])}


def made_as(url: str, table: str) -> list[tuple[Any, ...]]:
    """How the database says that a table was made."""
    statements = {
        "sqlite": f"SELECT sql FROM sqlite_master WHERE tbl_name = '{table}'",
        "mysql": f"SHOW CREATE TABLE {table}",
        "postgres": COLUMNS.format(table),
    }
    return query(url, statements[url.partition(":")[0]])


def test_migrating_makes_the_tables_that_are_absent(new_url: str) -> None:
    asyncio.run(migrate(new_url))
    assert tables(new_url) >= {*OWN, *THEIRS}
    opened(new_url, check_schema())


def test_migrating_again_changes_nothing(new_url: str) -> None:
    asyncio.run(migrate(new_url))
    claim = opened(new_url, running())
    before = {table: made_as(new_url, table) for table in tables(new_url)}
    asyncio.run(migrate(new_url))
    assert {table: made_as(new_url, table) for table in tables(new_url)} == before
    assert opened(new_url, runs.fail_task(claim, "It is so."))


@pytest.mark.nightly(but=("mysql",))
def test_three_processes_migrate_at_once(new_url: str, elsewhere: ProcessPoolExecutor) -> None:
    together(elsewhere, migrated, new_url)
    opened(new_url, check_schema())


@pytest.mark.parametrize("database", [mysql_database, postgres_database])
def test_neuro_learn_s_tables_are_left_alone(database: Any) -> None:
    with or_skipped(database()) as url:
        before = [made_as(url, table) for table in THEIRS]
        assert all(before)
        asyncio.run(migrate(url))
        assert [made_as(url, table) for table in THEIRS] == before


@pytest.mark.parametrize("database", [mysql_database, postgres_database])
def test_neuro_learn_s_tables_are_never_made_on_a_server(database: Any) -> None:
    with or_skipped(database(django=False)) as url:
        asyncio.run(migrate(url))
        assert tables(url) >= set(OWN)
        assert not tables(url) & set(THEIRS)
        with pytest.raises(SchemaBehind, match=r"backend_submissions.*NEURO-LEARN") as caught:
            opened(url, check_schema())
        assert "sgn migrate" not in str(caught.value)


def test_without_its_own_tables_the_service_asks_for_sgn_migrate(new_url: str) -> None:
    with pytest.raises(SchemaBehind, match="`sgn migrate`"):
        opened(new_url, check_schema())
    with pytest.raises(SchemaBehind, match="`sgn migrate`"):
        opened(new_url, running())


def test_a_migration_that_did_not_run_asks_for_sgn_migrate(new_url: str) -> None:
    asyncio.run(migrate(new_url))
    query(new_url, "DELETE FROM tortoise_migrations")
    with pytest.raises(SchemaBehind, match="`sgn migrate`"):
        opened(new_url, check_schema())


@pytest.mark.parametrize("database", [mysql_database, postgres_database])
def test_a_column_that_is_missing_is_found_before_it_is_asked_for(database: Any) -> None:
    """On SQLite the quoted name of a missing column is a text."""
    with or_skipped(database()) as url:
        asyncio.run(migrate(url))
        query(url, "ALTER TABLE backend_datasets DROP COLUMN hdfs_path")
        with pytest.raises(SchemaBehind, match=r"backend_datasets.*NEURO-LEARN"):
            opened(url, check_schema())
        query(url, "ALTER TABLE sgn_runs DROP COLUMN device")
        with pytest.raises(SchemaBehind, match="`sgn migrate`"):
            opened(url, check_schema())


async def test_migrating_leaves_an_open_database_open(url: str) -> None:
    await ping()
    await migrate(url)
    await ping()


@pytest.mark.nightly(but=("mysql",))
def test_migrations_on_one_loop_wait_for_each_other(new_url: str) -> None:
    async def thrice() -> None:
        await asyncio.gather(*(migrate(new_url) for _ in range(3)))

    thread = threading.Thread(target=asyncio.run, args=[thrice()], daemon=True)
    thread.start()
    thread.join(GIVE_UP_SECONDS)
    assert not thread.is_alive(), "each waits for another without an end"
    opened(new_url, check_schema())


def test_a_table_of_an_older_version_asks_for_sgn_migrate(new_url: str) -> None:
    asyncio.run(migrate(new_url))
    query(new_url, "ALTER TABLE sgn_runs DROP COLUMN device")
    with pytest.raises(SchemaBehind, match="`sgn migrate`"):
        opened(new_url, running())


def test_own_tables_hold_any_character_whatever_the_database_s_default_is() -> None:
    with or_skipped(mysql_database(charset="latin1")) as url:
        asyncio.run(migrate(url))
        claim = opened(url, running())
        assert opened(url, runs.fail_task(claim, "漢🧠"))


@on_sqlite
def test_on_sqlite_neuro_learn_s_tables_have_django_s_columns(database: str) -> None:
    columns = query(database, "PRAGMA table_info(backend_submissions)")
    assert [(name, kind, required) for _, name, kind, required, *_ in columns] == [
        ("id", "INTEGER", 1),
        ("task_id", "VARCHAR(32)", 1),
        ("proj_id", "VARCHAR(32)", 1),
        ("task_name", "VARCHAR(64)", 1),
        ("task_type", "VARCHAR(16)", 1),
        ("task_config", "VARCHAR(4096)", 1),
        ("task_status", "VARCHAR(16)", 1),
        ("task_result", "TEXT", 1),
    ]
