"""The intervals against other formulations of the same idea, and how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binom, binomtest, norm, ttest_1samp

from graphnet.artifacts.metrics import UNKNOWN
from graphnet.evaluation.intervals import Z, area_under_curve, mean_of_proportions, proportion
from graphnet.evaluation.metrics import mean

COUNTS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SIZES = st.integers(1, 400)
SHARES = st.floats(0, 1)
unhurried = settings(deadline=None)


def test_z_is_the_normal_quantile() -> None:
    assert pytest.approx(norm.ppf(0.975), abs=1e-15) == Z


@unhurried
@given(COUNTS)
def test_a_proportion_has_the_wilson_interval(counts: tuple[int, int]) -> None:
    successes, trials = counts
    reference = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    found = proportion(successes, trials)
    assert found.value == successes / trials
    assert found.interval == pytest.approx((reference.low, reference.high), abs=1e-12)


def test_what_has_no_trials_is_unknown() -> None:
    assert proportion(0, 0) == UNKNOWN
    assert mean_of_proportions([proportion(3, 4), proportion(0, 0)]) == UNKNOWN
    assert mean(np.array([]), highest=1.0) == UNKNOWN


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals_of_a_proportion(
    successes: int, trials: int, low: float, high: float
) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857-872, method 3."""
    assert proportion(successes, trials).interval == pytest.approx((low, high), abs=5e-5)


def test_a_published_interval_of_a_difference() -> None:
    """56/70 less 48/80, by method 10 of Newcombe 1998, Statistics in Medicine 17:873-890.

    The difference p - q is twice the mean of p and 1 - q, less 1.
    """
    low, high = mean_of_proportions([proportion(56, 70), proportion(32, 80)]).interval or (0, 0)
    assert (2 * low - 1, 2 * high - 1) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@unhurried
@given(COUNTS)
def test_the_mean_of_one_proportion_is_that_proportion(counts: tuple[int, int]) -> None:
    alone = proportion(*counts)
    found = mean_of_proportions([alone])
    assert found.value == alone.value
    assert found.interval == pytest.approx(alone.interval, abs=1e-15)


@unhurried
@given(st.lists(COUNTS, min_size=1, max_size=6))
def test_a_mean_of_proportions_lies_in_its_interval(counts: list[tuple[int, int]]) -> None:
    found = mean_of_proportions([proportion(*each) for each in counts])
    assert found.value is not None
    assert found.interval is not None
    low, high = found.interval
    assert 0 <= low <= found.value <= high <= 1
    assert low < high


def textbook_variance(area: float, positives: float, negatives: float, pairs: int) -> float:
    """Hanley & McNeil 1982 as printed, but for the number of pairs that it is divided by."""
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    shared = (positives - 1) * (q1 - area**2) + (negatives - 1) * (q2 - area**2)
    return float((area * (1 - area) + shared) / pairs)


def distance(area: float, limit: float, positives: int, negatives: int) -> float:
    """From ``limit`` to ``area`` in standard errors at ``limit``, squared."""
    size = (positives + negatives) / 2
    variance = textbook_variance(limit, size, size, positives * negatives)
    return (area - limit) ** 2 / variance


@unhurried
@given(st.floats(0.001, 0.999), SIZES, SIZES)
def test_limits_of_an_area_lie_z_standard_errors_away(area: float, m: int, n: int) -> None:
    def excess(limit: float) -> float:
        return distance(area, limit, m, n) - Z**2

    found = area_under_curve(area, m, n).interval
    reference = brentq(excess, 1e-9, area, xtol=1e-14), brentq(excess, area, 1 - 1e-9, xtol=1e-14)
    assert found == pytest.approx(reference, abs=1e-8)


@unhurried
@given(SIZES, SIZES)
def test_a_perfect_area_keeps_a_width(m: int, n: int) -> None:
    low, high = area_under_curve(1.0, m, n).interval or (0.0, 0.0)
    assert high == 1
    assert low < 1 - 1e-4
    assert distance(1.0, low, m, n) == pytest.approx(Z**2, rel=1e-6)


@unhurried
@given(SHARES, SIZES, SIZES)
def test_an_area_turned_over_has_its_interval_turned_over(area: float, m: int, n: int) -> None:
    low, high = area_under_curve(area, m, n).interval or (0.0, 0.0)
    turned = area_under_curve(1 - area, n, m).interval
    assert turned == pytest.approx((1 - high, 1 - low), abs=1e-9)
    assert 0 <= low <= area <= high <= 1


@pytest.mark.parametrize("area", [0, 1])
def test_the_area_of_a_single_pair_is_a_single_trial(area: int) -> None:
    single = proportion(area, 1).interval
    assert area_under_curve(area, 1, 1).interval == pytest.approx(single, abs=1e-12)


@unhurried
@given(st.lists(SHARES, min_size=2, max_size=50), st.sampled_from([1.0, 2.0]))
def test_a_mean_has_students_interval_within_its_range(scores: list[float], highest: float) -> None:
    found = mean(highest * np.array(scores), highest=highest)
    assert found.value is not None
    assert found.interval is not None
    low, high = found.interval
    assert 0 <= low <= found.value <= high <= highest
    assert found.value == pytest.approx(highest * np.mean(scores))


def test_a_mean_agrees_with_the_t_test() -> None:
    scores = np.random.default_rng(3).uniform(size=40)
    reference = ttest_1samp(scores, 0.0).confidence_interval(0.95)
    assert mean(scores, highest=1.0).interval == pytest.approx((reference.low, reference.high))


def test_a_single_score_has_no_interval() -> None:
    found = mean(np.array([0.25]), highest=1.0)
    assert (found.value, found.interval) == (0.25, None)


def weights(trials: int, rate: float) -> NDArray[np.float64]:
    return np.asarray(binom.pmf(np.arange(trials + 1), trials, rate), dtype=np.float64)


def test_the_mean_of_two_proportions_is_held_95_times_in_100() -> None:
    """Exact coverage: every pair of counts, weighed by its probability."""
    first, second = 30, 20
    intervals = np.array([
        [mean_of_proportions([proportion(a, first), proportion(b, second)]).interval
         for b in range(second + 1)]
        for a in range(first + 1)
    ], dtype=np.float64)  # fmt: skip
    coverages = []
    for p in np.linspace(0.05, 0.95, 19):
        for q in np.linspace(0.05, 0.95, 19):
            held = (intervals[..., 0] <= (p + q) / 2) & ((p + q) / 2 <= intervals[..., 1])
            coverages.append(weights(first, p) @ held @ weights(second, q))
    assert np.mean(coverages) == pytest.approx(0.95, abs=0.01)
    assert min(coverages) > 0.9
