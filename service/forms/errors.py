"""What is wrong with a posted form: a message per field."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from db.form import FINE_TUNE
from graphnet.config import OPTIONS
from graphnet.messages import Message, as_message
from service.forms.schema import MOST_DATASETS, PostedForm, is_absent
from service.http.responses import FieldError

MOST_SHOWN = 60  # characters of what was sent
BOOLEAN = Message("forms.should-boolean")
LIST_OF_NAMES = Message("forms.should-names", most=MOST_DATASETS)
# What each field must be, as the end of a sentence: "epochs is 0; it must be …".
SHOULD = {
    **{f"param_set.{name}": option.expected for name, option in OPTIONS.items()},
    "task_name": Message("forms.should-text", most=64),
    "task_type": Message("forms.should-task-type"),
    "proj_id": Message("forms.should-project"),
    "proj_name": Message("forms.should-text", most=256),
    "train_data": Message("forms.should-some-names", most=MOST_DATASETS),
    "val_data": LIST_OF_NAMES,
    "test_data": LIST_OF_NAMES,
    "enable_test": BOOLEAN,
    "model": Message("forms.should-model"),
    "param_set": Message("forms.should-settings"),
    "param_set.trained_task_id": Message("forms.should-finished-task"),
    "param_set.save_model_state": BOOLEAN,
    "param_set.device": Message("forms.should-device"),
    "param_set.seeds": Message("forms.should-seeds"),
}


def read_form(fields: Mapping[str, Any]) -> tuple[PostedForm | None, list[FieldError]]:
    """The form, or every field that is wrong with a message that says what would be right."""
    try:
        form = PostedForm.model_validate(fields)
    except ValidationError as error:
        by_field = dict(_field_error(details) for details in error.errors(include_url=False))
        errors = [FieldError(field, message) for field, message in by_field.items()]
        return None, [*errors, *_missing_parent(fields)]
    errors = _missing_parent(fields)
    return (None, errors) if errors else (form, [])


def _missing_parent(fields: Mapping[str, Any]) -> list[FieldError]:
    inner = fields.get("param_set")
    places = (fields, inner if isinstance(inner, dict) else {})
    named = any(not is_absent(place.get("trained_task_id")) for place in places)
    if fields.get("task_type") != FINE_TUNE or named:
        return []
    return [FieldError("param_set.trained_task_id", Message("forms.parent-missing"))]


def _field_error(details: ErrorDetails) -> FieldError:
    parts = [str(part) for part in details["loc"] if not isinstance(part, int)]
    field = ".".join(parts[:2] if parts[0] == "param_set" else parts[:1])
    should = SHOULD[field]
    if details["type"] == "missing" or is_absent(details["input"]):
        return FieldError(field, Message("forms.missing", field=field, should=should))
    sent = _shown(details["input"])
    return FieldError(field, Message("forms.invalid", field=field, value=sent, should=should))


def _shown(value: Any) -> Message:
    text = repr(value)
    if len(text) <= MOST_SHOWN:
        return as_message(text)
    return Message("forms.value-cut", start=text[:MOST_SHOWN], length=len(text))
