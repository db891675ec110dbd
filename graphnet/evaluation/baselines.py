"""What any net has to beat: simple classifiers on the same measures of the same subjects.

And what covariates or the site alone predict of these, without any measure.

All that a linear model or a support vector machine needs of its subjects are their inner products.
These are computed once; no fit touches the measures themselves again. Where there are more measures
than subjects, as in a connectome, this saves nearly all of the time and changes no decision.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from sklearn import config_context
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import Ridge, RidgeCV
from threadpoolctl import threadpool_limits

from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.dataset import CATEGORICAL, Covariate
from graphnet.errors import TrainingError
from graphnet.evaluation.linear_models import (
    LogisticModel,
    Training,
    fit_strongest,
    inner_folds,
    minimise_log_loss,
)
from graphnet.evaluation.svm import CalibratedMachine, Kernel, linear, rbf
from graphnet.graphs import Float32Array
from graphnet.messages import Message
from graphnet.preprocessing.covariates import Design, checked

MOST_SUBJECTS = 5000  # for what takes time with the square of their number
MOST_CELLS = 200_000_000
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
RBF_STRENGTHS = (1.0, 10.0)
CLASSIFIERS = ("majority", "logistic_regression", "svm_linear", "svm_rbf")
SCORES = ("mean", "ridge")  # of a clinical score
RIDGES = tuple(10.0**power for power in range(-1, 6))

HeldOut = Mapping[str, Float32Array]


@dataclass(frozen=True)
class Baseline:
    """Class probabilities (S, C) of each group of subjects, or scores (S, 1).

    Where a baseline could not be fitted there are none, and ``reason`` says why.
    """

    predicted: Mapping[str, FloatArray] = field(default_factory=dict)
    reason: Message | None = None


@contextmanager
def sparing() -> Iterator[None]:
    """Fit in one thread, and without scikit-learn's checks of values that are known to be finite.

    A second thread gains nothing on matrices of this size, and takes a core from others; the checks
    take longer than the fits.
    """
    unchecked = config_context(assume_finite=True, skip_parameter_validation=True)
    with threadpool_limits(1), unchecked:
        yield


def fit_baselines(
    x: Float32Array,
    targets: IntArray,
    held_out: HeldOut,
    classes: int,
    persons: Sequence[str] | None = None,
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
        persons: (S,), whose each training row is; None where each is another's.

    """
    present, places = np.unique(targets, return_inverse=True)
    if len(present) < 2:
        alone = Message("evaluation.baseline-one-class")
        return {name: Baseline(reason=alone) for name in CLASSIFIERS}
    with sparing():
        training = Training(x, places, persons)
        fitted = {"majority": _majority(places, held_out), **_fitted(training, held_out)}
    return {name: spread(one, present, classes) for name, one in fitted.items()}


def fit_score_baselines(
    x: Float32Array, targets: FloatArray, held_out: HeldOut
) -> dict[str, Baseline]:
    """Likewise for clinical scores (S,): ``mean``, and ``ridge`` with a leave-one-out strength."""
    with sparing():
        return {
            "mean": _score(DummyRegressor(), x, targets, held_out),
            "ridge": _score(_ridge(x), x, targets, held_out),
        }


def _fitted(training: Training, held_out: HeldOut) -> dict[str, Baseline]:
    fits: dict[str, Callable[[], Baseline]] = {
        "logistic_regression": lambda: _logistic(training, held_out),
        "svm_linear": lambda: _svm(linear, STRENGTHS, training, held_out),
        "svm_rbf": lambda: _svm(rbf, RBF_STRENGTHS, training, held_out),
    }
    refused = too_large(training.x)
    return {name: Baseline(reason=refused) if refused else fit() for name, fit in fits.items()}


def spread(fitted: Baseline, present: IntArray, classes: int) -> Baseline:
    """With columns for the classes that the training subjects do not have."""
    full = {}
    for group, values in fitted.predicted.items():
        full[group] = np.zeros((len(values), classes))
        full[group][:, present] = values
    return Baseline(full, fitted.reason)


def too_large(x: Float32Array) -> Message | None:
    """Why these measures (S, P) are not fitted; None where they are."""
    if len(x) <= MOST_SUBJECTS and x.size <= MOST_CELLS:
        return None
    return Message(
        "evaluation.baseline-too-large",
        subjects=len(x),
        values=x.shape[1],
        most_subjects=MOST_SUBJECTS,
        most_values=MOST_CELLS,
    )


def _majority(targets: IntArray, held_out: HeldOut) -> Baseline:
    model = DummyClassifier(strategy="prior").fit(targets, targets)
    return Baseline({name: np.asarray(model.predict_proba(x)) for name, x in held_out.items()})


@dataclass(frozen=True)
class LinearFit:
    """Log odds of classes: ``weights`` (P, C) and ``bias`` (C,) of P measures.

    Of two classes (P, 1) and (1,), the log odds of the second. ``strength`` is the C that was
    chosen, the inverse of the penalty.
    """

    weights: FloatArray
    bias: FloatArray
    strength: float


def fit_logistic(
    x: Float32Array, targets: IntArray, persons: Sequence[str] | None = None
) -> LinearFit:
    """Fit the baseline ``logistic_regression`` and give its weights, to be kept.

    Args:
        x: (S, P), scaled measures of the training subjects; :func:`too_large` says of how many.
        targets: (S,), classes from 0 on, each of which some subject has.
        persons: (S,), whose each row is, so that inner folds keep rows of one person together.

    """
    with sparing():
        training = Training(x, targets, persons)
        model = _strongest(training)
        return LinearFit(training.axes.to_measures(model.weights), model.bias, model.strength)


