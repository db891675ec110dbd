"""What is remembered of tasks: those that wait or run, and the summaries of those that ended."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.queue.queue_state import active, standing, submitted
from db.queue.states import TERMINAL, Status
from db.submissions import tasks as results
from db.submissions.ownership import Owner
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.result import TaskResult
from graphnet.evaluation.headline import Headline
from service.api.views import LiveTaskView
from service.stores.views import live_view

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
        seen = {run.task_id: live_view(run) for run in await active()}
        gone = {*self._seen, *self._hidden, *came} - seen.keys()
        runs = await standing(sorted(gone))
        ends = [live_view(run) for run in runs if run.state in TERMINAL]
        self._hidden = {run.task_id for run in runs if run.state not in TERMINAL}
        self._seen, self._newest = seen, newest
        self._ends.extend(ends)
        self._ended += len(ends)


MOST = 5000  # tasks whose summary is remembered
Key = tuple[str, int]


@dataclass(frozen=True)
class TaskSummary:
    """The metric that a task leads with, if it has one, and whether its model was stored."""

    headline: Headline | None = None
    stored: bool = False

    @classmethod
    def of(cls, result: Mapping[str, Any] | None) -> "TaskSummary":
        """Of a result as it is stored."""
        read = TaskResult.from_json(result)
        return cls(Headline.of(read), bool(read.model_state_path))


class TaskSummaries:
    """Remembers the summaries of ended tasks: a result has 100 kB, and never changes."""

    def __init__(self) -> None:
        self._known: dict[Key, TaskSummary] = {}

    async def of(self, tasks: Sequence[TaskRecord]) -> dict[str, TaskSummary]:
        """The summary of each finished task by its id; the predecessor's tasks have none.

        Raises DatabaseError.
        """
        wanted = {
            (task.task_id, task.version)
            for task in tasks
            if task.task_status == Status.FINISHED.value and task.owner is Owner.OURS
        }
        summaries = {key: self._known[key] for key in wanted if key in self._known}
        missing = dict(wanted - summaries.keys())
        if len(self._known) + len(missing) > MOST:
            self._known.clear()
            summaries, missing = {}, dict(wanted)
        if missing:
            read = await results.read_results(list(missing), TaskSummary.of)
            new = {key: read.get(key[0], TaskSummary()) for key in missing.items()}
            self._known |= new
            summaries |= new  # others may have made room meanwhile
        return {task_id: summary for (task_id, _), summary in summaries.items()}
