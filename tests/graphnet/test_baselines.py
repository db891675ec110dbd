"""Baselines: fitted to training subjects, beaten by none who is not told something."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC

from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.evaluation import baselines, linear_models, svm
from graphnet.evaluation.baselines import CLASSIFIERS, fit_baselines, fit_score_baselines
from graphnet.evaluation.metrics import evaluate, evaluate_scores
from graphnet.graphs import Float32Array
from graphnet.messages import Message
from graphnet.preprocessing.scaling import Scaler


def people(subjects: int = 80, seed: int = 0, classes: int = 2) -> tuple[Float32Array, IntArray]:
    random = np.random.default_rng(seed)
    labels = np.arange(subjects) % classes
    x = random.standard_normal((subjects, 30)).astype(np.float32)
    x[:, :5] += 0.7 * labels[:, None]
    return x, labels


@pytest.mark.parametrize("classes", [2, 3])
def test_all_give_probabilities_and_all_but_one_find_the_effect(classes: int) -> None:
    x, labels = people(90, classes=classes)
    others, theirs = people(300, seed=1, classes=classes)
    found = fit_baselines(x, labels, {"test": others}, classes)
    assert tuple(found) == CLASSIFIERS
    for name, baseline in found.items():
        probabilities = baseline.predicted["test"]
        assert probabilities.shape == (300, classes)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-9)
        auc = evaluate(theirs, probabilities)["auc"] or 0
        assert auc == 0.5 if name == "majority" else auc > 0.7


def test_the_order_of_an_svm_is_that_of_its_decisions() -> None:
    x, labels = people()
    others, _ = people(50, seed=1)
    found = fit_baselines(x, labels, {"test": others}, 2)["svm_rbf"].predicted["test"][:, 1]
    orders = [
        np.argsort(SVC(C=strength).fit(x, labels).decision_function(others)).tolist()
        for strength in baselines.RBF_STRENGTHS
    ]
    assert np.argsort(found).tolist() in orders


@pytest.mark.nightly(but=("40-3",))
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("measures", [40, 2000])  # fewer than subjects, and more
def test_they_are_what_scikit_learn_fits_to_the_measures_themselves(
    classes: int, measures: int
) -> None:
    random = np.random.default_rng(3)
    x, labels = people(90, classes=classes)
    others, _ = people(60, seed=1, classes=classes)
    mixing = random.standard_normal((30, measures)).astype(np.float32)
    x, others = (
        values @ mixing + random.standard_normal((len(values), measures), dtype=np.float32)
        for values in (x, others)
    )
    mean, spread = x.mean(axis=0), x.std(axis=0)
    x, others = (x - mean) / spread, (others - mean) / spread
    folds = StratifiedKFold(linear_models.INNER_FOLDS, shuffle=True, random_state=0)
    expected = {
        "logistic_regression": LogisticRegressionCV(
            Cs=baselines.STRENGTHS,
            cv=folds,
            scoring="neg_log_loss",
            l1_ratios=(0.0,),
            use_legacy_attributes=False,
            tol=1e-7,
            max_iter=5000,
        )
        .fit(x.astype(float), labels)
        .predict_proba(others.astype(float))
    }
    for name, kernel, strengths in (
        ("svm_linear", "linear", baselines.STRENGTHS),
        ("svm_rbf", "rbf", baselines.RBF_STRENGTHS),
    ):
        machine, named = SVC(kernel=kernel), "C"
        if classes > 2:
            machine, named = OneVsRestClassifier(machine), "estimator__C"
        svm = GridSearchCV(machine, {named: strengths}, cv=folds).fit(x, labels)
        inner = cross_val_predict(
            svm.best_estimator_, x, labels, cv=folds, method="decision_function"
        )
        platt = LogisticRegression(C=1e6, max_iter=2000).fit(inner.reshape(len(x), -1), labels)
        decisions = svm.decision_function(others).reshape(len(others), -1)
        expected[name] = platt.predict_proba(decisions)
    fitted = fit_baselines(x, labels, {"test": others}, classes)
    for name, probabilities in expected.items():
        np.testing.assert_allclose(fitted[name].predicted["test"], probabilities, atol=5e-4)


@pytest.mark.parametrize("strength", [1e-3, 1e-2, 0.1, 1.0])
@pytest.mark.parametrize("few", [0, 60])  # coordinates: by either of the two methods
def test_a_logistic_regression_ends_at_its_optimum(
    strength: float, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decisions are scikit-learn's within a thousandth of their scale, at every strength."""
    monkeypatch.setattr(linear_models, "FEW_COORDINATES", few)
    x, labels = people(90)
    z = x.astype(np.float64) @ np.linalg.eigh(x.astype(np.float64).T @ x)[1]
    model = linear_models.minimise_log_loss(z, labels, strength)
    theirs = LogisticRegression(C=strength, tol=1e-9, max_iter=5000).fit(z, labels)
    decisions = (z @ model.weights + model.bias)[:, 0]
    np.testing.assert_allclose(decisions, theirs.decision_function(z), atol=1e-4)
    again = linear_models.minimise_log_loss(z, labels, strength, model)
    np.testing.assert_allclose(again.weights, model.weights, atol=1e-5)


@given(
    subjects=st.integers(8, 90),
    share=st.floats(0.1, 0.5),
    apart=st.floats(0, 2),
    power=st.floats(-3.5, 0.5),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=60)
