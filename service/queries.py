"""What may stand behind the question mark of an address."""

from starlette.requests import Request

from service.guard import Caller
from service.replies import ErrorNum, Refusal, invalid

DEFAULT_LIMIT, MOST = 50, 500
DIGITS = len(str(MOST))
LONGEST_ID = 32
LONGEST_SEARCH = 100
ANSWERS = {"true": True, "false": False}


def asked_project(request: Request, caller: Caller) -> str | None:
    """The query's ``proj_id``, the caller's own if there is none. Raises Refusal."""
    proj_id = request.query_params.get("proj_id") or None
    if proj_id is not None and not (len(proj_id) <= LONGEST_ID and proj_id.isprintable()):
        raise invalid([("proj_id", "proj_id is no project id of at most 32 characters.")])
    if proj_id is not None and not caller.sees(proj_id):
        raise Refusal(ErrorNum.NOT_FOUND, f"There is no project {proj_id!r}.")
    return proj_id or caller.proj_id


def asked_limit(request: Request) -> int:
    """The query's ``limit``, 50 if there is none. Raises Refusal."""
    text = request.query_params.get("limit") or str(DEFAULT_LIMIT)
    number = int(text) if len(text) <= DIGITS and text.isascii() and text.isdecimal() else 0
    if not 1 <= number <= MOST:
        sentence = f"limit is {text[:20]!r}; it must be a whole number from 1 to {MOST}."
        raise invalid([("limit", sentence)])
    return number


def asked_flag(request: Request, name: str, *, default: bool) -> bool:
    """The query's true or false. Raises Refusal."""
    text = request.query_params.get(name)
    if not text:
        return default
    if text not in ANSWERS:
        raise invalid([(name, f"{name} is {text[:20]!r}; it must be true or false.")])
    return ANSWERS[text]


def asked_search(request: Request) -> str | None:
    """The query's ``q``, a piece of a task's id or name. Raises Refusal."""
    text = request.query_params.get("q", "").strip()
    if len(text) > LONGEST_SEARCH or not (text.isprintable() or not text):
        raise invalid([("q", f"q must be at most {LONGEST_SEARCH} printable characters.")])
    return text or None
