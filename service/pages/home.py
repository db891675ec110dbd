"""The first page, a list of tasks with their progress; a project; the list of refused forms.

NEURO-LEARN's own pages do not show why a form was refused. Whoever has no data yet is offered an
example cohort.
"""

import asyncio
import contextlib
import sys
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db import datasets
from db.queue import queue_state
from db.queue.states import Status
from db.server.errors import NameTaken
from db.submissions import tasks
from graphnet.messages import Message
from service.api.views import TaskView
from service.http.auth import caller_of
from service.http.queries import may_be_id, query_flag, query_project, query_tag, query_text
from service.http.responses import SEE_OTHER, ApiError, ErrorNum, quoted
from service.pages.site import page
from service.predecessor import STATUSES
from service.routes.datasets import store_table
from service.routes.submission import refused_page
from service.state import state_of
from service.stores.views import dataset_views, task_views

PAGE = 50
MOST_PLACES = 1000
EXAMPLE = "EXAMPLE"  # the project of the example cohort, unless the caller has one
NEWEST_TASKS, NEWEST_MODELS, NEWEST_DATASETS = 10, 20, 50


async def home(request: Request) -> Response:
    """A page of tasks, the newest first; filtered by what stands behind the question mark."""
    query, caller = request.query_params, caller_of(request)
    asked = {name: query.get(name, "") for name in ("proj_id", "status", "q", "tag", "archived")}
    status = asked["status"] if asked["status"] in STATUSES else ""
    listed, cursor = await tasks.list_tasks(
        proj_id=query_project(request, caller),
        status=status or None,
        text=query_text(request),
        tag=query_tag(request),
        archived=query_flag(request, "archived"),
        limit=PAGE,
        cursor=query.get("cursor") or None,
    )
    seen = [task for task in listed if caller.sees(task.proj_id)]
    waits = any(task.task_status == Status.SUBMITTED.value and not task.over for task in seen)
    outlines = await state_of(request).task_summaries.of(seen)
    content: dict[str, Any] = {
        "tasks": await task_views(seen),
        "headlines": {task_id: summary.headline for task_id, summary in outlines.items()},
        "places": await queue_state.places(MOST_PLACES) if waits else {},
        "asked": {**asked, "status": status},
        "statuses": STATUSES,
        "cursor": cursor,
        "first": not query.get("cursor"),
        "filtered": any(asked.values()) or bool(query.get("cursor")),
    }
    template = "tasks.html" if request.headers.get("hx-target") == "tasks" else "home.html"
    return page(request, template, **content)


async def example(request: Request) -> Response:
    """Store the example cohort, unless it is there, and go on to a form that trains on it."""
    proj_id = caller_of(request).proj_id or EXAMPLE
    name = "example" if proj_id == EXAMPLE else f"{proj_id} example"  # no name occurs twice
    if not await datasets.find_datasets([name]):
        content = await _example_table()
        fields = {"proj_id": proj_id, "data_name": name, "map": "atlas=aal90"}
        with contextlib.suppress(NameTaken):  # by another click at the same time
            await store_table(request, content, fields)
    form = {"proj_id": proj_id, "train_data": name, "task_name": name, "example": "true"}
    return RedirectResponse(f"/tasks/new?{urlencode(form)}", SEE_OTHER)


async def _example_table() -> bytes:
    """The example cohort as a CSV file, made by a process of its own: the service has no pandas."""
    command = (sys.executable, "-m", "graphnet.data.synthetic")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    content, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{command[-1]} ended with status {process.returncode}")
    return content


async def refused_forms(request: Request) -> Response:
    """A page of refused forms, newest first, of one project if the query names one."""
    forms, cursor = await refused_page(request)
    query = request.query_params
    return page(
        request,
        "refused.html",
        refused=forms,
        proj_id=query.get("proj_id", ""),
        cursor=cursor,
        first=not query.get("cursor"),
    )


async def project_page(request: Request) -> Response:
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
        datasets.list_datasets(proj_id=proj_id, limit=NEWEST_DATASETS),
        tasks.list_tasks(proj_id=proj_id, limit=NEWEST_TASKS),
        tasks.list_tasks(proj_id=proj_id, status="Finished", limit=NEWEST_MODELS),
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
        proj_name=next((name for view in shown if (name := _name(view))), ""),
        counts=counts.tasks,
        datasets=await dataset_views(listed, await state.profiles.glanced(listed)),
        tasks=shown,
        models=await task_views(kept),
        headlines={task_id: summary.headline for task_id, summary in outlines.items()},
        more_datasets=bool(more_datasets),
        more_tasks=bool(more_tasks),
        more_models=bool(more_models),
        stored_bytes=await datasets.stored_bytes(proj_id),
        quota_bytes=state.settings.project_quota_bytes,
    )


def _name(task: TaskView) -> str:
    """What the form of a task calls its project; "" where it does not."""
    return str(task.task_config.get("proj_name") or "")
