"""What a manifest says of a model that was imported from the service before this one."""

from collections.abc import Mapping
from typing import Any

from graphnet.errors import ModelError

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


def remarks(facts: Mapping[str, Any]) -> list[str]:
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
