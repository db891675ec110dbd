"""The manifest beside a model's parameters, readable without torch."""

import hashlib
import json
from typing import Any, NoReturn, TypeVar

from graphnet.cohort import Layout
from graphnet.errors import ModelError

FORMAT = "nld-sgn/2"
Name = TypeVar("Name", str, int)


def read_manifest(manifest: bytes) -> dict[str, Any]:
    """The manifest as a dictionary. Raises ModelError if it is not one of this format."""
    try:
        facts = json.loads(manifest, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ModelError("The stored manifest is not JSON.") from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ModelError(f"The stored manifest is not of the format {FORMAT}.")
    return facts


def check_manifest(manifest: bytes, sha256: str) -> None:
    """Refuse a manifest of another hash; an older task names none. Raises ModelError."""
    if sha256 and hashlib.sha256(manifest).hexdigest() != sha256:
        raise ModelError("The stored manifest is not the one that was written (SHA-256).")


def manifest_layout(facts: dict[str, Any]) -> tuple[Layout, tuple[int, ...]]:
    """Regions and measures, and the classes, that a manifest names; () of a score on a scale.

    Raises:
        ModelError: it does not name them.

    """
    layout = Layout(_listed(str, facts, "regions"), _listed(str, facts, "measures"))
    if isinstance(facts.get("target"), dict):
        return layout, ()
    return layout, _listed(int, facts, "classes")


def check_fit(model: Layout, data: Layout) -> None:
    """Refuse data of other regions or measures than the model's, by name. Raises ModelError."""
    differences = model.differences(data, "the stored model", "the data")
    if differences:
        raise ModelError("The data do not fit the stored model.", *differences)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON's")


def _listed(kind: type[Name], facts: dict[str, Any], key: str) -> tuple[Name, ...]:
    found = facts.get(key)
    if not isinstance(found, list) or not found or any(type(name) is not kind for name in found):
        raise ModelError(f"The stored manifest does not list its {key}.")
    return tuple(found)
