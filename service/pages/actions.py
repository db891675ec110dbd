"""What a page does with a task: cancel it, try it again."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db import cancellation
from service.house import house_of
from service.pages.site import SEE_OTHER, own
from service.predecessor import require_ours
from service.routes.submission import tried_again
from service.routes.tasks import task_of


async def cancel(request: Request) -> Response:
    """End a task and go back to it, or to the page that is named as ``next``."""
    task = await task_of(request)
    require_ours(task)
    await cancellation.cancel(task.task_id, house_of(request).settings.house.public_url)
    return _further(request, task.task_id)


async def retry(request: Request) -> Response:
    """Try a task again and go to the new one."""
    task_id = await tried_again(request, await task_of(request))
    return _further(request, task_id)


def _further(request: Request, task_id: str) -> Response:
    return RedirectResponse(own(request.query_params.get("next") or f"/tasks/{task_id}"), SEE_OTHER)
