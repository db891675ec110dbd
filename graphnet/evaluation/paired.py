"""Paired differences of two models on the same subjects, by formulas that hold for few of them.

A bootstrap of ten subjects draws from ten: its intervals are too narrow, and of two perfect models
it says that they are equal. These combine the two models' own intervals, which stay wide, by how
far the models are right about the same subjects.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from graphnet.data.cohort import FloatArray
from graphnet.evaluation.intervals import (
    LEVEL,
    UNKNOWN,
    Estimate,
    area_under_curve,
    proportion,
)

LEAST_OF_MEAN = 3  # subjects
LEAST_OF_AREA = 5  # subjects of each class


def shares(ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> Estimate:
    """The share of subjects whom we get right less theirs, both (S,); unknown without subjects.

    Method 10 of Newcombe 1998, Statistics in Medicine 17:2635-2650: Wilson's intervals of both
    shares, combined by the corrected phi of the fourfold table.
    """
    count = len(ours)
    if not count:
        return UNKNOWN
    both, neither = int((ours & theirs).sum()), int((~ours & ~theirs).sum())
    first, second = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
    one, other = proportion(both + first, count), proportion(both + second, count)
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    excess = both * neither - first * second
    corrected = max(excess - count / 2, 0.0) if excess > 0 else float(excess)
    return _combined(one, other, corrected / sqrt(margins) if margins else 0.0)


def areas(positive: NDArray[np.bool_], ours: FloatArray, theirs: FloatArray) -> Estimate:
    """Our AUC less theirs, of scores (S,); unknown where a class has no subject.

    Without interval where one has fewer than five: the correlation is then anybody's guess.
    Newcombe's intervals of both areas, combined (Zou & Donner 2008, Statistics in Medicine
    27:1693-1702) by the areas' correlation after DeLong et al. 1988, Biometrics 44:837-845.
    """
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return UNKNOWN
    placed = [_placements(positive, scores) for scores in (ours, theirs)]
    if min(positives, negatives) < LEAST_OF_AREA:
        return Estimate(float(placed[0][0].mean() - placed[1][0].mean()))
    one, other = (
        area_under_curve(float(above.mean()), positives, negatives) for above, _ in placed
    )
    covariance = np.zeros((2, 2))
    for side, number in ((0, positives), (1, negatives)):
        covariance += np.cov(placed[0][side], placed[1][side]) / number
    spread = sqrt(covariance[0, 0] * covariance[1, 1])
    # Of a perfect model nothing varies, so nobody can say how far it goes with the other.
    return _combined(one, other, float(covariance[0, 1]) / spread if spread > 0 else 0.0)


def means(ours: FloatArray, theirs: FloatArray) -> Estimate:
    """The mean of ours (S,) less that of theirs, with Student's t interval of the differences.

    Without interval of fewer than three subjects.
    """
    if not len(ours):
        return UNKNOWN
    apart = ours - theirs
    value = float(apart.mean())
    if len(apart) < LEAST_OF_MEAN:
        return Estimate(value)
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    half = float(stdtrit(len(apart) - 1, LEVEL) * apart.std(ddof=1) / sqrt(len(apart)))
    return Estimate(value, (value - half, value + half))


def _placements(positive: NDArray[np.bool_], scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of each positive subject the share of negatives below, of each negative of positives above.

    A tie counts half.
    """
    apart = np.sign(scores[positive][:, None] - scores[~positive][None, :])
    wins = (apart + 1) / 2
    return wins.mean(axis=1), wins.mean(axis=0)


def _combined(one: Estimate, other: Estimate, correlation: float) -> Estimate:
    """The difference of two estimates with intervals of their own."""
    if one.interval is None or other.interval is None or one.value is None or other.value is None:
        return UNKNOWN
    value = one.value - other.value
    below = _distance(one.value - one.interval[0], other.interval[1] - other.value, correlation)
    above = _distance(one.interval[1] - one.value, other.value - other.interval[0], correlation)
    return Estimate(value, (max(-1.0, value - below), min(1.0, value + above)))


def _distance(one: float, other: float, correlation: float) -> float:
    return sqrt(max(0.0, one**2 - 2 * correlation * one * other + other**2))
