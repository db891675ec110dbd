"""Who may do what: every request passes here, and what is not allowed is refused here.

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
from db.errors import DatabaseError
from db.tokens import ALL_PROJECTS, Role, TokenRecord
from service.http.responses import ApiError, ErrorNum
from service.settings import HttpSettings, is_loopback

ErrorHandler = Callable[[Request, Exception], Awaitable[Response]]

PUBLIC = frozenset({"/healthz", "/readyz", "/sign-in", "/sign-out", "/preferences"})
PUBLIC_FILES = "/static/"
READING = frozenset({"GET", "HEAD"})
LOOK_AGAIN_SECONDS = 1.0
CALLER, AGAIN = "sgn.caller", "sgn.again"
TOKEN_COOKIE = "sgn_token"  # noqa: S105 - its name


@dataclass(frozen=True)
class Caller:
    """Somebody with a role in one project, or in all of them (None); ``signed_in`` on a page."""

    role: Role
    proj_id: str | None = None
    signed_in: bool = False

    def sees(self, proj_id: str) -> bool:
        """Whether what belongs to this project is there for the caller."""
        return self.proj_id is None or self.proj_id == proj_id


def caller_of(request: Request) -> Caller:
    """Who asks; the guard has let them in."""
    caller: Caller = request.scope[CALLER]
    return caller


async def is_still_allowed(request: Request) -> bool:
    """Whether who asked would be let in now, for what goes on for long. Raises DatabaseError."""
    try:
        await request.scope[AGAIN]()
    except ApiError:
        return False
    return True


class AuthMiddleware:
    """Lets through whom a token, a trusted network, or the absence of any token lets in.

    Reading needs the role read, everything else the role submit.
    """

    def __init__(self, app: ASGIApp, settings: HttpSettings, refuse: ErrorHandler) -> None:
        self._app = app
        self._settings = settings
        self._refuse = refuse
        self._tokens_exist = False
        self._looked = float("-inf")
        self._looking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an allowed request on, and answer any other."""
        if scope["type"] != "http" or is_public(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            caller = await self._caller(request)
            known = {CALLER: caller, AGAIN: partial(self._caller, request)}
            request = Request({**scope, **known})
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
                raise _unknown("The token is not known here, has expired or was revoked.")
            return _of(token)
        if (text := request.cookies.get(TOKEN_COOKIE, "")) and (
            token := await tokens.find_token(text)
        ):
            if request.method not in READING:
                refuse_cross_site(request)
            return replace(_of(token), signed_in=True)
        return await self._without_token(request)

    async def _without_token(self, request: Request) -> Caller:
        """Who comes without a token, if they may. Raises ApiError."""
        if not self._is_trusted(request) and not await self._is_open():
            raise _unknown(
                "A token is needed here: send it as 'Authorization: Bearer …'; 'sgn token new' "
                "makes one."
            )
        if not self._is_own_name(request):
            raise ApiError(
                ErrorNum.FORBIDDEN,
                "Without a token, call this service by localhost or by one of the names in its "
                f"SGN_HOST_NAMES, not by {request.headers.get('host', '')[:80]!r}.",
            )
        if not _is_followed_link(request):
            refuse_cross_site(request)
        return Caller(Role.SUBMIT)

    def _is_trusted(self, request: Request) -> bool:
        """By the address that the connection comes from; what a header says proves nothing."""
        if not self._settings.trusted or request.client is None:
            return False
        try:
            address = ip_address(request.client.host)
        except ValueError:
            return False
        return any(address in network for network in self._settings.trusted)

    async def _is_open(self) -> bool:
        """Whether whoever comes is let in: nobody any more once there was a token."""
        if not self._settings.anonymous or self._settings.trusted:
            return False
        if not self._tokens_exist and self._is_stale():
            async with self._looking:  # one looks for all who came meanwhile
                if self._is_stale():
                    self._tokens_exist = await tokens.exist()
                    self._looked = time.monotonic()
        return not self._tokens_exist

    def _is_stale(self) -> bool:
        return time.monotonic() - self._looked > LOOK_AGAIN_SECONDS

    def _is_own_name(self, request: Request) -> bool:
        """Whether the request names us as it should who comes without a token.

        A page whose own name was made to point here afterwards (DNS rebinding) names itself. An
        operator on this machine may say localhost, whatever names NEURO-LEARN needs.
        """
        name = host_name(request.headers.get("host", ""))
        if self._settings.host_names:
            local = is_loopback(name) and request.client and is_loopback(request.client.host)
            return bool(local) or name in self._settings.host_names
        return not is_loopback(self._settings.host) or is_loopback(name)


def is_public(path: str) -> bool:
    """Whether an address is there for everybody."""
    return path in PUBLIC or path.startswith(PUBLIC_FILES)


def refuse_cross_site(request: Request) -> None:
    """A browser sends along where a request comes from; only our own pages may. Raises ApiError."""
    headers = request.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    foreign = origin is not None and origin.partition("://")[2] != headers.get("host", "")
    if foreign or site not in (None, "same-origin", "none"):
        raise ApiError(ErrorNum.FORBIDDEN, "Pages of other sites may not use this service.")


def _is_followed_link(request: Request) -> bool:
    """Whether somebody goes to one of our pages from another, which will not see it."""
    headers = request.headers
    goes = headers.get("sec-fetch-mode") == "navigate"
    return request.method == "GET" and goes and headers.get("sec-fetch-dest") == "document"


def _of(token: TokenRecord) -> Caller:
    return Caller(token.role, None if token.proj_id == ALL_PROJECTS else token.proj_id)


@lru_cache(256)
def host_name(host: str) -> str:
    """What stands in a Host header, without its port; "" if it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _require(caller: Caller, needed: Role) -> None:
    if not caller.role.covers(needed):
        raise ApiError(
            ErrorNum.FORBIDDEN, f"The token's role is {caller.role}; this needs the role {needed}."
        )


def _unknown(sentence: str) -> ApiError:
    return ApiError(ErrorNum.NO_TOKEN, sentence, headers={"www-authenticate": 'Bearer realm="sgn"'})
