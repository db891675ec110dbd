"""What Prometheus reads."""

from starlette.requests import Request
from starlette.responses import Response

from actors.exposition import CONTENT_TYPE
from service.house import house_of


async def metrics(request: Request) -> Response:
    """All of this process, and what the database and the queue say of the whole house."""
    content = await house_of(request).monitoring.scrape()
    return Response(content, headers={"content-type": CONTENT_TYPE})
