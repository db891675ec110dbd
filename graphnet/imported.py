"""What a manifest says of a model that was imported from the service before this one."""

from collections.abc import Mapping
from typing import Any

from graphnet.errors import ModelError

UNKNOWN = "unknown"  # in a manifest: which of these nobody knows
COHORT, SCALER = "cohort", "scaler"
SCALE = "It is not known how measures were scaled before they went into the imported model"


def check_scale(facts: Mapping[str, Any]) -> None:
    """Refuse to predict where nobody knows how measures were scaled. Raises ModelError."""
    if _is_unknown(facts, SCALER):
        raise ModelError(
            f"{SCALE}, so it cannot predict; fine-tune it, or have the operator import it again "
            "with --scaler none or fit."
        )


def remarks(facts: Mapping[str, Any]) -> list[str]:
    """What a fine-tuning of such a parent should say of it."""
    if not _is_unknown(facts, SCALER):
        return []
    return [f"{SCALE} that is the parent; here they go in as they stand in the data."]


def _is_unknown(facts: Mapping[str, Any], what: str) -> bool:
    found = facts.get(UNKNOWN)
    return isinstance(found, list) and what in found
