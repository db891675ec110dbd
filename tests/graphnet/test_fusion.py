"""Models added up: by hand, against Bayes' rule, and where the answer is known."""

from statistics import NormalDist

import numpy as np
import pytest

from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.calibration import squared_errors
from graphnet.evaluation.fusion import Judged, Predicted, add_up, fused
from graphnet.evaluation.metrics import evaluate
from graphnet.evaluation.resampling import bootstrapped, paired_difference

SHARES = np.array([0.7, 0.3])


def posterior(values: FloatArray, effect: float) -> FloatArray:
    """Of classes of means ∓ effect / 2, of standard deviation 1, and of these shares: (S, 2)."""
    odds = effect * values + np.log(SHARES[1] / SHARES[0])
    share = 1 / (1 + np.exp(-odds))
    return np.stack([1 - share, share], axis=1)


def measured(subjects: int, effects: tuple[float, float]) -> tuple[IntArray, FloatArray]:
    """Labels, and two measurements (2, S) that are independent given the class."""
    random = np.random.default_rng(7)
    labels = (random.random(subjects) < SHARES[1]).astype(np.int64)
    centre = (labels - 0.5) * np.array(effects)[:, None]
    return labels, centre + random.standard_normal((2, subjects))


def test_log_odds_beyond_the_prior_are_added() -> None:
    given = np.array([[2.0, -1.0, 0.5, np.nan, np.nan], [1.0, 0.0, np.nan, -0.5, np.nan]])
    priors = np.array([[-0.5], [0.5]])
    # prior 0: 0 + 2.5 + 0.5; 0 - 0.5 - 0.5; what one says alone stays.
    np.testing.assert_allclose(add_up(given, priors), [3.0, -1.0, 0.5, -0.5, np.nan])


def test_measures_that_are_independent_given_the_class_give_the_posterior_of_both() -> None:
    labels, values = measured(400, (1.0, 0.8))
    probabilities = np.stack([posterior(values[0], 1.0), posterior(values[1], 0.8)])
    found = fused(probabilities, np.broadcast_to(SHARES, probabilities.shape))
    expected = posterior(values[0] + 0.8 * values[1], 1.0)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    estimated = Judged(labels).estimates({
        "both": Predicted(found, found),
        "one": Predicted(probabilities[0], probabilities[0]),
    })  # fmt: skip
    apart = estimated.difference("both", "one")
    assert apart["auc"].low is not None
    assert apart["auc"].low > 0
    assert apart["brier"].high is not None
    assert apart["brier"].high < 0


def test_the_auc_together_is_the_one_that_theory_gives() -> None:
    labels, values = measured(40_000, (1.0, 1.0))
    probabilities = np.stack([posterior(each, 1.0) for each in values])
    both = fused(probabilities, np.broadcast_to(SHARES, probabilities.shape))
    alone, together = (evaluate(labels, each)["auc"] for each in (probabilities[0], both))
    normal = NormalDist()
    assert alone == pytest.approx(normal.cdf(1 / 2**0.5), abs=0.01)
    assert together == pytest.approx(normal.cdf(1.0), abs=0.01)


def test_three_classes_by_hand() -> None:
    ours, theirs = np.array([[0.2, 0.5, 0.3]]), np.array([[0.6, 0.3, 0.1]])
    shares = np.array([0.5, 0.25, 0.25])
    found = fused(np.stack([ours, theirs]), np.broadcast_to(shares, (2, 1, 3)))
    expected = ours * theirs / shares
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-12)


def test_who_lacks_one_keeps_the_probability_of_the_other() -> None:
    ours = np.array([[0.2, 0.8], [np.nan, np.nan], [0.0, 1.0]])
    theirs = np.array([[np.nan, np.nan], [0.9, 0.1], [1.0, 0.0]])
    shares = np.array([[[0.5, 0.5]] * 3, [[0.1, 0.9]] * 3])
    found = fused(np.stack([ours, theirs]), shares)
    np.testing.assert_allclose(found[:2], [[0.2, 0.8], [0.9, 0.1]], rtol=1e-12)
    # Two that are as sure of opposite things: log odds 0 and -log 9 beyond the mean prior, log 3.
    np.testing.assert_allclose(found[2], [0.75, 0.25], atol=1e-3)


def test_shuffled_labels_leave_nothing() -> None:
    labels, values = measured(400, (1.0, 1.0))
    shuffled = np.random.default_rng(0).permutation(labels)
    probabilities = np.stack([posterior(each, 1.0) for each in values])
    both = fused(probabilities, np.broadcast_to(SHARES, probabilities.shape))
    found = Judged(shuffled).estimates({"both": Predicted(both, both)}).metrics("both")
    low, high = found.ci["auc"] or (1.0, 0.0)
    assert low < 0.5 < high


def test_figures_are_those_of_the_projects_other_functions() -> None:
    labels, values = measured(60, (1.0, 0.5))
    ours, theirs = (posterior(each, 1.0) for each in values)
    subjects = np.arange(60) // 2
    for whose, groups in ((None, None), (subjects, None), (None, ["A", "B", "C"] * 20)):
        judged = Judged(labels, whose, groups)
        found = judged.estimates({"one": Predicted(ours, ours), "two": Predicted(theirs, theirs)})
        expected = paired_difference(
            labels, ours[None], theirs[None], groups=groups, subjects=whose
        )
        apart = found.difference("one", "two")
        assert {name: apart[name] for name in expected} == expected
        if groups is None:
            drawn = bootstrapped(labels, ours[None], subjects=whose)
            assert found.metrics("one").ci["auc"] == drawn["auc"].interval
        errors = squared_errors(labels, ours)
        assert found.metrics("one")["brier"] == pytest.approx(errors.mean())
        assert apart["brier"].value == pytest.approx(
            (errors - squared_errors(labels, theirs)).mean()
        )
