"""Who may do what: every request passes here, and one that is not allowed is refused here.

A program shows its token in a header; a browser, once somebody has signed in, in a cookie.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from db import tokens
from db.server.errors import DatabaseError
from db.tokens import ALL_PROJECTS, Role, TokenRecord
from graphnet.messages import Message
from service.http.responses import ApiError, ErrorNum, quoted
from service.settings import HttpSettings, is_loopback

ErrorHandler = Callable[[Request, Exception], Awaitable[Response]]

PUBLIC = frozenset({"/healthz", "/readyz", "/sign-in", "/sign-out", "/preferences"})
PUBLIC_FILES = ("/static/", "/shared/")  # the latter prove themselves
READING = frozenset({"GET", "HEAD", "OPTIONS"})
LOOK_AGAIN_SECONDS = 1.0
CALLER, AGAIN = "sgn.caller", "sgn.again"
TOKEN_COOKIE = "sgn_token"  # noqa: S105 - its name


@dataclass(frozen=True)
class Caller:
    """Who sent a request: a role in one project, or in all (None); ``signed_in`` on a page.

    ``token_id`` is "" where no token was needed.
    """

    role: Role
    proj_id: str | None = None
    signed_in: bool = False
    token_id: str = ""

    def sees(self, proj_id: str) -> bool:
        """Whether the caller may see what belongs to this project."""
        return self.proj_id is None or self.proj_id == proj_id


def caller_of(request: Request) -> Caller:
    """Who sent a request that the middleware has let in."""
    caller: Caller = request.scope[CALLER]
    return caller


def is_operator(caller: Caller) -> bool:
    """Whether it is a token of the role admin for all projects."""
    return caller.role.covers(Role.ADMIN) and caller.proj_id is None


def require_operator(request: Request) -> None:
    """Raise ApiError if the caller is no operator."""
    if not is_operator(caller_of(request)):
        raise ApiError(ErrorNum.FORBIDDEN, Message("api.operators-only"))


async def is_still_allowed(request: Request) -> bool:
    """Whether the request would be let in now; long streams ask again. Raises DatabaseError."""
    try:
        await request.scope[AGAIN]()
    except ApiError:
        return False
    return True


class AuthMiddleware:
    """Lets in requests with a token, from a trusted network, or, before any token exists, all.

    Reading needs the role read, everything else the role submit.
    """

    def __init__(self, app: ASGIApp, settings: HttpSettings, refuse: ErrorHandler) -> None:
        self._app = app
        self._settings = settings
        self._refuse = refuse
        self._tokens_exist = False
        self._checked_at = float("-inf")
        self._checking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an allowed request on, and answer any other."""
        if scope["type"] != "http" or is_public(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            caller = await self._caller(request)
            request = Request({**scope, CALLER: caller, AGAIN: partial(self._caller, request)})
            _require(caller, Role.READ if request.method in READING else Role.SUBMIT)
        except (ApiError, DatabaseError) as error:
            answer = await self._refuse(request, error)
            await answer(scope, receive, send)
            return
        await self._app(request.scope, receive, send)

    async def _caller(self, request: Request) -> Caller:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme:
            token = await tokens.find_token(text.strip()) if scheme.lower() == "bearer" else None
            if token is None:
                raise _unauthorised(Message("api.token-unknown"))
            return _of(token)
        if (text := request.cookies.get(TOKEN_COOKIE, "")) and (
            token := await tokens.find_token(text)
        ):
            if request.method not in READING:
                refuse_cross_site(request)
            return replace(_of(token), signed_in=True)
        return await self._without_token(request)

    async def _without_token(self, request: Request) -> Caller:
        """The caller of a request without a token, if it is let in. Raises ApiError."""
        if not self._is_trusted(request) and not await self._is_open():
            raise _unauthorised(Message("api.token-needed"))
        if not self._is_own_name(request):
            host = quoted(request.headers.get("host", ""), 80)
            raise ApiError(ErrorNum.FORBIDDEN, Message("api.host-name", host=host))
        if not _is_followed_link(request):
            refuse_cross_site(request)
        return Caller(Role.SUBMIT)

    def _is_trusted(self, request: Request) -> bool:
        """By the connection's own address: a header proves nothing."""
        if not self._settings.trusted or request.client is None:
            return False
        try:
            address = ip_address(request.client.host)
        except ValueError:
            return False
        return any(address in network for network in self._settings.trusted)

    async def _is_open(self) -> bool:
        """Whether requests without a token are let in: only as long as there are no tokens."""
        if not self._settings.anonymous or self._settings.trusted:
            return False
        if not self._tokens_exist and self._is_stale():
            async with self._checking:  # one check serves all requests that came meanwhile
                if self._is_stale():
                    self._tokens_exist = await tokens.exist()
                    self._checked_at = time.monotonic()
        return not self._tokens_exist

    def _is_stale(self) -> bool:
        return time.monotonic() - self._checked_at > LOOK_AGAIN_SECONDS

    def _is_own_name(self, request: Request) -> bool:
        """Whether the Host header is one of ours, which a request without a token must show.

        A page whose own name was made to point here afterwards (DNS rebinding) sends its own. An
        operator on this machine may use localhost, whatever names NEURO-LEARN needs.
        """
        name = host_name(request.headers.get("host", ""))
        if self._settings.host_names:
            local = is_loopback(name) and request.client and is_loopback(request.client.host)
            return bool(local) or name in self._settings.host_names
        return not is_loopback(self._settings.host) or is_loopback(name)


def is_public(path: str) -> bool:
    """Whether an address needs neither token nor trust."""
    return path in PUBLIC or path.startswith(PUBLIC_FILES)


def refuse_cross_site(request: Request) -> None:
    """Refuse what a page of another site sends, by the browser's headers. Raises ApiError."""
    headers = request.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    foreign = origin is not None and origin.partition("://")[2] != headers.get("host", "")
    if foreign or site not in (None, "same-origin", "none"):
        raise ApiError(ErrorNum.FORBIDDEN, Message("api.other-site"))


def _is_followed_link(request: Request) -> bool:
    """Whether it opens one of our pages from another site, which cannot read the answer."""
    headers = request.headers
    goes = headers.get("sec-fetch-mode") == "navigate"
    return request.method == "GET" and goes and headers.get("sec-fetch-dest") == "document"


def _of(token: TokenRecord) -> Caller:
    proj_id = None if token.proj_id == ALL_PROJECTS else token.proj_id
    return Caller(token.role, proj_id, token_id=token.token_id)


@lru_cache(256)
def host_name(host: str) -> str:
    """The name in a Host header, without its port; "" if it cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _require(caller: Caller, needed: Role) -> None:
    if not caller.role.covers(needed):
        message = Message("api.role-needed", role=str(caller.role), needed=str(needed))
        raise ApiError(ErrorNum.FORBIDDEN, message)


def _unauthorised(message: Message) -> ApiError:
    return ApiError(ErrorNum.NO_TOKEN, message, headers={"www-authenticate": 'Bearer realm="sgn"'})
