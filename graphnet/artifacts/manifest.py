"""The manifest beside a model's parameters, and the lineage that it holds; readable without torch.

The lineage says which subjects a model and its ancestors were trained on, step by step, so a model
can be fine-tuned and described where nothing else is stored.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from graphnet.artifacts.stored_json import Json, as_items, strict_json
from graphnet.data import provenance
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


TRAINED_ON = "trained_on"
PARTIAL = "trained_on_is_partial"  # an ancestor did not say whom it was trained on
LINEAGE = "lineage"
INTERPRETATIONS = "interpretations"  # by dataset: how it was read


def lineage_facts(train: Cohort, parent: Json | None, identity: Mapping[str, str]) -> Json:
    """The lineage of a model trained on ``train``, which starts from the one of ``parent``."""
    own = _step(identity.get("task_id"), provenance.fingerprints(train))
    before = [] if parent is None else lineage(parent, identity.get("parent_task_id"))
    return {
        TRAINED_ON: sorted({*provenance.subjects(train.ids), *subjects_seen(parent)}),
        PARTIAL: not is_complete(parent),
        LINEAGE: [*before, own],
    }


def subjects_seen(parent: Json | None) -> list[str]:
    """Hashes of the subjects that a parent, and its own, were trained on."""
    listed = [] if parent is None else as_items(parent.get(TRAINED_ON))
    return [digest for digest in listed if isinstance(digest, str)]


def is_complete(parent: Json | None) -> bool:
    """Whether it is known of a parent, and its own, whom they were trained on."""
    return parent is None or (TRAINED_ON in parent and not parent.get(PARTIAL))


def lineage(facts: Json, task_id: str | None = None) -> list[Json]:
    """The steps to a model, the first ancestor first: ``task_id`` and ``datasets`` trained on.

    Of one that does not list them, itself and its parent, as far as it names these; what is not
    known is None.
    """
    steps = facts.get(LINEAGE)
    if isinstance(steps, list) and steps:
        return [step for step in steps if isinstance(step, dict)]
    datasets = facts.get("datasets")
    own = _step(
        facts.get("task_id") or task_id,
        datasets.get("train") if isinstance(datasets, Mapping) else None,
    )
    parent = facts.get("parent_task_id")
    return [_step(parent, None), own] if parent else [own]


def _step(task_id: str | None, datasets: Sequence[Json] | None) -> Json:
    if datasets is None:
        return {"task_id": task_id or None, "datasets": None}
    described = [{key: dataset.get(key) for key in ("name", "subjects")} for dataset in datasets]
    return {"task_id": task_id or None, "datasets": described}


UNKNOWN = "unknown"  # in a manifest: which of these nobody knows
COHORT, SCALER, NORMALISATION = "cohort", "scaler", "normalisation"


def check_scale(facts: Json) -> None:
    """Raise ModelError if the scaling of the measures is unknown, so no prediction is possible."""
    if _is_unknown(facts, SCALER):
        raise ModelError(Message("model.scaling-unknown"))


def import_warnings(facts: Json) -> list[Message]:
    """The limits of an imported model, for its predictions and for models fine-tuned from it."""
    messages = []
    if _is_unknown(facts, SCALER):
        messages.append(Message("predecessor.scaling-unknown"))
    if _is_unknown(facts, NORMALISATION):
        messages.append(Message("predecessor.other-normalisation"))
    return messages


def _is_unknown(facts: Json, what: str) -> bool:
    unknown = facts.get(UNKNOWN)
    return isinstance(unknown, list) and what in unknown
