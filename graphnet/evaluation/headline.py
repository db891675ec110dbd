"""Which metrics a result leads with: those of subjects the model was not trained on.

A subject was seen in training by a model that was trained on them, or fine-tuned from one that was.
Free of NumPy and torch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphnet.artifacts.result import FOLDS, Interval, TaskResult

Json = Mapping[str, Any]

# What people call each split; pages translate these.
SPLIT_NAMES = {
    "train": "Training",
    "val": "Validation",
    "test": "Test",
    "cv": "Cross-validation",
    "leave_site_out": "Left-out sites",
}
LEADING = ("auc", "r2")  # the metric of a headline: of classes, of a clinical score

KNOWN_SUBJECTS = "known_subjects"  # of a result: by split, how many; None where nobody can say
FAIREST = ("test", "cv", "leave_site_out", "val", "train")


@dataclass(frozen=True)
class Headline:
    """The leading metric of subjects that are all new to the model.

    ``value`` is the AUC or, where a clinical score is predicted, R²; ``ci`` its 95 % interval, None
    where it has none; ``n`` the number of subjects.
    """

    split: str
    metric: str
    value: float
    ci: Interval | None
    n: int = 0

    @classmethod
    def of(cls, result: TaskResult) -> "Headline | None":
        """None where no split of new subjects has such a metric, or nobody can say that one is."""
        for split in unseen_splits(result):
            metrics = result.measured[split]
            for name in LEADING:
                value = metrics[name]
                if isinstance(value, float):
                    return cls(split, name, value, metrics.interval(name), metrics.n)
        return None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: ``split``, ``metric``, ``value``, and ``low`` and ``high`` of the interval."""
        low, high = self.ci or (None, None)
        named = {"split": self.split, "metric": self.metric}
        return {**named, "value": self.value, "low": low, "high": high}


def seen_in_training(result: TaskResult, predictions: Json | None = None) -> dict[str, int | None]:
    """How many subjects of each split with metrics the model that predicted them was trained on.

    Args:
        result: of any version.
        predictions: what was stored beside it (:mod:`graphnet.artifacts.predictions`), which says
            so where an older result does not.

    Returns:
        The number by split, in the order of :data:`FAIREST`; None where neither says so.

    """
    counts = result.seen_in_training
    stored = _by_evidence(predictions) if counts is None else counts
    return {split: stored.get(split) for split in FAIREST if split in result.measured}


def by_leakage(result: TaskResult, predictions: Json | None = None) -> list[str]:
    """The splits with metrics, those first whose subjects are all new to the model."""
    return shared_by_leakage([seen_in_training(result, predictions)])


def unseen_splits(result: TaskResult) -> list[str]:
    """The splits with metrics whose subjects are all new to the model, the fairest first."""
    counts = seen_in_training(result)
    return [split for split, count in counts.items() if leakage_rank(split, count) == 0]


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


def by_fairness_json(result: Json | None, evidence: Json | None = None) -> list[str]:
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
