"""From the fields of a page to the form that a program would send."""

import json
import shlex
from collections.abc import Sequence
from typing import Any, NamedTuple

from db.form import FINE_TUNE
from graphnet.catalogue import graph_summary
from graphnet.config import FORM_OPTIONS
from graphnet.messages import Message
from graphnet.options import GROUPS, Choice, Flag, Option, group_label

TEXTS = ("task_name", "proj_id", "proj_name")
LISTS = ("train_data", "val_data", "test_data")
PARENT = "trained_task_id"
NUMBER, CHOICE, FLAG = "number", "choice", "flag"


class Group(NamedTuple):
    """Settings that stand together on the page."""

    name: str
    title: Message
    options: Sequence[Option]


def _group(name: str) -> Group:
    options = [option for option in FORM_OPTIONS.values() if option.group == name]
    return Group(name, group_label(name), options)


USUAL, *MORE = map(_group, GROUPS)  # the first stands open, the others are folded away


def form_from_page(posted: dict[str, Any]) -> dict[str, Any]:
    """The form that a program would send: numbers as numbers, and no setting that is usual."""
    typed = posted.get("param_set")
    settings_text = typed if isinstance(typed, dict) else {}
    fine_tune = posted.get("task_type") == FINE_TUNE
    fields: dict[str, Any] = {"task_type": posted.get("task_type", "")}
    fields |= {name: str(posted[name]).strip() for name in TEXTS if posted.get(name)}
    fields |= {name: _listed(posted[name]) for name in LISTS if _listed(posted.get(name))}
    if "test_data" in fields:
        fields["enable_test"] = posted.get("enable_test") != "false"
    if not fine_tune and posted.get("model"):
        fields["model"] = _listed(posted["model"])[0]
    settings = _settings(settings_text)
    if fine_tune and settings_text.get(PARENT):
        settings[PARENT] = str(settings_text[PARENT])
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


def field_kind(option: Option) -> str:
    """How the page shows a setting: as a number, a choice or a tick."""
    if isinstance(option.accepts, Flag):
        return FLAG
    return CHOICE if isinstance(option.accepts, Choice) else NUMBER


def choice_labels(option: Option) -> list[tuple[str, list[Message]]]:
    """Each value of a choice with its label; a graph with its summary too."""
    summaries = graph_summary if option.name == "graph" else None
    return [
        (value, [label] if summaries is None else [label, summaries(value)])
        for value, label in option.choices.items()
    ]


def _settings(texts: dict[str, Any]) -> dict[str, Any]:
    """The settings that were filled in; a tick that is as usual says nothing."""
    settings: dict[str, Any] = {}
    for name, option in FORM_OPTIONS.items():
        if not str(texts.get(name, "")).strip():
            continue
        value = option.parse(texts[name])
        if field_kind(option) != FLAG or value != option.default:
            settings[name] = value
    return settings


def _listed(value: Any) -> list[str]:
    names = value if isinstance(value, list) else [value]
    return [str(name) for name in names if name]