def fit_svm(x: Float32Array, targets: IntArray, persons: Sequence[str] | None = None) -> LinearFit:
    """Fit the baseline ``svm_linear`` and give its weights, to be kept.

    Its decisions are linear in the measures, and so are the log odds of the curve upon them.

    Args:
        x: (S, P), scaled measures of the training subjects; :func:`too_large` says of how many.
        targets: (S,), classes from 0 on, each of which some subject has.
        persons: (S,), whose each row is, so that inner folds keep rows of one person together.

    Raises:
        TrainingError: no inner folds can be cut of these subjects, or they are of one class.

    """
    if len(np.unique(targets)) < 2:
        raise TrainingError(Message("evaluation.baseline-one-class"))
    with sparing():
        training = Training(x, targets, persons)
        if not training.folds:
            raise TrainingError(Message("evaluation.baseline-single-subject"))
        machine = CalibratedMachine.fit(linear, STRENGTHS, training)
        weights, bias = machine.weights()
        return LinearFit(weights, bias, machine.strength)


def _strongest(training: Training) -> LogisticModel:
    own = training.coordinates
    if training.folds:
        return fit_strongest(own, training.targets, STRENGTHS, training.folds)
    return minimise_log_loss(own, training.targets, STRENGTHS[1])


def _logistic(training: Training, held_out: HeldOut) -> Baseline:
    model, axes = _strongest(training), training.axes
    predicted = {}
    for name, values in held_out.items():
        parts = [
            model.log_probabilities(axes.coordinates(*part)) for part in training.parts(values)
        ]
        predicted[name] = np.exp(np.concatenate(parts))
    return Baseline(predicted)


def _svm(
    kernel: Kernel, strengths: Sequence[float], training: Training, held_out: HeldOut
) -> Baseline:
    if not training.folds:
        return Baseline(reason=Message("evaluation.baseline-single-subject"))
    machine = CalibratedMachine.fit(kernel, strengths, training)
    return Baseline({name: machine.probabilities(x) for name, x in held_out.items()})


def _ridge(x: Float32Array) -> Ridge | RidgeCV:
    return Ridge(alpha=RIDGES[4]) if too_large(x) else RidgeCV(alphas=RIDGES)


def _score(
    model: DummyRegressor | Ridge | RidgeCV, x: Float32Array, targets: FloatArray, held_out: HeldOut
) -> Baseline:
    model.fit(x.astype(np.float64), targets)
    return Baseline(
        {name: np.asarray(model.predict(values))[:, None] for name, values in held_out.items()}
    )


COVARIATES, SITE = "covariates", "site"  # the baselines


def covariate_baselines(
    train: Cohort, held_out: Mapping[str, Cohort], targets: IntArray | FloatArray, classes: int
) -> dict[str, Baseline]:
    """What covariates alone predict, and the site alone: as the other baselines.

    Logistic regression (L2, strength by inner folds) of classes, ridge regression of a score. None
    where there are no covariates to check, or one site.

    Args:
        train: S subjects.
        held_out: the subjects to predict, by group.
        targets: (S,), classes from 0 on, or scores.
        classes: C; 0 of a score.

    """
    sources: dict[str, Callable[[Cohort], tuple[Covariate, ...]]] = {COVARIATES: checked}
    known = set(train.sites)
    if len(known) > 1 and any(known & set(cohort.sites) for cohort in held_out.values()):
        sources[SITE] = _site_of  # of sites that nobody was trained on it says nothing
    found = {}
    with sparing():
        for name, covariates_of in sources.items():
            own = covariates_of(train)
            if not own:
                continue
            design = Design.fit(own)
            groups = {
                group: design.marked(covariates_of(cohort), len(cohort))
                for group, cohort in held_out.items()
            }
            fit = _classes_by_covariates if classes else _score_by_covariates
            found[name] = fit(design.marked(own, len(train)), targets, groups, classes)
    return found


def _site_of(cohort: Cohort) -> tuple[Covariate, ...]:
    """The site as a covariate."""
    return (Covariate(SITE, CATEGORICAL, cohort.sites),)


def _classes_by_covariates(
    x: FloatArray, targets: IntArray | FloatArray, groups: Mapping[str, FloatArray], classes: int
) -> Baseline:
    labels = targets.astype(np.int64)
    present, places = np.unique(labels, return_inverse=True)
    if len(present) < 2:
        return Baseline(reason=Message("evaluation.baseline-one-class"))
    folds = inner_folds(places)
    if folds:
        model = fit_strongest(x, places, STRENGTHS, folds)
    else:
        model = minimise_log_loss(x, places, STRENGTHS[1])
    predicted = {name: np.exp(model.log_probabilities(group)) for name, group in groups.items()}
    return spread(Baseline(predicted), present, classes)


def _score_by_covariates(
    x: FloatArray, targets: IntArray | FloatArray, groups: Mapping[str, FloatArray], _: int
) -> Baseline:
    model = RidgeCV(alphas=RIDGES).fit(x, targets)
    return Baseline(
        {name: np.asarray(model.predict(group))[:, None] for name, group in groups.items()}
    )
