"""What somebody wants to change of a dataset or a task, and whom to erase, checked field by field.

The fields come as JSON or from a page's form, where tags are one text with commas.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from db.labels import LabelChange
from db.texts import LONGEST_NAME, RESERVED
from db.tidying import Edit
from graphnet.messages import Message
from service.http.queries import LONGEST_TAG
from service.http.responses import ApiError, FieldError, field_error, form_error, quoted

COMMON = ("description", "tags", "archived")
MOST_TEXT = 2000
MOST_TAGS = 20
MOST_SUBJECTS = 1000
FLAGS = {"true": True, "false": False, "on": True, "": False}


def read_edit(fields: Mapping[str, Any], name_field: str) -> Edit:
    """The change that these fields ask for. Raises ApiError with what is wrong with each."""
    known = (name_field, *COMMON)
    errors = [
        FieldError(name, Message("tidy.field-unknown", field=quoted(name, 40), fields=known))
        for name in fields
        if name not in known
    ]
    readers: dict[str, Callable[[Any], Any]] = {
        name_field: lambda value: _name(name_field, value),
        "description": _description,
        "tags": _tags,
        "archived": lambda value: read_flag("archived", value),
    }
    read: dict[str, Any] = {}
    for name in known:
        if name in fields:
            try:
                read[name] = readers[name](fields[name])
            except ApiError as error:
                errors += error.errors
    if errors:
        raise form_error(errors)
    if not read:
        raise field_error(name_field, Message("tidy.nothing-to-change", fields=known))
    name = read.pop(name_field, "")
    return Edit(name, LabelChange(**read))


@dataclass(frozen=True)
class WantedErasure:
    """The ids to be erased, also from the ``evidence`` of tasks or not; whether it is confirmed."""

    subjects: tuple[str, ...]
    evidence: bool
    confirmed: bool


def read_erasure(fields: Mapping[str, Any]) -> WantedErasure:
    """What is to be erased. Raises ApiError."""
    return WantedErasure(
        _subjects(fields),
        read_flag("evidence", fields.get("evidence", False)),
        read_flag("confirm", fields.get("confirm", False)),
    )


def _subjects(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids, each once; in a page's form one per line. Raises ApiError."""
    given = fields.get("subjects")
    listed = given.splitlines() if isinstance(given, str) else given
    if isinstance(listed, list) and all(isinstance(item, str) for item in listed):
        ids = tuple(dict.fromkeys(item.strip() for item in listed if item.strip()))
        if 0 < len(ids) <= MOST_SUBJECTS:
            return ids
    raise field_error("subjects", Message("tidy.subjects-invalid", most=MOST_SUBJECTS))


def read_flag(field: str, value: Any) -> bool:
    """A boolean, or the text of one. Raises ApiError."""
    flag = (
        value if isinstance(value, bool) else FLAGS.get(value) if isinstance(value, str) else None
    )
    if flag is None:
        raise field_error(field, Message("tidy.flag-invalid", field=field))
    return flag


def _name(field: str, value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if 0 < len(name) <= LONGEST_NAME and name.isprintable() and name not in RESERVED:
        return name
    raise field_error(field, Message("tidy.name-invalid", field=field, least=1, most=LONGEST_NAME))


def _description(value: Any) -> str:
    if isinstance(value, str) and len(value) <= MOST_TEXT and "\0" not in value:
        return value.strip().replace("\r\n", "\n")
    raise field_error("description", Message("tidy.description-invalid", most=MOST_TEXT))


def _tags(value: Any) -> tuple[str, ...]:
    listed = value.split(",") if isinstance(value, str) else value
    if isinstance(listed, list) and all(isinstance(item, str) for item in listed):
        tags = tuple(dict.fromkeys(item.strip() for item in listed if item.strip()))
        if len(tags) <= MOST_TAGS and all(map(_is_tag, tags)):
            return tags
    values = {"most": MOST_TAGS, "longest": LONGEST_TAG}
    raise field_error("tags", Message("tidy.tags-invalid", **values))


def _is_tag(text: str) -> bool:
    return len(text) <= LONGEST_TAG and text.isprintable() and "," not in text
