"""Estimates with their 95 % intervals by formulas, which hold for few subjects too.

The interval of a share or an area always holds its estimate and never leaves its range.

Paired differences of two models on the same subjects: a bootstrap of ten subjects draws from ten,
so its intervals are too narrow, and of two perfect models it says that they are equal. The formulas
here combine the two models' own intervals, which stay wide, by how far the models are right about
the same subjects.

Where subjects have several scans, a formula is given as many scans as independent ones would say as
much (:mod:`graphnet.evaluation.clusters`).
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from graphnet.artifacts.metrics import UNKNOWN, Estimate
from graphnet.data.cohort import FloatArray
from graphnet.evaluation.clusters import (
    Subjects,
    correlation,
    counts_by_class,
    design_effect,
    effect_of_share,
    influence_on_area,
    influence_on_mean,
    placements,
)

LEVEL = 0.975
Z = 1.959963984540054


def proportion(successes: int, trials: int, effect: float = 1.0) -> Estimate:
    """Share of ``successes`` with Wilson's score interval; unknown without trials.

    Wilson 1927, Journal of the American Statistical Association 22:209-212. ``effect`` is the
    design effect of scans that are not independent.
    """
    if trials == 0:
        return UNKNOWN
    rate = successes / trials
    weight = Z**2 / (trials / effect)
    centre = (rate + weight / 2) / (1 + weight)
    half = sqrt(rate * (1 - rate) * weight + weight**2 / 4) / (1 + weight)
    return bounded(rate, centre - half, centre + half)


def share(is_hit: NDArray[np.bool_], subjects: Subjects = None) -> Estimate:
    """:func:`proportion` of hits (S,), by the subjects whose scans they are."""
    return proportion(int(is_hit.sum()), len(is_hit), effect_of_share(is_hit, subjects))


def mean_of_proportions(
    proportions: Sequence[Estimate], correlations: FloatArray | None = None
) -> Estimate:
    """Plain mean of ``proportions``; unknown if one of them is.

    Their Wilson intervals are combined by the method of variance estimates recovery:
    Zou & Donner 2008, Statistics in Medicine 27:1693-1702. ``correlations`` (C, C) are those of
    proportions that are not independent.
    """
    bounds = [(rate.value, *rate.interval) for rate in proportions if rate.interval is not None]
    if len(bounds) < len(proportions):
        return UNKNOWN
    rates, lows, highs = np.array(bounds, dtype=np.float64).T
    value = float(rates.mean())
    below = length(rates - lows, correlations) / len(rates)
    above = length(highs - rates, correlations) / len(rates)
    return bounded(value, value - below, value + above)


def length(distances: FloatArray, correlations: FloatArray | None) -> float:
    """Of distances (G,) at right angles, or with these correlations (G, G)."""
    if correlations is None:
        return float(np.linalg.norm(distances))
    return sqrt(max(0.0, float(distances @ correlations @ distances)))


def area_under_curve(area: float, positives: float, negatives: float) -> Estimate:
    """An AUC with Newcombe's score interval, which keeps a width at areas of 0 and 1.

    Its limits are the areas that lie Z of their own standard errors from ``area``, with the
    variance of Hanley & McNeil 1982 (Radiology 143:29-36) at the mean sample size: method 5 of
    Newcombe 2006, Statistics in Medicine 25:559-573. Both counts must be at least 1; those of scans
    that are not independent are divided by the design effect.
    """
    theta = np.polynomial.Polynomial([0.0, 1.0])
    mean_size = (positives + negatives) / 2 - 1
    # With m positives, n negatives and N* = mean_size the variance at an area θ is
    # θ(1-θ) [1 + N*((1-θ)/(2-θ) + θ/(1+θ))] / mn. Multiplied by (2-θ)(1+θ), the equation
    # (θ-area)² = Z² variance is a quartic. Its sign alternates over -1, 0, area, 1 and 2, so all
    # four roots are real, and the two in the middle are the limits.
    denominator = (2 - theta) * (1 + theta)
    spread = theta * (1 - theta) * (denominator + mean_size * (1 + 2 * theta - 2 * theta**2))
    equation = (theta - area) ** 2 * denominator - Z**2 / (positives * negatives) * spread
    _, low, high, _ = np.sort(equation.roots().real)
    return bounded(area, low, high)


def area(
    positive: NDArray[np.bool_], scores: FloatArray, value: float, subjects: Subjects = None
) -> Estimate:
    """:func:`area_under_curve` of scans (S,) of both classes, whose AUC is ``value``."""
    effect = 1.0
    if subjects is not None:
        effect = design_effect(influence_on_area(positive, scores, subjects), subjects)
    counts = int(positive.sum()), int((~positive).sum())
    return area_under_curve(value, *effective(*counts, effect))


def effective(positives: float, negatives: float, effect: float) -> tuple[float, float]:
    """How many independent positives and negatives say as much, each at least 1."""
    return max(1.0, positives / effect), max(1.0, negatives / effect)


def area_variance(area: float, positives: float, negatives: float) -> float:
    """Of an AUC in so many subjects: Hanley & McNeil 1982, at the mean sample size.

    As :func:`area_under_curve` has it.
    """
    mean_size = (positives + negatives) / 2 - 1
    apart = 1 + mean_size * ((1 - area) / (2 - area) + area / (1 + area))
    return area * (1 - area) * apart / (positives * negatives)


def bounded(value: float, low: float, high: float, highest: float = 1.0) -> Estimate:
    """The estimate inside its interval and its range, whatever was lost to rounding."""
    return Estimate(value, min(value, max(0.0, float(low))), max(value, min(highest, float(high))))


LEAST_OF_AREA = 5  # subjects of each class


def difference_of_shares(
    ours: NDArray[np.bool_], theirs: NDArray[np.bool_], subjects: Subjects = None
) -> Estimate:
    """The share of scans that we get right less theirs, both (S,); unknown without scans.

    Method 10 of Newcombe 1998, Statistics in Medicine 17:2635-2650: Wilson's intervals of both
    shares, combined by the corrected phi of the fourfold table; of several scans of a subject, by
    the correlation of subjects' sums, corrected alike.
    """
    count = len(ours)
    if not count:
        return UNKNOWN
    one, other = share(ours, subjects), share(theirs, subjects)
    if subjects is not None:
        return _combined(one, other, _corrected(ours, theirs, subjects))
    both, neither = int((ours & theirs).sum()), int((~ours & ~theirs).sum())
    first, second = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    excess = both * neither - first * second
    corrected = max(excess - count / 2, 0.0) if excess > 0 else float(excess)
    return _combined(one, other, corrected / sqrt(margins) if margins else 0.0)


def _corrected(ours: NDArray[np.bool_], theirs: NDArray[np.bool_], subjects: Subjects) -> float:
    """The correlation of two shares by subjects, drawn to 0 as Newcombe's phi is."""
    one, other = ours.astype(np.float64), theirs.astype(np.float64)
    found = correlation(influence_on_mean(one), influence_on_mean(other), subjects)
    spread = float(one.std() * other.std())
    if found <= 0 or not spread:
        return found
    effects = sqrt(effect_of_share(ours, subjects) * effect_of_share(theirs, subjects))
    return max(found - effects / len(ours) / 2 / spread, 0.0)


