"""Pages by key: what comes in between moves none."""

from typing import Any

from db.server.errors import CursorUnknown
from graphnet.messages import Message

LARGEST_ID = 2**31 - 1  # of NEURO-LEARN's column

Page = tuple[list[dict[str, Any]], str | None]


async def page(query: Any, fields: tuple[str, ...], limit: int, cursor: str | None) -> Page:
    """The newest ``limit`` rows of a query before the cursor, and the cursor of the next page.

    ``fields`` are what is read of each row, ``id`` among them.

    Raises:
        CursorUnknown: the cursor is none of ours.

    """
    before = query if cursor is None else query.filter(id__lt=_position(cursor))
    rows = await before.order_by("-id").limit(limit + 1).values(*fields)
    more = str(rows[limit - 1]["id"]) if len(rows) > limit else None
    return rows[:limit], more


def _position(cursor: str) -> int:
    ours = cursor.isascii() and cursor.isdecimal() and len(cursor) <= len(str(LARGEST_ID))
    if not ours or int(cursor) > LARGEST_ID:
        raise CursorUnknown(Message("database.cursor-invalid"))
    return int(cursor)
