"""What an operator wants to know of the database server: its version, its limits, our rights."""

import os
import time
from dataclasses import dataclass

from tortoise.connection import get_connection
from tortoise.models import Model

from db.models import Key, Run
from db.neurolearn import Dataset, Submission
from db.server.connection import OWN
from db.server.errors import (
    DatabaseRefuses,
    DatabaseUnavailable,
    Refusal,
    SchemaBehind,
    translate_errors,
)
from db.server.statements import now_ms, transaction
from db.texts import IDS

VERSIONS = {
    "sqlite": "SELECT sqlite_version() AS version",
    "mysql": "SELECT VERSION() AS version, @@max_allowed_packet AS packet",
    "postgres": "SELECT current_setting('server_version') AS version",
}
# Each needs the right that it names and changes nothing.
TRIALS = {
    "SELECT": "SELECT * FROM {table} WHERE 1 = 0",
    "INSERT": "INSERT INTO {table} SELECT * FROM {table} WHERE 1 = 0",
    "UPDATE": "UPDATE {table} SET {column} = {column} WHERE 1 = 0",
    "DELETE": "DELETE FROM {table} WHERE 1 = 0",
}

# The column that the service writes there: NEURO-LEARN may grant no others.
WRITTEN: dict[type[Model], str] = {Submission: "task_status"}


@dataclass(frozen=True)
class Server:
    """A database server: ``ping_ms`` is one round trip, ``packet`` MySQL's max_allowed_packet.

    ``ahead_ms`` is by how much its clock is ahead of this machine's.
    """

    name: str
    version: str
    ping_ms: float
    ahead_ms: int
    packet: int = 0


@translate_errors()
async def server() -> Server:
    """Ask the server. Raises DatabaseUnavailable."""
    connection = get_connection("default")
    dialect = connection.capabilities.dialect
    _, rows = await connection.execute_query(VERSIONS[dialect])
    row = dict(rows[0])
    started = time.monotonic()
    before = time.time()
    clock = await now_ms()
    half = (time.monotonic() - started) / 2
    return Server(
        name=_name(dialect, row["version"]),
        version=row["version"],
        ping_ms=2000 * half,
        ahead_ms=clock - int(1000 * (before + half)),
        packet=row.get("packet", 0),
    )


def _name(dialect: str, version: str) -> str:
    if dialect == "mysql":
        return "MariaDB" if "mariadb" in version.lower() else "MySQL"
    return {"sqlite": "SQLite", "postgres": "PostgreSQL"}[dialect]


async def missing_rights() -> list[str]:
    """What we may not do, such as ``DELETE on sgn_outbox``. Raises DatabaseUnavailable."""
    every = tuple(TRIALS)
    wanted = dict.fromkeys(OWN, every) | {Submission: every[:3], Dataset: every[:2]}
    return [
        f"{right} on {model._meta.db_table}"  # noqa: SLF001 - the ORM's documented place for it
        for model, rights in wanted.items()
        for right in rights
        if not await _allowed(right, model)
    ]


@translate_errors()
async def trial(right: str, model: type[Model]) -> None:
    """Do with a table what needs this right and changes nothing. Raises DatabaseError."""
    meta = model._meta  # noqa: SLF001 - the ORM's documented place for it
    column = WRITTEN.get(model, meta.db_pk_column)
    statement = TRIALS[right].format(table=meta.db_table, column=column)
    await get_connection("default").execute_query(statement)


async def _allowed(right: str, model: type[Model]) -> bool:
    try:
        await trial(right, model)
    except DatabaseRefuses as error:
        if error.refusal != Refusal.RIGHTS:
            raise
        return False
    except (DatabaseUnavailable, SchemaBehind):
        raise
    except Exception:  # noqa: BLE001 - each database has its own word for no
        return False
    return True


CONTENT_BYTES = 4096  # as much as a form: a server that is full may still take a few
STATE = "Probe"


@translate_errors()
async def check_writable() -> None:
    """Return if a form could be written: writes and removes a run and the key of a post.

    They come and go in one transaction, where the next task's would stand: that is where a table
    must grow. In NEURO-LEARN's table nothing is written; it is asked whether that is allowed.

    Raises:
        DatabaseRefuses: it answers and does not write; the sentence says why.
        DatabaseUnavailable: it does not answer.
        SchemaBehind: a table is missing.

    """
    for right in ("INSERT", "UPDATE"):
        await trial(right, Submission)
    now, key, task_id = await now_ms(), os.urandom(32).hex(), next(IDS.ids("TASK"))
    async with transaction() as connection:
        await Run.create(task_id=task_id, state=STATE, using_db=connection)
        await Key.create(
            key_sha256=key,
            body_sha256="",
            task_id="",
            answer=os.urandom(CONTENT_BYTES // 2).hex(),
            created_at=now,
            using_db=connection,
        )
        await Run.filter(task_id=task_id, state=STATE).using_db(connection).delete()
        await Key.filter(key_sha256=key).using_db(connection).delete()
