"""Databases for tests: made under a random name on a server that is there, dropped at the end.

On MariaDB and PostgreSQL they hold NEURO-LEARN's two tables, as Django makes them, and nothing
else. Everything here blocks, and needs no pytest.
"""

import asyncio
import contextlib
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

import asyncmy
import asyncpg  # type: ignore[import-untyped]  # it brings no types

from db.server.connection import migrate

T = TypeVar("T")

MYSQL_VARIABLE, MYSQL_URL = "SGN_TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306"
POSTGRES_VARIABLE, POSTGRES_URL = "SGN_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432"
CONNECT_SECONDS = 3

DJANGO_ON_MYSQL = (
    """CREATE TABLE `backend_submissions` (
        `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `task_id` varchar(32) NOT NULL UNIQUE,
        `proj_id` varchar(32) NOT NULL,
        `task_name` varchar(64) NOT NULL,
        `task_type` varchar(16) NOT NULL,
        `task_config` varchar(4096) NOT NULL,
        `task_status` varchar(16) NOT NULL,
        `task_result` longtext NOT NULL)""",
    """CREATE TABLE `backend_datasets` (
        `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `data_id` varchar(32) NOT NULL UNIQUE,
        `proj_id` varchar(32) NOT NULL,
        `data_name` varchar(64) NOT NULL UNIQUE,
        `data_cont` longtext NOT NULL,
        `user_id` varchar(32) NOT NULL,
        `hdfs_path` varchar(256) NOT NULL)""",
)
DJANGO_ON_POSTGRES = (
    """CREATE TABLE "backend_submissions" (
        "id" serial NOT NULL PRIMARY KEY,
        "task_id" varchar(32) NOT NULL UNIQUE,
        "proj_id" varchar(32) NOT NULL,
        "task_name" varchar(64) NOT NULL,
        "task_type" varchar(16) NOT NULL,
        "task_config" varchar(4096) NOT NULL,
        "task_status" varchar(16) NOT NULL,
        "task_result" text NOT NULL)""",
    """CREATE TABLE "backend_datasets" (
        "id" serial NOT NULL PRIMARY KEY,
        "data_id" varchar(32) NOT NULL UNIQUE,
        "proj_id" varchar(32) NOT NULL,
        "data_name" varchar(64) NOT NULL UNIQUE,
        "data_cont" text NOT NULL,
        "user_id" varchar(32) NOT NULL,
        "hdfs_path" varchar(256) NOT NULL)""",
)


class ServerSilent(Exception):
    """No database server answers; the text says where, and which variable names another."""


@contextlib.contextmanager
def sqlite_database(folder: Path) -> Iterator[str]:
    """The URL of a database file that is not there yet. Nothing of it is removed."""
    yield f"sqlite://{folder / secrets.token_hex(4)}.db"


def migrated(url: str) -> None:
    """Leave the database as `sgn migrate` does; on SQLite it is written as one was before.

    Half a second of a core each, which three hundred tests would take. The installation has no id
    yet: whoever asks first makes it.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        Path(parts.path).write_bytes(_migrated_file())
    else:
        blocking(migrate(url))


@cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder, sqlite_database(Path(folder)) as url:
        blocking(migrate(url))
        query(url, "DELETE FROM sgn_installation")
        return Path(urlsplit(url).path).read_bytes()


@contextlib.contextmanager
def mysql_database(
    *, server: str = "", charset: str = "utf8mb4", django: bool = True, user: str = ""
) -> Iterator[str]:
    """The URL of a database with NEURO-LEARN's tables on MariaDB or MySQL. Raises ServerSilent.

    ``server`` is another than the usual one; ``charset`` is the database's, and so its tables'.
    ``user`` is one without the rights of an administrator, in the place of ``root``.
    """
    server = server or _server(MYSQL_VARIABLE, MYSQL_URL)
    name = _name()
    query(server, f"CREATE DATABASE {name} CHARACTER SET {charset}")
    url = f"{server}/{name}"
    try:
        if django:
            query(url, *DJANGO_ON_MYSQL)
        if user:
            query(
                server,
                f"CREATE OR REPLACE USER {user}@'127.0.0.1'",
                f"GRANT ALL ON {name}.* TO {user}@'127.0.0.1'",
            )
        yield url.replace("root@", f"{user}@") if user else url
    finally:
        query(server, f"DROP DATABASE {name}")


@contextlib.contextmanager
def postgres_database(*, encoding: str = "UTF8", django: bool = True) -> Iterator[str]:
    """The URL of a database with NEURO-LEARN's tables on PostgreSQL. Raises ServerSilent."""
    server = _server(POSTGRES_VARIABLE, POSTGRES_URL)
    name = _name()
    query(
        server,
        f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' "
        "TEMPLATE template0",
    )
    url = f"{server}/{name}"
    try:
        if django:
            query(url, *DJANGO_ON_POSTGRES)
        yield url
    finally:
        query(server, f"DROP DATABASE {name} WITH (FORCE)")


def query(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements by the bare driver, each on its own; the rows of the last."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _on_sqlite(parts.path, statements)
    on_server = _on_mysql if parts.scheme == "mysql" else _on_postgres
    return blocking(on_server(parts, statements))


def answers(url: str) -> bool:
    """Whether a server lets us in."""
    try:
        query(url, "SELECT 1")
    except (OSError, TimeoutError, asyncmy.errors.Error, asyncpg.PostgresError):
        return False
    return True


def _server(variable: str, usual: str) -> str:
    """The URL of a server that answers, without a database."""
    url = os.environ.get(variable, usual).rstrip("/")
    if not answers(url):
        parts = urlsplit(url)
        raise ServerSilent(
            f"No database server answers at {parts.hostname}:{parts.port}; "
            f"{variable} may name another."
        )
    return url


def _name() -> str:
    return f"sgn_test_{secrets.token_hex(6)}"


def blocking(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end, in a thread because the caller's own loop may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _on_sqlite(path: str, statements: Sequence[str]) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
        found: list[tuple[Any, ...]] = []
        for statement in statements:
            found = connection.execute(statement).fetchall()
        return found


async def _on_mysql(parts: SplitResult, statements: Sequence[str]) -> list[tuple[Any, ...]]:
    connection = await asyncmy.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=parts.username,
        password=unquote(parts.password or ""),
        db=parts.path[1:] or None,
        connect_timeout=CONNECT_SECONDS,
        autocommit=True,
        charset="utf8mb4",
    )
    async with connection, connection.cursor() as cursor:
        for statement in statements:
            await cursor.execute(statement)
        return list(await cursor.fetchall())


async def _on_postgres(parts: SplitResult, statements: Sequence[str]) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(
        host=parts.hostname,
        port=parts.port or 5432,
        user=parts.username,
        password=unquote(parts.password) if parts.password else None,
        database=parts.path[1:] or "postgres",
        timeout=CONNECT_SECONDS,
    )
    try:
        found: list[Any] = []
        for statement in statements:
            found = await connection.fetch(statement)
        return [tuple(row) for row in found]
    finally:
        await connection.close()
