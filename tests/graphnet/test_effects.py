"""Effect sizes and contributions are those of the reference library, on data of known effect."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from graphnet.artifacts.explanation import RegionImportance, sign_is_stable
from graphnet.artifacts.predictions import ETA, HEDGES, PEARSON, Effects
from graphnet.data.cohort import Layout
from graphnet.data.synthetic import Recipe
from graphnet.evaluation.effects import contribution, effect_sizes, hedges_g
from tests.graphnet.people import cohort

PLANTED = ("2", "5", "9")
CLEAN = Recipe(regions=12, affected=(2, 5, 9), effect=0.8, networks=3, corrupt=0)


def test_hedges_g_is_that_of_a_worked_example() -> None:
    """By hand: means 4 and 6, pooled variance 2.5, J = 1 - 3/(4*8 - 1), d = 2/sqrt(2.5)."""
    one, other = np.array([2.0, 3, 4, 5, 6]), np.array([4.0, 5, 6, 7, 8])
    value, low, high = hedges_g(one, other)
    expected = (1 - 3 / 31) * 2 / np.sqrt(2.5)
    assert value == pytest.approx(expected)
    half = 1.959963984540054 * np.sqrt(10 / 25 + expected**2 / 20)
    assert (low, high) == pytest.approx((expected - half, expected + half))
    assert hedges_g(other, one)[0] == pytest.approx(-expected)


def test_planted_effects_are_discovered_and_p_and_q_are_scipys() -> None:
    some = cohort(controls=60, patients=60, seed=3, recipe=CLEAN)
    found = effect_sizes(some, is_regression=False)
    assert found.kind == HEDGES
    assert found.tests == len(found.rows) == 12 * 4
    assert {row.region for row in found.rows if row.q < 0.01} <= {*PLANTED}
    assert {row.region for row in found.rows[:9]} == {*PLANTED}
    p = []
    for row in found.rows:
        place = some.regions.index(row.region), some.measures.index(row.measure)
        values = some.features[(slice(None), *place)]
        test = stats.ttest_ind(values[some.labels == 1], values[some.labels == 0], equal_var=False)
        assert row.p == pytest.approx(test.pvalue)
        assert np.sign(row.value) == np.sign(test.statistic)
        p.append(test.pvalue)
    assert [row.q for row in found.rows] == pytest.approx(stats.false_discovery_control(p))
    assert [row.p for row in found.rows] == sorted(row.p for row in found.rows)


def test_without_an_effect_hardly_anything_is_discovered() -> None:
    none = replace(CLEAN, effect=0.0)
    found = effect_sizes(cohort(controls=60, patients=60, seed=4, recipe=none), is_regression=False)
    assert found.discoveries <= 1


def test_missing_values_are_left_out_and_what_cannot_be_tested_is_no_row() -> None:
    some = cohort(controls=30, patients=30, recipe=CLEAN)
    features = some.features.copy()
    features[:10, 0, 0] = np.nan
    features[:, 1, 0] = 7.0
    features[2:, 2, 0] = np.nan
    found = effect_sizes(replace(some, features=features), is_regression=False)
    rows = {(row.region, row.measure): row for row in found.rows}
    assert rows[some.regions[0], some.measures[0]].n == 50
    assert found.tests == 12 * 4 - 2
    assert (some.regions[1], some.measures[0]) not in rows


def test_more_classes_have_eta_squared_and_scores_have_pearsons_r() -> None:
    some = cohort(controls=30, patients=30, recipe=CLEAN)
    three = replace(some, labels=np.arange(60) % 3)
    found = effect_sizes(three, is_regression=False)
    first = found.rows[0]
    place = some.regions.index(first.region), some.measures.index(first.measure)
    values = some.features[(slice(None), *place)]
    groups = [values[three.labels == label] for label in range(3)]
    f, p = stats.f_oneway(*groups)
    assert (found.kind, first.low) == (ETA, None)
    assert first.p == pytest.approx(p)
    assert first.value == pytest.approx(2 * f / (2 * f + 57))
    scores = values + np.random.default_rng(0).normal(size=60) * values.std()
    of_scores = effect_sizes(replace(some, scores=scores), is_regression=True)
    rows = {(row.region, row.measure): row for row in of_scores.rows}
    row = rows[first.region, first.measure]
    expected = stats.pearsonr(values, scores)
    assert of_scores.kind == PEARSON
    assert (row.value, row.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert (row.low, row.high) == pytest.approx(tuple(expected.confidence_interval()))


def test_each_edge_of_a_connectome_is_tested_once() -> None:
    some = cohort(controls=20, patients=20, recipe=CLEAN)
    layout = Layout.of_connectome(some.regions)
    rng = np.random.default_rng(0)
    edges = rng.normal(size=(40, 12, 12))
    edges += edges.transpose(0, 2, 1)
    as_rows = replace(some, features=edges, measures=layout.measures)
    assert effect_sizes(as_rows, is_regression=False).tests == 12 * 11 // 2


def test_stored_effects_are_read_back_and_others_are_none() -> None:
    found = effect_sizes(cohort(recipe=CLEAN), is_regression=False)
    again = Effects.from_json(found.as_dict())
    assert again is not None
    assert [row.value for row in again.rows] == pytest.approx(
        [row.value for row in found.rows], rel=1e-5
    )
    odd: list[Any] = [None, [], {"kind": "x"}, {"kind": "x", "tests": 1, "rows": [{"odd": 1}]}]
    for damaged in odd:
        assert Effects.from_json(damaged) is None


def test_a_contribution_is_the_difference_between_classes_with_welchs_interval() -> None:
    rng = np.random.default_rng(0)
    targets = np.repeat([0.0, 1.0], [30, 20])
    by_subject = rng.normal(size=(50, 4)) + targets[:, None] * [0.0, 1.0, -1.0, 3.0]
    found = contribution(by_subject, targets, 2)
    assert found is not None
    for region in range(4):
        test = stats.ttest_ind(by_subject[30:, region], by_subject[:30, region], equal_var=False)
        bounds = test.confidence_interval()
        assert (found.low[region], found.high[region]) == pytest.approx((bounds.low, bounds.high))
    shifted = contribution(by_subject + 5.0, targets, 2)  # another scanner
    assert shifted is not None
    np.testing.assert_allclose(shifted.value, found.value)
    scores = by_subject.sum(axis=1)
    total = scores[30:].mean() - scores[:30].mean()
    assert found.value.sum() == pytest.approx(total)


def test_the_contribution_to_a_score_is_the_slope_of_least_squares() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(50, 10, size=40)
    by_subject = np.outer(scores, [0.1, -0.2]) + rng.normal(size=(40, 2))
    scores[3] = np.nan
    found = contribution(by_subject, scores, 1)
    assert found is not None
    known = np.isfinite(scores)
    x = (scores[known] - scores[known].mean()) / scores[known].std(ddof=1)
    for region in range(2):
        line = stats.linregress(x, by_subject[known, region])
        assert found.value[region] == pytest.approx(line.slope)
        half = stats.t.ppf(0.975, 37) * line.stderr
        assert found.high[region] - found.value[region] == pytest.approx(half)
    assert contribution(by_subject[:4], scores[:4] * np.nan, 1) is None


def test_the_contribution_to_more_classes_is_a_mean_and_few_subjects_give_none() -> None:
    rng = np.random.default_rng(2)
    by_subject = rng.normal(1, 1, size=(20, 3))
    found = contribution(by_subject, np.arange(20.0) % 3, 3)
    assert found is not None
    bounds = stats.ttest_1samp(by_subject, 0).confidence_interval()
    np.testing.assert_allclose(found.low, bounds.low)
    assert contribution(by_subject, np.r_[np.zeros(18), 1, 1], 2) is None


def test_a_sign_is_stable_by_its_interval_and_by_the_folds() -> None:
    assert sign_is_stable(0.1, 0.5, 1.0) is True
    assert sign_is_stable(0.1, 0.5, 0.8) is False
    assert sign_is_stable(-0.1, 0.5, 1.0) is False
    assert sign_is_stable(-0.5, -0.1, None) is True
    assert sign_is_stable(None, None, 1.0) is None
    old = RegionImportance.from_json({"region": "1", "share": 0.6, "direction": 0.1})
    assert (old.contribution, old.is_stable) == (None, None)
