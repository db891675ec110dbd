"""What MariaDB and MySQL take in one statement: ``max_allowed_packet``.

A longer statement breaks the connection, which looks as if the server were away; so what may be
long is measured before it is sent. Reading has no such bound.
"""

from tortoise.connection import get_connection

from db.errors import ContentTooLarge, translate_errors
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
