"""What an error is answered with: JSON for a program, a page for a person; and what is logged."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db.management.dependents import InUse
from db.management.tidying import Gone, NotEnded, NotGranted
from db.server.errors import (
    ContentTooLarge,
    CursorUnknown,
    DatabaseError,
    DatabaseUnavailable,
    NameTaken,
    SchemaAhead,
    SchemaBehind,
)
from graphnet.messages import Message, render
from registry import ObjectDamaged, RegistryError, RegistryRefuses
from service.forms.reply import form_error_response, is_form_address
from service.http.responses import MEANINGS, SEE_OTHER, ApiError, ErrorNum, answer_language
from service.state import state_of

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
