"""How a file is meant, as a request says it: ``map=id=choice``, or all of it as JSON."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from graphnet.messages import Message
from service.http.responses import ApiError, field_error, quoted

Fields = Iterable[tuple[str, str]]

PAIR, WHOLE = "map", "mapping"
MOST_ANSWERS = 500
LONGEST = 1000
RIGHT = Message("forms.mapping-right")


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
        raise _error("forms.mapping-not-object", most=MOST_ANSWERS, right=RIGHT)
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
        raise _error("forms.mapping-not-json", right=RIGHT) from error


def _pair(text: str) -> dict[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise _error("forms.map-not-pair", value=quoted(text), right=RIGHT)
    return {key.strip(): value.strip()}


def _text(key: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise _error("forms.mapping-not-text", id=quoted(key), right=RIGHT)


def _checked(text: str) -> str:
    if len(text) > LONGEST or "\0" in text:
        raise _error("forms.mapping-too-long", most=LONGEST, right=RIGHT)
    return text


def _error(code: str, **values: Any) -> ApiError:
    return field_error(WHOLE, Message(code, **values))
