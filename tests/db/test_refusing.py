"""A database that answers and does not write: said by its name, and to be waited out."""

import asyncio
import contextlib
import resource
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import asyncmy.errors
import pytest

from db.models import Key, Run
from db.queue import runs
from db.server import diagnosis
from db.server.connection import check_schema, ping
from db.server.diagnosis import check_writable
from db.server.errors import (
    DatabaseRefuses,
    DatabaseUnavailable,
    Refusal,
    refusal_of,
    translate_errors,
)
from db.server.statements import transaction
from db.submissions import tasks
from graphnet.messages import Message
from tests.databases import query
from tests.db.backends import on_mysql, on_postgres, on_servers, on_sqlite
from tests.db.opened import opened
from tests.db.samples import claimed, running, submitted

NOT_FULL = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


async def refused(refusal: Refusal) -> None:
    """Writing is refused for this reason, wherever; reading is not."""
    for write in (check_writable, submitted, lambda: claimed("TASK1")):
        with pytest.raises(DatabaseRefuses) as caught:
            await write()
        assert caught.value.refusal == refusal
        assert caught.value.message == Message(refusal.value)
        assert str(caught.value) == str(refusal)
    assert isinstance(caught.value, DatabaseUnavailable)
    await ping()
    await check_schema()
    assert await tasks.get_task("TASK1") is None


async def test_a_database_that_takes_forms_is_writable(url: str) -> None:
    assert url
    for _ in range(3):
        await check_writable()
    assert (await Key.all().count(), await Run.all().count()) == (0, 0)


@on_mysql
def test_a_read_only_transaction_is_named_on_mariadb(database: str) -> None:
    session = urlencode({"init_command": "SET SESSION TRANSACTION READ ONLY"})
    opened(f"{database}?{session}", refused(Refusal.READ_ONLY))