def test_the_interior_point_is_the_optimum_that_scikit_learn_looks_for(
    subjects: int, share: float, apart: float, power: float, seed: int
) -> None:
    """Its objective is no higher; its decisions are those of a machine that was not in a hurry.

    Up to the bias, of which several are optimal where every support vector is at a bound.
    """
    random = np.random.default_rng(seed)
    labels = (np.arange(subjects) < max(1, subjects * share)).astype(int)
    z = random.standard_normal((subjects, random.integers(1, subjects // 2)))
    z[labels == 1] += apart
    inner, strength, signs = z @ z.T, 10**power, 2 * labels - 1

    def objective(weights: FloatArray, bias: float) -> float:
        margins = 1 - signs * (z @ weights + bias)
        return float(weights @ weights / 2 + strength * np.maximum(0, margins).sum())

    machine = svm.fit_by_interior_point(z, labels, strength)
    assert machine is not None
    theirs = SVC(kernel="precomputed", C=strength, tol=1e-5, max_iter=10_000_000)
    theirs.fit(inner, labels)
    reached = objective(machine.duals @ z, machine.bias)
    least = objective(theirs.dual_coef_[0] @ z[theirs.support_], float(theirs.intercept_[0]))
    assert reached <= least * (1 + 1e-6)
    ours = machine.decisions(inner) - machine.bias
    expected = theirs.decision_function(inner) - theirs.intercept_[0]
    np.testing.assert_allclose(ours, expected, atol=2e-3)
    inside = np.abs(theirs.dual_coef_[0]) / strength
    if ((inside > 0.01) & (inside < 0.99)).any():
        assert machine.bias == pytest.approx(float(theirs.intercept_[0]), abs=2e-3)


def test_an_interior_point_that_rounding_keeps_from_the_optimum_is_none() -> None:
    random = np.random.default_rng(0)
    z = random.standard_normal((30, 12)) * np.logspace(-9, 9, 12)
    assert svm.fit_by_interior_point(z, np.arange(30) % 2, 1e4) is None


def test_where_classes_overlap_the_weakest_penalty_is_fitted_by_the_interior_point(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The figures are those that scikit-learn's solver gives when it is not left."""
    random = np.random.default_rng(5)
    labels = np.arange(400) % 2
    x = random.standard_normal((400, 60)).astype(np.float32)
    x[:, 0] += 0.5 * labels
    others = random.standard_normal((50, 60)).astype(np.float32)
    counted = []

    def counting(*given: Any) -> Any:
        counted.append(given[-1])
        return fit(*given)

    fit = svm.fit_by_interior_point
    monkeypatch.setattr(svm, "fit_by_interior_point", counting)
    ours = fit_baselines(x, labels, {"test": others}, 2)["svm_linear"].predicted["test"]
    assert set(counted) >= {1.0}
    monkeypatch.setattr(svm, "MANY_STEPS", 1e9)
    theirs = fit_baselines(x, labels, {"test": others}, 2)["svm_linear"].predicted["test"]
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_those_held_out_change_nothing_of_each_other() -> None:
    x, labels = people()
    others, _ = people(50, seed=1)
    together = fit_baselines(x, labels, {"test": others, "val": x}, 2)
    alone = fit_baselines(x, labels, {"test": others[:1]}, 2)
    for name in CLASSIFIERS:
        np.testing.assert_allclose(
            alone[name].predicted["test"][0], together[name].predicted["test"][0], atol=1e-9
        )


def test_a_class_that_is_not_there_has_no_chance() -> None:
    x, labels = people()
    found = fit_baselines(x, labels * 2, {"test": x}, 3)
    for name in CLASSIFIERS:
        assert (found[name].predicted["test"][:, 1] == 0).all()


def test_what_is_left_out_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    x, labels = people()
    one = fit_baselines(x, np.ones(80, dtype=np.int64), {"test": x}, 2)
    assert {each.reason for each in one.values()} == {Message("evaluation.baseline-one-class")}
    monkeypatch.setattr(baselines, "MOST_SUBJECTS", 79)
    large = fit_baselines(x, labels, {"test": x}, 2)
    assert not large["majority"].reason
    reason = large["svm_rbf"].reason
    assert reason is not None
    assert reason.code == "evaluation.baseline-too-large"
    assert dict(reason.values)["subjects"] == 80
    assert not large["svm_rbf"].predicted


def test_a_single_subject_of_a_class_is_survived() -> None:
    x, labels = people()
    labels = np.where(np.arange(80) == 7, 1, 0)
    found = fit_baselines(x, labels, {"test": x}, 2)
    assert found["logistic_regression"].predicted["test"].shape == (80, 2)
    assert found["svm_linear"].reason == Message("evaluation.baseline-single-subject")


def test_ridge_predicts_scores_and_the_mean_does_not() -> None:
    random = np.random.default_rng(0)
    x = random.standard_normal((200, 30)).astype(np.float32)
    scores = 20 + 3 * x[:, 0] + random.standard_normal(200)
    found = fit_score_baselines(x[:120], scores[:120], {"test": x[120:]})
    judged = {
        name: evaluate_scores(scores[120:], each.predicted["test"][:, 0])
        for name, each in found.items()
    }
    assert (judged["ridge"]["r2"] or 0) > 0.7
    assert (judged["mean"]["r2"] or 0) < 0.05
    assert judged["mean"]["pearson"] is None


def test_on_real_sites_they_do_what_is_known_of_them(site_a: Cohort, site_b: Cohort) -> None:
    scaler = Scaler.fit(site_a.features)
    x, others = (scaler.transform(one.features).reshape(len(one), -1) for one in (site_a, site_b))
    found = fit_baselines(x, site_a.labels, {"B": others}, 2)
    auc = {
        name: evaluate(site_b.labels, one.predicted["B"])["auc"] or 0 for name, one in found.items()
    }
    assert auc["majority"] == 0.5
    assert 0.84 < auc["logistic_regression"] < 0.92
    assert 0.84 < auc["svm_linear"] < 0.92
    assert 0.93 < auc["svm_rbf"] < 0.97
