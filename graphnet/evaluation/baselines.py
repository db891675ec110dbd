"""What any net has to beat: simple classifiers on the same measures of the same subjects.

All that a linear model or a support vector machine needs of its subjects are their inner products.
These are computed once; no fit touches the measures themselves again. Where there are more measures
than subjects, as in a connectome, this saves nearly all of the time and changes no decision.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from sklearn import config_context
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from graphnet.data.cohort import FloatArray, IntArray
from graphnet.errors import TrainingError
from graphnet.evaluation import logistic
from graphnet.evaluation.folds import most_folds, stratified
from graphnet.graphs import Float32Array
from graphnet.messages import Message

MOST_SUBJECTS = 5000  # for what takes time with the square of their number
MOST_CELLS = 200_000_000
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
RBF_STRENGTHS = (1.0, 10.0)
INNER_FOLDS = 5
CLASSIFIERS = ("majority", "logistic_regression", "svm_linear", "svm_rbf")
SCORES = ("mean", "ridge")  # of a clinical score
RIDGES = tuple(10.0**power for power in range(-1, 6))
COLUMNS = 4096  # measures in double precision at a time
ROWS = 1024  # held-out subjects at a time
NEGLIGIBLE = 1e-12  # of the largest variance

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


@dataclass(frozen=True)
class Products:
    """Inner products of M subjects with the S training subjects, in double precision.

    ``inner`` is (M, S); ``squares`` and ``sums`` (M,) are of each subject's own measures.
    """

    inner: FloatArray
    squares: FloatArray
    sums: FloatArray

    @classmethod
    def of(cls, x: Float32Array, train: Float32Array) -> "Products":
        """Of the subjects ``x`` (M, P) with the subjects ``train`` (S, P)."""
        inner = np.zeros((len(x), len(train)))
        squares, sums = np.zeros(len(x)), np.zeros(len(x))
        for first in range(0, x.shape[1], COLUMNS):
            columns = slice(first, first + COLUMNS)
            part = x[:, columns].astype(np.float64)
            other = part if x is train else train[:, columns].astype(np.float64)
            inner += part @ other.T
            squares += np.einsum("ij,ij->i", part, part)
            sums += part.sum(axis=1)
        return cls(inner, squares, sums)


@dataclass(frozen=True)
class Training:
    """The training subjects: measures ``x`` (S, P), ``targets`` (S,), and their inner products.

    ``persons`` (S,): whose each row is; None where each is another's.
    """

    x: Float32Array
    targets: IntArray
    persons: Sequence[str] | None = None

    @cached_property
    def products(self) -> Products:
        """The subjects' inner products with each other."""
        return Products.of(self.x, self.x)

    @cached_property
    def everyone(self) -> IntArray:
        """All rows."""
        return np.arange(len(self.x))

    @cached_property
    def folds(self) -> list[tuple[IntArray, IntArray]]:
        """Inner folds, the rows to train on and to test; none where a class has one subject."""
        return inner_folds(self.targets, self.persons)

    def parts(self, values: Float32Array) -> Iterator[tuple[Float32Array, Products]]:
        """Other subjects (S', P) with their products, some at a time."""
        for first in range(0, len(values), ROWS):
            part = values[first : first + ROWS]
            yield part, Products.of(part, self.x)


def inner_folds(
    targets: IntArray, persons: Sequence[str] | None = None
) -> list[tuple[IntArray, IntArray]]:
    """Folds of training subjects by class, to choose a strength by; none of a class of one.

    Rows of one person stay together; of whom nothing is known each row is another person.
    """
    if persons is not None and len(set(persons)) < len(persons):
        possible = min(INNER_FOLDS, most_folds(targets, persons))
        if possible < 2:
            return []
        cut = stratified(targets, persons, folds=possible, repeats=1, seed=0)
        whole = len(np.unique(targets))
        pairs = [(fold.train, fold.test) for fold in cut]
        return [pair for pair in pairs if len(np.unique(targets[pair[0]])) == whole]
    fewest = int(np.unique(targets, return_counts=True)[1].min())
    if fewest < 2:
        return []
    folds = StratifiedKFold(min(INNER_FOLDS, fewest), shuffle=True, random_state=0)
    return list(folds.split(targets, targets))


