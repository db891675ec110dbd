"""Several scans of one subject: intervals and tests go by subjects."""

from dataclasses import replace
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.data.cohort import FloatArray, IntArray, numbered
from graphnet.evaluation.areas import GroupAreas
from graphnet.evaluation.calibration import bins, predictive_values
from graphnet.evaluation.clusters import (
    averaged,
    correlations,
    counts_by_class,
    design_effect,
    effect_of_share,
    influence_on_area,
    of_rows,
    sums,
)
from graphnet.evaluation.effects import contribution
from graphnet.evaluation.intervals import area, difference_of_areas, difference_of_shares, share
from graphnet.evaluation.metrics import (
    difference_of_means,
    evaluate,
    evaluate_repeats,
    evaluate_scores,
    mean,
)
from graphnet.evaluation.resampling import auc, benefit_band, p_value, paired_difference

K = 30


def drawn(seed: int = 0, classes: int = 2) -> tuple[IntArray, FloatArray]:
    """The classes (K,) of subjects, and probabilities (2, K, C) by two models."""
    random = np.random.default_rng(seed)
    labels = np.arange(K) % classes
    chances = random.random((2, K, classes)) + 0.6 * np.eye(classes)[labels]
    return labels, chances / chances.sum(axis=2, keepdims=True)


def same(one: object, other: object) -> bool:
    """Whether two results have the same figures."""
    ours, theirs = (
        {**vars(each), "n": 0, "subjects": None, "confusion": None}
        if isinstance(each, SplitMetrics)
        else each
        for each in (one, other)
    )
    return repr(_rounded(ours)) == repr(_rounded(theirs))


def _rounded(value: object) -> object:
    if isinstance(value, float | np.floating):
        return round(float(value), 9) + 0.0
    if isinstance(value, np.ndarray):
        return np.round(value, 9).tolist()
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_rounded(each) for each in value]
    return _rounded(vars(value)) if hasattr(value, "__dataclass_fields__") else value


@pytest.mark.parametrize("classes", [2, 3])
def test_scans_that_say_the_same_are_as_good_as_one(classes: int) -> None:
    labels, chances = drawn(classes=classes)
    times, rows = 3, np.repeat(np.arange(K), 3)
    subjects = np.arange(K)[rows]
    often, doubled = labels[rows], chances[:, rows]
    once = evaluate(labels, chances[0])
    several = evaluate(often, doubled[0], subjects=subjects)
    assert (several.n, several.subjects) == (K * times, K)
    assert (once.n, once.subjects) == (K, None)
    # Bins are of scans, so the calibration error has other bins.
    ours, theirs = (
        replace(each, values={**each.values, "calibration_error": None}) for each in (once, several)
    )
    assert same(ours, theirs)
    assert not same(ours.ci, evaluate(often, doubled[0]).ci), "scans alone are narrower"
    assert same(
        evaluate_repeats(labels, chances).ci,
        evaluate_repeats(often, doubled, subjects=subjects).ci,
    )
    sites = [str(each % 2) for each in range(K)]
    assert same(
        paired_difference(labels, chances[:1], chances[1:], groups=sites),
        paired_difference(
            often,
            *(doubled[:1], doubled[1:]),
            groups=[sites[row] for row in rows],
            subjects=subjects,
        ),
    )
    hits = chances.argmax(axis=2) == labels
    assert same(
        difference_of_shares(hits[0], hits[1]),
        difference_of_shares(hits[0, rows], hits[1, rows], subjects),
    )
    scores = chances[0, :, 0], chances[1, :, 0]
    assert same(
        difference_of_means(*scores),
        difference_of_means(scores[0][rows], scores[1][rows], subjects),
    )
    assert same(
        evaluate_scores(*scores),
        evaluate_scores(scores[0][rows], scores[1][rows], subjects=subjects),
    )
    targets = labels.astype(np.float64)
    assert same(
        contribution(chances[0], targets, classes),
        contribution(chances[0, rows], targets[rows], classes, subjects),
    )


