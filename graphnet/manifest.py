"""The manifest beside a model's parameters, readable without torch."""

import json
from typing import Any, NoReturn

from graphnet.cohort import Layout
from graphnet.errors import ModelError

FORMAT = "nld-sgn/1"


def read_manifest(manifest: bytes) -> dict[str, Any]:
    """The manifest as a dictionary. Raises ModelError if it is not one of this format."""
    try:
        facts = json.loads(manifest, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ModelError("The stored manifest is not JSON.") from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ModelError(f"The stored manifest is not of the format {FORMAT}.")
    return facts


def manifest_layout(facts: dict[str, Any]) -> tuple[Layout, tuple[int, ...]]:
    """Regions and measures, and the classes, that a manifest names. Raises ModelError."""
    regions, measures, classes = (facts.get(key) for key in ("regions", "measures", "classes"))
    if not (_are(str, regions) and _are(str, measures) and _are(int, classes)):
        raise ModelError("The stored manifest names no regions, measures and classes.")
    return Layout(tuple(regions), tuple(measures)), tuple(classes)


def check_fit(model: Layout, data: Layout) -> None:
    """Refuse data of other regions or measures than the model's, by name. Raises ModelError."""
    differences = model.differences(data, "the stored model", "the data")
    if differences:
        raise ModelError("The data do not fit the stored model.", *differences)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON's")


def _are(kind: type, names: Any) -> bool:
    """Whether ``names`` is a list of different values of that kind."""
    return (
        isinstance(names, list)
        and all(type(name) is kind for name in names)
        and 0 < len(names) == len(set(names))
    )
