"""The forms that were refused lately, and why: NEURO-LEARN's own pages do not say it."""

from starlette.requests import Request
from starlette.responses import Response

from service.pages.site import page
from service.routes.refused_forms import refused_page


async def show(request: Request) -> Response:
    """A page of refused forms, the newest first; of one project, where it is asked for."""
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
