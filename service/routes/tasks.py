"""Tasks: list, show, cancel."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from actors import log_context
from db import cancellation, queue_state, tasks
from db.states import Status
from db.tasks import TaskRecord
from graphnet.artifacts.result import TaskResult
from graphnet.catalogue import ALIASES, GRAPHS, MODELS, ModelCard
from graphnet.config import OPTIONS, TrainingSettings
from graphnet.evaluation.headline import Headline
from service.http.auth import caller_of
from service.http.queries import asked_limit, asked_project, asked_text, may_be_id
from service.http.responses import ApiError, ErrorNum, form_error, success
from service.predecessor import STATUSES, SUCCESS, absence, require_ours
from service.state import state_of


async def list_tasks(request: Request) -> Response:
    """One page of tasks, newest first."""
    query = request.query_params
    status = query.get("status") or None
    if status is not None and status not in STATUSES:
        known = ", ".join(STATUSES)
        raise form_error([("status", f"status is {status[:40]!r}; it must be one of {known}.")])
    found, cursor = await tasks.list_tasks(
        proj_id=asked_project(request, caller_of(request)),
        status=status,
        text=asked_text(request),
        limit=asked_limit(request),
        cursor=query.get("cursor") or None,
    )
    # A database may take names for equal that are not (PROJ1 and proj1).
    seen = [task for task in found if caller_of(request).sees(task.proj_id)]
    outlines = await state_of(request).outlines.of(seen)
    rows = [
        {**listed(task), "headline": _told(outlines[task.task_id].headline)}
        if task.task_id in outlines
        else listed(task)
        for task in seen
    ]
    return success(tasks=rows, next_cursor=cursor)


async def show(request: Request) -> Response:
    """One task with its result, and whether its model is still there."""
    task, house = await task_of(request), state_of(request)
    lost = await house.lost.is_lost(house.vault, task)
    return success(task={**shown(task, await progress_of(task)), "model_lost": lost})


async def answer(task: TaskRecord) -> Response:
    """Answer with one task."""
    return success(task=shown(task, await progress_of(task)))


async def cancel(request: Request) -> Response:
    """Cancel a task; of one that has ended nothing changes. The predecessor's is refused."""
    task = await task_of(request)
    require_ours(task)
    await cancellation.cancel(task.task_id, state_of(request).settings.house.public_url)
    return await show(request)


async def lineage(request: Request) -> Response:
    """The task, its parent, the parent's parent, to the first."""
    task = await task_of(request)
    seen = [
        each for each in await tasks.lineage(task.task_id) if caller_of(request).sees(each.proj_id)
    ]
    return success(lineage=[shown(each, _progress(each)) for each in [task, *seen]])


async def task_of(request: Request) -> TaskRecord:
    """The task that the address names. Raises ApiError, also where it is another project's."""
    task_id = request.path_params["task_id"]
    task = await find_task(request, task_id)
    if task is None:
        raise ApiError(ErrorNum.NOT_FOUND, await absence(caller_of(request), task_id))
    log_context.task_id.set(task.task_id)
    return task


async def find_task(request: Request, task_id: str) -> TaskRecord | None:
    """The task of an id; None where there is none that the caller sees."""
    task = await tasks.get_task(task_id) if may_be_id(task_id) else None
    return task if task is not None and caller_of(request).sees(task.proj_id) else None


def shown(task: TaskRecord, progress: dict[str, Any]) -> dict[str, Any]:
    """A task as an answer shows it."""
    return {
        "task_id": task.task_id,
        "proj_id": task.proj_id,
        "task_name": task.task_name,
        "task_type": task.task_type,
        "owner": task.owner.value,
        "task_status": task.task_status,
        "task_config": task.task_config,
        "task_result": task.task_result,
        "headline": _told(Headline.of(TaskResult.from_json(task.task_result))),
        "error": task.error,
        "progress": progress,
        "attempt": task.attempt,
        "parent_task_id": task.parent_task_id or None,
        "retry_of": task.retry_of or None,
        "request_id": task.request_id or None,
        "device": task.device or None,
        "submitted_at": instant(task.submitted_at),
        "started_at": instant(task.started_at),
        "finished_at": instant(task.finished_at),
        "model_removed_at": instant(task.removed_at),
        "model_imported_at": instant(task.imported_at),
        "model_lost": None,
    }


def _told(headline: Headline | None) -> dict[str, Any] | None:
    return None if headline is None else headline.as_dict()


def listed(task: TaskRecord) -> dict[str, Any]:
    """A task as one of many; its place in the queue is not asked for."""
    return shown(task, _progress(task))


async def progress_of(task: TaskRecord) -> dict[str, Any]:
    """How far a task is; the place in the queue of one that waits, 1 for the next."""
    if task.task_status != Status.SUBMITTED or task.over:
        return _progress(task)
    return {**_progress(task), "place": await queue_state.place(task)}


def _progress(task: TaskRecord) -> dict[str, Any]:
    done = task.task_status in (Status.FINISHED, SUCCESS)
    return {
        "epoch": task.epochs if done else task.epoch,
        "epochs": task.epochs or None,
        "percent": 100.0 if done else task.permille / 10,
        "eta_seconds": _eta_seconds(task),
        "place": None,
    }


def _eta_seconds(task: TaskRecord) -> float | None:
    """What is left at the speed so far; None before that is known and outside of running."""
    if task.task_status != Status.RUNNING or task.remaining_ms < 0:
        return None
    return round(task.remaining_ms / 1000, 1)


def instant(milliseconds: int) -> str | None:
    """ISO 8601 in UTC; None for 0, which is not yet."""
    if not milliseconds:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


async def list_models(request: Request) -> Response:  # noqa: ARG001
    """Every architecture with a sentence and its recommended settings, every graph and option."""
    return success(
        models=[_shown(card) for card in MODELS.values()],
        graphs=GRAPHS,
        options={name: str(option) for name, option in OPTIONS.items()},
    )


def _shown(card: ModelCard) -> dict[str, object]:
    return {
        "name": card.name,
        "aliases": [alias for alias, name in ALIASES.items() if name == card.name],
        "summary": card.summary,
        "source": card.source,
        "settings": TrainingSettings.for_model(card.name).as_dict(),
    }
