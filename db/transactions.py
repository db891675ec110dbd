"""Transactions that leave nothing behind."""

import contextlib
from collections.abc import AsyncIterator

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction


@contextlib.asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """Commit at the end, roll back on an error, and tell of the error that came first.

    The ORM's own forgets the connection (on SQLite, the lock) of a transaction that was lost or
    cancelled as it began; after five of these every later caller would wait forever.
    """
    context = in_transaction()
    try:
        yield await context.__aenter__()
    except BaseException as error:
        if hasattr(context, "token"):  # it holds a connection
            with contextlib.suppress(Exception):
                await context.__aexit__(type(error), error, error.__traceback__)
        raise
    await context.__aexit__(None, None, None)
