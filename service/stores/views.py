"""Tasks and datasets as the API and the pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from db.datasets import ListedDataset
from db.management.labels import NO_LABEL, Kind, Label, get_label, get_labels
from db.queue import queue_state
from db.queue.states import Status
from db.submissions.tasks import TaskRecord
from graphnet.evaluation.headline import Headline
from service.api.views import HeadlineView, LiveTaskView, ProgressView, TaskView
from service.predecessor import SUCCESS

if TYPE_CHECKING:
    from graphnet.data.profile import Profile


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