@on_postgres
def test_a_read_only_database_is_named_on_postgresql(database: str) -> None:
    name = database.rpartition("/")[2]
    query(database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        opened(database, refused(Refusal.READ_ONLY))
    finally:
        server = f"{database.rpartition('/')[0]}/postgres"
        query(server, f"ALTER DATABASE {name} SET default_transaction_read_only = off")
    opened(database, check_writable())


@on_sqlite
def test_a_read_only_file_is_named_on_sqlite(url: str) -> None:
    async def read_only() -> None:
        await ping()
        async with transaction() as connection:  # of this process's one connection
            await connection.execute_query("PRAGMA query_only = ON")
        await refused(Refusal.READ_ONLY)

    opened(url, read_only())


@on_sqlite
def test_a_folder_that_is_gone_is_named_on_sqlite(tmp_path: Path, url: str) -> None:
    assert url
    with pytest.raises(DatabaseRefuses, match="its own files"):
        opened(f"sqlite://{tmp_path}/gone/sgn.db", _gone())


async def _gone() -> None:
    try:
        await ping()
    finally:
        await asyncio.sleep(0.05)  # the driver's thread ends after its answer, and needs the loop


@contextlib.contextmanager
def full_for(url: str) -> Iterator[None]:
    """No file of this process may grow beyond what its SQLite has written, as on a full disk."""
    size = Path(f"{url.removeprefix('sqlite://')}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, NOT_FULL[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, NOT_FULL)


@on_sqlite
async def test_a_file_that_cannot_grow_keeps_what_is_in_it(url: str) -> None:
    """What was refused is not written later, and the next is written as if nothing had been."""
    claim = await running()
    with full_for(url):
        for _ in range(3):
            with pytest.raises(DatabaseRefuses, match=r"own files|full"):
                await check_writable()
            with pytest.raises(DatabaseRefuses):
                await runs.finish_task(claim, {"warnings": ["x" * 100_000]})
        task = await tasks.get_task(claim.task_id)
        assert task is not None
        assert task.task_status == "Running"
    await check_writable()
    assert await runs.finish_task(claim, {"warnings": []}) == "Finished"
    assert query(url, "SELECT COUNT(*) FROM sgn_keys") == [(0,)]


@on_sqlite
async def test_what_could_not_be_committed_is_not_committed_with_the_next(url: str) -> None:
    await submitted()
    with full_for(url), pytest.raises(DatabaseRefuses):
        await _keys("first")
    await _keys("second")
    assert query(url, "SELECT task_id FROM sgn_keys") == [("second",)]


@translate_errors()
async def _keys(task_id: str, size: int = 100_000) -> None:
    async with transaction() as connection:
        sha256, text = secrets.token_hex(32), secrets.token_hex(size // 2)
        await Key.create(
            key_sha256=sha256, body_sha256="", task_id=task_id, answer=text, created_at=1,
            using_db=connection,
        )  # fmt: skip


@on_sqlite
async def test_a_database_at_its_greatest_size_is_full(url: str) -> None:
    assert url
    await ping()
    async with transaction() as connection:
        await connection.execute_query("PRAGMA max_page_count = 1")
    try:
        with pytest.raises(DatabaseRefuses, match="is full"):
            await _keys("too much", 10_000_000)
    finally:
        async with transaction() as connection:
            await connection.execute_query("PRAGMA max_page_count = 1073741823")


@on_mysql
async def test_a_full_table_is_full_on_mariadb(url: str) -> None:
    """A table in memory, whose bound can be set for one session, says what a full disk says."""
    session = "SET SESSION max_heap_table_size = 16384"
    query(url, session, "ALTER TABLE sgn_outbox ENGINE = MEMORY")
    try:
        with pytest.raises(DatabaseRefuses, match="is full"):
            await _many()
    finally:
        query(url, "DELETE FROM sgn_outbox", "ALTER TABLE sgn_outbox ENGINE = InnoDB")


async def _many() -> None:
    for _ in range(200):
        await submitted()


@on_servers
def test_a_right_that_is_missing_is_named(database: str) -> None:
    """An operator may grant it at any time; nothing that waits is lost for it."""
    user, name = f"sgn_{secrets.token_hex(4)}", database.rpartition("/")[2]
    scheme, _, rest = database.partition("://")
    host = rest.rpartition("@")[2]
    grants, undo = RIGHTS[scheme]
    query(database, *(each.format(user=user, name=name) for each in grants))
    try:
        opened(f"{scheme}://{user}:pa55@{host}", _lacks_rights())
    finally:
        query(database, *(each.format(user=user, name=name) for each in undo))


RIGHTS = {
    "mysql": (
        (
            "CREATE USER {user}@'%' IDENTIFIED BY 'pa55'",
            "CREATE USER {user}@localhost IDENTIFIED BY 'pa55'",
            "GRANT SELECT ON {name}.* TO {user}@'%'",
            "GRANT SELECT ON {name}.* TO {user}@localhost",
        ),
        ("DROP USER {user}@'%'", "DROP USER {user}@localhost"),
    ),
    "postgres": (
        (
            "CREATE USER {user} PASSWORD 'pa55'",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}",
        ),
        ("DROP OWNED BY {user}", "DROP USER {user}"),
    ),
}


async def _lacks_rights() -> None:
    await refused(Refusal.RIGHTS)
    missing = await diagnosis.missing_rights()
    assert {"INSERT on sgn_runs", "UPDATE on backend_submissions"} <= set(missing)
    assert not [each for each in missing if each.startswith("SELECT")]


@pytest.mark.parametrize(
    ("number", "text", "refusal"),
    [
        (1290, "The MariaDB server is running with the --read-only option", Refusal.READ_ONLY),
        (1290, "The MySQL server is running with the --super-read-only option", Refusal.READ_ONLY),
        (1290, "The MySQL server is running with the --secure-file-priv option", None),
        (1792, "Cannot execute statement in a READ ONLY transaction", Refusal.READ_ONLY),
        (1836, "Running in read-only mode", Refusal.READ_ONLY),
        (1114, "The table 'sgn_runs' is full", Refusal.FULL),
        (1021, "Disk full (/tmp); waiting for someone to free some space", Refusal.FULL),
        (3, "Error writing file './x' (Errcode: 28 \"No space left on device\")", Refusal.FULL),
        (3, "Error writing file './x' (Errcode: 5 \"Input/output error\")", Refusal.FILES),
        (1026, "Error writing file './x' (errno: 30)", None),
        (1030, "Got error 28 \"No space left on device\" from storage engine InnoDB", Refusal.FULL),
        (1030, "Got error 126 \"Index file is crashed\" from storage engine Aria", None),
        (1142, "INSERT command denied to user 'sgn'@'h' for table `sgn_runs`", Refusal.RIGHTS),
        (1064, "You have an error in your SQL syntax", None),
    ],
)  # fmt: skip
def test_the_numbers_of_mariadb_and_mysql(number: int, text: str, refusal: Refusal | None) -> None:
    """What a server says that no test can bring to it."""
    assert refusal_of(asyncmy.errors.OperationalError(number, text)) == refusal
