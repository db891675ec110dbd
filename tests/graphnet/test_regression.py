"""Figures of predicted scores against scipy and scikit-learn."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as reference

from graphnet.evaluation.metrics import evaluate_scores

RANDOM = np.random.default_rng(0)
TARGETS = RANDOM.normal(30, 8, 60).round()
PREDICTED = TARGETS * 0.6 + RANDOM.normal(12, 4, 60)


def test_figures_are_those_of_the_libraries() -> None:
    found = evaluate_scores(TARGETS, PREDICTED)
    assert found.n == 60
    assert found["mae"] == pytest.approx(reference.mean_absolute_error(TARGETS, PREDICTED))
    assert found["rmse"] == pytest.approx(reference.root_mean_squared_error(TARGETS, PREDICTED))
    assert found["r2"] == pytest.approx(reference.r2_score(TARGETS, PREDICTED))
    assert found["pearson"] == pytest.approx(stats.pearsonr(TARGETS, PREDICTED).statistic)
    assert found["spearman"] == pytest.approx(stats.spearmanr(TARGETS, PREDICTED).statistic)
    for name, interval in found.ci.items():
        assert interval is not None
        assert interval[0] < (found[name] or 0) < interval[1]
    fisher = stats.pearsonr(TARGETS, PREDICTED).confidence_interval()
    assert found.ci["pearson"] == pytest.approx((fisher.low, fisher.high), abs=0.06)


def test_what_cannot_be_computed_is_null() -> None:
    few = evaluate_scores(TARGETS[:2], PREDICTED[:2])
    assert few.n == 2
    assert {few[name] for name in few.ci} == {None}
    flat = evaluate_scores(TARGETS, np.full(60, 30.0))
    assert {flat["pearson"], flat["spearman"], flat.ci["pearson"]} == {None}
    assert flat.values["mae"]
    same = evaluate_scores(np.full(60, 30.0), PREDICTED)
    assert same["r2"] is None
    assert evaluate_scores(TARGETS, TARGETS)["r2"] == 1


@pytest.mark.parametrize("unit", [1e-12, 1e9])
def test_metrics_are_the_same_in_any_unit(unit: float) -> None:
    found, scaled = (
        evaluate_scores(TARGETS, PREDICTED),
        evaluate_scores(unit * TARGETS, unit * PREDICTED),
    )
    for name in ("r2", "pearson", "spearman"):
        assert scaled[name] == pytest.approx(found[name], abs=1e-9)


def test_scores_that_differ_by_rounding_are_constant() -> None:
    """The mean of 60 times 0.1 is not 0.1; nothing is explained of a spread of 1e-17."""
    flat = evaluate_scores(np.full(60, 0.1), PREDICTED)
    assert (flat["r2"], flat["pearson"], flat["spearman"]) == (None, None, None)
