"""Signing in with a token and out, how a reader likes the pages, and a report without a token.

The report of one task can be shared by a link that expires. The link proves itself: it holds the
task, until when it is good and when it was made, and an HMAC of these under the operator's secret.
Another secret makes every link void; who may share a report makes void all links to it that were
made until then, for which the audit is asked.
"""

import base64
import binascii
import hashlib
import hmac
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Self, TypedDict

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db import audit, tokens
from db.audit import Action, Deed
from db.labels import Kind
from db.server.statements import now_ms
from db.submissions import tasks
from db.submissions.tasks import TaskRecord
from db.tokens import Role
from graphnet.messages import Message
from service.http.auth import CALLER, TOKEN_COOKIE, Caller, refuse_cross_site
from service.http.body import read_body, read_fields, read_form
from service.http.queries import may_be_id
from service.http.responses import COOKIE as LANGUAGE_COOKIE
from service.http.responses import SEE_OTHER, ApiError, ErrorNum
from service.pages.site import LANGUAGES, THEME_COOKIE, THEMES, own, page
from service.routes.manage import actor_of
from service.routes.stored import report
from service.routes.tasks import task_of
from service.state import state_of
from service.stores.views import instant

MOST_BYTES = 10_000
YEAR_SECONDS = 365 * 86_400
log = logging.getLogger(__name__)

DAYS = (1, 7, 30)
DAY_SECONDS = 86_400
MOST_CHARACTERS = 300
EXPIRED = Message("api.link-expired")
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
}


async def show_sign_in(request: Request) -> Response:
    """Ask for a token."""
    return _sign_in_page(request, own(request.query_params.get("next", "/")))


async def sign_in(request: Request) -> Response:
    """Keep a valid token in a cookie that no script can read."""
    refuse_cross_site(request)
    form = await read_form(request, await read_body(request, MOST_BYTES))
    text, further = str(form.get("token", "")).strip(), own(str(form.get("next", "/")))
    token = await tokens.find_token(text)
    if token is None:
        return _sign_in_page(request, further, wrong=True)
    answer = RedirectResponse(further, SEE_OTHER)
    answer.set_cookie(
        TOKEN_COOKIE,
        text,
        expires=datetime.fromtimestamp(token.expires_at / 1000, UTC),
        httponly=True,
        **_cookie_settings(request),
    )
    return answer


async def sign_out(request: Request) -> Response:
    """Forget the token."""
    refuse_cross_site(request)
    answer = RedirectResponse("/sign-in", SEE_OTHER)
    answer.delete_cookie(TOKEN_COOKIE, httponly=True, **_cookie_settings(request))
    return answer


async def prefer(request: Request) -> Response:
    """Remember a language or a theme, and go back."""
    query = request.query_params
    answer = RedirectResponse(own(query.get("next", "/")), SEE_OTHER)
    if query.get("language") in LANGUAGES:
        _remember(answer, request, LANGUAGE_COOKIE, query["language"])
    if query.get("theme") in THEMES:
        _remember(answer, request, THEME_COOKIE, query["theme"])
    return answer


class CookieSettings(TypedDict):
    """How cookies are set: sent along with links from other sites, never with their forms."""

    samesite: Literal["lax"]
    secure: bool


def _cookie_settings(request: Request) -> CookieSettings:
    headers, own_scheme = request.headers, request.url.scheme
    # With a form a browser says itself how it came here, whatever a reverse proxy passes on.
    schemes = (
        own_scheme,
        headers.get("x-forwarded-proto"),
        headers.get("origin", "").split(":")[0],
    )
    return {"samesite": "lax", "secure": "https" in schemes}


def _remember(answer: Response, request: Request, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=YEAR_SECONDS, httponly=True, **_cookie_settings(request))


def _sign_in_page(request: Request, further: str, *, wrong: bool = False) -> Response:
    return page(request, "sign_in.html", 401 if wrong else 200, further=further, wrong=wrong)


