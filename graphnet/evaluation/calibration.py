"""Whether probabilities mean what they say, how they are made to, and what acting on them is worth.

A network that was trained long is more certain than it is right. :class:`Calibration` takes that
back by one number, fitted to predictions of training subjects by models that have not seen them
(:mod:`graphnet.evaluation.recalibration`). Torch-free.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any, NamedTuple, Self

import numpy as np

from graphnet.artifacts.metrics import UNKNOWN, Estimate
from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.clusters import Subjects, design_effect, of_rows
from graphnet.evaluation.intervals import Z, share

LEAST_SUBJECTS = 5  # of each class: of fewer there is nothing to be learnt
# A slope of 0 would make all subjects alike; the order of subjects, and the AUC, are to stay.
LEAST_SLOPE, MOST_SLOPE = 0.02, 10.0
HALVINGS = 60
DIGITS = 6


@dataclass(frozen=True)
class Calibration:
    """Log probabilities drawn towards those of the class shares, by one factor.

    With the log probabilities z (C) of a subject and the shares q (C) of the training subjects'
    classes, the calibrated ones are softmax(log q + ``slope`` · (z - log q)): temperature scaling
    (Guo et al. 2017, ICML) around the base rate. A slope of 1 changes nothing, one below 1 makes
    the model less certain; towards 0 every subject has the base rate, whatever the classes' sizes.
    The order of subjects stays as it is where there are two classes.

    ``subjects`` is how many predictions it was fitted to, ``source`` of which folds they were.
    """

    slope: float
    shares: tuple[float, ...]
    subjects: int
    source: str = ""

    @classmethod
    def fit(
        cls, log_probabilities: FloatArray, labels: IntArray, shares: FloatArray, source: str
    ) -> Self | None:
        """The slope of most likelihood, with a standard normal prior that holds few subjects back.

        Args:
            log_probabilities: (S, C), by models that were not trained on these subjects.
            labels: (S,), their classes, 0 to C-1.
            shares: (C,), of the classes among the training subjects.
            source: of which folds the predictions are.

        Returns:
            None where a class has fewer than five subjects.

        """
        counts = np.bincount(labels, minlength=len(shares))
        if counts.min() < LEAST_SUBJECTS or shares.min() <= 0:
            return None
        base = np.log(shares)
        beyond = np.maximum(log_probabilities, LOWEST) - base
        truth = beyond[np.arange(len(labels)), labels].sum()

        def falls(slope: float) -> bool:
            """Whether the penalised loss still falls at a slope; it is convex."""
            weights = _softmax(base + slope * beyond)
            return bool((weights * beyond).sum() - truth + slope < 0)

        low, high = LEAST_SLOPE, MOST_SLOPE
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if falls(middle) else (low, middle)
        slope = round((low + high) / 2, DIGITS)
        return cls(slope, tuple(shares.tolist()), len(labels), source)

    def apply(self, log_probabilities: FloatArray) -> FloatArray:
        """Calibrated probabilities (S, C) of log probabilities (S, C), in single precision."""
        base = np.log(np.asarray(self.shares))
        calibrated = _softmax(base + self.slope * (np.maximum(log_probabilities, LOWEST) - base))
        return calibrated.astype(np.float32).astype(np.float64)

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return {
            "slope": self.slope,
            "shares": list(self.shares),
            "subjects": self.subjects,
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read back :meth:`as_dict`. Raises KeyError, TypeError or ValueError."""
        slope, shares = float(stored["slope"]), tuple(map(float, stored["shares"]))
        sound = 0 < slope < float("inf") and all(0 < share < 1 for share in shares)
        if not sound:
            raise ValueError("no calibration")
        return cls(slope, shares, int(stored["subjects"]), str(stored["source"]))


LOWEST = -700.0  # a log probability below it is that of a number too small to be stored


def _softmax(logits: FloatArray) -> FloatArray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def class_shares(labels: IntArray, classes: int) -> FloatArray:
    """The share (C,) of each class among subjects (S,)."""
    return np.bincount(labels, minlength=classes) / len(labels)


def squared_errors(labels: IntArray, probabilities: FloatArray) -> FloatArray:
    """What each subject (S,) adds to the Brier score of probabilities (S, C).

    Of two classes the squared error of that of class 1, else the sum over all classes.
    """
    if probabilities.shape[1] == 2:
        return np.asarray((probabilities[:, 1] - labels) ** 2)
    errors = probabilities - np.eye(probabilities.shape[1])[labels]
    return np.asarray((errors**2).sum(axis=1))


