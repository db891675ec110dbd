"""From the fields of a page to the form that a program would send."""

import json
import shlex
from typing import Any

from db.form import FINE_TUNE
from graphnet.config import FORM_OPTIONS

TEXTS = ("task_name", "proj_id", "proj_name")
LISTS = ("train_data", "val_data", "test_data")
PARENT = "trained_task_id"


def asked(posted: dict[str, Any]) -> dict[str, Any]:
    """The form: only what was said, numbers as numbers, and nothing that is usual anyway."""
    given = posted.get("param_set")
    inner = given if isinstance(given, dict) else {}
    fine_tune = posted.get("task_type") == FINE_TUNE
    fields: dict[str, Any] = {"task_type": posted.get("task_type", "")}
    fields |= {name: str(posted[name]).strip() for name in TEXTS if posted.get(name)}
    fields |= {name: _listed(posted[name]) for name in LISTS if _listed(posted.get(name))}
    if "test_data" in fields:
        fields["enable_test"] = posted.get("enable_test") != "false"
    if not fine_tune and posted.get("model"):
        fields["model"] = _listed(posted["model"])[0]
    settings = {name: FORM_OPTIONS[name].parse(inner[name]) for name in _filled_in(inner)}
    if fine_tune and inner.get(PARENT):
        settings[PARENT] = str(inner[PARENT])
    return {**fields, "param_set": settings}


def as_json(fields: dict[str, Any]) -> str:
    """The form as text."""
    return json.dumps(fields, indent=2, ensure_ascii=False)


def as_curl(fields: dict[str, Any], url: str, *, with_token: bool) -> str:
    """A line for a shell that sends the form."""
    compact = json.dumps(fields, ensure_ascii=False)
    token = ' \\\n  -H "Authorization: Bearer $SGN_TOKEN"' if with_token else ""
    sent = shlex.quote(compact)
    return (
        f"curl {shlex.quote(url)} \\\n  -H 'Content-Type: application/json'{token} \\\n  -d {sent}"
    )


def _filled_in(inner: dict[str, Any]) -> list[str]:
    """The settings that were filled in; a flag that has its default says nothing."""
    return [
        name
        for name, option in FORM_OPTIONS.items()
        if str(inner.get(name, "")).strip()
        and not (option.is_flag and option.parse(inner[name]) == option.default)
    ]


def _listed(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [str(each) for each in listed if each]
