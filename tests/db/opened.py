"""A database for as long as one coroutine runs."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from tortoise.backends.base.executor import EXECUTOR_CACHE

from db.server.connection import close_database, open_database

T = TypeVar("T")


async def opening(url: str) -> None:
    """Open a database that may be another than the one this process had open before."""
    # The ORM keeps its INSERT statements by the connection's name, whatever server that is.
    EXECUTOR_CACHE.clear()
    await open_database(url)


def opened(url: str, work: Coroutine[Any, Any, T]) -> T:
    """Open the database in a loop of its own, run this to its end, close."""

    async def framed() -> T:
        await opening(url)
        try:
            return await work
        finally:
            await close_database()

    return asyncio.run(framed())
