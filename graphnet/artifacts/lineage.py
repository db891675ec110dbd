"""The lineage of a model: which subjects it and its ancestors were trained on, step by step.

The manifest holds it, so a model can be fine-tuned and described where nothing else is stored.
"""

from collections.abc import Mapping, Sequence

from graphnet.artifacts.stored_json import Json, as_items
from graphnet.data import provenance
from graphnet.data.cohort import Cohort
from graphnet.errors import ModelError
from graphnet.messages import Message

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
