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

from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.metrics import evaluate

NAMES = ("accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc", "brier", "ece")
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


def calibration_error(labels: IntArray, probabilities: FloatArray) -> float:
    """Bin by bin, as the definition says."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    total = 0.0
    for low in range(10):
        inside = (sure >= low / 10) & ((sure < (low + 1) / 10) | (low == 9))
        if inside.any():
            total += abs(float(sure[inside].mean()) - float(right[inside].mean())) * inside.sum()
    return total / len(labels)


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
        "ece": calibration_error(labels, probabilities),
    }
    assert {name: result[name] for name in NAMES} == pytest.approx(expected, abs=1e-12)
    confusion = reference.confusion_matrix(labels, predicted, labels=[0, 1])
    assert result.confusion == tuple(map(tuple, confusion.tolist()))


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
    assert set(result.ci) == set(NAMES)
    for name, interval in result.ci.items():
        if interval is None:
            continue
        low, high = interval
        assert 0 <= low <= (result[name] or 0) <= high
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
        "ece": patients or controls,
    }
    result = evaluate(*data)
    assert {name: result[name] is not None for name in NAMES} == computable
    intervals = computable | {"brier": len(labels) > 1, "ece": False}
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


def test_intervals_hold_the_truth_95_times_in_100() -> None:
    rng = np.random.default_rng(20060215)
    studies = [study(rng) for _ in range(STUDIES)]
    error = 4 * sqrt(0.95 * 0.05 / STUDIES)  # four standard errors of a simulated coverage
    for name, value in truth().items():
        intervals = np.array([each["ci"][name] for each in studies])
        coverage = np.mean((intervals[:, 0] <= value) & (value <= intervals[:, 1]))
        assert coverage == pytest.approx(0.95, abs=error), name
        assert np.mean([each[name] for each in studies]) == pytest.approx(value, abs=0.01), name