BINS = 10
FEWEST = 5  # subjects in a bin
SMALLEST = 1e-6  # probability, before its logit is taken: stored ones have six digits
STEPS, STILL = 100, 1e-10


class Bin(NamedTuple):
    """``n`` subjects: mean predicted probability, observed share, and its 95 % Wilson interval."""

    n: int
    predicted: float
    observed: float
    low: float
    high: float


def bins(probability: FloatArray, truth: FloatArray, subjects: Subjects = None) -> list[Bin]:
    """Ten quantile bins, fewer where a bin would have less than five subjects.

    Subjects of equal probability are in one bin. Nixon et al. 2019, arXiv:1904.01685.

    Args:
        probability: (S,), of a class.
        truth: (S,), 1 for subjects of that class, else 0.
        subjects: (S,), whose each row is; None where each is another's.

    """
    number = min(BINS, len(probability) // FEWEST)
    if not number:
        return []
    order = np.argsort(probability, kind="stable")
    ranked = probability[order]
    cuts = [len(part) for part in np.array_split(order, number)]
    # Each cut moves on to where the next higher probability begins.
    ends = np.unique(np.searchsorted(ranked, ranked[np.cumsum(cuts) - 1], side="right"))
    return [
        _bin(probability[rows], truth[rows], of_rows(subjects, rows))
        for rows in np.split(order, ends[:-1])
    ]


def _bin(probability: FloatArray, truth: FloatArray, subjects: Subjects) -> Bin:
    low, high = share(truth > 0, subjects).interval or (0.0, 1.0)
    return Bin(len(truth), float(probability.mean()), float(truth.mean()), low, high)


def calibration_error(probability: FloatArray, truth: FloatArray) -> Estimate:
    """The mean distance of predicted probability and observed share over :func:`bins`, weighted.

    The expected calibration error of the bins that the calibration curve draws. Of few subjects it
    is large by chance; it has no interval. Unknown of fewer than five subjects.
    """
    binned = bins(probability, truth)
    if not binned:
        return UNKNOWN
    gaps = [group.n * abs(group.observed - group.predicted) for group in binned]
    return Estimate(sum(gaps) / len(truth))


def calibration_slope(
    probability: FloatArray, truth: FloatArray, subjects: Subjects = None
) -> Estimate:
    """The slope of a logistic regression of the truth on the logit of the probability.

    1 if well calibrated, below 1 if probabilities are too extreme, above 1 if too moderate. Wald's
    interval. Unknown where probabilities separate the classes, or are all equal. Cox 1958,
    Biometrika 45:562-565.

    Args:
        probability: (S,), of a class.
        truth: (S,), 1 for subjects of that class, else 0.
        subjects: (S,), whose each row is; None where each is another's.

    """
    logit = logits(probability)
    of_class, of_others = logit[truth == 1], logit[truth == 0]
    if not len(of_class) or not len(of_others):
        return UNKNOWN
    overlap = of_class.min() < of_others.max() and of_others.min() < of_class.max()
    if not overlap:
        return UNKNOWN
    design = np.stack([np.ones_like(logit), logit], axis=1)
    return _wald(design, np.zeros_like(logit), truth, subjects)


def calibration_intercept(
    probability: FloatArray, truth: FloatArray, subjects: Subjects = None
) -> Estimate:
    """Calibration in the large: the intercept of that regression with the slope held at 1.

    0 if the mean probability is right, above 0 if it is too low. Wald's interval. Unknown where all
    subjects are of one class. Van Calster et al. 2019, BMC Medicine 17:230.

    Args:
        probability: (S,), of a class.
        truth: (S,), 1 for subjects of that class, else 0.
        subjects: (S,), whose each row is; None where each is another's.

    """
    if not 0 < truth.sum() < len(truth):
        return UNKNOWN
    offset = logits(probability)
    return _wald(np.ones((len(truth), 1)), offset, truth, subjects)


def logits(probability: FloatArray) -> FloatArray:
    """Log odds (S,); a probability nearer to 0 or 1 than a millionth counts as that far."""
    within = np.clip(probability, SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(within) - np.log1p(-within))


def _wald(
    design: FloatArray, offset: FloatArray, truth: FloatArray, subjects: Subjects
) -> Estimate:
    """The last coefficient of a logistic regression, by Newton's method, with Wald's interval."""
    coefficients = np.zeros(design.shape[1])
    for _ in range(STEPS):
        fitted = 1 / (1 + np.exp(-np.clip(offset + design @ coefficients, -LIMIT, LIMIT)))
        information = design.T @ (design * (fitted * (1 - fitted))[:, None])
        if np.linalg.cond(information) > 1 / np.finfo(float).eps:
            return UNKNOWN
        step = np.linalg.solve(information, design.T @ (truth - fitted))
        coefficients = coefficients + step * min(1.0, LONGEST / float(np.abs(step).max() or 1.0))
        if np.abs(step).max() < STILL:
            value = float(coefficients[-1])
            covariance = np.linalg.inv(information)
            added = (truth - fitted) * (design @ covariance[-1])
            effect = design_effect(added, subjects)
            half = Z * float(np.sqrt(covariance[-1, -1] * effect))
            return Estimate(value, value - half, value + half)
    return UNKNOWN


LIMIT, LONGEST = 500.0, 2.0  # of a logit, of a step


THRESHOLDS: FloatArray = np.round(np.arange(0.01, 1.0, 0.01), 2)


def net_benefit(
    probability: FloatArray, truth: FloatArray, thresholds: FloatArray = THRESHOLDS
) -> FloatArray:
    """True positives less false positives, the latter weighted by the odds of each threshold.

    Per subject, (T,): TP/S - FP/S · t/(1-t), where whoever has a probability of t or more is
    treated. Who treats from a probability of t on counts a false positive t/(1-t) times as much as
    a true one. Vickers & Elkin 2006, Medical Decision Making 26:565-574.

    Args:
        probability: (S,), of the positive class; 1 for all gives the net benefit of treating all.
        truth: (S,), 1 for positive subjects, else 0.
        thresholds: (T,), each from 0 to below 1.

    """
    treated = probability[None, :] >= thresholds[:, None]
    hits = (treated * truth).sum(axis=1)
    misses = treated.sum(axis=1) - hits
    return np.asarray((hits - misses * thresholds / (1 - thresholds)) / len(truth))


def predictive_values(
    confusion: Sequence[Sequence[float]],
    prevalence: float,
    effects: tuple[float, float] = (1.0, 1.0),
) -> tuple[Estimate, Estimate]:
    """PPV and NPV where a share ``prevalence`` of the subjects is positive, by Bayes' theorem.

    With 95 % intervals on the logit scale, that of sensitivity and specificity being unsure; where
    one of these is 0 or 1, the interval is that of Agresti and Coull's estimates. Mercaldo, Lau &
    Zhou 2007, Statistics in Medicine 26:2170-2183. Both unknown without subjects of each class.

    Args:
        confusion: two rows, the true classes, of two counts; class 1 is the positive one.
        prevalence: above 0 and below 1.
        effects: the design effects of specificity and sensitivity.

    """
    (right_negative, wrong_positive), (wrong_negative, right_positive) = confusion
    positives, negatives = wrong_negative + right_positive, right_negative + wrong_positive
    if not positives or not negatives or not 0 < prevalence < 1:
        return UNKNOWN, UNKNOWN
    sensitivity, specificity = right_positive / positives, right_negative / negatives
    right_negative, negatives = right_negative / effects[0], negatives / effects[0]
    right_positive, positives = right_positive / effects[1], positives / effects[1]
    odds = prevalence / (1 - prevalence)
    ppv = _share(sensitivity * odds, 1 - specificity)
    npv = _share(specificity / odds, 1 - sensitivity)
    if not 0 < sensitivity < 1 or not 0 < specificity < 1:
        sensitivity, positives = _smoothed(right_positive, positives)
        specificity, negatives = _smoothed(right_negative, negatives)
    of_ppv = (1 - sensitivity) / sensitivity / positives
    of_ppv += specificity / (1 - specificity) / negatives
    of_npv = sensitivity / (1 - sensitivity) / positives
    of_npv += (1 - specificity) / specificity / negatives
    return (
        _interval(ppv, log(sensitivity * odds / (1 - specificity)), sqrt(of_ppv)),
        _interval(npv, log(specificity / odds / (1 - sensitivity)), sqrt(of_npv)),
    )


def _share(right: float, wrong: float) -> float | None:
    return right / (right + wrong) if right + wrong else None


def _smoothed(count: float, total: float) -> tuple[float, float]:
    return (count + Z**2 / 2) / (total + Z**2), total + Z**2


def _interval(value: float | None, centre: float, error: float) -> Estimate:
    if value is None:
        return UNKNOWN
    low, high = (1 / (1 + np.exp(-(centre + side * Z * error))) for side in (-1, 1))
    return Estimate(value, min(value, float(low)), max(value, float(high)))
