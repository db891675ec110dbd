"""The first page: the tasks, what becomes of them, and how far they are."""

from starlette.requests import Request
from starlette.responses import Response

from service.pages.site import page


async def home(request: Request) -> Response:
    """The newest tasks."""
    return page(request, "home.html")
