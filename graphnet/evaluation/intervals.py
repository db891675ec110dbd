"""Estimates with their 95% intervals.

An interval always holds its estimate and never leaves the range of what it bounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

LEVEL = 0.975
Z = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A value and its interval (low, high); None where the data do not allow one."""

    value: float | None = None
    interval: tuple[float, float] | None = None


UNKNOWN = Estimate()


def proportion(successes: int, trials: int) -> Estimate:
    """Share of ``successes`` with Wilson's score interval; unknown without trials.

    Wilson 1927, Journal of the American Statistical Association 22:209-212.
    """
    if trials == 0:
        return UNKNOWN
    rate = successes / trials
    weight = Z**2 / trials
    centre = (rate + weight / 2) / (1 + weight)
    half = sqrt(rate * (1 - rate) * weight + weight**2 / 4) / (1 + weight)
    return bounded(rate, centre - half, centre + half)


def mean_of_proportions(proportions: Sequence[Estimate]) -> Estimate:
    """Plain mean of independent ``proportions``; unknown if one of them is.

    Their Wilson intervals are combined by the method of variance estimates recovery:
    Zou & Donner 2008, Statistics in Medicine 27:1693-1702.
    """
    bounds = [(rate.value, *rate.interval) for rate in proportions if rate.interval is not None]
    if len(bounds) < len(proportions):
        return UNKNOWN
    rates, lows, highs = np.array(bounds, dtype=np.float64).T
    value = float(rates.mean())
    below = float(np.linalg.norm(rates - lows)) / len(rates)
    above = float(np.linalg.norm(highs - rates)) / len(rates)
    return bounded(value, value - below, value + above)


def area_under_curve(area: float, positives: int, negatives: int) -> Estimate:
    """An AUC with Newcombe's score interval, which keeps a width at areas of 0 and 1.

    Its limits are the areas that lie Z of their own standard errors from ``area``, with the
    variance of Hanley & McNeil 1982 (Radiology 143:29-36) at the mean sample size: method 5 of
    Newcombe 2006, Statistics in Medicine 25:559-573. Both counts must be at least 1.
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


def bounded(value: float, low: float, high: float, highest: float = 1.0) -> Estimate:
    """The estimate inside its interval and its range, whatever was lost to rounding."""
    return Estimate(
        value, (min(value, max(0.0, float(low))), max(value, min(highest, float(high))))
    )
