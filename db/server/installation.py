"""The installation's id, by which this database is told from others that use the same Redis."""

import re
import secrets
import socket
from urllib.parse import urlsplit

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from db.models import Installation
from db.server.clock import now_ms
from db.server.errors import DatabaseError, translate_errors
from db.server.rows import insert
from graphnet.messages import Message

NAME = "this"
ID = re.compile(r"[a-z0-9][a-z0-9-]{2,15}")
BYTES = 6  # of a random id


@translate_errors()
async def installation_id() -> str:
    """The id; where there is none yet, whoever asks first makes it.

    Raises:
        SchemaBehind: the table is missing.
        DatabaseUnavailable: the database does not answer, or refuses to write the first one.

    """
    stored_id = await _read()
    if not stored_id:
        await _write(secrets.token_hex(BYTES))
        stored_id = await _read()
    return stored_id


@translate_errors()
async def set_installation_id(chosen: str) -> str:
    """Make this database an installation of that id, of a random one where ``chosen`` is empty.

    Raises:
        DatabaseError: no id looks like that.

    """
    chosen = chosen or secrets.token_hex(BYTES)
    if not ID.fullmatch(chosen):
        raise DatabaseError(Message("database.installation-id-invalid", id=chosen[:40]))
    if not await Installation.filter(name=NAME).exists():
        await _write(chosen)
    await Installation.filter(name=NAME).update(installation_id=chosen)
    return chosen


def database_address(url: str) -> str:
    """Where a database is, without user and password: what two databases of one id differ in."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return f"{socket.gethostname()}:{parts.path}"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.hostname or 'localhost'}{port}{parts.path}"


@translate_errors()
async def read_id() -> str:
    """The id, "" where there is none yet. Raises DatabaseError."""
    return await _read()


async def _read() -> str:
    found = await Installation.filter(name=NAME).values_list("installation_id", flat=True)
    return str(found[0]) if found else ""


async def _write(chosen: str) -> None:
    """Another process may have been first; then its id stays."""
    row = {"name": NAME, "installation_id": chosen, "created_at": await now_ms()}
    try:
        await insert(get_connection("default"), Installation, [row])
    except IntegrityError:
        return
