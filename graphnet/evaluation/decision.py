"""What predictions are worth to somebody who acts on them: net benefit, and predictive values."""

from collections.abc import Sequence
from math import log, sqrt

import numpy as np

from graphnet.artifacts.metrics import UNKNOWN, Estimate
from graphnet.data.cohort import FloatArray
from graphnet.evaluation.intervals import Z

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
    confusion: Sequence[Sequence[float]], prevalence: float
) -> tuple[Estimate, Estimate]:
    """PPV and NPV where a share ``prevalence`` of the subjects is positive, by Bayes' theorem.

    With 95 % intervals on the logit scale, that of sensitivity and specificity being unsure; where
    one of these is 0 or 1, the interval is that of Agresti and Coull's estimates. Mercaldo, Lau &
    Zhou 2007, Statistics in Medicine 26:2170-2183. Both unknown without subjects of each class.

    Args:
        confusion: two rows, the true classes, of two counts; class 1 is the positive one.
        prevalence: above 0 and below 1.

    """
    (right_negative, wrong_positive), (wrong_negative, right_positive) = confusion
    positives, negatives = wrong_negative + right_positive, right_negative + wrong_positive
    if not positives or not negatives or not 0 < prevalence < 1:
        return UNKNOWN, UNKNOWN
    sensitivity, specificity = right_positive / positives, right_negative / negatives
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
