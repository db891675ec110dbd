"""The AUC within sites: its mean, its interval, and whether sites differ."""

from statistics import fmean

import numpy as np
import pytest
from numpy.typing import NDArray

from graphnet.data.cohort import FloatArray
from graphnet.evaluation.areas import GroupAreas
from graphnet.evaluation.intervals import area_under_curve, area_variance
from graphnet.evaluation.resampling import auc, p_value, paired_difference

Sample = tuple[NDArray[np.bool_], FloatArray, list[str]]


def sites(
    random: np.random.Generator,
    sizes: list[tuple[int, int]],
    *,
    effect: float = 1.0,
    between: float = 0.0,
    shift: float = 0.0,
) -> Sample:
    """Positives first at each site; scores are normal, and moved by site as its model has it."""
    positive, scores, names = [], [], []
    for place, (m, n) in enumerate(sizes):
        own = effect + between * random.standard_normal()
        truth = np.arange(m + n) < m
        positive.append(truth)
        scores.append(random.standard_normal(m + n) + own * truth + shift * place)
        names += [f"site {place:02}"] * (m + n)
    return np.concatenate(positive), np.concatenate(scores), names


def test_the_mean_is_of_areas_within_sites_by_their_numbers() -> None:
    positive, scores, names = sites(np.random.default_rng(0), [(12, 6), (5, 20), (9, 9)], shift=4.0)
    named = np.array(names)
    expected, weights = 0.0, 0.0
    for name in set(names):
        rows = named == name
        m, n = positive[rows].sum(), (~positive[rows]).sum()
        pairs = [
            float(a > b) + 0.5 * float(a == b)
            for a in scores[rows & positive]
            for b in scores[rows & ~positive]
        ]
        expected += fmean(pairs) * m * n / (m + n)
        weights += m * n / (m + n)
    found = GroupAreas.of(positive, scores, names)
    assert found.mean.value == pytest.approx(expected / weights)
    moved = scores + np.array([40.0 if name == "site 01" else 0.0 for name in names])
    assert GroupAreas.of(positive, moved, names).mean == found.mean
    assert abs(auc(positive, moved) - auc(positive, scores)) > 0.01  # what is left out of it


def test_a_site_of_one_class_is_not_counted() -> None:
    positive, scores, names = sites(np.random.default_rng(1), [(8, 8), (6, 7)])
    found = GroupAreas.of(positive, scores, names)
    more = np.r_[positive, np.ones(5, dtype=bool)], np.r_[scores, np.zeros(5)], names + ["x"] * 5
    assert len(GroupAreas.of(*more)) == 2
    assert GroupAreas.of(*more).mean == found.mean
    none = GroupAreas.of(positive[:8], scores[:8], names[:8])
    assert len(none) == 0
    assert none.mean.value is None
    assert none.heterogeneity is None


def test_of_one_site_it_is_newcombes_interval() -> None:
    positive, scores, names = sites(np.random.default_rng(2), [(11, 14)])
    found = GroupAreas.of(positive, scores, names)
    alone = area_under_curve(auc(positive, scores), 11, 14)
    assert found.mean.value == pytest.approx(alone.value)
    assert found.mean.interval == pytest.approx(alone.interval)
    assert found.heterogeneity is None


def test_perfect_sites_have_an_interval_and_no_test() -> None:
    truth = np.array([True] * 4 + [False] * 4)
    found = GroupAreas.of(np.r_[truth, truth], np.r_[truth, truth] * 1.0, ["a"] * 8 + ["b"] * 8)
    assert found.mean.value == found.mean.high == 1.0
    assert 0.5 < (found.mean.low or 0) < 1
    assert found.heterogeneity is None


def test_q_is_cochrans() -> None:
    """By the sums of textbooks (Borenstein et al. 2009, chapter 12), and SciPy's chi-squared."""
    from scipy.stats import chi2

    random = np.random.default_rng(3)
    found = GroupAreas.of(*sites(random, [(20, 25), (30, 12), (18, 18), (9, 40)], between=0.8))
    share = found.positives * found.negatives / (found.positives + found.negatives)
    common = float((share * found.areas).sum() / share.sum())
    counts = zip(found.positives.tolist(), found.negatives.tolist(), strict=True)
    w = [1 / area_variance(common, int(m), int(n)) for m, n in counts]
    wy = sum(weight * area for weight, area in zip(w, found.areas, strict=True))
    wyy = sum(weight * area**2 for weight, area in zip(w, found.areas, strict=True))
    q = wyy - wy**2 / sum(w)
    told = found.heterogeneity
    assert told is not None
    assert told.df == 3
    assert told.q == pytest.approx(q)
    assert told.p == pytest.approx(chi2.sf(q, 3))
    scale = sum(w) - sum(weight**2 for weight in w) / sum(w)
    assert found.variance_between == pytest.approx((q - 3) / scale)
    assert found.variance_between > 0