def difference_of_areas(
    positive: NDArray[np.bool_], ours: FloatArray, theirs: FloatArray, subjects: Subjects = None
) -> Estimate:
    """Our AUC less theirs, of scores (S,); unknown where a class has no subject.

    Without interval where one has fewer than five: the correlation is then anybody's guess.
    Newcombe's intervals of both areas, combined (Zou & Donner 2008, Statistics in Medicine
    27:1693-1702) by the areas' correlation after DeLong et al. 1988, Biometrics 44:837-845; of
    several scans of a subject after Obuchowski 1997, Biometrics 53:567-578.
    """
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return UNKNOWN
    placed = [placements(positive, scores) for scores in (ours, theirs)]
    values = [float(above.mean()) for above, _ in placed]
    if counts_by_class(positive.astype(np.int64), subjects, 2).min() < LEAST_OF_AREA:
        return Estimate(float(placed[0][0].mean() - placed[1][0].mean()))
    if subjects is not None:
        mine, their = (influence_on_area(positive, scores, subjects) for scores in (ours, theirs))
        one = area(positive, ours, values[0], subjects)
        other = area(positive, theirs, values[1], subjects)
        return _combined(one, other, correlation(mine, their, subjects))
    one, other = (area_under_curve(value, positives, negatives) for value in values)
    covariance = np.zeros((2, 2))
    for side, number in ((0, positives), (1, negatives)):
        covariance += np.cov(placed[0][side], placed[1][side]) / number
    spread = sqrt(covariance[0, 0] * covariance[1, 1])
    # Of a perfect model nothing varies, so nobody can say how far it goes with the other.
    return _combined(one, other, float(covariance[0, 1]) / spread if spread > 0 else 0.0)


def _combined(one: Estimate, other: Estimate, correlation: float) -> Estimate:
    """The difference of two estimates with intervals of their own."""
    if one.interval is None or other.interval is None or one.value is None or other.value is None:
        return UNKNOWN
    value = one.value - other.value
    below = _distance(one.value - one.interval[0], other.interval[1] - other.value, correlation)
    above = _distance(one.interval[1] - one.value, other.value - other.interval[0], correlation)
    return Estimate(value, max(-1.0, value - below), min(1.0, value + above))


def _distance(one: float, other: float, correlation: float) -> float:
    return sqrt(max(0.0, one**2 - 2 * correlation * one * other + other**2))
