"""Metrics against scikit-learn, by hand, and how often their intervals hold the truth."""

import json
from math import exp, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import norm
from sklearn import metrics as reference
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression

from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.calibration import (
    bins,
    calibration_error,
    calibration_intercept,
    calibration_slope,
    net_benefit,
    predictive_values,
)
from graphnet.evaluation.metrics import evaluate
from graphnet.evaluation.resampling import benefit_band, weights

NAMES = ("accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc", "brier")
FURTHER = {
    "brier_base", "brier_scaled", "calibration_slope", "calibration_intercept", "calibration_error",
    "ppv", "npv",
}  # fmt: skip
UNBOUNDED = {"brier_scaled", "calibration_slope", "calibration_intercept"}
Subjects = tuple[IntArray, FloatArray]
unhurried = settings(deadline=None)


@st.composite
def subjects(draw: st.DrawFn, *, classes: tuple[int, int] = (2, 5), fewest: int = 0) -> Subjects:
    """Labels and probabilities with many ties; a class may be absent."""
    width = draw(st.integers(*classes))
    count = draw(st.integers(fewest, 40))
    labels = draw(arrays.arrays(np.int64, count, elements=st.integers(0, width - 1)))
    parts = draw(arrays.arrays(np.int64, (count, width), elements=st.integers(0, 4)))
    parts[parts.sum(axis=1) == 0] = 1
    return labels, parts / parts.sum(axis=1, keepdims=True)


@st.composite
def complete(draw: st.DrawFn, *, classes: tuple[int, int]) -> Subjects:
    """The same with every class present."""
    labels, probabilities = draw(subjects(classes=classes, fewest=5))
    labels[: probabilities.shape[1]] = np.arange(probabilities.shape[1])
    return labels, probabilities


def two_columns(patient: list[float]) -> FloatArray:
    return np.column_stack([1 - np.array(patient), patient])


def test_five_subjects_by_hand() -> None:
    labels = np.array([1, 1, 1, 0, 0])
    result = evaluate(labels, two_columns([0.9, 0.8, 0.3, 0.3, 0.1]))
    assert result.n == 5
    assert result.confusion == ((2, 0), (1, 2))
    assert result["accuracy"] == pytest.approx(4 / 5)
    assert result["sensitivity"] == pytest.approx(2 / 3)
    assert result["specificity"] == 1
    assert result["balanced_accuracy"] == pytest.approx(5 / 6)
    assert result["auc"] == pytest.approx(5.5 / 6)
    assert result["brier"] == pytest.approx((0.01 + 0.04 + 0.49 + 0.09 + 0.01) / 5)


@unhurried
@given(complete(classes=(2, 2)))
def test_two_classes_agree_with_scikit_learn(data: Subjects) -> None:
    labels, probabilities = data
    predicted = (probabilities[:, 1] > probabilities[:, 0]).astype(int)
    result = evaluate(labels, probabilities)
    expected = {
        "accuracy": reference.accuracy_score(labels, predicted),
        "balanced_accuracy": reference.balanced_accuracy_score(labels, predicted),
        "sensitivity": reference.recall_score(labels, predicted, pos_label=1),
        "specificity": reference.recall_score(labels, predicted, pos_label=0),
        "auc": reference.roc_auc_score(labels, probabilities[:, 1]),
        "brier": reference.brier_score_loss(labels, probabilities[:, 1], pos_label=1),
    }
    assert {name: result[name] for name in NAMES} == pytest.approx(expected, abs=1e-12)
    confusion = reference.confusion_matrix(labels, predicted, labels=[0, 1])
    assert result.confusion == tuple(map(tuple, confusion.tolist()))


