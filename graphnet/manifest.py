"""The manifest beside a model's parameters, readable without torch."""

import json
from typing import Any

from graphnet.cohort import Layout
from graphnet.errors import ModelError

FORMAT = "nld-sgn/1"


def read_manifest(manifest: bytes) -> dict[str, Any]:
    """The manifest as a dictionary. Raises ModelError if it is not one of this format."""
    try:
        facts = json.loads(manifest)
    except ValueError as error:
        raise ModelError("The stored manifest is not JSON.") from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ModelError(f"The stored manifest is not of the format {FORMAT}.")
    return facts


def manifest_layout(facts: dict[str, Any]) -> tuple[Layout, tuple[int, ...]]:
    """Regions and measures, and the classes, that a manifest names. Raises ModelError."""
    try:
        layout = Layout(tuple(facts["regions"]), tuple(facts["measures"]))
        classes = tuple(int(label) for label in facts["classes"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError("The stored manifest names no regions, measures and classes.") from error
    return layout, classes


def check_fit(model: Layout, data: Layout) -> None:
    """Refuse data of other regions or measures than the model's, by name. Raises ModelError."""
    differences = model.differences(data, "the stored model", "the data")
    if differences:
        raise ModelError("The data do not fit the stored model.", *differences)
