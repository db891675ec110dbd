"""What a list shows of a finished task's result, read from that once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db import tasks as results
from db.ownership import Owner
from db.states import Status
from db.tasks import TaskRecord
from graphnet.artifacts.result import TaskResult
from graphnet.evaluation.headline import Headline

MOST = 5000  # tasks whose figure is remembered
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
    """Remembers those of tasks that have ended: a result is 100 kB, and never changes."""

    def __init__(self) -> None:
        self._known: dict[Key, TaskSummary] = {}

    async def of(self, tasks: Sequence[TaskRecord]) -> dict[str, TaskSummary]:
        """Of each finished task by its id, but not the predecessor's, which had no such figure.

        Raises DatabaseError.
        """
        wanted = {
            (task.task_id, task.version)
            for task in tasks
            if task.task_status == Status.FINISHED.value and task.owner is Owner.OURS
        }
        found = {key: self._known[key] for key in wanted if key in self._known}
        missing = dict(wanted - found.keys())
        if len(self._known) + len(missing) > MOST:
            self._known.clear()
            found, missing = {}, dict(wanted)
        if missing:
            read = await results.read_results(list(missing), TaskSummary.of)
            new = {key: read.get(key[0], TaskSummary()) for key in missing.items()}
            self._known |= new
            found |= new  # others may have made room meanwhile
        return {task_id: outline for (task_id, _), outline in found.items()}
