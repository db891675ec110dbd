"""Which metrics a result leads with: those of subjects the model was not trained on.

A subject was seen in training by a model that was trained on them, or fine-tuned from one that was.
Free of NumPy and torch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphnet.artifacts.metrics import WITHIN_SITES, SplitMetrics
from graphnet.artifacts.result import FOLDS, TaskResult
from graphnet.artifacts.stored_json import Interval, Json, as_items, as_mapping

# The metric of a headline: of classes at left-out sites, of classes, of a clinical score.
LEADING = (WITHIN_SITES, "auc", "r2")

FAIREST = ("test", "cv", "leave_site_out", "val", "train")


@dataclass(frozen=True)
class Headline:
    """The leading metric of subjects that are all new to the model.

    ``value`` is the AUC (of left-out sites the mean of theirs) or, where a clinical score is
    predicted, R²; ``ci`` its 95 % interval, None where it has none; ``n`` the number of scans, each
    of another subject unless there are several of some.
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
            name = leading(metrics)
            value = None if name is None else metrics[name]
            if name is not None and isinstance(value, float):
                return cls(split, name, value, metrics.interval(name), metrics.n)
        return None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: ``split``, ``metric``, ``value``, and ``low`` and ``high`` of the interval."""
        low, high = self.ci or (None, None)
        named = {"split": self.split, "metric": self.metric}
        return {**named, "value": self.value, "low": low, "high": high}


def leading(metrics: SplitMetrics) -> str | None:
    """The name of the first of :data:`LEADING` that could be computed; None of none."""
    return next((name for name in LEADING if metrics[name] is not None), None)


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
    stored = _by_predictions(predictions) if counts is None else counts
    return {split: stored.get(split) for split in FAIREST if split in result.measured}


def by_leakage(result: TaskResult, predictions: Json | None = None) -> list[str]:
    """The splits with metrics, those first whose subjects are all new to the model."""
    return shared_by_leakage([seen_in_training(result, predictions)])


def unseen_splits(result: TaskResult) -> list[str]:
    """The splits with metrics whose subjects are all new to the model, the fairest first."""
    counts = seen_in_training(result)
    return [split for split, count in counts.items() if leakage_rank(split, count) == 0]


def leakage_rank(split: str, seen: int | None) -> int:
    """0 if all subjects are new, 1 if nobody can say, 2 if some were trained on, 3 of training."""
    if split == "train":
        return 3
    if seen is None:
        return 1
    return 2 if seen else 0


def shared_by_leakage(seen: Sequence[Mapping[str, int | None]]) -> list[str]:
    """The splits of several results, those first whose subjects are new to all models.

    ``seen``: of each result what :func:`seen_in_training` says.
    """
    worst: dict[str, int] = {}
    for counts in seen:
        for split, count in counts.items():
            worst[split] = max(worst.get(split, 0), leakage_rank(split, count))
    return sorted((split for split in FAIREST if split in worst), key=worst.__getitem__)


def _seen_of_split(predictions: Json, split: str) -> int:
    """How many subjects of a split were trained on, by the stored predictions."""
    columns = as_mapping(predictions["predictions"].get(split))
    known = list(as_items(columns.get("known")))
    whose = as_items(columns.get("subject") or columns.get("id")) or range(len(known))
    return len({subject for subject, is_known in zip(whose, known, strict=False) if is_known})


def _by_predictions(predictions: Json | None) -> dict[str, int]:
    folds = dict.fromkeys(FOLDS, 0)  # a fold starts from no model that has seen its subjects
    if predictions is None:
        return folds
    return folds | {
        split: _seen_of_split(predictions, split) for split in predictions["predictions"]
    }
