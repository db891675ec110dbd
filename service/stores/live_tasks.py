"""All tasks that wait or run, looked up once a second for all clients that watch."""

import asyncio
import time
from collections import deque

from db.queue.queue_state import active, standing, submitted
from db.queue.states import TERMINAL
from service.api.views import LiveTaskView
from service.stores.task_views import live_view

FRESH_SECONDS = 1.0
MOST_ENDS = 5000  # remembered for streams that are slow to hear of them


class LiveTasks:
    """A look at the active tasks and at those that ended, shared by every stream of this process.

    What it costs the database does not depend on how many watch, and no result is read.
    """

    def __init__(self) -> None:
        self._seen: dict[str, LiveTaskView] = {}
        self._hidden: set[str] = set()
        self._ends: deque[LiveTaskView] = deque(maxlen=MOST_ENDS)
        self._ended = 0
        self._newest: int | None = None
        self._at = float("-inf")
        self._looking = asyncio.Lock()

    async def look(self) -> dict[str, LiveTaskView]:
        """The active tasks by id, not older than a second. Raises DatabaseError."""
        async with self._looking:  # one look serves all who came meanwhile
            if time.monotonic() - self._at > FRESH_SECONDS:
                await self._look()
                self._at = time.monotonic()
            return self._seen

    @property
    def ended(self) -> int:
        """How many ends the looks have seen."""
        return self._ended

    def ends(self, after: int) -> list[LiveTaskView]:
        """The tasks that ended after the first ``after`` ends, in their order."""
        count = min(self._ended - after, len(self._ends))
        return list(self._ends)[len(self._ends) - count :]

    async def _look(self) -> None:
        newest, came = await submitted(self._newest)
        seen = {row["task_id"]: live_view(row) for row in await active()}
        gone = {*self._seen, *self._hidden, *came} - seen.keys()
        rows = await standing(sorted(gone))
        ends = [live_view(row) for row in rows if row["state"] in TERMINAL]
        self._hidden = {row["task_id"] for row in rows if row["state"] not in TERMINAL}
        self._seen, self._newest = seen, newest
        self._ends.extend(ends)
        self._ended += len(ends)