def test_the_same_holds_of_what_is_told_of_two_classes() -> None:
    labels, chances = drawn()
    rows = np.repeat(np.arange(K), 3)
    subjects, positive = rows, labels == 1
    ours, theirs = chances[0, :, 1], chances[1, :, 1]
    assert same(
        difference_of_areas(positive, ours, theirs),
        difference_of_areas(positive[rows], ours[rows], theirs[rows], subjects),
    )
    sites = np.array([str(each % 3) for each in range(K)])
    single = GroupAreas.of(positive, ours, sites.tolist())
    several = GroupAreas.of(positive[rows], ours[rows], sites[rows].tolist(), subjects)
    assert same(single.mean, several.mean)
    assert same(single.heterogeneity, several.heterogeneity)
    strata = sites.tolist()
    assert p_value(labels, chances, permutations=40, strata=strata) == p_value(
        *(labels[rows], chances[:, rows]),
        permutations=40,
        strata=sites[rows].tolist(),
        subjects=subjects,
    )
    truth = positive.astype(np.float64)
    band = benefit_band(ours, truth)
    wide = benefit_band(ours[rows], truth[rows], subjects=subjects)
    assert band is not None
    assert wide is not None
    assert np.allclose(band, wide)
    (alone,) = bins(np.full(K, 0.5), truth)
    (together,) = bins(np.full(3 * K, 0.5), truth[rows], subjects)
    assert (together.n, alone.n) == (3 * K, K)
    assert same(together[2:], alone[2:])
    once = predictive_values([[10, 5], [2, 13]], 0.1)
    assert once == predictive_values([[20, 10], [6, 39]], 0.1, effects=(2.0, 3.0))


def test_the_variance_of_an_area_is_obuchowskis() -> None:
    """Her formulas, term by term, of subjects some of whom have scans of both classes."""
    random = np.random.default_rng(1)
    subjects = np.sort(random.integers(0, 12, 40))
    _, subjects = np.unique(subjects, return_inverse=True)
    positive = random.random(40) < 0.5
    scores = random.normal(size=40).round(1) + positive
    area_under = auc(positive, scores)
    m, n = positive.sum(), (~positive).sum()
    wins = (np.sign(scores[positive][:, None] - scores[~positive]) + 1) / 2
    above, below = wins.mean(axis=1), wins.mean(axis=0)
    number = subjects.max() + 1
    x = np.array([(above - area_under)[subjects[positive] == i].sum() for i in range(number)])
    y = np.array([(below - area_under)[subjects[~positive] == i].sum() for i in range(number)])
    ill, well = (len(np.unique(subjects[rows])) for rows in (positive, ~positive))
    one, other = ill / (ill - 1), well / (well - 1)
    variance = one * (x @ x) / m**2 + other * (y @ y) / n**2
    variance += 2 * sqrt(one * other) * (x @ y) / (m * n)
    assert x @ y != 0, "some subjects have scans of both classes"
    added = sums(influence_on_area(positive, scores, subjects), subjects)
    assert added @ added == pytest.approx(variance)


def test_the_interval_of_a_mean_is_that_of_clustered_standard_errors() -> None:
    """By statsmodels 0.15.0: OLS on a constant, cov_type="cluster", use_t=True."""
    random = np.random.default_rng(0)
    subjects = np.repeat(np.arange(14), random.integers(1, 7, 14))
    values = 0.5 + 0.2 * random.standard_normal(14)[subjects]
    values = np.clip(values + 0.1 * random.standard_normal(len(values)), 0, 5)
    found = mean(values, highest=5, subjects=subjects).interval
    assert found == pytest.approx((0.39154329, 0.59443383), abs=1e-8)


def test_one_scan_each_has_no_effect() -> None:
    assert numbered(["a", "b", "c"]) is None
    assert numbered(["a", "b", "a"]).tolist() == [0, 1, 0]  # type: ignore[union-attr]
    values = np.arange(6.0)
    assert design_effect(values, np.array([3, 1, 0, 2, 5, 4])) == 1.0
    assert of_rows(np.array([0, 0, 1, 1]), np.array([0, 3])) is None
    assert correlations(np.eye(2, 6), None) is None
    # Where nothing varies, scans of a subject may all say the same.
    one = effect_of_share(np.ones(6, dtype=bool), np.array([0, 0, 0, 1, 1, 2]))
    assert one == pytest.approx(14 / 6)
    assert design_effect(np.zeros(6), np.array([0, 0, 0, 1, 1, 2])) == 14 / 6


