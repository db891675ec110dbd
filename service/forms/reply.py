"""What every reply to a task form carries, and where a refused one is noted.

``code`` is how the service before this one answered: 200 for success, 500 for everything else.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from actors.monitoring.context import request_id
from graphnet.messages import rendered
from service.http.auth import CALLER, Caller
from service.http.body import Posted
from service.http.queries import may_be_id
from service.http.responses import ApiError, answer_language
from service.state import state_of

FORM_ADDRESSES = (
    "/api/v0/new_task",
    "/api/v0/new_sgn_task",
    "/api/v0/newtask",
    "/rest/sgnservice/v0/task/insert",
    "/rest/sgnservice/v0/new_sgn_task",
)
ACCEPTED, REFUSED = 200, 500


def is_form_address(request: Request) -> bool:
    """Whether task forms are posted to where this request goes."""
    return request.scope["path"] in FORM_ADDRESSES


def note_form(request: Request, posted: Posted) -> None:
    """Remember the form that a request brought, for whatever it will be answered."""
    request.state.posted = posted


def form_error_response(request: Request, error: ApiError) -> Response:
    """Answer a form that is refused, with the form; it is logged and kept as a refused form."""
    language = answer_language(request)
    if request.method != "POST":
        return error.reply(language, code=REFUSED)
    posted: Posted = getattr(request.state, "posted", Posted({}))
    note_refusal(request, error, posted.fields)
    warned = {"warnings": rendered(posted.warnings, language)} if posted.warnings else {}
    return error.reply(language, code=REFUSED, task_form=posted.fields, **warned)


def note_refusal(request: Request, error: ApiError, fields: Mapping[str, Any]) -> None:
    """Log one line about a refused form, and keep what was wrong with it."""
    caller: Caller | None = request.scope.get(CALLER)
    state_of(request).refusal_log.note(
        error, proj_id=_project(caller, fields), request_id=request_id.get()
    )


def _project(caller: Caller | None, form: Mapping[str, Any]) -> str:
    """Whose form it was: of a token with one project that one, else as the form says; or ''."""
    if caller is not None and caller.proj_id is not None:
        return caller.proj_id
    given = form.get("proj_id")
    if not isinstance(given, str | int) or isinstance(given, bool):
        return ""
    proj_id = str(given).strip()
    return proj_id if may_be_id(proj_id) else ""
