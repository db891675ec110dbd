"""Tasks and datasets as the API and the pages show them, and what is remembered of tasks."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from db.datasets import ListedDataset
from db.labels import NO_LABEL, Kind, Label, get_label, get_labels
from db.queue import queue_state
from db.queue.queue_state import active, standing, submitted
from db.queue.states import TERMINAL, Status
from db.submissions import tasks as results
from db.submissions.ownership import Owner
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.result import TaskResult
from graphnet.evaluation.headline import Headline
from service.api.views import HeadlineView, ProgressView, TaskView, View
from service.predecessor import SUCCESS

if TYPE_CHECKING:
    from graphnet.data.profile import Profile

FRESH_SECONDS = 1.0
MOST_ENDS = 5000  # remembered for streams that are slow to hear of them


@dataclass(frozen=True)
class LiveTaskView(View):
    """A task that waits, runs or has just ended, as the stream of all tasks tells it."""

    task_id: str
    proj_id: str
    task_status: str
    epoch: int
    epochs: int
    percent: float
    eta_seconds: float | None


async def full_view(task: TaskRecord) -> TaskView:
    """A task with its label, and its place in the queue if it waits. Raises DatabaseError."""
    label = await get_label(Kind.TASK, task.task_id)
    return replace(_labelled(task_view(task), label), progress=await progress_of(task))


async def task_views(tasks: Sequence[TaskRecord]) -> list[TaskView]:
    """Tasks with their labels, as a list shows them. Raises DatabaseError."""
    labels = await get_labels(Kind.TASK, [task.task_id for task in tasks])
    return [_labelled(task_view(task), labels.get(task.task_id, NO_LABEL)) for task in tasks]


def _labelled(view: TaskView, label: Label) -> TaskView:
    return replace(
        view,
        description=label.description,
        tags=list(label.tags),
        archived_at=instant(label.archived_at),
    )


async def progress_of(task: TaskRecord) -> ProgressView:
    """How far a task is, with its place in the queue, if it waits. Raises DatabaseError."""
    if task.task_status != Status.SUBMITTED or task.over:
        return _progress(task)
    return replace(_progress(task), place=await queue_state.place(task))


def task_view(task: TaskRecord) -> TaskView:
    """A task as one of many: without its place in the queue, which costs a query."""
    headline = Headline.of(task.result)
    return TaskView(
        task_id=task.task_id,
        proj_id=task.proj_id,
        task_name=task.task_name,
        task_type=task.task_type,
        owner=task.owner.value,
        task_status=task.task_status,
        task_config=task.form.fields,
        task_result=task.task_result,
        headline=HeadlineView.of(headline),
        error=task.error,
        error_messages=[message.as_dict() for message in task.error_messages],
        progress=_progress(task),
        attempt=task.attempt,
        parent_task_id=task.parent_task_id or None,
        retry_of=task.retry_of or None,
        request_id=task.request_id or None,
        device=task.device or None,
        submitted_at=instant(task.submitted_at),
        started_at=instant(task.started_at),
        finished_at=instant(task.finished_at),
        model_removed_at=instant(task.removed_at),
        model_imported_at=instant(task.imported_at),
    )


def live_view(run: queue_state.RunProgress) -> LiveTaskView:
    """How far a task is, as the stream of all tasks tells it."""
    done = run.state == Status.FINISHED
    return LiveTaskView(
        task_id=run.task_id,
        proj_id=run.proj_id,
        task_status=run.state,
        epoch=run.epochs if done else run.epoch,
        epochs=run.epochs,
        percent=100.0 if done else run.permille / 10,
        eta_seconds=_eta_seconds(run.state, run.remaining_ms),
    )


def _progress(task: TaskRecord) -> ProgressView:
    done = task.task_status in (Status.FINISHED, SUCCESS)
    stage = task.stage if task.task_status == Status.RUNNING else None
    return ProgressView(
        epoch=task.epochs if done else task.epoch,
        epochs=task.epochs or None,
        percent=100.0 if done else task.permille / 10,
        eta_seconds=_eta_seconds(task.task_status, task.remaining_ms),
        stage=None if stage is None else str(stage),
        stage_message=None if stage is None else stage.as_dict(),
    )


def _eta_seconds(status: str, remaining_ms: int) -> float | None:
    """Seconds left at the speed so far; None if that is unknown or the task does not run."""
    return round(remaining_ms / 1000, 1) if status == Status.RUNNING and remaining_ms >= 0 else None


def instant(milliseconds: int) -> str | None:
    """Milliseconds since 1970 as ISO 8601 in UTC; None for 0, which is not yet."""
    if not milliseconds:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


OURS, THEIRS = "ours", "neuro-learn"


async def dataset_view(record: ListedDataset, profile: "Profile") -> dict[str, Any]:
    """One dataset with all its details. Raises DatabaseError."""
    label = await get_label(Kind.DATASET, record.data_id)
    return {**profile.shown(record, detailed=True), **_noted(profile, label)}


async def dataset_views(
    listed: Iterable[ListedDataset], profiles: "Mapping[str, Profile]"
) -> list[dict[str, Any]]:
    """Those of a list of which there is a profile, by name. Raises DatabaseError."""
    records = [record for record in listed if record.data_name in profiles]
    labels = await get_labels(Kind.DATASET, [record.data_id for record in records])
    return [
        {
            **profiles[record.data_name].shown(record, detailed=False),
            **_noted(profiles[record.data_name], labels.get(record.data_id, NO_LABEL)),
        }
        for record in records
    ]


def _noted(profile: "Profile", label: Label) -> dict[str, Any]:
    return {
        "owner": OURS if profile.uploaded else THEIRS,
        "description": label.description,
        "tags": list(label.tags),
        "archived_at": instant(label.archived_at),
        "former_names": [former.name for former in label.former_names],
    }


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
