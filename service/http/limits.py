"""How many tasks and clients may wait, and how much a project may store; locks by name."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from weakref import WeakValueDictionary

from db import datasets
from db.queue import queue_state
from graphnet.messages import Message
from service.http.responses import ApiError, ErrorNum, quoted
from service.settings import HttpSettings

RETRY_SECONDS = 30
FRESH_SECONDS = 1.0
MOST_PROJECTS = 1000
MOST_PREDICTIONS = 8
MOST_COMPARISONS = 8
ALL = ""  # no project has this id


@dataclass(frozen=True)
class _Count:
    """What waited by the database, when that was asked, and how many had been written before."""

    waiting: dict[str, int]
    asked_at: float
    written: dict[str, int]


class AdmissionControl:
    """Admits a task if fewer wait than the settings allow, of its project and in all.

    The database is asked once a second, and always before a task is refused. Tasks of this process
    that the database may not have counted yet are added: one may count twice for a moment, but
    none is missed. Each of several processes may admit what the others have not yet written.
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
        stale = count is None or came - count.asked_at > FRESH_SECONDS
        if count is None or stale or self._error(proj_id, count):
            count = await self._counted_since(came, proj_id)
        error = self._error(proj_id, count)
        if error is not None:
            raise error
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
        return self._place("api.too-many-streams", self._settings.max_streams)

    def prediction(self) -> contextlib.AbstractContextManager[None]:
        """A place for one more client that waits for a prediction. Raises ApiError."""
        return self._place("api.too-many-predictions", MOST_PREDICTIONS)

    def comparison(self) -> contextlib.AbstractContextManager[None]:
        """A place for one more client that waits for a comparison. Raises ApiError."""
        return self._place("api.too-many-comparisons", MOST_COMPARISONS)

    def upload(self) -> contextlib.AbstractContextManager[None]:
        """A place for one more file that is uploaded. Raises ApiError."""
        return self._place("api.too-many-uploads", self._settings.max_uploads)

    @contextlib.contextmanager
    def _place(self, code: str, most: int) -> Iterator[None]:
        if self._busy[code] >= most:
            raise _too_many(Message(code, count=self._busy[code], seconds=RETRY_SECONDS))
        self._busy[code] += 1
        try:
            yield
        finally:
            self._busy[code] -= 1

    async def _counted_since(self, came: float, proj_id: str) -> _Count:
        """What waits; one query serves all who came meanwhile."""
        async with self._asking:
            count = self._counts.get(proj_id)
            return count if count and count.asked_at >= came else await self._count(proj_id)

    async def _count(self, proj_id: str) -> _Count:
        if len(self._counts) >= MOST_PROJECTS and not self._coming[ALL]:
            for table in (self._counts, self._admitted, self._coming):
                table.clear()
        written = {whose: self._admitted[whose] - self._coming[whose] for whose in (proj_id, ALL)}
        asked_at = time.monotonic()
        of_project, in_all = await queue_state.waiting(proj_id)
        count = _Count({proj_id: of_project, ALL: in_all}, asked_at, written)
        self._counts[proj_id] = count
        return count

    def _error(self, proj_id: str, count: _Count) -> ApiError | None:
        waits = {
            whose: number + self._admitted[whose] - count.written[whose]
            for whose, number in count.waiting.items()
        }
        if waits[proj_id] >= self._settings.max_waiting_of_project:
            values = {"project": proj_id, "count": waits[proj_id], "seconds": RETRY_SECONDS}
            return _too_many(Message("api.too-many-tasks-of-project", **values))
        if waits[ALL] >= self._settings.max_waiting:
            values = {"count": waits[ALL], "seconds": RETRY_SECONDS}
            return _too_many(Message("api.too-many-tasks", **values))
        return None


def _too_many(message: Message) -> ApiError:
    return ApiError(ErrorNum.TOO_MANY, message, headers={"retry-after": str(RETRY_SECONDS)})


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


GIGABYTE = 1e9
DIGITS = 3  # so that a megabyte is seen


async def check_quota(proj_id: str, size: int, quota: int) -> None:
    """Refuse a file of ``size`` bytes beyond what a project's ``quota`` leaves; 0 is no quota.

    A file counts as large as it is; what was stored of it counts as large as its arrays are.

    Raises:
        ApiError: there is no room.

    """
    if not quota:
        return
    used = await datasets.stored_bytes(proj_id)
    if used + size > quota:
        sizes = {
            name: round(amount / GIGABYTE, DIGITS)
            for name, amount in {"used": used, "size": size, "quota": quota}.items()
        }
        message = Message("api.quota-exceeded", project=quoted(proj_id), **sizes)
        raise ApiError(ErrorNum.QUOTA_EXCEEDED, message)
