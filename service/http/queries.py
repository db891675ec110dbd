"""What may stand behind the question mark of an address."""

from starlette.requests import Request

from service.http.auth import Caller
from service.http.responses import ApiError, ErrorNum, form_error

DEFAULT_LIMIT, MOST = 50, 500
DIGITS = len(str(MOST))
LONGEST_ID = 32
LONGEST_TEXT = 100
ANSWERS = {"true": True, "false": False}


def asked_project(request: Request, caller: Caller) -> str | None:
    """The query's ``proj_id``, the caller's own if there is none. Raises ApiError."""
    proj_id = request.query_params.get("proj_id") or None
    if proj_id is not None and not may_be_id(proj_id):
        raise form_error([("proj_id", "proj_id is no project id of at most 32 characters.")])
    if proj_id is not None and not caller.sees(proj_id):
        raise ApiError(ErrorNum.NOT_FOUND, f"There is no project {proj_id!r}.")
    return proj_id or caller.proj_id


def may_be_id(text: str) -> bool:
    """Whether a project or a task could be called so; a database may refuse to look for others."""
    return len(text) <= LONGEST_ID and text.isprintable()


def asked_text(request: Request) -> str | None:
    """The query's ``q``, what is looked for. Raises ApiError."""
    text = request.query_params.get("q", "").strip()
    if len(text) > LONGEST_TEXT or not text.isprintable():
        sentence = f"q must be at most {LONGEST_TEXT} printable characters."
        raise form_error([("q", sentence)])
    return text or None


def asked_flag(request: Request, name: str, *, default: bool = False) -> bool:
    """The query's true or false. Raises ApiError."""
    text = request.query_params.get(name)
    if not text:
        return default
    if text not in ANSWERS:
        raise form_error([(name, f"{name} is {text[:20]!r}; it must be true or false.")])
    return ANSWERS[text]


def asked_limit(request: Request, usual: int = DEFAULT_LIMIT) -> int:
    """The query's ``limit``, the usual one if there is none. Raises ApiError."""
    text = request.query_params.get("limit")
    if not text:
        return usual
    number = int(text) if len(text) <= DIGITS and text.isascii() and text.isdecimal() else 0
    if not 1 <= number <= MOST:
        sentence = f"limit is {text[:20]!r}; it must be a whole number from 1 to {MOST}."
        raise form_error([("limit", sentence)])
    return number
