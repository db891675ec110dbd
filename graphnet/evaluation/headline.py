"""Which figures a result leads with: those of subjects whom the model has not met. Pure.

A subject is known to a model that was trained on them, or fine-tuned from one that was.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

KNOWN_SUBJECTS = "known_subjects"  # of a result: by split, how many; None where nobody can say
FAIREST = ("test", "cv", "leave_site_out", "val", "train")
FOLDS = ("cv", "leave_site_out")  # a fold's model starts without who knows its subjects


def measured(result: Json | None) -> dict[str, Json]:
    """Figures by split; only of splits that have some."""
    metrics = (result or {}).get("metrics")
    found = metrics if isinstance(metrics, Mapping) else {}
    return {split: found[split] for split in FAIREST if isinstance(found.get(split), Mapping)}


def known_subjects(result: Json | None, evidence: Json | None = None) -> dict[str, int | None]:
    """How many subjects of each split with figures the model that predicted them knows.

    None where neither the result nor its ``evidence`` says so, as those of older versions do not.
    """
    told = (result or {}).get(KNOWN_SUBJECTS)
    stored = told if isinstance(told, Mapping) else _by_evidence(evidence)
    return {split: stored.get(split) for split in measured(result)}


def leakage_rank(split: str, known: int | None) -> int:
    """0 of new subjects alone, 1 if nobody can say, 2 if some are known, 3 of training."""
    if split == "train":
        return 3
    if known is None:
        return 1
    return 2 if known else 0


def by_leakage(result: Json | None, evidence: Json | None = None) -> list[str]:
    """The splits with figures, the fairest first: those of new subjects alone, then others."""
    return shared_by_leakage([known_subjects(result, evidence)])


def shared_by_leakage(known: Sequence[Mapping[str, int | None]]) -> list[str]:
    """The splits of any of several results, those first whose subjects are new to all models."""
    worst: dict[str, int] = {}
    for split, number in (pair for each in known for pair in each.items()):
        worst[split] = max(worst.get(split, 0), leakage_rank(split, number))
    return sorted((each for each in FAIREST if each in worst), key=worst.__getitem__)


def unseen(result: Json | None) -> list[str]:
    """The splits with figures that are of new subjects alone, the fairest first."""
    known = known_subjects(result)
    return [split for split, number in known.items() if leakage_rank(split, number) == 0]


def known_of(evidence: Json, split: str) -> int:
    """How many subjects of a split the model that predicted them knows, by the evidence."""
    found = evidence["predictions"].get(split) or {}
    return sum(map(bool, found.get("known") or ()))


def _by_evidence(evidence: Json | None) -> dict[str, int]:
    folds = dict.fromkeys(FOLDS, 0)
    if evidence is None:
        return folds
    return folds | {split: known_of(evidence, split) for split in evidence["predictions"]}


OF_CLASSES = {
    "n": "Subjects",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "auc": "AUC",
    "brier": "Brier score",
    "ece": "Expected calibration error",
}
OF_SCORES = {
    "n": "Subjects",
    "mae": "Mean absolute error",
    "rmse": "Root mean square error",
    "r2": "R²",
    "pearson": "Pearson's r",
    "spearman": "Spearman's ρ",
}
