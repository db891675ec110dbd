"""Models of different measurements of the same subjects, added up with equal weights. Torch-free.

Where two measurements are independent given the class, Bayes' rule adds up what each says beyond
the share of the classes. Nothing is fitted, and no weight is chosen. What is added are calibrated
probabilities: a model that is more certain than it is right would outvote the others. Where the
measurements say the same, the sum says it twice, and is too certain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from graphnet.artifacts.metrics import Estimates, SplitMetrics
from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.calibration import SMALLEST, squared_errors
from graphnet.evaluation.clusters import Subjects, fewer
from graphnet.evaluation.resampling import (
    RESAMPLES,
    DrawnMetric,
    drawn_metrics,
    rows_by_group,
    weights,
)

BRIER = "brier"


def add_up(given: FloatArray, priors: FloatArray) -> FloatArray:
    """What M models say together: their mean prior, and what each says beyond its own.

    Args:
        given: (M, ...), log odds, or log probabilities of classes; NaN of whom a model lacks.
        priors: log odds or log probabilities of the class shares that each model was trained on,
            of a shape that fits.

    Returns:
        Log odds (...), or log probabilities up to a constant; of whom one model alone has what it
        says, NaN of whom none has.

    """
    has = ~np.isnan(given)
    own = np.where(has, priors, 0.0)
    number = has.sum(axis=0)
    base = np.divide(own.sum(axis=0), number, out=np.full(number.shape, np.nan), where=number > 0)
    return np.asarray(base + (np.where(has, given, 0.0) - own).sum(axis=0))


def fused(probabilities: FloatArray, shares: FloatArray) -> FloatArray:
    """Class probabilities (S, C) of M models together.

    Args:
        probabilities: (M, S, C), NaN of whom a model lacks.
        shares: (M, S, C), of the classes in what each model was trained on; all above 0.

    """
    logs = add_up(np.log(np.maximum(probabilities, SMALLEST)), np.log(shares))
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


class Predicted(NamedTuple):
    """Class probabilities (S, C), and what the AUC ranks scans by."""

    values: FloatArray
    ranked: FloatArray


@dataclass(frozen=True)
class Judged:
    """Scans of new subjects, on which several models are judged by drawing subjects again.

    At least five subjects are of each class. ``labels`` (S,) are 0 to C - 1. ``subjects`` (S,):
    whose each is, None where each is another's. ``groups`` (S,): the site that was left out, None
    where folds were cut otherwise.
    """

    labels: IntArray
    subjects: Subjects = None
    groups: Sequence[str] | None = None

    def estimates(self, models: Mapping[str, Predicted]) -> "Estimated":
        """AUC (of two classes; of left-out sites within them, too), accuracies, Brier score."""
        drawn = drawn_metrics(
            self.labels,
            [(model.values[None], model.ranked[None]) for model in models.values()],
            groups=self.groups,
            subjects=self.subjects,
        )
        brier = self._brier([squared_errors(self.labels, each.values) for each in models.values()])
        return Estimated(
            len(self.labels),
            fewer(self.subjects),
            {
                name: {**metrics, BRIER: own}
                for name, metrics, own in zip(models, drawn, brier, strict=True)
            },
        )

    def _brier(self, errors: Sequence[FloatArray]) -> list[DrawnMetric]:
        """The mean of each model's errors (S,), under the draws of the other metrics."""
        members = None if self.groups is None else rows_by_group(self.groups)
        stacked = np.stack(errors, axis=1)
        draws = weights(self.labels, RESAMPLES, 0, members, self.subjects)
        drawn = [draw @ stacked / draw.sum(axis=1, keepdims=True) for draw in draws]
        columns = zip(stacked.mean(axis=0), np.concatenate(drawn).T, strict=True)
        return [DrawnMetric(float(value), column) for value, column in columns]


@dataclass(frozen=True)
class Estimated:
    """The metrics of several models by name, on ``n`` scans, of fewer ``subjects`` if not None."""

    n: int
    subjects: int | None
    drawn: Mapping[str, Mapping[str, DrawnMetric]]

    def metrics(self, name: str) -> SplitMetrics:
        """Those of a model, with 95 % intervals."""
        estimates = {metric: found.estimate for metric, found in self.drawn[name].items()}
        return SplitMetrics(
            n=self.n,
            subjects=self.subjects,
            values={metric: estimate.value for metric, estimate in estimates.items()},
            ci={metric: estimate.interval for metric, estimate in estimates.items()},
        )

    def difference(self, name: str, other: str) -> Estimates:
        """A model minus another, paired."""
        theirs = self.drawn[other]
        return {metric: own.minus(theirs[metric]) for metric, own in self.drawn[name].items()}
