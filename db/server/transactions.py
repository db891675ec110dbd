"""Transactions that leave nothing behind, and the one clock that all processes share."""

import asyncio
import contextlib
import functools
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient, NestedTransactionContext
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from db.server.errors import Deadlock

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
