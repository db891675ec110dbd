"""What a list shows of a finished task's result, which is read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.queue.states import Status
from db.submissions import tasks as results
from db.submissions.ownership import Owner
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.result import TaskResult
from graphnet.evaluation.headline import Headline

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
