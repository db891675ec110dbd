"""Reading an evidence's predictions: who was predicted how, by split."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from graphnet.cohort import FloatArray
from graphnet.headline import FAIREST, known_of, staleness

Evidence = Mapping[str, Any]

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
    return sorted(there, key=lambda split: staleness(split, known_of(evidence, split)))
