"""What an error is answered with: JSON for a program, a page for a person; and a refused form."""

import logging
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from actors.log_context import request_id
from db.dependents import InUse
from db.server.errors import (
    ContentTooLarge,
    CursorUnknown,
    DatabaseError,
    DatabaseUnavailable,
    NameTaken,
    SchemaAhead,
    SchemaBehind,
)
from db.tidying import Gone, NotEnded, NotGranted
from graphnet.messages import Message, render, rendered
from registry import ObjectDamaged, RegistryError, RegistryRefuses
from service.http.auth import CALLER, Caller
from service.http.body import Posted
from service.http.queries import may_be_id
from service.http.responses import MEANINGS, SEE_OTHER, ApiError, ErrorNum, answer_language
from service.state import state_of

FORM_ADDRESSES = (
    "/api/v0/new_task",
    "/api/v0/new_sgn_task",
    "/api/v0/newtask",
    "/rest/sgnservice/v0/task/insert",
    "/rest/sgnservice/v0/new_sgn_task",
)
# The code of a reply to a form, as the service before this one answered it.
ACCEPTED, REFUSED = 200, 500

log = logging.getLogger(__name__)

RETRY_SECONDS = 5
HTML = "text/html"
PROGRAMS = ("/api/", "/rest/", "/openapi.json", "/healthz", "/readyz", "/metrics", "/static/")

HANDLED = (ApiError, DatabaseError, RegistryError, HTTPException, Exception)
DATABASE_ERRORS: dict[type[DatabaseError], ErrorNum] = {
    DatabaseUnavailable: ErrorNum.DATABASE_UNAVAILABLE,
    SchemaBehind: ErrorNum.DATABASE_UNAVAILABLE,
    SchemaAhead: ErrorNum.DATABASE_UNAVAILABLE,
    CursorUnknown: ErrorNum.FORM_INVALID,
    ContentTooLarge: ErrorNum.TOO_LARGE,
    NameTaken: ErrorNum.NAME_TAKEN,
    InUse: ErrorNum.IN_USE,
    NotEnded: ErrorNum.IN_USE,
    Gone: ErrorNum.NOT_FOUND,
    NotGranted: ErrorNum.FORBIDDEN,
}


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


async def handle_error(request: Request, error: Exception) -> Response:
    """Answer an error in one sentence, in the language of the request."""
    api_error = as_api_error(request, error)
    if is_form_address(request):
        return form_error_response(request, api_error)
    language = answer_language(request)
    if not is_for_a_person(request):
        return api_error.reply(language)
    from service.pages.site import error_page, sign_in_address  # noqa: PLC0415 - not for the start

    if api_error.number == ErrorNum.NO_TOKEN and request.method == "GET":
        return RedirectResponse(sign_in_address(request), SEE_OTHER)
    answer = error_page(request, api_error.number, render(api_error.message, language))
    answer.headers.update(api_error.headers)
    return answer


def is_for_a_person(request: Request) -> bool:
    """Whether an answer is looked at in a browser, not read by a program."""
    if request.url.path.startswith(PROGRAMS):
        return False
    return HTML in request.headers.get("accept", "")


def as_api_error(request: Request, error: Exception) -> ApiError:
    """The error as a number and a message; what an operator must mend goes to the log."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, HTTPException):
        return _http_fault(request, error)
    if isinstance(error, RegistryError):
        log.warning("%s %s: %s", request.method, request.url.path, error)
        return ApiError(_of_registry(error), error.message)
    for kind, number in DATABASE_ERRORS.items():
        if isinstance(error, kind):
            log.warning("%s %s: %s", request.method, request.url.path, error)
            return ApiError(number, error.message, headers=_later(request, error))
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return ApiError(ErrorNum.INTERNAL, Message("api.internal-error"))


def _later(request: Request, error: Exception) -> dict[str, str]:
    """When to try again, where waiting may help."""
    if not isinstance(error, DatabaseUnavailable):
        return {}
    state_of(request).readiness.note(error)
    return {"retry-after": str(RETRY_SECONDS)}


def _of_registry(error: RegistryError) -> ErrorNum:
    if isinstance(error, ObjectDamaged):
        return ErrorNum.STORED_DAMAGED
    if isinstance(error, RegistryRefuses) and error.full:
        return ErrorNum.STORAGE_FULL
    return ErrorNum.REGISTRY_UNAVAILABLE


def _http_fault(request: Request, error: HTTPException) -> ApiError:
    if error.status_code == MEANINGS[ErrorNum.METHOD_NOT_ALLOWED][0]:
        method = Message("api.method-not-allowed", path=request.url.path, method=request.method)
        return ApiError(ErrorNum.METHOD_NOT_ALLOWED, method)
    return ApiError(ErrorNum.NOT_FOUND, Message("api.no-address", path=request.url.path[:100]))
