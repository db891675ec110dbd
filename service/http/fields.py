"""From the text of a body to the fields of a form: JSON, or an HTML form.

A field that is given twice with different values has two readings, and the form is refused.
"""

import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.datastructures import FormData

from graphnet.config import OPTIONS
from graphnet.messages import Message
from service.http.responses import ApiError, ErrorNum, FieldError, form_error, quoted

NESTED = re.compile(r"(?P<outer>[^:\[\]]+)(?::(?P<colon>[^:\[\]]+)|\[(?P<bracket>[^\]]*)\])")
LISTS = {"train_data", "val_data", "test_data", "model", "atlas_of"}
ATLASES = "atlases"  # one text for each, or one for all
# A box that is ticked comes along with a hidden field that says no, before it or after it.
TICKED = {"true", "1", "on", "yes"}
FLAGS = {name for name, option in OPTIONS.items() if option.is_flag}
BOXES = {"enable_test", "save_model_state", *FLAGS}
MOST_SHOWN = 40  # characters of a value that a message shows


def given_twice(place: str, values: Iterable[tuple[str, Any]]) -> FieldError:
    """Why a field is refused that has several ``values``, each with the name it was given by."""
    shown = [
        Message("forms.given-as", name=name, value=quoted(str(value), MOST_SHOWN))
        for name, value in values
    ]
    return FieldError(place, Message("forms.given-twice", values=shown, place=place))


def as_text(value: Any) -> str:
    """Equal for what a form means the same by: 0.05 and "0.05", ["A"] and "A"."""
    alone = _alone(value)
    text = str(alone).strip().casefold()
    try:
        return text if isinstance(alone, bool) else repr(float(text))
    except ValueError:
        return text


def decoded(value: Any) -> Any:
    """What a text holds that is JSON itself, as scripts fill fields of HTML forms; else the value.

    Raises ApiError: it gives a field twice.
    """
    text = _alone(value)
    if not (isinstance(text, str) and text.lstrip()[:1] in {"{", "["}):
        return value
    try:
        return _loaded(text)
    except (ValueError, RecursionError):
        return value


def _alone(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def no_json() -> ApiError:
    """The body was to be JSON, and is not."""
    return ApiError(ErrorNum.BODY_UNREADABLE, Message("api.body-not-json"))


def from_json(text: str) -> dict[str, Any]:
    """The fields of a JSON object. Raises ApiError."""
    try:
        fields = _loaded(text)
    except (ValueError, RecursionError) as error:
        raise no_json() from error
    if not isinstance(fields, dict):
        message = Message("api.body-not-object", kind=_kind(fields))
        raise ApiError(ErrorNum.BODY_UNREADABLE, message)
    return fields


def _loaded(text: str) -> Any:
    # What JSON has no number for stays text, so the field's own check can name it.
    return json.loads(
        text, parse_constant=str, parse_float=_finite_or_text, object_pairs_hook=_object
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names UTF-8 can encode: a lone surrogate becomes a question mark."""
    fields: dict[str, Any] = {}
    twice = []
    for key, value in pairs:
        name = key.encode("utf-8", "replace").decode()
        if name in fields and as_text(fields[name]) != as_text(value):
            twice.append(given_twice(name, [(name, fields[name]), (name, value)]))
        fields[name] = value
    if twice:
        raise form_error(twice)
    return fields


def _finite_or_text(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _kind(value: Any) -> str:
    names = {list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def from_html_form(form: FormData) -> dict[str, Any]:
    """``param_set:epochs`` and ``param_set[epochs]`` as objects, repeated fields as lists.

    Raises ApiError.
    """
    fields: dict[str, Any] = {}
    twice = []
    for key in form:
        values = [value for value in form.getlist(key) if isinstance(value, str)]
        match = NESTED.fullmatch(key)
        outer = match["outer"] if match else key
        inner = match and (match["colon"] or match["bracket"])
        if not values:
            continue
        if outer in LISTS and (inner or "0").isdecimal():  # train_data[0], train_data[1]
            fields.setdefault(outer, []).extend(values)
        elif inner:
            within = fields.setdefault(outer, {})
            if isinstance(within, dict):
                within[inner] = _value(inner, values)
        else:
            fields[outer] = _value(outer, values)
        if outer not in LISTS and not _agree(inner or outer, values):
            twice.append(given_twice(key, [(key, value) for value in values]))
    if twice:
        raise form_error(twice)
    return fields


def _value(name: str, values: Sequence[str]) -> str:
    """The one value of a field that may have come several times."""
    if name == ATLASES:
        return "; ".join(values)
    if name in BOXES:
        return next((value for value in values if value.lower() in TICKED), values[-1])
    return next((value for value in values if value), "")


def _agree(name: str, values: Sequence[str]) -> bool:
    return name in {ATLASES, *BOXES} or len({as_text(value) for value in values if value}) <= 1
