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
from graphnet.messages import Message

MOST_SUBJECTS = 5000  # for what takes time with the square of their number
MOST_CELLS = 200_000_000
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
RBF_STRENGTHS = (1.0, 10.0)
INNER_FOLDS = 5
CLASSIFIERS = ("majority", "logistic_regression", "svm_linear", "svm_rbf")
RIDGES = tuple(10.0**power for power in range(-1, 6))

HeldOut = Mapping[str, Float32Array]


@dataclass(frozen=True)
class Baseline:
    """Class probabilities (S, C) of each group of subjects, or scores (S, 1).

    Where a baseline could not be fitted there are none, and ``reason`` says why.
    """

    predicted: Mapping[str, FloatArray] = field(default_factory=dict)
    reason: Message | None = None


def fit_baselines(
    x: Float32Array, targets: IntArray, held_out: HeldOut, classes: int
) -> dict[str, Baseline]:
    """Fit simple classifiers to training subjects and predict each group of other subjects.

    ``majority``, ``logistic_regression`` (L2), ``svm_linear`` and ``svm_rbf`` (scikit-learn's
    scaled kernel; probabilities after Platt). Their strength is chosen by inner folds of the
    training subjects.

    Args:
        x: (S, N·F), scaled measures of the training subjects.
        targets: (S,), their classes, 0 to ``classes`` - 1; a class that none has gets probability
        0.
        held_out: scaled measures (S, N·F) of other subjects, by group.
        classes: C.

    """
    if len(np.unique(targets)) < 2:
        alone = Message("evaluation.baseline-one-class")
        return {name: Baseline(reason=alone) for name in CLASSIFIERS}
    fitted = {"majority": _classifier(DummyClassifier(strategy="prior"), x, targets, held_out)}
    slow: dict[str, Callable[[], Baseline]] = {
        "logistic_regression": lambda: _logistic(x, targets, held_out),
        "svm_linear": lambda: _svm("linear", STRENGTHS, x, targets, held_out),
        "svm_rbf": lambda: _svm("rbf", RBF_STRENGTHS, x, targets, held_out),
    }
    too_large = _too_large(x)
    fitted |= {
        name: Baseline(reason=too_large) if too_large else fit() for name, fit in slow.items()
    }
    present = np.unique(targets)
    return {name: _all_classes(one, present, classes) for name, one in fitted.items()}


def fit_score_baselines(
    x: Float32Array, targets: FloatArray, held_out: HeldOut
) -> dict[str, Baseline]:
    """Likewise for clinical scores (S,): ``mean``, and ``ridge`` with a leave-one-out strength."""
    return {
        "mean": _score(DummyRegressor(), x, targets, held_out),
        "ridge": _score(_ridge(x), x, targets, held_out),
    }


def _all_classes(fitted: Baseline, present: IntArray, classes: int) -> Baseline:
    """Columns for the classes that the training subjects do not have."""
    full = {}
    for group, values in fitted.predicted.items():
        full[group] = np.zeros((len(values), classes))
        full[group][:, present] = values
    return Baseline(full, fitted.reason)


def _too_large(x: Float32Array) -> Message | None:
    if len(x) <= MOST_SUBJECTS and x.size <= MOST_CELLS:
        return None
    return Message(
        "evaluation.baseline-too-large",
        subjects=len(x),
        values=x.shape[1],
        most_subjects=MOST_SUBJECTS,
        most_values=MOST_CELLS,
    )


def _folds(targets: IntArray) -> StratifiedKFold | None:
    """Inner folds; None where a class has a single subject."""
    fewest = int(np.unique(targets, return_counts=True)[1].min())
    if fewest < 2:
        return None
    return StratifiedKFold(min(INNER_FOLDS, fewest), shuffle=True, random_state=0)


def _logistic(x: Float32Array, targets: IntArray, held_out: HeldOut) -> Baseline:
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
    kernel: str, strengths: tuple[float, ...], x: Float32Array, targets: IntArray, held_out: HeldOut
) -> Baseline:
    """Its decisions made probabilities by a logistic curve, fitted to inner out-of-fold ones."""
    folds = _folds(targets)
    if folds is None:
        return Baseline(reason=Message("evaluation.baseline-single-subject"))
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
    model: DummyClassifier | LogisticRegression,
    x: Float32Array,
    targets: IntArray,
    held_out: HeldOut,
) -> Baseline:
    model.fit(x, targets)
    return Baseline(
        {name: np.asarray(model.predict_proba(values)) for name, values in held_out.items()}
    )


def _ridge(x: Float32Array) -> Ridge | RidgeCV:
    return Ridge(alpha=RIDGES[4]) if _too_large(x) else RidgeCV(alphas=RIDGES)


def _score(
    model: DummyRegressor | Ridge | RidgeCV, x: Float32Array, targets: FloatArray, held_out: HeldOut
) -> Baseline:
    model.fit(x.astype(np.float64), targets)
    return Baseline(
        {name: np.asarray(model.predict(values))[:, None] for name, values in held_out.items()}
    )
