"""What MariaDB and MySQL take in one statement: ``max_allowed_packet``.

A longer statement breaks the connection, which looks as if the server were away; so what may be
long is measured before it is sent. Reading has no such bound.
"""

import asyncio
import logging

from tortoise.connection import get_connection

from db.server.errors import ContentTooLarge, DatabaseError, translate_errors
from graphnet.messages import Message

STATEMENT_BYTES = 4096
ESCAPED = "\"'\\\0\n\r\x1a"
MEGABYTE = 1_000_000
STEP = 1 << 20  # the server's setting is mostly given in these


@translate_errors()
async def max_packet() -> int | None:
    """The bytes that the server takes in one statement; None where it has no such bound."""
    connection = get_connection("default")
    if connection.capabilities.dialect != "mysql":
        return None
    _, rows = await connection.execute_query("SELECT @@max_allowed_packet AS bytes")
    return int(rows[0]["bytes"])


async def check_packet(code: str, content: str) -> None:
    """Whether the server takes a statement that holds this.

    ``code`` is the message where it does not. Raises ContentTooLarge.
    """
    most = await max_packet()
    if most is None:
        return
    # The driver escapes these by a byte each, and JSON is full of quotation marks.
    escapes = sum(content.count(character) for character in ESCAPED)
    needed = len(content.encode()) + escapes + STATEMENT_BYTES
    if needed > most:
        sizes = {"size": f"{needed / MEGABYTE:.1f}", "most": f"{most / MEGABYTE:.1f}"}
        raise ContentTooLarge(Message(code, needed=mebibytes(needed), **sizes))


def mebibytes(size: int) -> int:
    """Whole mebibytes that hold so many bytes."""
    return -(-size // STEP)


log = logging.getLogger(__name__)

# A CSV file of numbers as JSON with its quotation marks escaped; 1.33 to 1.40 on real cohorts.
GROWTH = 1.5
LOOK_AGAIN_SECONDS = 2.0


def needed_packet(max_upload_bytes: int) -> int:
    """What max_allowed_packet must be for an upload of this size, in bytes of whole MiB."""
    return mebibytes(int(GROWTH * max_upload_bytes)) << 20


async def warn_of_packet(max_upload_bytes: int) -> None:
    """Say once, as soon as the database answers, if an upload may be too large for it."""
    while True:
        try:
            most = await max_packet()
            break
        except DatabaseError:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    needed = needed_packet(max_upload_bytes)
    if most is None or most >= needed:
        return
    log.warning(
        "the database server's max_allowed_packet is %dM, and an upload of SGN_MAX_UPLOAD_MB (%d) "
        "may need %dM: a larger dataset is kept as arrays alone, which no other service of "
        "NEURO-LEARN can read",
        most >> 20,
        max_upload_bytes // 1_000_000,
        mebibytes(needed),
    )