def test_the_variance_is_that_of_newcombes_limits() -> None:
    """A limit lies 1.96 of its own standard errors from the area."""
    estimate = area_under_curve(0.7, 15, 22)
    assert estimate.low is not None
    error = area_variance(estimate.low, 15, 22) ** 0.5
    assert 0.7 - estimate.low == pytest.approx(1.959964 * error)


def test_sites_that_do_not_differ_are_rarely_said_to() -> None:
    """Small sites, with which variances of their own would find a difference in every second."""
    random = np.random.default_rng(4)
    found = []
    for _ in range(200):
        sizes = [tuple(pair) for pair in random.integers(3, 13, size=(20, 2)).tolist()]
        told = GroupAreas.of(*sites(random, sizes, effect=0.4)).heterogeneity
        assert told is not None
        found.append(told.p < 0.05)
    assert fmean(found) < 0.1
    apart = GroupAreas.of(*sites(random, [(30, 30)] * 6, between=1.5)).heterogeneity
    assert apart is not None
    assert apart.p < 0.001


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("count", "between", "least"), [(3, 0.0, 0.93), (8, 0.0, 0.93), (8, 0.4, 0.9), (20, 0.4, 0.9)]
)
def test_the_interval_holds_the_mean_of_all_such_sites(
    count: int, between: float, least: float
) -> None:
    random = np.random.default_rng(5)
    from scipy.stats import norm

    effects = 0.8 + between * random.standard_normal(100_000)
    truth, held = float(norm.cdf(effects / 2**0.5).mean()), []
    for _ in range(400):
        sizes = [tuple(pair) for pair in random.integers(5, 30, size=(count, 2)).tolist()]
        mean = GroupAreas.of(*sites(random, sizes, effect=0.8, between=between)).mean
        held.append((mean.low or 0) <= truth <= (mean.high or 0))
    assert least < fmean(held) < 0.99


def test_differences_within_sites_ignore_what_moves_whole_sites() -> None:
    """Two models that rank alike within sites differ in the AUC of all sites together only."""
    random = np.random.default_rng(6)
    positive, scores, names = sites(random, [(15, 15), (12, 20), (20, 10)])
    moved = scores + np.array([0.0 if name == "site 00" else 30.0 for name in names])

    def given(values: FloatArray) -> FloatArray:
        p = 1 / (1 + np.exp(-(values - values.mean())))
        return np.stack([1 - p, p], axis=-1)[None]

    labels = positive.astype(np.int64)
    found = paired_difference(
        labels, given(scores), given(moved), ranked=(given(scores), given(moved)), groups=names
    )
    within = found["auc_within_sites"]
    assert (within.value, within.low, within.high) == pytest.approx((0, 0, 0), abs=1e-12)
    assert (found["auc"].low or 0) > 0
    assert "auc_within_sites" not in paired_difference(labels, given(scores), given(moved))
    noise = given(random.standard_normal(len(labels)))
    ours = GroupAreas.of(positive, scores, names).mean.value or 0
    theirs = GroupAreas.of(positive, noise[0, :, 1], names).mean.value or 0
    apart = paired_difference(labels, given(scores), noise, groups=names)["auc_within_sites"]
    assert apart.value == pytest.approx(ours - theirs)
    assert (apart.low or 0) < ours - theirs < (apart.high or 0)


def test_the_permutation_test_is_of_the_mean_within_sites() -> None:
    positive, scores, names = sites(np.random.default_rng(7), [(15, 15), (20, 10)], shift=-5.0)
    p = 1 / (1 + np.exp(-scores))
    labels = positive.astype(np.int64)
    found = p_value(labels, np.stack([1 - p, p], axis=-1)[None], permutations=99, strata=names)
    assert found.auc == pytest.approx(GroupAreas.of(positive, p, names).mean.value)
    assert found.p == 0.01
    apart = positive * 1.0  # each site of one class
    alone = p_value(
        labels, np.stack([1 - apart, apart], axis=-1)[None], permutations=9,
        strata=["a" if each else "b" for each in positive],
    )  # fmt: skip
    assert alone.p is None
