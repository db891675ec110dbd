"""Open and close the database, bring its own tables up to date, and tell it from others.

The installation's id tells this database from others that use the same Redis.
"""

import asyncio
import contextlib
import fcntl
import re
import secrets
import socket
from collections.abc import AsyncIterator
from contextvars import Context
from pathlib import Path
from urllib.parse import urlsplit

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.config import AppConfig, ConnectionConfig, TortoiseConfig
from tortoise.connection import get_connection
from tortoise.context import set_global_context
from tortoise.exceptions import ConfigurationError, IntegrityError

from db.models import (
    AuditEntry,
    Installation,
    Key,
    Label,
    Mapping,
    Outbox,
    Profile,
    RefusedForm,
    Result,
    Run,
    Token,
)
from db.neurolearn import Dataset, Submission
from db.server import versions
from db.server.errors import DatabaseError, DatabaseUnavailable, SchemaBehind, translate_errors
from db.server.statements import Columns, insert, now_ms
from graphnet.messages import Message

THIS = "this"
ID_FORM = re.compile(r"[a-z0-9][a-z0-9-]{2,15}")
ID_BYTES = 6  # of a random id
CONNECT_SECONDS = 5
ANSWER_SECONDS = 60  # longer than LOCK_SECONDS and the server's own wait for a row
ON_MYSQL = {"connect_timeout": CONNECT_SECONDS, "read_timeout": ANSWER_SECONDS}
ON_POSTGRES = {"timeout": CONNECT_SECONDS, "command_timeout": ANSWER_SECONDS}
WAITS = {
    "mysql": ON_MYSQL,
    "mariadb": ON_MYSQL,
    "postgres": ON_POSTGRES,
    "postgresql": ON_POSTGRES,
}
OWN = (
    *(Run, Outbox, Profile, Mapping, Key, Token, Result, RefusedForm, Installation),
    *(Label, AuditEntry),
)
LOCK_NAME = "sgn_migrate"
LOCK_NUMBER = 7014
LOCK_SECONDS = 45
UNREADABLE = Message("database.url-unreadable")
NO_DRIVER = Message("database.no-postgres-driver")

NEURO_LEARN_ON_SQLITE = """
CREATE TABLE IF NOT EXISTS "backend_submissions" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "task_id" VARCHAR(32) NOT NULL UNIQUE, "proj_id" VARCHAR(32) NOT NULL,
    "task_name" VARCHAR(64) NOT NULL, "task_type" VARCHAR(16) NOT NULL,
    "task_config" VARCHAR(4096) NOT NULL, "task_status" VARCHAR(16) NOT NULL,
    "task_result" TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS "backend_datasets" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "data_id" VARCHAR(32) NOT NULL UNIQUE, "proj_id" VARCHAR(32) NOT NULL,
    "user_id" VARCHAR(32) NOT NULL, "data_name" VARCHAR(64) NOT NULL UNIQUE,
    "data_cont" TEXT NOT NULL, "hdfs_path" VARCHAR(256) NOT NULL);
"""


@translate_errors()
async def installation_id() -> str:
    """The id; where there is none yet, whoever asks first makes it.

    Raises:
        SchemaBehind: the table is missing.
        DatabaseUnavailable: the database does not answer, or refuses to write the first one.

    """
    stored_id = await _read_id()
    if not stored_id:
        await _write_id(secrets.token_hex(ID_BYTES))
        stored_id = await _read_id()
    return stored_id


@translate_errors()
async def _set_installation_id(chosen: str) -> str:
    """Make this database an installation of that id, of a random one where ``chosen`` is empty.

    Raises:
        DatabaseError: no id looks like that.

    """
    chosen = chosen or secrets.token_hex(ID_BYTES)
    if not ID_FORM.fullmatch(chosen):
        raise DatabaseError(Message("database.installation-id-invalid", id=chosen[:40]))
    if not await Installation.filter(name=THIS).exists():
        await _write_id(chosen)
    await Installation.filter(name=THIS).update(installation_id=chosen)
    return chosen


