"""How rows are read and written: in transactions, by pages and pieces, many at once; and the clock.

Transactions leave nothing behind. All processes share one clock, which is the server's.
"""

import asyncio
import contextlib
import functools
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from functools import cache
from typing import Any, ParamSpec, TypeVar

from pypika_tortoise.terms import Function as Written
from tortoise.backends.base.client import BaseDBAsyncClient, NestedTransactionContext
from tortoise.connection import get_connection
from tortoise.expressions import Function
from tortoise.models import Model
from tortoise.transactions import in_transaction

from db.server.errors import CursorUnknown, Deadlock
from graphnet.messages import Message

CLOCKS = {
    "sqlite": "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS ms",
    # Not by NOW(), which has one hour twice when summer time ends.
    "mysql": "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000 AS ms",
    "postgres": "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS ms",
}
P = ParamSpec("P")
T = TypeVar("T")

RESTARTS = 5
PAUSE_SECONDS = 0.02
LARGEST_ID = 2**31 - 1  # of NEURO-LEARN's column

LONGEST_LIST = 500  # ids in one query

Columns = dict[str, str | int | None]  # a row that is to be written, by column
Page = tuple[list[dict[str, Any]], str | None]  # rows as the ORM gives them


async def now_ms() -> int:
    """Milliseconds since 1970 in UTC, by the database's clock."""
    connection = get_connection("default")
    _, rows = await connection.execute_query(CLOCKS[connection.capabilities.dialect])
    return int(rows[0]["ms"])


@contextlib.asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """Commit at the end, roll back on an error, and tell of the error that came first.

    The ORM's own forgets the connection (on SQLite, the lock) of a transaction that was lost or
    cancelled as it began; after five of these every later caller would wait forever. And it leaves
    a transaction open whose commit was refused, which SQLite would commit with the next one.

    On SQLite a transaction has the right to write from its beginning, and waits for it there: one
    that has read first is refused at once where another process has written meanwhile.
    """
    context = in_transaction()
    try:
        connection = await context.__aenter__()
        whole = not isinstance(context, NestedTransactionContext)
        if whole and connection.capabilities.dialect == "sqlite":
            await connection.execute_query("ROLLBACK")
            await connection.execute_query("BEGIN IMMEDIATE")
        yield connection
        if whole:
            await connection.commit()
    except BaseException as error:
        if hasattr(context, "token"):  # it holds a connection
            with contextlib.suppress(Exception):
                await context.__aexit__(type(error), error, error.__traceback__)
        raise
    await context.__aexit__(None, None, None)


def restart_on_deadlock(
    call: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Do ``call`` again, up to five times, where the server has undone it for a deadlock.

    Two that write the same rows may each wait for the other through no fault of theirs; the
    servers' manuals ask for this. ``call`` must be one transaction, or come to the same repeated.
    """

    @functools.wraps(call)
    async def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for restart in range(RESTARTS):
            with contextlib.suppress(Deadlock):
                return await call(*args, **kwargs)
            await asyncio.sleep(PAUSE_SECONDS * 2**restart * random.random())  # noqa: S311
        return await call(*args, **kwargs)

    return again


async def page(query: Any, fields: tuple[str, ...], limit: int, cursor: str | None) -> Page:
    """The newest ``limit`` rows of a query before the cursor, and the cursor of the next page.

    ``fields`` are what is read of each row, ``id`` among them.

    Raises:
        CursorUnknown: the cursor does not come from an earlier page.

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


def pieces(ids: Sequence[str], most: int = LONGEST_LIST) -> Iterator[list[str]]:
    """The ids in lists that one query can take."""
    for start in range(0, len(ids), most):
        yield list(ids[start : start + most])


async def insert(
    connection: BaseDBAsyncClient, model: type[Model], rows: Sequence[Columns]
) -> None:
    """Write rows by column; one that a row does not name takes its field's default.

    Raises:
        IntegrityError: one of them is there already; within a transaction, none is then written.
        ValidationError: a value that its column cannot hold.

    """
    if not rows:
        return
    if connection.capabilities.dialect == "sqlite":
        _check(model, rows)
    defaults = _defaults(model)
    values = [list((defaults | row).values()) for row in rows]
    await connection.execute_many(_statement(model, connection.capabilities.dialect), values)


def _check(model: type[Model], rows: Sequence[Columns]) -> None:
    """What other databases do themselves: SQLite holds no text to the length of its column."""
    fields = model._meta.fields_map  # noqa: SLF001 - the ORM's documented place for them
    for row in rows:
        for name, value in row.items():
            fields[name].validate(value)


@cache
def _defaults(model: type[Model]) -> Columns:
    """Every column that the database does not fill itself, in order."""
    fields = model._meta.fields_map.items()  # noqa: SLF001
    return {name: field.default for name, field in fields if not field.generated}


@cache
def _statement(model: type[Model], dialect: str) -> str:
    columns = list(_defaults(model))
    places = {
        "mysql": ["%s"] * len(columns),
        "postgres": [f"${number}" for number, _ in enumerate(columns, 1)],
        "sqlite": ["?"] * len(columns),
    }[dialect]
    table = model._meta.db_table  # noqa: SLF001
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(places)})"  # noqa: S608


class _Bytes(Written):
    def __init__(self, *terms: Any, alias: str | None = None) -> None:
        super().__init__("BINARY", *terms, alias=alias)


class _Binary(Function):
    database_func = _Bytes


def exact_match(query: Any, column: str, text: str) -> Any:
    """The rows of a query whose column is exactly this text, also by case; an index still serves.

    Text beyond ASCII is compared by the column's collation: its bytes depend on the connection.
    """
    equal = query.filter(**{column: text})
    if get_connection("default").capabilities.dialect != "mysql" or not text.isascii():
        return equal
    return equal.annotate(letters=_Binary(column)).filter(letters=text)
