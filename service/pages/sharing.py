"""The report of one task by a link that expires, for whoever has no token.

The link proves itself: it holds the task, until when it is good, and an HMAC of both under the
operator's secret. Nothing is stored; another secret makes every link void.
"""

import base64
import binascii
import hashlib
import hmac
import logging
import time
from dataclasses import dataclass
from typing import Self

from starlette.requests import Request
from starlette.responses import Response

from db.management import audit
from db.management.audit import Action, Deed
from db.management.labels import Kind
from db.submissions import tasks
from db.tokens import Role
from graphnet.messages import Message
from service.http.auth import CALLER, Caller
from service.http.body import read_fields
from service.http.queries import may_be_id
from service.http.responses import ApiError, ErrorNum
from service.pages.site import page
from service.routes.manage import actor_of
from service.routes.stored import report
from service.routes.tasks import task_of
from service.state import state_of
from service.stores.views import instant

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


@dataclass(frozen=True)
class SharedReport:
    """The report of a task, and ``until`` when it is shared: seconds since 1970."""

    task_id: str
    until: int

    def token(self, secret: str) -> str:
        """What the link ends with."""
        content = f"{self.task_id}:{self.until}".encode()
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
        task_id, _, until = content.decode().rpartition(":")
        return cls(task_id, int(until)) if now < int(until) else None


def _signature(secret: str, content: bytes) -> bytes:
    """Of a report's link; a secret that is used elsewhere too signs nothing else like that."""
    return hmac.new(secret.encode(), b"sgn report\n" + content, hashlib.sha256).digest()


def _text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


async def share(request: Request) -> Response:
    """Make a link to the report of a task, and show it."""
    task = await task_of(request)
    settings = state_of(request).settings
    if not settings.share_secret:
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.sharing-off"))
    if task.task_status != "Finished":
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.nothing-to-share", task=task.task_id))
    fields = await read_fields(request, settings.max_form_bytes)
    days = next((each for each in DAYS if str(each) == str(fields.get("days", ""))), DAYS[0])
    shared = SharedReport(task.task_id, int(time.time()) + days * DAY_SECONDS)
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


async def shared(request: Request) -> Response:
    """The report that a link shares, without a token."""
    secret = state_of(request).settings.share_secret
    share = SharedReport.of_token(secret, request.path_params["token"], time.time())
    if share is None or not may_be_id(share.task_id):
        raise ApiError(ErrorNum.NOT_FOUND, EXPIRED)
    task = await tasks.get_task(share.task_id)
    if task is None:
        raise ApiError(ErrorNum.NOT_FOUND, EXPIRED)
    log.info("task %s: shared report opened", task.task_id)
    # As somebody who may read this project, and asks for this report and nothing else.
    request.scope[CALLER] = Caller(Role.READ, task.proj_id)
    request.scope["path_params"] = {"task_id": task.task_id}
    request.scope["query_string"] = b""
    answer = await report(request)
    answer.headers.update(HEADERS)
    return answer
