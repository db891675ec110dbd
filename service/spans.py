"""A span around each POST, in the trace of its caller where that has one."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from actors.log_context import request_id
from actors.tracing import PARENT, TRACING


class Traced:
    """Begins a span for what changes something; reading is not worth a trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        parent = Headers(scope=scope).get(PARENT, "")
        with TRACING.span("POST", parent=parent, kind="SERVER", request_id=request_id.get()):
            await self._app(scope, receive, send)
