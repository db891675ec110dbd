"""How many tasks may wait, and how many clients may watch."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from weakref import WeakValueDictionary

from db import queue_state as waiting
from service.http.responses import ApiError, ErrorNum
from service.settings import HttpSettings

RETRY_SECONDS = 30
FRESH_SECONDS = 1.0
MOST_PROJECTS = 1000
MOST_PREDICTIONS = 8
MOST_COMPARISONS = 8
ALL = ""  # no project has this id


@dataclass(frozen=True)
class _Count:
    """What waited by the database, when it was asked, and what had been written before that."""

    waiting: dict[str, int]
    asked: float
    written: dict[str, int]


class AdmissionControl:
    """Lets a task in if fewer wait than the settings allow, of its project and in all.

    The database is asked once a second, and always before a task is refused. Tasks of this process
    that it may not have counted are counted beside: one may count twice for a moment, none not at
    all. Of several processes each may let in what the others have not yet shown.
    """

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._admitted: Counter[str] = Counter()
        self._coming: Counter[str] = Counter()
        self._counts: dict[str, _Count] = {}
        self._busy: Counter[str] = Counter()
        self._asking = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def task_of(self, proj_id: str) -> AsyncIterator[None]:
        """A place for one more task of this project while it is written. Raises ApiError."""
        came, count = time.monotonic(), self._counts.get(proj_id)
        stale = count is None or came - count.asked > FRESH_SECONDS
        if count is None or stale or self._refusal(proj_id, count):
            count = await self._asked_since(came, proj_id)
        refusal = self._refusal(proj_id, count)
        if refusal is not None:
            raise refusal
        for whose in (proj_id, ALL):
            self._admitted[whose] += 1
            self._coming[whose] += 1
        try:
            yield
        finally:
            for whose in (proj_id, ALL):
                self._coming[whose] -= 1

    def stream(self) -> contextlib.AbstractContextManager[None]:
        """A place for one more client that watches. Raises ApiError."""
        return self._place("clients watch tasks", self._settings.max_streams)

    def prediction(self) -> contextlib.AbstractContextManager[None]:
        """A place for one more client that waits for a prediction. Raises ApiError."""
        return self._place("predictions are waited for", MOST_PREDICTIONS)

    def comparison(self) -> contextlib.AbstractContextManager[None]:
        """A place for one more client that waits for a comparison. Raises ApiError."""
        return self._place("comparisons are waited for", MOST_COMPARISONS)

    def upload(self) -> contextlib.AbstractContextManager[None]:
        """A place for one more file that is uploaded. Raises ApiError."""
        return self._place("files are uploaded", self._settings.max_uploads)

    @contextlib.contextmanager
    def _place(self, what: str, most: int) -> Iterator[None]:
        if self._busy[what] >= most:
            raise _too_many(f"{self._busy[what]} {what} already")
        self._busy[what] += 1
        try:
            yield
        finally:
            self._busy[what] -= 1

    async def _asked_since(self, came: float, proj_id: str) -> _Count:
        """What waits; one asks for all who came meanwhile."""
        async with self._asking:
            count = self._counts.get(proj_id)
            return count if count and count.asked >= came else await self._ask(proj_id)

    async def _ask(self, proj_id: str) -> _Count:
        if len(self._counts) >= MOST_PROJECTS and not self._coming[ALL]:
            for known in (self._counts, self._admitted, self._coming):
                known.clear()
        written = {whose: self._admitted[whose] - self._coming[whose] for whose in (proj_id, ALL)}
        asked = time.monotonic()
        of_project, in_all = await waiting.waiting(proj_id)
        count = _Count({proj_id: of_project, ALL: in_all}, asked, written)
        self._counts[proj_id] = count
        return count

    def _refusal(self, proj_id: str, count: _Count) -> ApiError | None:
        waits = {
            whose: number + self._admitted[whose] - count.written[whose]
            for whose, number in count.waiting.items()
        }
        if waits[proj_id] >= self._settings.max_waiting_of_project:
            return _too_many(f"{waits[proj_id]} tasks of the project {proj_id} wait already")
        if waits[ALL] >= self._settings.max_waiting:
            return _too_many(f"{waits[ALL]} tasks wait already")
        return None


def _too_many(what: str) -> ApiError:
    return ApiError(
        ErrorNum.TOO_MANY,
        f"{what}; try again in {RETRY_SECONDS} seconds.",
        headers={"retry-after": str(RETRY_SECONDS)},
    )


class KeyedLock:
    """A lock per name; one that nobody holds or waits for is forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Hold the lock of this name."""
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            yield
