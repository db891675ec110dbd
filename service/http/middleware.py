"""What every answer carries: the id of its request, and headers that keep browsers careful."""

import asyncio
import re
import uuid

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actors.log_context import request_id
from actors.tracing import PARENT, TRACING

REQUEST_ID = "x-request-id"
DRAIN_SECONDS, DRAIN_BYTES = 2.0, 4_000_000
USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")
HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Envelope:
    """Gives each request an id, the caller's own where it sends one, for answer, log and task."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        known = given if USABLE.fullmatch(given) else uuid.uuid4().hex
        request_id.set(known)

        body = _Body(scope, receive)

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                given = {name for name, _ in headers}
                headers += [each for each in HEADERS if each[0] not in given]
                headers.append((REQUEST_ID.encode(), known.encode()))
                if not await body.drained():
                    headers.append((b"connection", b"close"))
            await send(message)

        await self._app(scope, body.receive, completed)


class _Body:
    """What a client sends, read to its end before an answer that did not wait for it.

    A connection with half a body on it cannot take another request, and a client that still sends
    would not see the answer.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        headers = Headers(scope=scope)
        self._receive = receive
        self._more = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"

    async def receive(self) -> Message:
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def drained(self) -> bool:
        """Whether all of it came, within seconds."""
        size = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._more and size < DRAIN_BYTES:
                    size += len((await self.receive()).get("body", b""))
        except TimeoutError:
            return False
        return not self._more


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