def test_who_changes_class_ties_recalls_and_counts_in_both() -> None:
    labels = np.tile([0, 1], 20)
    subjects = np.repeat(np.arange(20), 2)
    chances = np.full((40, 2), 0.5)
    chances[:, 1] += np.where(subjects % 2, 0.2, -0.2)
    chances[:, 0] = 1 - chances[:, 1]
    # Who is called a patient is so at both scans: the recalls go against each other.
    metrics = evaluate(labels, chances, subjects=subjects)
    low, high = metrics.ci["balanced_accuracy"] or (0.0, 1.0)
    apart = evaluate(labels, chances).ci["balanced_accuracy"] or (0.0, 1.0)
    assert high - low < 0.01 < apart[1] - apart[0]
    assert counts_by_class(labels, subjects, 2).tolist() == [20, 20]
    means, classes = averaged(
        np.arange(6.0)[:, None],
        np.array([0, 0, 1, 1, 0, 1]),
        np.array([0, 0, 0, 1, 1, 2]),
        of_classes=True,
    )
    found = dict(zip(zip([0, 0, 1, 1, 2], classes, strict=True), means[:, 0], strict=True))
    assert found == {(0, 0): 0.5, (0, 1): 2.0, (1, 0): 4.0, (1, 1): 3.0, (2, 1): 5.0}


def test_intervals_hold_what_intervals_of_scans_do_not() -> None:
    """Twelve subjects a class with five scans that nearly agree; docs/science.md has more."""
    random = np.random.default_rng(0)
    subjects = np.repeat(np.arange(24), 5)
    positive = subjects % 2 == 1
    chance = NormalDist().cdf(1.2 / sqrt(2))
    held = np.zeros((2, 2))
    runs = 300
    for _ in range(runs):
        score = 1.2 * positive + np.sqrt(0.8) * random.normal(size=24)[subjects]
        score += np.sqrt(0.2) * random.normal(size=120)
        value, right = auc(positive, score), (score > 0.6) == positive
        truth = chance, NormalDist().cdf(0.6)
        for place, whose in enumerate((None, subjects)):
            pair = area(positive, score, value, whose), share(right, whose)
            for kind, (estimate, true) in enumerate(zip(pair, truth, strict=True)):
                low, high = estimate.interval or (0.0, 0.0)
                held[place, kind] += low <= true <= high
    assert (held[0] / runs < 0.75).all()
    assert (held[1] / runs > 0.92).all()
    assert (held[1] / runs < 0.98).all()


def test_subjects_swap_labels_as_a_whole() -> None:
    """Scans of a subject agree; labels have nothing to do with them."""
    random = np.random.default_rng(3)
    subjects = np.repeat(np.arange(16), [8, 12] * 8)
    found = np.zeros(2)
    for run in range(40):
        labels = random.permutation(np.arange(16) % 2)[subjects]
        score = random.normal(size=16)[subjects] + 0.1 * random.normal(size=len(subjects))
        chances = np.stack([-score, score], axis=1)[None]
        for place, whose in enumerate((None, subjects)):
            p = p_value(labels, chances, permutations=39, subjects=whose, seed=run).p
            found[place] += p is not None and p <= 0.05
    assert found[0] > 8, "scans pretend to be more"
    assert found[1] <= 5
    # Of subjects with scans of both classes a label changes its subject with all others of theirs.
    labels = np.array([0, 1, 0, 1, 0, 0, 1, 1])
    twice = np.repeat(np.arange(4), 2)
    one_order = np.stack([-np.arange(8.0), np.arange(8.0)], axis=1)[None]
    assert p_value(labels, one_order, permutations=20, subjects=twice).p is not None
