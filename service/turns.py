"""Requests that must not be served at once, one after another."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from weakref import WeakValueDictionary


class Turns:
    """One at a time of those with the same name; a name that nobody uses is forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Wait until nobody else of this name is served."""
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            yield
