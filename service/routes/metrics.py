"""What Prometheus reads."""

from starlette.requests import Request
from starlette.responses import Response

from actors.exposition import CONTENT_TYPE
from service.guard import caller_of
from service.house import house_of


async def metrics(request: Request) -> Response:
    """All of this process, and what the database and the queue say of the whole house.

    A token of one project gets the figures of that project's tasks instead.
    """
    monitoring, proj_id = house_of(request).monitoring, caller_of(request).proj_id
    content = await (monitoring.scrape() if proj_id is None else monitoring.scrape_project(proj_id))
    return Response(content, headers={"content-type": CONTENT_TYPE})
