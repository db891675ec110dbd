"""The manifest beside a model's parameters, readable without torch."""

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

from graphnet.artifacts.stored_json import strict_json
from graphnet.data.atlas import Atlas, shown_title, tables
from graphnet.data.class_names import names_of
from graphnet.data.cohort import EDGES, Cohort, Layout
from graphnet.errors import ModelError
from graphnet.messages import Message

FORMAT = "nld-sgn/3"
# Of 2 all is as it was; a build that knows 2 alone would not calibrate, nor scale connectomes.
READ = {"nld-sgn/2", FORMAT}
EDGES_KEY = "edges"
Name = TypeVar("Name", str, int)


def read_manifest(manifest: bytes) -> dict[str, Any]:
    """The manifest as a dictionary. Raises ModelError if it is not one of this format."""
    try:
        facts = strict_json(manifest)
    except (ValueError, RecursionError) as error:
        raise ModelError(Message("model.manifest-damaged", part="json")) from error
    if not isinstance(facts, dict) or facts.get("format") not in READ:
        raise ModelError(Message("model.other-format", format=FORMAT))
    return facts


def check_manifest(manifest: bytes, sha256: str) -> None:
    """Refuse a manifest of another hash; an older task names none. Raises ModelError."""
    if sha256 and hashlib.sha256(manifest).hexdigest() != sha256:
        raise ModelError(Message("model.manifest-changed"))


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
    differences = model.differences(
        data, Message("data.the-stored-model"), Message("data.the-data")
    )
    if differences:
        raise ModelError(Message("model.data-do-not-fit"), *differences)


def check_edges(known: str, cohort: Cohort) -> None:
    """Refuse connectomes of another kind than those a model was trained on. Raises ModelError.

    Nothing is ``known`` of a model without connectomes, or of an older version.
    """
    if known and cohort.connectomes is not None and cohort.edges != known:
        raise ModelError(Message("model.other-edges", model=EDGES[known], data=EDGES[cohort.edges]))


def check_atlas(facts: Mapping[str, Any], cohort: Cohort) -> None:
    """Refuse regions of another atlas of the package than the model's. Raises ModelError."""
    known = Atlas.from_facts(facts)
    titles = {table.title for table in tables().values()}
    if known is None or cohort.atlas is None or not {known.title, cohort.atlas.title} <= titles:
        return
    if known.title != cohort.atlas.title:
        model, data = shown_title(known.title), shown_title(cohort.atlas.title)
        raise ModelError(Message("model.other-atlas", model=model, data=data))


def manifest_edges(facts: Mapping[str, Any]) -> str:
    """What the connectomes hold that a model was trained on; "" where that is not known.

    Raises:
        ModelError: it is no kind that there is.

    """
    edges = facts.get(EDGES_KEY) or ""
    if edges and edges not in EDGES:
        raise ModelError(Message("model.manifest-damaged", part="connectomes"))
    return str(edges)


def manifest_names(facts: Mapping[str, Any]) -> dict[int, str]:
    """The word for each class; {} where an older version wrote the manifest. Raises ModelError."""
    try:
        return names_of(facts)
    except (AttributeError, ValueError) as error:
        raise ModelError(Message("model.manifest-damaged", part="classes")) from error


def _listed(kind: type[Name], facts: dict[str, Any], key: str) -> tuple[Name, ...]:
    names = facts.get(key)
    if not isinstance(names, list) or not names or any(type(name) is not kind for name in names):
        raise ModelError(Message("model.manifest-damaged", part=key))
    return tuple(names)