def _fitted(training: Training, held_out: HeldOut) -> dict[str, Baseline]:
    fits: dict[str, Callable[[], Baseline]] = {
        "logistic_regression": lambda: _logistic(training, held_out),
        "svm_linear": lambda: _svm(_linear, STRENGTHS, training, held_out),
        "svm_rbf": lambda: _svm(_rbf, RBF_STRENGTHS, training, held_out),
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
        axes = _Axes(training)
        model = _strongest(training, axes)
        return LinearFit(axes.to_measures(model.weights), model.bias, model.strength)


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
        machine = _Machine.fit(_linear, STRENGTHS, training)
        each = machine.separators.machines
        weights = np.stack(
            [x[one.support_].astype(np.float64).T @ one.dual_coef_[0] for one in each], axis=1
        )
        slopes, level = machine.curve.coef_.T, machine.curve.intercept_
        bias = np.array([float(one.intercept_[0]) for one in each]) @ slopes + level
        return LinearFit(weights @ slopes, bias, machine.strength)


def _strongest(training: Training, axes: "_Axes") -> logistic.LogisticModel:
    own = axes.coordinates(training.x, training.products)
    if training.folds:
        return logistic.fit_strongest(own, training.targets, STRENGTHS, training.folds)
    return logistic.fit(own, training.targets, STRENGTHS[1])


def _logistic(training: Training, held_out: HeldOut) -> Baseline:
    axes = _Axes(training)
    model = _strongest(training, axes)
    predicted = {}
    for name, values in held_out.items():
        parts = [
            model.log_probabilities(axes.coordinates(*part)) for part in training.parts(values)
        ]
        predicted[name] = np.exp(np.concatenate(parts))
    return Baseline(predicted)


class _Axes:
    """The R principal axes of training subjects (S, P): never more than subjects, or measures.

    The weights of an L2-regularised linear model are a combination of the training subjects, so
    the model is the same in coordinates on these, whose inner products are those of the measures.
    """

    def __init__(self, training: Training) -> None:
        self._x = training.x
        self._few = training.x.shape[1] <= len(training.x)
        if self._few:
            x = training.x.astype(np.float64)
            self._axes = np.linalg.eigh(x.T @ x)[1]  # (P, R)
            return
        variances, axes = np.linalg.eigh(training.products.inner)
        kept = variances > NEGLIGIBLE * variances[-1]
        self._axes = axes[:, kept] / np.sqrt(variances[kept])  # (S, R)

    def coordinates(self, values: Float32Array, products: Products) -> FloatArray:
        """Those of subjects (M, P) with these products: (M, R)."""
        given = values.astype(np.float64) if self._few else products.inner
        return np.asarray(given @ self._axes)

    def to_measures(self, weights: FloatArray) -> FloatArray:
        """Weights of the coordinates (R, C) as weights of the measures (P, C)."""
        turned = self._axes @ weights
        return np.asarray(turned if self._few else self._x.astype(np.float64).T @ turned)


Kernel = Callable[[Training, IntArray, Products, IntArray], FloatArray]


def _linear(_: Training, train: IntArray, products: Products, rows: IntArray) -> FloatArray:
    """Similarities of the subjects ``rows`` of some products to the training subjects ``train``."""
    return products.inner[np.ix_(rows, train)]


def _rbf(training: Training, train: IntArray, products: Products, rows: IntArray) -> FloatArray:
    """Likewise; the width is scikit-learn's ``scale``, of the training subjects ``train``."""
    own, width = training.products, training.x.shape[1]
    values = len(train) * width
    variance = own.squares[train].sum() / values - (own.sums[train].sum() / values) ** 2
    gamma = 1 / (width * variance) if variance > 0 else 1.0
    distances = products.squares[rows, None] + own.squares[train]
    distances -= 2 * products.inner[np.ix_(rows, train)]
    return np.asarray(np.exp(-gamma * distances))


def _svm(
    kernel: Kernel, strengths: tuple[float, ...], training: Training, held_out: HeldOut
) -> Baseline:
    """Its decisions made probabilities by a logistic curve, fitted to inner out-of-fold ones."""
    if not training.folds:
        return Baseline(reason=Message("evaluation.baseline-single-subject"))
    machine = _Machine.fit(kernel, strengths, training)
    predicted = {}
    for name, values in held_out.items():
        parts = [
            machine.separators.decisions(
                kernel(training, training.everyone, part, np.arange(len(x)))
            )
            for x, part in training.parts(values)
        ]
        predicted[name] = np.asarray(machine.curve.predict_proba(np.concatenate(parts)))
    return Baseline(predicted)


@dataclass(frozen=True)
class _Separators:
    """Support vector machines on a kernel: of two classes one, of more one for each class.

    Each of several separates its class from all others, so that decisions are linear in a linear
    kernel. Pairs of classes, which vote, would not be.
    """

    machines: Sequence[SVC]

    @classmethod
    def fit(cls, similarities: FloatArray, targets: IntArray, strength: float) -> "_Separators":
        """Fit to subjects (S, S) with classes from 0 on, each of which some subject has."""
        classes = int(targets.max()) + 1
        separated = range(classes) if classes > 2 else (1,)
        return cls(
            [
                SVC(kernel="precomputed", C=strength).fit(similarities, targets == label)
                for label in separated
            ]
        )

    def decisions(self, similarities: FloatArray) -> FloatArray:
        """Of subjects with these similarities (M, S) to the training subjects: (M, 1 or C).

        As ``decision_function`` gives them, whose checks take longer than the sum.
        """
        columns = [
            similarities[:, one.support_] @ one.dual_coef_[0] + one.intercept_[0]
            for one in self.machines
        ]
        return np.stack(columns, axis=1)

    @staticmethod
    def chosen(decisions: FloatArray) -> IntArray:
        """The class by these decisions: the side of the one, or the largest of several."""
        if decisions.shape[1] == 1:
            return (decisions[:, 0] >= 0).astype(np.int64)
        return np.asarray(decisions.argmax(axis=1))


@dataclass(frozen=True)
class _Machine:
    """Support vector machines, and the curve that makes their decisions probabilities.

    ``strength`` is the C that inner folds chose.
    """

    separators: _Separators
    curve: LogisticRegression
    strength: float

    @classmethod
    def fit(cls, kernel: Kernel, strengths: tuple[float, ...], training: Training) -> "_Machine":
        strength, decisions = _out_of_fold(kernel, strengths, training)
        curve = LogisticRegression(C=1e6, max_iter=2000)
        curve.fit(decisions, training.targets)
        everyone = training.everyone
        similarities = kernel(training, everyone, training.products, everyone)
        return cls(_Separators.fit(similarities, training.targets, strength), curve, strength)


def _out_of_fold(
    kernel: Kernel, strengths: tuple[float, ...], training: Training
) -> tuple[float, FloatArray]:
    """The strength with the most right decisions on inner folds, and these decisions (S, .)."""
    targets, right, decisions = training.targets, np.zeros(len(strengths)), []
    for train, test in training.folds:
        to_train = kernel(training, train, training.products, train)
        to_test = kernel(training, train, training.products, test)
        for place, strength in enumerate(strengths):
            fitted = _Separators.fit(to_train, targets[train], strength)
            decided = fitted.decisions(to_test)
            right[place] += (fitted.chosen(decided) == targets[test]).mean()
            decisions.append((place, test, decided))
    best = int(right.argmax())
    chosen = [(test, values) for place, test, values in decisions if place == best]
    order = np.argsort(np.concatenate([test for test, _ in chosen]))
    return strengths[best], np.concatenate([values for _, values in chosen])[order]


def _ridge(x: Float32Array) -> Ridge | RidgeCV:
    return Ridge(alpha=RIDGES[4]) if too_large(x) else RidgeCV(alphas=RIDGES)


def _score(
    model: DummyRegressor | Ridge | RidgeCV, x: Float32Array, targets: FloatArray, held_out: HeldOut
) -> Baseline:
    model.fit(x.astype(np.float64), targets)
    return Baseline(
        {name: np.asarray(model.predict(values))[:, None] for name, values in held_out.items()}
    )
