"""What any net has to beat: simple classifiers on the same measures of the same subjects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, Ridge, RidgeCV
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
from sklearn.svm import SVC

from graphnet.data.cohort import FloatArray, IntArray
from graphnet.graphs import Float32Array

MOST_SUBJECTS = 5000  # for what takes time with the square of their number
MOST_CELLS = 200_000_000
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
RBF_STRENGTHS = (1.0, 10.0)
INNER_FOLDS = 5
CLASSIFIERS = ("majority", "logistic_regression", "svm_linear", "svm_rbf")
RIDGES = tuple(10.0**power for power in range(-1, 6))

Held = Mapping[str, Float32Array]


@dataclass(frozen=True)
class Baseline:
    """Class probabilities (S, C) of each group of subjects, or scores (S, 1).

    ``reason`` says why there are none; '' where there are.
    """

    predicted: Mapping[str, FloatArray] = field(default_factory=dict)
    reason: str = ""


def fit_baselines(
    x: Float32Array, targets: IntArray, held_out: Held, classes: int
) -> dict[str, Baseline]:
    """Fit to training subjects ``x`` (S, N·F), scaled, and predict each group of others.

    ``targets`` are classes, 0 to ``classes`` - 1, of which those that the training subjects do
    not have get a probability of 0: ``majority``, ``logistic_regression`` (L2), ``svm_linear`` and
    ``svm_rbf`` (scikit-learn's scaled kernel; probabilities after Platt), their strength chosen by
    inner folds of the training subjects.
    """
    if len(np.unique(targets)) < 2:
        alone = "It was left out: the training subjects are of one class."
        return {name: Baseline(reason=alone) for name in CLASSIFIERS}
    found = {"majority": _classifier(DummyClassifier(strategy="prior"), x, targets, held_out)}
    slow: dict[str, Callable[[], Baseline]] = {
        "logistic_regression": lambda: _logistic(x, targets, held_out),
        "svm_linear": lambda: _svm("linear", STRENGTHS, x, targets, held_out),
        "svm_rbf": lambda: _svm("rbf", RBF_STRENGTHS, x, targets, held_out),
    }
    too_large = _too_large(x)
    found |= {
        name: Baseline(reason=too_large) if too_large else fit() for name, fit in slow.items()
    }
    present = np.unique(targets)
    return {name: _all_classes(one, present, classes) for name, one in found.items()}


def fit_score_baselines(
    x: Float32Array, targets: FloatArray, held_out: Held
) -> dict[str, Baseline]:
    """The same for clinical scores: ``mean`` and ``ridge``, its strength by leave-one-out."""
    return {
        "mean": _score(DummyRegressor(), x, targets, held_out),
        "ridge": _score(_ridge(x), x, targets, held_out),
    }


def _all_classes(found: Baseline, present: IntArray, classes: int) -> Baseline:
    """Columns for the classes that the training subjects do not have."""
    full = {}
    for group, values in found.predicted.items():
        full[group] = np.zeros((len(values), classes))
        full[group][:, present] = values
    return Baseline(full, found.reason)


def _too_large(x: Float32Array) -> str:
    if len(x) <= MOST_SUBJECTS and x.size <= MOST_CELLS:
        return ""
    return (
        f"It was left out: {len(x)} training subjects with {x.shape[1]} values are more than the "
        f"{MOST_SUBJECTS} subjects or {MOST_CELLS} values that it is fitted to in reasonable time."
    )


def _folds(targets: IntArray) -> StratifiedKFold | None:
    """Inner folds; None where a class has a single subject."""
    fewest = int(np.unique(targets, return_counts=True)[1].min())
    if fewest < 2:
        return None
    return StratifiedKFold(min(INNER_FOLDS, fewest), shuffle=True, random_state=0)


def _logistic(x: Float32Array, targets: IntArray, held_out: Held) -> Baseline:
    folds = _folds(targets)
    if folds is None:
        model = LogisticRegression(C=STRENGTHS[1], max_iter=2000)
    else:
        model = LogisticRegressionCV(
            Cs=STRENGTHS,
            cv=folds,
            scoring="neg_log_loss",
            max_iter=2000,
            l1_ratios=(0.0,),
            use_legacy_attributes=False,
        )
    return _classifier(model, x, targets, held_out)


def _svm(
    kernel: str, strengths: tuple[float, ...], x: Float32Array, targets: IntArray, held_out: Held
) -> Baseline:
    """Its decisions made probabilities by a logistic curve, fitted to inner out-of-fold ones."""
    folds = _folds(targets)
    if folds is None:
        return Baseline(reason="It was left out: a class has a single training subject.")
    search = GridSearchCV(SVC(kernel=kernel), {"C": strengths}, cv=folds).fit(x, targets)
    model = search.best_estimator_
    decisions = cross_val_predict(model, x, targets, cv=folds, method="decision_function")
    curve = LogisticRegression(C=1e6, max_iter=2000).fit(_columns(decisions), targets)
    return Baseline(
        {
            name: np.asarray(curve.predict_proba(_columns(model.decision_function(values))))
            for name, values in held_out.items()
        }
    )


def _columns(decisions: FloatArray) -> FloatArray:
    return decisions[:, None] if decisions.ndim == 1 else decisions


def _classifier(
    model: DummyClassifier | LogisticRegression, x: Float32Array, targets: IntArray, held_out: Held
) -> Baseline:
    model.fit(x, targets)
    return Baseline(
        {name: np.asarray(model.predict_proba(values)) for name, values in held_out.items()}
    )


def _ridge(x: Float32Array) -> Ridge | RidgeCV:
    return Ridge(alpha=RIDGES[4]) if _too_large(x) else RidgeCV(alphas=RIDGES)


def _score(
    model: DummyRegressor | Ridge | RidgeCV, x: Float32Array, targets: FloatArray, held_out: Held
) -> Baseline:
    model.fit(x.astype(np.float64), targets)
    return Baseline(
        {name: np.asarray(model.predict(values))[:, None] for name, values in held_out.items()}
    )
