"""Reading an evidence's predictions: who was predicted how, by split."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from graphnet.cohort import FloatArray

Evidence = Mapping[str, Any]

FAIREST = ("test", "cv", "leave_site_out", "val", "train")
SPLITS = {
    "train": "Training",
    "val": "Validation",
    "test": "Test",
    "cv": "Cross-validation",
    "leave_site_out": "Left-out sites",
}


def of_class(evidence: Evidence, split: str, column: int) -> tuple[FloatArray, FloatArray]:
    """Probabilities (S,) of a class, by its column, and 1 for who is of it; empty of a score."""
    found = evidence["predictions"].get(split) or {}
    if column >= len(evidence["classes"]) or not found.get("probability"):
        return np.zeros(0), np.zeros(0)
    probability = np.asarray(found["probability"], dtype=np.float64)[:, column]
    truth = np.asarray(found["label"]) == evidence["classes"][column]
    return probability, truth.astype(np.float64)


def shown(evidence: Evidence) -> list[str]:
    """The splits with predictions, the fairest first: those of new subjects alone, then others."""
    there = [split for split in FAIREST if (evidence["predictions"].get(split) or {}).get("id")]
    return sorted(there, key=lambda split: staleness(evidence, split))


def staleness(evidence: Evidence, split: str) -> int:
    """0 of new subjects alone, 1 where the model has trained on some of them, 2 of training."""
    return 2 if split == "train" else int(known(evidence, split) > 0)


def known(evidence: Evidence, split: str) -> int:
    """How many subjects of a split the model that predicted them has trained on."""
    found = evidence["predictions"].get(split) or {}
    return sum(map(bool, found.get("known") or ()))