@pytest.mark.nightly
@unhurried
@given(complete(classes=(3, 5)))
def test_more_classes_agree_with_scikit_learn(data: Subjects) -> None:
    labels, probabilities = data
    classes = range(probabilities.shape[1])
    predicted = [row.index(max(row)) for row in probabilities.tolist()]
    result = evaluate(labels, probabilities)
    assert result["accuracy"] == pytest.approx(reference.accuracy_score(labels, predicted))
    assert result["balanced_accuracy"] == pytest.approx(
        reference.balanced_accuracy_score(labels, predicted)
    )
    assert result["auc"] == pytest.approx(
        reference.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")
    )
    assert result["brier"] == pytest.approx(
        sum(
            reference.brier_score_loss((labels == k).astype(int), probabilities[:, k], pos_label=1)
            for k in classes
        )
    )
    confusion = reference.confusion_matrix(labels, predicted, labels=list(classes))
    assert result.confusion == tuple(map(tuple, confusion.tolist()))
    assert result["sensitivity"] is None
    assert result["specificity"] is None
    assert result.ci["auc"] is None


@unhurried
@given(subjects())
def test_every_interval_holds_its_estimate_and_stays_in_range(data: Subjects) -> None:
    result = evaluate(*data)
    classes = data[1].shape[1]
    assert set(result.ci) == {*NAMES, *FURTHER}
    for name, interval in result.ci.items():
        if interval is None:
            continue
        low, high = interval
        assert low <= (result[name] or 0) <= high
        if name in UNBOUNDED:
            continue
        assert low >= 0
        assert high <= (2 if name == "brier" and classes > 2 else 1)


@unhurried
@given(subjects())
def test_the_result_is_json_as_it_is(data: Subjects) -> None:
    result = evaluate(*data).as_dict()
    # repr, for a number of numpy's would equal its copy
    assert repr(json.loads(json.dumps(result, allow_nan=False))) == repr(result)


@unhurried
@given(subjects(classes=(2, 2)))
def test_none_is_just_what_cannot_be_computed(data: Subjects) -> None:
    labels = data[0]
    patients, controls = bool((labels == 1).any()), bool((labels == 0).any())
    computable = {
        "accuracy": patients or controls,
        "balanced_accuracy": patients and controls,
        "sensitivity": patients,
        "specificity": controls,
        "auc": patients and controls,
        "brier": patients or controls,
    }
    result = evaluate(*data)
    assert {name: result[name] is not None for name in NAMES} == computable
    intervals = computable | {"brier": len(labels) > 1}
    assert {name: result.ci[name] is not None for name in NAMES} == intervals


def test_an_absent_third_class_leaves_no_average_over_classes() -> None:
    result = evaluate(np.array([0, 1, 1]), np.eye(3)[[0, 1, 2]])
    assert result.confusion == ((1, 0, 0), (0, 1, 1), (0, 0, 0))
    assert result["accuracy"] == pytest.approx(2 / 3)
    assert (result["balanced_accuracy"], result["auc"]) == (None, None)
    assert result["brier"] == pytest.approx(2 / 3)


def test_the_brier_score_of_three_classes_ranges_to_two() -> None:
    result = evaluate(np.array([0, 0]), np.eye(3)[[0, 1]])
    assert (result["brier"], result.ci["brier"]) == (1, (0, 2))


def test_a_tie_is_predicted_as_the_lower_class() -> None:
    assert evaluate(np.array([1]), np.array([[0.5, 0.5]])).confusion == ((0, 0), (1, 0))
    assert (evaluate(np.array([2]), np.array([[0.2, 0.4, 0.4]])).confusion or ())[2] == (0, 1, 0)


@pytest.mark.nightly
@unhurried
@given(complete(classes=(2, 2)))
def test_the_area_sees_only_the_order_of_the_scores(data: Subjects) -> None:
    labels, probabilities = data
    squared = two_columns(list(probabilities[:, 1] ** 2))
    before, after = evaluate(labels, probabilities), evaluate(labels, squared)
    assert (before["auc"], before.ci["auc"]) == (after["auc"], after.ci["auc"])