def database_address(url: str) -> str:
    """Where a database is, without user and password: what two databases of one id differ in."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return f"{socket.gethostname()}:{parts.path}"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.hostname or 'localhost'}{port}{parts.path}"


async def _read_id() -> str:
    """The id, "" where there is none yet."""
    ids = await Installation.filter(name=THIS).values_list("installation_id", flat=True)
    return str(ids[0]) if ids else ""


async def _write_id(chosen: str) -> None:
    """Another process may have been first; then its id stays."""
    row: Columns = {"name": THIS, "installation_id": chosen, "created_at": await now_ms()}
    try:
        await insert(get_connection("default"), Installation, [row])
    except IntegrityError:
        return


async def open_database(url: str) -> None:
    """Make the database known to every task and thread-run coroutine of this process.

    Nothing is sent before the first query.

    Raises:
        DatabaseError: the URL names no database that is known here, or its driver is missing.

    """
    await _init(url, for_all=True)


async def close_database() -> None:
    """Close every connection."""
    await Tortoise.close_connections()


@translate_errors()
async def ping() -> None:
    """Ask something trivial. Raises DatabaseUnavailable."""
    await get_connection("default").execute_query("SELECT 1")


@translate_errors()
async def check_schema() -> None:
    """Look for migrations and tables.

    Raises:
        SchemaBehind: one is missing; it says whose.
        SchemaAhead: the database is of a newer version.
        DatabaseUnavailable: it does not answer.

    """
    await ping()
    await versions.check_not_ahead()
    if await versions.behind():
        raise SchemaBehind(Message("database.own-tables-behind"))
    for model in (*OWN, Submission, Dataset):
        try:
            async with translate_errors():
                await model.all().limit(0)  # names every column
        except SchemaBehind as error:
            if model in OWN:
                raise
            table = model._meta.db_table  # noqa: SLF001 - the ORM's documented place for it
            raise SchemaBehind(Message("database.not-neuro-learn", table=table)) from error


async def migrate(url: str, to: str = "", installation_id: str | None = None) -> str:
    """Bring the service's own tables up to date; run by two processes at once, one waits.

    On SQLite, where there is no NEURO-LEARN, its two tables are made if they are absent. ``to`` is
    the beginning of a migration's name; those after it are undone. ``installation_id`` gives the
    installation another id, a random one where it is empty. Returns the id, "" where an older
    version knows of none.

    Raises:
        SchemaAhead: the database is of a newer version; nothing is done.
        DatabaseError: the URL is not known here, or the database refused.

    """
    # In a context of its own: else the ORM would close the database that the caller has open.
    return await asyncio.create_task(_migrate(url, to, installation_id), context=Context())


async def read_installation(url: str) -> str:
    """The id of an installation whose database is not open here; see ``db.server.connection``."""
    return await asyncio.create_task(_read_installation(url), context=Context())


@translate_errors()
async def _read_installation(url: str) -> str:
    await _init(url, for_all=False)
    try:
        return await _read_id()
    finally:
        await Tortoise.close_connections()


@translate_errors()
async def _migrate(url: str, to: str, installation_id: str | None) -> str:
    await _init(url, for_all=False)
    try:
        connection = get_connection("default")
        async with _migration_lock(connection, url):
            if connection.capabilities.dialect == "sqlite":
                await connection.execute_script(NEURO_LEARN_ON_SQLITE)
            await versions.apply(to)
            return await _installation(installation_id)
    finally:
        await Tortoise.close_connections()


async def _installation(wanted: str | None) -> str:
    if wanted is not None:
        return await _set_installation_id(wanted)
    try:
        return await installation_id()
    except SchemaBehind:  # it went back to before there were ids
        return ""


@contextlib.asynccontextmanager
async def _migration_lock(connection: BaseDBAsyncClient, url: str) -> AsyncIterator[None]:
    """Hold an advisory lock of the database server, or a file's beside SQLite."""
    dialect = connection.capabilities.dialect
    if dialect == "sqlite":
        path = Path(_sqlite_path(url) + ".migrate")
        with path.open("w") as lock:  # noqa: ASYNC230 - before anything is served
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            yield
        return
    # The lock belongs to a connection of its own, out of the pool until it is released.
    async with connection.acquire_connection() as held:
        if dialect == "postgres":
            await held.execute(f"SELECT pg_advisory_lock({LOCK_NUMBER})")
        else:
            async with held.cursor() as cursor:
                await cursor.execute("SELECT GET_LOCK(%s, %s)", (LOCK_NAME, LOCK_SECONDS))
                if await cursor.fetchone() != (1,):
                    raise DatabaseUnavailable(Message("database.migration-awaited"))
        try:
            yield
        finally:
            if dialect == "postgres":
                await held.execute(f"SELECT pg_advisory_unlock({LOCK_NUMBER})")
            else:
                async with held.cursor() as cursor:
                    await cursor.execute("SELECT RELEASE_LOCK(%s)", (LOCK_NAME,))


async def _init(url: str, *, for_all: bool) -> None:
    config = _config(url)
    try:
        context = await Tortoise.init(config=config)
    except ModuleNotFoundError:
        raise DatabaseError(NO_DRIVER) from None
    if for_all:
        set_global_context(context)


def _config(url: str) -> TortoiseConfig:
    neurolearn = AppConfig(models=["db.neurolearn"], default_connection="default")
    return TortoiseConfig(
        connections={"default": _connection(url)},
        apps={versions.APP: versions.CONFIG, "neurolearn": neurolearn},
    )


def _connection(url: str) -> ConnectionConfig:
    scheme = url.partition("://")[0]
    if scheme == "sqlite":
        # FULL: a task that was accepted must outlive a power cut.
        pragmas = {
            "file_path": _sqlite_path(url),
            "busy_timeout": 10_000,
            "journal_mode": "WAL",
            "synchronous": "FULL",
        }
        return ConnectionConfig("tortoise.backends.sqlite", pragmas)
    if scheme not in WAITS:
        raise DatabaseError(Message("database.url-scheme"))
    try:
        expanded = ConnectionConfig.from_dict(
            expand_db_url(url.replace("mariadb://", "mysql://", 1))
        )
        credentials = expanded.credentials
        for name, seconds in WAITS[scheme].items():
            credentials[name] = float(credentials.get(name, seconds))
    except (ConfigurationError, ValueError):
        # The cause would hold pieces of the URL, and so of the password.
        raise DatabaseError(UNREADABLE) from None
    if not credentials["database"] or not (credentials["host"] or credentials.get("unix_socket")):
        raise DatabaseError(UNREADABLE)
    return expanded


def _sqlite_path(url: str) -> str:
    path = url.removeprefix("sqlite://")
    if not path.startswith("/"):
        raise DatabaseError(Message("database.url-relative"))
    return path
