"""How a file is meant, as a request says it: ``map=id=choice``, or all of it as JSON."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from service.http.responses import form_error

Fields = Iterable[tuple[str, str]]

PAIR, WHOLE = "map", "mapping"
MOST_ANSWERS = 500
LONGEST = 1000
RIGHT = 'give map=id=choice for each question, or mapping={"id": "choice"}'


def mapping_of(fields: Fields) -> dict[str, str]:
    """The answers among the fields of a query or a form, by the ids of the questions.

    Raises:
        Refusal: one is not understood.

    """
    found: dict[str, str] = {}
    for name, text in fields:
        if name == WHOLE and text.strip():
            _add(found, mapping_from(_json(text)))
        elif name == PAIR and text.strip():
            _add(found, _pair(text))
    return mapping_from(found)


def mapping_from(told: Any) -> dict[str, str]:
    """A JSON object as a mapping; several columns of one answer may be a list. Raises Refusal."""
    if not isinstance(told, dict) or len(told) > MOST_ANSWERS:
        raise _wrong(f"mapping must be a JSON object of at most {MOST_ANSWERS} answers; {RIGHT}.")
    return {_checked(key): _checked(_text(key, value)) for key, value in told.items()}


def _add(found: dict[str, str], more: Mapping[str, str]) -> None:
    for key, value in more.items():
        if found.setdefault(key, value) != value:
            raise _wrong(f"{key[:70]!r} is answered twice: {found[key][:70]!r} and {value[:70]!r}.")


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise _wrong(f"mapping cannot be read as JSON; {RIGHT}.") from error


def _pair(text: str) -> dict[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise _wrong(f"map is {text[:70]!r}; {RIGHT}.")
    return {key.strip(): value.strip()}


def _text(key: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise _wrong(f"mapping answers {key[:70]!r} with something that is not text; {RIGHT}.")


def _checked(text: str) -> str:
    if len(text) > LONGEST or "\0" in text:
        raise _wrong(f"mapping holds a text of more than {LONGEST} characters; {RIGHT}.")
    return text


def _wrong(sentence: str) -> Exception:
    return form_error([("mapping", sentence)])
