"""The parameters of a query, checked."""

from starlette.requests import Request

from graphnet.messages import Message
from service.http.auth import Caller
from service.http.responses import ApiError, ErrorNum, field_error, quoted

DEFAULT_LIMIT, MOST = 50, 500
DIGITS = len(str(MOST))
LONGEST_ID = 32
LONGEST_TEXT = 100
ANSWERS = {"true": True, "false": False}


def query_project(request: Request, caller: Caller) -> str | None:
    """The query's ``proj_id``, the caller's own if there is none. Raises ApiError."""
    proj_id = request.query_params.get("proj_id") or None
    if proj_id is not None and not may_be_id(proj_id):
        raise field_error("proj_id", Message("api.project-id-invalid"))
    if proj_id is not None and not caller.sees(proj_id):
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.no-project", project=quoted(proj_id)))
    return proj_id or caller.proj_id


def may_be_id(text: str) -> bool:
    """Whether it could be the id of a project or task; a database may refuse to look for others."""
    return len(text) <= LONGEST_ID and text.isprintable()


def query_text(request: Request) -> str | None:
    """The query's ``q``, the text to search for. Raises ApiError."""
    text = request.query_params.get("q", "").strip()
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise field_error("q", Message("api.search-invalid", most=LONGEST_TEXT))
    return text or None


def query_flag(request: Request, name: str, *, default: bool = False) -> bool:
    """The query's true or false. Raises ApiError."""
    text = request.query_params.get(name)
    if not text:
        return default
    if text not in ANSWERS:
        raise field_error(name, Message("api.flag-invalid", name=name, value=quoted(text, 20)))
    return ANSWERS[text]


def query_limit(request: Request, usual: int = DEFAULT_LIMIT) -> int:
    """The query's ``limit``, the usual one if there is none. Raises ApiError."""
    text = request.query_params.get("limit")
    if not text:
        return usual
    number = int(text) if len(text) <= DIGITS and text.isascii() and text.isdecimal() else 0
    if not 1 <= number <= MOST:
        raise field_error("limit", Message("api.limit-invalid", value=quoted(text, 20), most=MOST))
    return number
