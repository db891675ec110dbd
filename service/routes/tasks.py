"""Tasks: list, show, cancel."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from actors import log_context
from db.queue import runs
from db.submissions import tasks
from db.submissions.tasks import TaskRecord
from graphnet.catalogue import ALIASES, GRAPHS, MODELS, ModelCard, graph_summary
from graphnet.config import OPTIONS, TrainingSettings
from graphnet.messages import Message, every, render
from service.api.views import HeadlineView, TaskView
from service.http.auth import caller_of
from service.http.queries import (
    may_be_id,
    query_flag,
    query_limit,
    query_project,
    query_tag,
    query_text,
)
from service.http.responses import ApiError, ErrorNum, answer_language, field_error, quoted, success
from service.predecessor import STATUSES, absence, require_ours
from service.state import state_of
from service.stores.views import TaskSummary, full_view, task_view, task_views


async def list_tasks(request: Request) -> Response:
    """One page of tasks, newest first."""
    query = request.query_params
    status = query.get("status") or None
    if status is not None and status not in STATUSES:
        values = {"value": quoted(status, 40), "choices": every(STATUSES)}
        raise field_error("status", Message("api.status-invalid", **values))
    listed, cursor = await tasks.list_tasks(
        proj_id=query_project(request, caller_of(request)),
        status=status,
        text=query_text(request),
        tag=query_tag(request),
        archived=query_flag(request, "archived"),
        limit=query_limit(request),
        cursor=query.get("cursor") or None,
    )
    # A database may take names for equal that are not (PROJ1 and proj1).
    seen = [task for task in listed if caller_of(request).sees(task.proj_id)]
    summaries = await state_of(request).task_summaries.of(seen)
    views = [_summarised(view, summaries.get(view.task_id)) for view in await task_views(seen)]
    return success(tasks=[view.as_dict() for view in views], next_cursor=cursor)


def _summarised(view: TaskView, summary: TaskSummary | None) -> TaskView:
    return view if summary is None else replace(view, headline=HeadlineView.of(summary.headline))


async def show(request: Request) -> Response:
    """One task with its result, and whether its model is still there."""
    task, state = await task_of(request), state_of(request)
    lost = await state.lost_models.is_lost(state.artifacts, task)
    return success(task=replace(await full_view(task), model_lost=lost).as_dict())


async def answer(task: TaskRecord) -> Response:
    """Answer with one task."""
    return success(task=(await full_view(task)).as_dict())


async def cancel(request: Request) -> Response:
    """Cancel a task; an ended one stays as it is. The predecessor's tasks are refused."""
    task = await task_of(request)
    require_ours(task)
    await runs.cancel(task.task_id, state_of(request).settings.process.public_url)
    return await show(request)


async def lineage(request: Request) -> Response:
    """The task, its parent, the parent's parent, to the first."""
    task = await task_of(request)
    ancestors = await tasks.lineage(task.task_id)
    seen = [ancestor for ancestor in ancestors if caller_of(request).sees(ancestor.proj_id)]
    return success(lineage=[task_view(member).as_dict() for member in [task, *seen]])


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


async def list_models(request: Request) -> Response:
    """Every architecture with a sentence and its recommended settings, every graph and option."""
    language = answer_language(request)
    return success(
        models=[_shown(card, language) for card in MODELS.values()],
        graphs={name: render(graph_summary(name), language) for name in GRAPHS},
        options={name: render(option.expected, language) for name, option in OPTIONS.items()},
    )


def _shown(card: ModelCard, language: str) -> dict[str, object]:
    return {
        "name": card.name,
        "aliases": [alias for alias, name in ALIASES.items() if name == card.name],
        "summary": render(card.summary, language),
        "source": card.source,
        "settings": TrainingSettings.for_model(card.name).as_dict(),
        "settings_of_connectomes": dict(card.of_connectomes),
    }
