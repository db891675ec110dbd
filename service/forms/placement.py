"""Fields of a form that stand on the other level: beside ``param_set``, or within it.

``param_set.model`` is certain to mean ``model``, and ``Epochs`` beside ``param_set`` to mean
``param_set.epochs``: they are used as if they stood in their places. A field that is given twice
with different values has two readings, and the form is refused.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphnet.messages import Message
from service.http.responses import FieldError, quoted

INNER = "param_set"
# What stands on either level, as NEURO-LEARN's front end sends it. It always sends
# save_model_state beside param_set, so what stands within wins.
EITHER = ("trained_task_id", "save_model_state")
DEFAULTED = f"{INNER}.save_model_state"
ALSO_CALLED = {"sparsity": "density"}  # as network studies call the share of pairs that are edges
MOST_SHOWN = 40  # characters of a name or value that a message shows
ALIKE = 0.8  # of two names, 1 if they are the same


@dataclass(frozen=True)
class Placement:
    """A form whose fields stand in their places; ``moved`` maps where they stood to where."""

    fields: Mapping[str, Any]
    moved: Mapping[str, str]
    errors: tuple[FieldError, ...] = ()


def is_absent(value: Any) -> bool:
    """Whether a field was left open."""
    return value is None or value in ("", [])


def placed(fields: Mapping[str, Any], outer: Collection[str], inner: Collection[str]) -> Placement:
    """The form with ``outer`` fields beside ``param_set`` and ``inner`` fields within it."""
    settings = fields.get(INNER) or {}
    if not isinstance(settings, dict):
        return Placement(fields, {})
    found = [(f"{INNER}.{name}", value) for name, value in settings.items()]
    found += [(name, value) for name, value in fields.items() if name != INNER]
    by_place: dict[str, list[tuple[str, Any]]] = {}
    for path, value in found:
        by_place.setdefault(_place(path, outer, inner), []).append((path, value))
    taken: dict[str, Any] = {}
    moved = {}
    errors = []
    for place, values in by_place.items():
        present = [(path, value) for path, value in values if not is_absent(value)]
        if place != DEFAULTED and len({_as_text(value) for _, value in present}) > 1:
            errors.append(_given_twice(place, present))
        if present:
            path, taken[place] = present[0]
            if (
                place not in dict(present)
                and path not in EITHER
                and path.rpartition(".")[2] not in ALSO_CALLED
            ):
                moved[path] = place
        elif place == values[-1][0]:  # left open, as NEURO-LEARN's `model: []` is
            taken[place] = values[-1][1]
    within = {path[len(INNER) + 1 :]: taken[path] for path in taken if _is_within(path)}
    outside = {path: value for path, value in taken.items() if not _is_within(path)}
    return Placement({**outside, INNER: within}, moved, tuple(errors))


def _place(path: str, outer: Collection[str], inner: Collection[str]) -> str:
    """Where a field belongs; where it stands, if nothing declares it."""
    name = path.removeprefix(f"{INNER}.").casefold()
    if name in outer:
        return name
    name = ALSO_CALLED.get(name, name)
    return f"{INNER}.{name}" if name in inner else path


def _is_within(path: str) -> bool:
    return path.startswith(f"{INNER}.")


def _as_text(value: Any) -> str:
    """Equal for what a form means the same by: 0.05 and "0.05", ["A"] and "A"."""
    alone = value[0] if isinstance(value, list) and len(value) == 1 else value
    text = str(alone).strip().casefold()
    try:
        return text if isinstance(alone, bool) else repr(float(text))
    except ValueError:
        return text


def _given_twice(place: str, values: Iterable[tuple[str, Any]]) -> FieldError:
    shown = [
        Message("forms.given-as", name=path, value=quoted(str(value), MOST_SHOWN))
        for path, value in values
    ]
    return FieldError(place, Message("forms.given-twice", values=shown, place=place))


def unknown_warnings(names: Iterable[str], known: Iterable[str], model: str) -> list[Message]:
    """What was not used, and which field was perhaps meant; ``names`` and ``known`` are paths."""
    by_name = {path.rpartition(".")[2]: path for path in known}
    warnings = []
    others = []
    for path in names:
        name = path.rpartition(".")[2].casefold()
        alike = difflib.get_close_matches(name, by_name, n=1, cutoff=ALIKE)
        if alike:
            values = {"name": path[:MOST_SHOWN], "meant": by_name[alike[0]], "model": model}
            warnings.append(Message("forms.field-misspelt", **values))
        else:
            others.append(path[:MOST_SHOWN])
    if others:
        warnings.append(Message("forms.fields-unknown", names=others))
    return warnings
