"""The first page, the list of tasks with their progress; and the list of refused forms.

NEURO-LEARN's own pages do not show why a form was refused.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db.queue import queue_state
from db.queue.states import Status
from db.submissions import tasks
from service.http.auth import caller_of
from service.http.queries import query_flag, query_project, query_tag, query_text
from service.pages.site import page
from service.predecessor import STATUSES
from service.routes.refused_forms import refused_page
from service.state import state_of
from service.stores.task_views import task_views

PAGE = 50
MOST_PLACES = 1000


async def home(request: Request) -> Response:
    """A page of tasks, the newest first; filtered by what stands behind the question mark."""
    query, caller = request.query_params, caller_of(request)
    asked = {name: query.get(name, "") for name in ("proj_id", "status", "q", "tag", "archived")}
    status = asked["status"] if asked["status"] in STATUSES else ""
    found, cursor = await tasks.list_tasks(
        proj_id=query_project(request, caller),
        status=status or None,
        text=query_text(request),
        tag=query_tag(request),
        archived=query_flag(request, "archived"),
        limit=PAGE,
        cursor=query.get("cursor") or None,
    )
    seen = [task for task in found if caller.sees(task.proj_id)]
    waits = any(task.task_status == Status.SUBMITTED.value and not task.over for task in seen)
    outlines = await state_of(request).task_summaries.of(seen)
    content: dict[str, Any] = {
        "tasks": await task_views(seen),
        "headlines": {task_id: each.headline for task_id, each in outlines.items()},
        "places": await queue_state.places(MOST_PLACES) if waits else {},
        "asked": {**asked, "status": status},
        "statuses": STATUSES,
        "cursor": cursor,
        "first": not query.get("cursor"),
    }
    template = "tasks.html" if request.headers.get("hx-target") == "tasks" else "home.html"
    return page(request, template, **content)


async def refused_forms(request: Request) -> Response:
    """A page of refused forms, newest first, of one project if the query names one."""
    rows, cursor = await refused_page(request)
    query = request.query_params
    return page(
        request,
        "refused.html",
        refused=rows,
        proj_id=query.get("proj_id", ""),
        cursor=cursor,
        first=not query.get("cursor"),
    )