@dataclass(frozen=True)
class SharedReport:
    """The report of a task, and ``until`` when it is shared: seconds since 1970.

    ``made_at``: milliseconds since 1970 by the database; 0 of links of older versions.
    """

    task_id: str
    until: int
    made_at: int = 0

    def token(self, secret: str) -> str:
        """What the link ends with."""
        made_at = f":{self.made_at}" if self.made_at else ""
        content = f"{self.task_id}:{self.until}{made_at}".encode()
        return f"{_text_of(content)}.{_text_of(_signature(secret, content))}"

    @classmethod
    def of_token(cls, secret: str, token: str, now: float) -> Self | None:
        """What a link shares; None if it is not good, or not any more."""
        if not secret or len(token) > MOST_CHARACTERS or not token.isascii():
            return None
        try:
            content, signature = map(_bytes_of, token.split("."))
        except (ValueError, binascii.Error):
            return None
        if not hmac.compare_digest(signature, _signature(secret, content)):
            return None
        task_id, *times = content.decode().split(":")
        found = cls(task_id, *map(int, times))
        return found if now < found.until else None


def _signature(secret: str, content: bytes) -> bytes:
    """Of a report's link; a secret that is used elsewhere too signs nothing else like that."""
    return hmac.new(secret.encode(), b"sgn report\n" + content, hashlib.sha256).digest()


def _text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


async def share(request: Request) -> Response:
    """Make a link to the report of a task, and show it."""
    task = await _shareable(request)
    settings = state_of(request).settings
    if task.task_status != "Finished":
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.nothing-to-share", task=task.task_id))
    fields = await read_fields(request, settings.max_form_bytes)
    days = next((choice for choice in DAYS if str(choice) == str(fields.get("days", ""))), DAYS[0])
    until_s = int(time.time()) + days * DAY_SECONDS
    shared = SharedReport(task.task_id, until_s, await now_ms())
    until = instant(1000 * shared.until)
    noted = {"name": task.task_name, "until": until}
    actor = actor_of(request)
    await audit.note(actor, Deed(Action.SHARE, Kind.TASK, task.task_id, task.proj_id, noted))
    log.info("task %s: report shared until %s by %s", task.task_id, until, actor.name)
    origin = settings.process.public_url or str(request.base_url).rstrip("/")
    link = f"{origin}/shared/{shared.token(settings.share_secret)}"
    answer = page(request, "shared.html", task=task, link=link, until=until)
    answer.headers["cache-control"] = "no-store"
    return answer


async def unshare(request: Request) -> Response:
    """Make void all links to the report of a task that there are."""
    task = await _shareable(request)
    actor = actor_of(request)
    deed = Deed(Action.UNSHARE, Kind.TASK, task.task_id, task.proj_id, {"name": task.task_name})
    await audit.note(actor, deed)
    log.info("task %s: links to the report made void by %s", task.task_id, actor.name)
    return page(request, "shared.html", task=task, link="", until=None)


async def _shareable(request: Request) -> TaskRecord:
    """The task that a request names. Raises ApiError, also where reports are not shared."""
    task = await task_of(request)
    if not state_of(request).settings.share_secret:
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.sharing-off"))
    return task


async def shared(request: Request) -> Response:
    """The report that a link shares, without a token."""
    secret = state_of(request).settings.share_secret
    share = SharedReport.of_token(secret, request.path_params["token"], time.time())
    if share is None or not may_be_id(share.task_id):
        raise ApiError(ErrorNum.NOT_FOUND, EXPIRED)
    task = await tasks.get_task(share.task_id)
    if task is None or share.made_at <= await _made_void_at(share.task_id):
        raise ApiError(ErrorNum.NOT_FOUND, EXPIRED)
    log.info("task %s: shared report opened", task.task_id)
    # As somebody who may read this project, and asks for this report and nothing else.
    request.scope[CALLER] = Caller(Role.READ, task.proj_id)
    request.scope["path_params"] = {"task_id": task.task_id}
    request.scope["query_string"] = b""
    answer = await report(request)
    answer.headers.update(HEADERS)
    return answer


async def _made_void_at(task_id: str) -> int:
    """Until when links to a report were made void: ms since 1970, -1 if never."""
    return await audit.last_at(Action.UNSHARE, Kind.TASK, task_id) or -1
