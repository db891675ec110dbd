"""The page of a project: its datasets, its tasks and its models in one place."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from db import datasets
from db.queue import queue_state
from db.submissions import tasks
from graphnet.messages import Message
from service.api.views import TaskView
from service.http.auth import caller_of
from service.http.queries import may_be_id
from service.http.responses import ApiError, ErrorNum, quoted
from service.pages.site import page
from service.state import state_of
from service.stores.views import dataset_views, task_views

TASKS, MODELS, DATASETS = 10, 20, 50


async def show(request: Request) -> Response:
    """The newest of each, and how many tasks there are; the lists have the rest."""
    proj_id, caller = request.path_params["proj_id"], caller_of(request)
    absent = ApiError(ErrorNum.NOT_FOUND, Message("api.no-project", project=quoted(proj_id)))
    if not may_be_id(proj_id) or not caller.sees(proj_id):
        raise absent
    state = state_of(request)
    (
        (listed, more_datasets),
        (newest, more_tasks),
        (finished, more_models),
        counts,
    ) = await asyncio.gather(
        datasets.list_datasets(proj_id=proj_id, limit=DATASETS),
        tasks.list_tasks(proj_id=proj_id, limit=TASKS),
        tasks.list_tasks(proj_id=proj_id, status="Finished", limit=MODELS),
        queue_state.count_project_tasks(proj_id),
    )
    if not listed and not newest and not any(counts.tasks.values()):
        raise absent
    outlines = await state.task_summaries.of([*newest, *finished])
    stored = {task_id for task_id, outline in outlines.items() if outline.stored}
    kept = [task for task in finished if not task.removed_at and task.task_id in stored]
    shown = await task_views(newest)
    return page(
        request,
        "project.html",
        proj_id=proj_id,
        proj_name=next((name for each in shown if (name := _name(each))), ""),
        counts=counts.tasks,
        datasets=await dataset_views(listed, await state.profiles.glanced(listed)),
        tasks=shown,
        models=await task_views(kept),
        headlines={task_id: each.headline for task_id, each in outlines.items()},
        more_datasets=bool(more_datasets),
        more_tasks=bool(more_tasks),
        more_models=bool(more_models),
        stored_bytes=await datasets.stored_bytes(proj_id),
        quota_bytes=state.settings.project_quota_bytes,
    )


def _name(task: TaskView) -> str:
    """What the form of a task calls its project; "" where it does not."""
    return str(task.task_config.get("proj_name") or "")
