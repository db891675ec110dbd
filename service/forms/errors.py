"""What is wrong with a posted form, a sentence a field."""

from typing import Any

from pydantic import ValidationError

from db.form import FINE_TUNE
from graphnet.config import OPTIONS
from service.forms.schema import MOST_DATASETS, PostedForm, is_absent
from service.http.responses import FieldError

SHOULD = {
    "task_name": "text of at most 64 characters without control characters",
    "task_type": "dl_ts (train from scratch) or dl_ft (fine-tune)",
    "proj_id": "a project id of 1 to 32 characters",
    "proj_name": "text of at most 256 characters without control characters",
    "train_data": f"a list of 1 to {MOST_DATASETS} dataset names of at most 64 characters",
    "val_data": f"a list of at most {MOST_DATASETS} dataset names of at most 64 characters",
    "test_data": f"a list of at most {MOST_DATASETS} dataset names of at most 64 characters",
    "enable_test": "true or false",
    "model": "the name of one model that GET /api/v0/models lists",
    "param_set": "an object with the training settings",
    "param_set.trained_task_id": "the id of a finished task",
    "param_set.save_model_state": "true or false",
    "param_set.device": "any, cpu or cuda: the kind of device to train on",
    "param_set.seeds": f"{OPTIONS['seeds']}, with seed + seeds up to {2**31}",
    "param_set.cv_folds": "0 for no cross-validation, or a whole number from 2 up to 100",
}
SHOULD = {f"param_set.{name}": str(option) for name, option in OPTIONS.items()} | SHOULD


def read_form(fields: dict[str, Any]) -> tuple[PostedForm | None, list[FieldError]]:
    """The form, or every field that is wrong with a sentence that says what would be right."""
    try:
        form = PostedForm.model_validate(fields)
    except ValidationError as error:
        found = [_field_error(dict(problem)) for problem in error.errors(include_url=False)]
        return None, [*dict(found).items(), *_missing_parent(fields)]
    errors = _missing_parent(fields)
    return (None, errors) if errors else (form, [])


def _missing_parent(fields: dict[str, Any]) -> list[FieldError]:
    inner = fields.get("param_set")
    places = (fields, inner if isinstance(inner, dict) else {})
    named = any(not is_absent(place.get("trained_task_id")) for place in places)
    if fields.get("task_type") != FINE_TUNE or named:
        return []
    sentence = "trained_task_id is missing; a fine-tuning (dl_ft) needs the id of a finished task."
    return [("param_set.trained_task_id", sentence)]


def _field_error(problem: dict[str, Any]) -> FieldError:
    parts = [str(part) for part in problem["loc"] if not isinstance(part, int)]
    field = ".".join(parts[:2] if parts[0] == "param_set" else parts[:1])
    if problem["type"] == "missing" or is_absent(problem["input"]):
        return field, f"{field} is missing; it must be {SHOULD[field]}."
    return field, f"{field} is {_shown(problem['input'])}; it must be {SHOULD[field]}."


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}… ({len(text)} characters)"
