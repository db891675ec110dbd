"""The parameters of a request, checked: those of a query, and how a file is to be read.

The latter is ``map=id=choice``, once per question, or ``mapping``, all of it as JSON.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request

from graphnet.messages import Message
from service.http.auth import Caller
from service.http.responses import ApiError, ErrorNum, field_error, quoted

DEFAULT_LIMIT, MOST = 50, 500
DIGITS = len(str(MOST))
LONGEST_ID = 32
LONGEST_TEXT = 100
LONGEST_TAG = 40
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


def query_tag(request: Request) -> str | None:
    """The query's ``tag``. Raises ApiError."""
    tag = request.query_params.get("tag", "").strip()
    if len(tag) > LONGEST_TAG or not tag.isprintable():
        raise field_error("tag", Message("api.tag-invalid", most=LONGEST_TAG))
    return tag or None


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


Fields = Iterable[tuple[str, str]]

PAIR, WHOLE = "map", "mapping"
MOST_ANSWERS = 500
LONGEST_ANSWER = 1000
MAPPING_FORM = Message("forms.mapping-right")


def mapping_of(fields: Fields) -> dict[str, str]:
    """The answers among the fields of a query or a form, by the ids of the questions.

    Raises:
        ApiError: one is not understood.

    """
    mapping: dict[str, str] = {}
    for name, text in fields:
        if name == WHOLE and text.strip():
            _add(mapping, mapping_from(_json(text)))
        elif name == PAIR and text.strip():
            _add(mapping, _pair(text))
    return mapping_from(mapping)


def mapping_from(answers: Any) -> dict[str, str]:
    """A JSON object as a mapping; several columns of one answer may be a list. Raises ApiError."""
    if not isinstance(answers, dict) or len(answers) > MOST_ANSWERS:
        raise _error("forms.mapping-not-object", most=MOST_ANSWERS, right=MAPPING_FORM)
    return {_checked(key): _checked(_text(key, value)) for key, value in answers.items()}


def _add(mapping: dict[str, str], more: Mapping[str, str]) -> None:
    for key, value in more.items():
        if mapping.setdefault(key, value) != value:
            values = {"id": quoted(key), "first": quoted(mapping[key]), "second": quoted(value)}
            raise _error("forms.mapping-twice", **values)


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise _error("forms.mapping-not-json", right=MAPPING_FORM) from error


def _pair(text: str) -> dict[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise _error("forms.map-not-pair", value=quoted(text), right=MAPPING_FORM)
    return {key.strip(): value.strip()}


def _text(key: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise _error("forms.mapping-not-text", id=quoted(key), right=MAPPING_FORM)


def _checked(text: str) -> str:
    if len(text) > LONGEST_ANSWER or "\0" in text:
        raise _error("forms.mapping-too-long", most=LONGEST_ANSWER, right=MAPPING_FORM)
    return text


def _error(code: str, **values: Any) -> ApiError:
    return field_error(WHOLE, Message(code, **values))
