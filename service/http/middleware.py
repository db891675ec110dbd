"""What every request and answer passes: its id, security headers, its body's rest, its trace."""

import asyncio
import re
import uuid

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actors.log_context import PARENT, TRACING, request_id

REQUEST_ID = "x-request-id"
DRAIN_SECONDS, DRAIN_BYTES = 2.0, 4_000_000
USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class RequestIdMiddleware:
    """Gives each request an id, the caller's own if it sends one; answer, log and task carry it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; its answer has the header ``X-Request-Id``."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent_id = Headers(scope=scope).get(REQUEST_ID, "")
        answer_id = sent_id if USABLE_ID.fullmatch(sent_id) else uuid.uuid4().hex
        request_id.set(answer_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((REQUEST_ID.encode(), answer_id.encode()))
            await send(message)

        await self._app(scope, receive, send_with_id)


class SecurityHeadersMiddleware:
    """Adds the headers that keep browsers careful, where an answer does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                names = {name for name, _ in headers}
                headers += [header for header in HEADERS if header[0] not in names]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class BodyDrainMiddleware:
    """Reads a body to its end before an answer that did not wait for it.

    A connection with half a body on it cannot take another request, and a client that still sends
    would not see the answer. A connection whose body does not end within seconds is closed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; before its answer the rest of the body is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(scope, receive)

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start" and not await body.drained():
                message["headers"].append((b"connection", b"close"))
            await send(message)

        await self._app(scope, body.receive, send_after_body)


class _Body:
    """A request's body, and whether more of it is to come."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        headers = Headers(scope=scope)
        self._receive = receive
        self._more = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"

    async def receive(self) -> Message:
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def drained(self) -> bool:
        """Read the rest; False if it did not end in time or is too long."""
        size = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._more and size < DRAIN_BYTES:
                    size += len((await self.receive()).get("body", b""))
        except TimeoutError:
            return False
        return not self._more


class TracingMiddleware:
    """Starts a span for each POST; reading needs no trace."""

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
