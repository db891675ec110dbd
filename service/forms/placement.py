"""Fields of a form that stand on the other level: beside ``param_set``, or within it.

``param_set.model`` is certain to mean ``model``, and ``Epochs`` beside ``param_set`` to mean
``param_set.epochs``: they are used as if they stood in their places. A field that is given twice
with different values has two readings, and the form is refused.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphnet.messages import Message
from service.http.fields import LISTS, MOST_SHOWN, as_text, decoded, given_twice
from service.http.responses import FieldError

INNER = "param_set"
# What stands on either level, as NEURO-LEARN's front end sends it. It always sends
# save_model_state beside param_set, so what stands within wins.
EITHER = ("trained_task_id", "save_model_state")
ALSO_CALLED = {"sparsity": "density"}  # as network studies call the share of pairs that are edges
ALIKE = 0.8  # of two names, 1 if they are the same


@dataclass(frozen=True)
class Place:
    """Where a field stands: beside ``param_set``, or ``within`` it."""

    name: str
    within: bool = False

    @classmethod
    def of(cls, name: str) -> "Place":
        """Of a field beside ``param_set``, whose name may say that it belongs within."""
        inner = name.removeprefix(f"{INNER}.")
        return cls(inner, inner != name)

    def __str__(self) -> str:
        return f"{INNER}.{self.name}" if self.within else self.name


@dataclass(frozen=True)
class Given:
    """A value, and where it stands."""

    at: Place
    value: Any

    @property
    def is_absent(self) -> bool:
        """Whether the field was left open."""
        return is_absent(self.value)


@dataclass(frozen=True)
class Placement:
    """A form whose fields stand in their places; ``moved`` maps where they stood to where."""

    fields: Mapping[str, Any]
    moved: Mapping[str, str]
    errors: tuple[FieldError, ...] = ()


DEFAULTED = Place("save_model_state", within=True)


def is_absent(value: Any) -> bool:
    """Whether a field was left open."""
    return value is None or value in ("", [])


def placed(fields: Mapping[str, Any], outer: Collection[str], inner: Collection[str]) -> Placement:
    """The form with ``outer`` fields beside ``param_set`` and ``inner`` fields within it."""
    fields = {
        name: decoded(value) if name in {INNER, *LISTS} else value for name, value in fields.items()
    }
    settings = fields.get(INNER) or {}
    if not isinstance(settings, dict):
        return Placement(fields, {})
    beside = [Given(Place.of(name), value) for name, value in fields.items() if name != INNER]
    within = [Given(Place(name, within=True), value) for name, value in settings.items()]
    by_place: dict[Place, list[Given]] = {}
    for given in (*within, *beside):
        by_place.setdefault(_meant(given.at, outer, inner), []).append(given)
    # What stands in its place wins.
    ordered = {
        place: sorted(values, key=lambda given: given.at != place)
        for place, values in by_place.items()
    }
    present = {
        place: [given for given in values if not given.is_absent]
        for place, values in ordered.items()
    }
    # What was left open stays so in its place alone, as NEURO-LEARN's `model: []` does.
    taken = {
        place: (present[place] or values)[0]
        for place, values in ordered.items()
        if present[place] or values[0].at == place
    }
    own = {place.name: given.value for place, given in taken.items() if place.within}
    others = {place.name: given.value for place, given in taken.items() if not place.within}
    return Placement(
        {**others, INNER: own},
        {str(given.at): str(place) for place, given in taken.items() if _is_moved(given.at, place)},
        tuple(
            given_twice(str(place), [(str(given.at), given.value) for given in values])
            for place, values in present.items()
            if _differ(place, values)
        ),
    )


def _meant(at: Place, outer: Collection[str], inner: Collection[str]) -> Place:
    """Where a field belongs; where it stands, if nothing declares it."""
    name = at.name.casefold()
    if name in outer:
        return Place(name)
    name = ALSO_CALLED.get(name, name)
    return Place(name, within=True) if name in inner else at


def _is_moved(at: Place, place: Place) -> bool:
    """Whether the researcher should hear that a field was used elsewhere than where it stood."""
    return at != place and at.name not in EITHER and at.name not in ALSO_CALLED


def _differ(place: Place, present: Sequence[Given]) -> bool:
    return place != DEFAULTED and len({as_text(given.value) for given in present}) > 1


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
