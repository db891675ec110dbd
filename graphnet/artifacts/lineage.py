"""What a model says of its descent: on whom it and its ancestors were trained, step by step.

It stands in a manifest, so a model can be fine-tuned and told of where nothing else is stored.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from graphnet.data import provenance
from graphnet.data.cohort import Cohort
from graphnet.errors import ModelError

Facts = Mapping[str, Any]

TRAINED_ON = "trained_on"
PARTIAL = "trained_on_is_partial"  # an ancestor did not say whom it was trained on
LINEAGE = "lineage"
INTERPRETATIONS = "interpretations"  # by dataset: how it was read


def lineage_facts(
    train: Cohort, parent: Facts | None, identity: Mapping[str, str] | None
) -> dict[str, Any]:
    """What a model of ``train`` says, begun from one whose manifest says ``parent``."""
    known = identity or {}
    own = _step(known.get("task_id"), provenance.fingerprints(train))
    before = [] if parent is None else lineage(parent, known.get("parent_task_id"))
    return {
        TRAINED_ON: sorted({*provenance.subjects(train.ids), *subjects_seen(parent)}),
        PARTIAL: not is_complete(parent),
        LINEAGE: [*before, own],
    }


def subjects_seen(parent: Facts | None) -> list[str]:
    """Hashes of the subjects that a parent, and its own, were trained on."""
    listed = (parent or {}).get(TRAINED_ON) or []
    return [digest for digest in listed if isinstance(digest, str)]


def is_complete(parent: Facts | None) -> bool:
    """Whether it is known of a parent, and its own, whom they were trained on."""
    return parent is None or (TRAINED_ON in parent and not parent.get(PARTIAL))


def lineage(facts: Facts, task_id: str | None = None) -> list[dict[str, Any]]:
    """The steps to a model, the first ancestor first: ``task_id`` and ``datasets`` trained on.

    Of one that does not list them, itself and its parent, as far as it names these; what is not
    known is None.
    """
    told = facts.get(LINEAGE)
    if isinstance(told, list) and told:
        return [each for each in told if isinstance(each, dict)]
    datasets = facts.get("datasets")
    own = _step(
        facts.get("task_id") or task_id,
        datasets.get("train") if isinstance(datasets, Mapping) else None,
    )
    parent = facts.get("parent_task_id")
    return [_step(parent, None), own] if parent else [own]


def _step(task_id: str | None, datasets: Sequence[Facts] | None) -> dict[str, Any]:
    kept = ("name", "subjects")
    named = (
        None if datasets is None else [{key: each.get(key) for key in kept} for each in datasets]
    )
    return {"task_id": task_id or None, "datasets": named}


UNKNOWN = "unknown"  # in a manifest: which of these nobody knows
COHORT, SCALER, NORMALISATION = "cohort", "scaler", "normalisation"
SCALE = "It is not known how measures were scaled for the imported model"

OTHER_NORMALISATION = (
    "Early versions of PyTorch Geometric normalised the graph by the edges that leave a region, "
    "later ones and this service by those that arrive. The imported model has parameters as the "
    "early versions named them, so what it predicts by itself may differ from what the old "
    "service predicted; a fine-tuning adapts it."
)


def check_scale(facts: Mapping[str, Any]) -> None:
    """Raise ModelError if the scaling of the measures is unknown, so no prediction is possible."""
    if _is_unknown(facts, SCALER):
        raise ModelError(
            f"{SCALE}, so it cannot predict; fine-tune it, or have the operator import it again "
            "with --scaler none or fit."
        )


def import_warnings(facts: Mapping[str, Any]) -> list[str]:
    """What a fine-tuning of such a parent, or a prediction by it, should say of it."""
    found = []
    if _is_unknown(facts, SCALER):
        found.append(f"{SCALE}; here they are used as they are in the data.")
    if _is_unknown(facts, NORMALISATION):
        found.append(OTHER_NORMALISATION)
    return found


def _is_unknown(facts: Mapping[str, Any], what: str) -> bool:
    found = facts.get(UNKNOWN)
    return isinstance(found, list) and what in found