@pytest.mark.parametrize(
    ("labels", "probabilities", "sentence"),
    [
        ([0, 0], [[1.0], [1.0]], "at least two"),
        ([0, 1], [[0.5, 0.5]], r"\(2,\) and probabilities of shape \(1, 2\)"),
        ([0], [0.5], "do not fit"),
        ([[0]], [[0.5, 0.5]], "do not fit"),
        ([0, 2], [[0.5, 0.5], [0.5, 0.5]], "Label 2 is not one of the classes 0 to 1"),
        ([-1], [[0.5, 0.5]], "Label -1"),
        ([0, 1], [[0.5, 0.5], [2.0, -1.0]], "Row 1"),
        ([0, 1], [[0.5, 0.6], [0.5, 0.5]], "Row 0"),
        ([0], [[np.nan, 1.0]], "sum to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(labels: Any, probabilities: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        evaluate(np.array(labels, dtype=np.int64), np.array(probabilities, dtype=np.float64))


# One measure, normal in each class and a standard deviation and a half higher in patients; the
# classifier takes both classes for equally frequent, which they are not.
SHIFT, SHARE, SUBJECTS, STUDIES = 1.5, 0.4, 80, 2000


def probability(measure: NDArray[np.float64] | float) -> Any:
    return 1 / (1 + np.exp(-SHIFT * np.asarray(measure)))


def truth() -> dict[str, float]:
    recall = float(norm.cdf(SHIFT / 2))

    def squared_error(measure: float) -> float:
        density = exp(-((measure - SHIFT / 2) ** 2) / 2) / 2.5066282746310002
        return float((1 - probability(measure)) ** 2 * density)

    return {  # the classes mirror each other
        "accuracy": recall,
        "balanced_accuracy": recall,
        "sensitivity": recall,
        "specificity": recall,
        "auc": float(norm.cdf(SHIFT / sqrt(2))),
        "brier": quad(squared_error, -10, 10)[0],
    }


def study(rng: np.random.Generator) -> dict[str, Any]:
    labels = (rng.random(SUBJECTS) < SHARE).astype(np.int64)
    patient = probability(rng.normal((labels - 0.5) * SHIFT))
    return evaluate(labels, np.column_stack([1 - patient, patient])).as_dict()


@pytest.mark.nightly
def test_intervals_hold_the_truth_95_times_in_100() -> None:
    rng = np.random.default_rng(20060215)
    studies = [study(rng) for _ in range(STUDIES)]
    error = 4 * sqrt(0.95 * 0.05 / STUDIES)  # four standard errors of a simulated coverage
    for name, value in truth().items():
        intervals = np.array([each["ci"][name] for each in studies])
        coverage = np.mean((intervals[:, 0] <= value) & (value <= intervals[:, 1]))
        assert coverage == pytest.approx(0.95, abs=error), name
        assert np.mean([each[name] for each in studies]) == pytest.approx(value, abs=0.01), name


def predicted(n: int = 400) -> Subjects:
    random = np.random.default_rng(4)
    odds = random.normal(-0.3, 1.4, n)
    labels = (random.random(n) < 1 / (1 + np.exp(-(0.5 * odds + 0.2)))).astype(np.int64)
    probability = 1 / (1 + np.exp(-odds))
    return labels, np.stack([1 - probability, probability], axis=1)


SLOPE = 0.3067885440614901, -0.05575439, 0.66933148
INTERCEPT = -0.67281734, -1.18168097, -0.16395371


def test_slope_and_intercept_are_those_of_statsmodels() -> None:
    """Known answers: Logit(y, [1, z]) and GLM(y, 1, Binomial, offset=z) of statsmodels 0.15.0."""
    random = np.random.default_rng(11)
    z = random.normal(0.2, 1.5, 80).round(3)
    truth = (random.random(80) < 1 / (1 + np.exp(-(0.4 * z - 0.5)))).astype(np.float64)
    slope = calibration_slope(1 / (1 + np.exp(-z)), truth)
    intercept = calibration_intercept(1 / (1 + np.exp(-z)), truth)
    assert slope.value == pytest.approx(SLOPE[0], abs=1e-6)
    assert slope.interval == pytest.approx(SLOPE[1:], abs=1e-5)
    assert intercept.value == pytest.approx(INTERCEPT[0], abs=1e-6)
    assert intercept.interval == pytest.approx(INTERCEPT[1:], abs=1e-5)


def test_the_slope_is_that_of_an_unpenalised_logistic_regression() -> None:
    labels, probabilities = predicted()
    odds = np.log(probabilities[:, 1] / probabilities[:, 0])[:, None]
    fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(odds, labels)
    assert evaluate(labels, probabilities)["calibration_slope"] == pytest.approx(
        fitted.coef_[0, 0], abs=1e-5
    )


def test_slope_and_intercept_cover_the_truth() -> None:
    """Of well-calibrated probabilities, in nineteen of twenty samples or so."""
    random = np.random.default_rng(0)
    missed = np.zeros(2)
    for _ in range(400):
        probability = random.beta(2, 3, 150)
        truth = (random.random(150) < probability).astype(np.float64)
        found = calibration_slope(probability, truth), calibration_intercept(probability, truth)
        for place, (each, expected) in enumerate(zip(found, (1.0, 0.0), strict=True)):
            low, high = each.interval or (9.0, 9.0)
            missed[place] += not low <= expected <= high
    assert (missed / 400 < 0.09).all()
    assert (missed / 400 > 0.01).all()


def test_separated_classes_have_no_slope_and_one_class_no_intercept() -> None:
    probability = np.array([0.1, 0.2, 0.3, 0.7, 0.8])
    truth = np.array([0.0, 0, 0, 1, 1])
    assert calibration_slope(probability, truth).value is None
    assert calibration_slope(np.full(5, 0.4), truth).value is None
    assert calibration_slope(1 - probability, truth).value is None
    assert calibration_intercept(probability, np.zeros(5)).value is None
    assert calibration_intercept(np.full(5, 0.4), truth).value == pytest.approx(0, abs=1e-9)


def test_the_calibration_error_is_that_of_the_drawn_bins() -> None:
    labels, probabilities = predicted()
    observed, mean = calibration_curve(labels, probabilities[:, 1], n_bins=10, strategy="quantile")
    assert evaluate(labels, probabilities)["calibration_error"] == pytest.approx(
        np.abs(observed - mean).mean(),
        abs=1e-3,  # its bins, of 40 subjects each, differ by one
    )
    drawn = bins(probabilities[:, 1], labels.astype(np.float64))
    assert [each.n for each in drawn] == [40] * 10
    gaps = [each.n * abs(each.observed - each.predicted) for each in drawn]
    assert evaluate(labels, probabilities)["calibration_error"] == pytest.approx(sum(gaps) / 400)


def test_equal_probabilities_are_in_one_bin_whatever_their_order() -> None:
    labels = np.arange(100) % 2
    same = np.full((100, 2), 0.5)
    assert evaluate(labels, same)["calibration_error"] == 0
    assert len(bins(same[:, 1], labels.astype(np.float64))) == 1
    order = np.random.default_rng(1).permutation(100)
    coarse = np.round(predicted(100)[1], 1)
    one, other = (
        calibration_error(coarse[rows, 1], labels[rows].astype(np.float64)).value
        for rows in (np.arange(100), order)
    )
    assert one == pytest.approx(other, abs=1e-12)


def test_the_base_rate_has_a_scaled_brier_score_of_nothing() -> None:
    labels = (np.arange(50) % 5 == 0).astype(np.int64)
    result = evaluate(labels, np.tile([0.8, 0.2], (50, 1)))
    assert result["brier"] == pytest.approx(0.16)
    assert result["brier_base"] == pytest.approx(0.16)
    assert result["brier_scaled"] == pytest.approx(0)
    perfect = evaluate(labels, np.eye(2)[labels])
    assert perfect["brier_scaled"] == 1
    three = evaluate(np.arange(60) % 3, np.full((60, 3), 1 / 3))
    assert three["brier"] == pytest.approx(three["brier_base"])
    assert evaluate(np.zeros(5, dtype=np.int64), np.eye(2)[[0] * 5])["brier_scaled"] is None


def test_predictive_values_are_shares_of_the_predicted() -> None:
    labels, probabilities = predicted()
    likeliest = probabilities.argmax(axis=1)
    result = evaluate(labels, probabilities)
    assert result["ppv"] == pytest.approx(reference.precision_score(labels, likeliest))
    assert result["npv"] == pytest.approx(reference.precision_score(labels, likeliest, pos_label=0))


def test_predictive_values_at_a_prevalence_follow_bayes() -> None:
    """A sensitivity of 0.9 and a specificity of 0.8 where one in a hundred is ill."""
    ppv, npv = predictive_values([[80, 20], [10, 90]], 0.01)
    assert ppv.value == pytest.approx(0.9 * 0.01 / (0.9 * 0.01 + 0.2 * 0.99))
    assert npv.value == pytest.approx(0.8 * 0.99 / (0.8 * 0.99 + 0.1 * 0.01))
    low, high = ppv.interval or (0, 0)
    error = np.sqrt(0.1 / 0.9 / 100 + 0.8 / 0.2 / 100)
    odds = (ppv.value or 0) / (1 - (ppv.value or 0))
    bounds = [odds * np.exp(side * 1.959964 * error) for side in (-1, 1)]
    assert (low, high) == pytest.approx(tuple(bound / (1 + bound) for bound in bounds))
    own, _ = predictive_values([[80, 20], [10, 90]], 0.5)
    assert own.value == pytest.approx(90 / 110)  # as many of each class as there are here
    certain, _ = predictive_values([[50, 0], [0, 50]], 0.01)
    assert certain.value == 1
    assert certain.interval is not None
    assert certain.interval[0] < 0.9
    assert predictive_values([[0, 0], [3, 4]], 0.1)[0].value is None


def test_predictive_values_at_a_prevalence_cover_the_truth() -> None:
    random = np.random.default_rng(2)
    truth = 0.8 * 0.1 / (0.8 * 0.1 + 0.3 * 0.9)
    missed = 0
    for _ in range(500):
        right, wrong = random.binomial(60, 0.8), random.binomial(80, 0.3)
        found, _ = predictive_values([[80 - wrong, wrong], [60 - right, right]], 0.1)
        low, high = found.interval or (1.0, 0.0)
        missed += not low <= truth <= high
    assert 0.01 < missed / 500 < 0.09


def test_net_benefit_by_hand() -> None:
    """Three of five treated at 0.25: two rightly, one wrongly, who counts a third."""
    probability, truth = np.array([0.9, 0.5, 0.3, 0.2, 0.1]), np.array([1.0, 1, 0, 1, 0])
    at = np.array([0.25, 0.6])
    assert net_benefit(probability, truth, at) == pytest.approx([(2 - 1 / 3) / 5, 1 / 5])
    everyone = net_benefit(np.ones(5), truth, at)
    assert everyone == pytest.approx([0.6 - 0.4 / 3, 0.6 - 0.4 * 1.5])
    assert net_benefit(np.zeros(5), truth, at).tolist() == [0, 0]


def test_the_band_of_the_net_benefit_holds_the_truth_as_often_as_it_says() -> None:
    """Probabilities that are right: whoever is treated from t on, the benefit is an integral."""
    rng, at = np.random.default_rng(3), np.array([0.2, 0.5])
    classes = np.repeat([0, 1], [60, 40])
    many = rng.normal(size=(400_000, 1))
    shares = [1 / (1 + np.exp(-(many + 1.5 * of_class - 1))) for of_class in (0, 1)]
    treated = [(share >= at).mean(axis=0) for share in shares]
    truth = 0.4 * treated[1] - 0.6 * treated[0] * at / (1 - at)
    held = []
    for seed in range(200):
        values = rng.normal(size=100) + 1.5 * classes - 1
        found = benefit_band(1 / (1 + np.exp(-values)), classes.astype(float), at, resamples=300,
                             seed=seed)  # fmt: skip
        assert found is not None
        held.append((found[0] <= truth) & (truth <= found[1]))
    assert np.mean(held, axis=0) == pytest.approx(0.95, abs=0.04)


def test_the_band_of_the_net_benefit_is_that_of_subjects_drawn_again() -> None:
    rng = np.random.default_rng(0)
    probability, truth = rng.random(40), np.repeat([0.0, 1.0], 20)
    found = benefit_band(probability, truth, resamples=50)
    draws = next(weights(truth.astype(np.int64), 50, 0)).astype(int)
    drawn = [net_benefit(np.repeat(probability, each), np.repeat(truth, each)) for each in draws]
    assert found is not None
    assert np.allclose(found, np.percentile(drawn, [2.5, 97.5], axis=0))
    assert benefit_band(probability[:24], truth[:24]) is None  # four of a class
