"""Linear models of few subjects and many measures, by inner products: axes, inner folds, and fits.

Kernels need the same of the training subjects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import solve
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import StratifiedKFold

from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.folds import most_folds, stratified
from graphnet.graphs import Float32Array

INNER_FOLDS = 5
COLUMNS = 4096  # measures in double precision at a time
ROWS = 1024  # held-out subjects at a time
NEGLIGIBLE = 1e-12  # of the largest variance


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
    def axes(self) -> "Axes":
        """Their principal axes."""
        return Axes(self)

    @cached_property
    def coordinates(self) -> FloatArray:
        """The subjects' coordinates on these, (S, R)."""
        return self.axes.coordinates(self.x, self.products)

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


class Axes:
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


# Of the fits of a logistic regression.
STILL = 1e-6  # of the gradient, in scaled coordinates
MOST_STEPS = 5000
FEW_COORDINATES = 60  # with more, Newton's systems take longer than the steps that they save
MOST_HALVINGS = 40
ROUNDING = 1e-12  # of a loss


@dataclass(frozen=True)
class LogisticModel:
    """Log odds of C classes: ``weights`` (R, C) and ``bias`` (C,) of R coordinates.

    Of two classes the first has none: (R, 1) and (1,), the log odds of the second. ``strength`` is
    the inverse of the penalty that they were fitted with.
    """

    weights: FloatArray
    bias: FloatArray
    strength: float

    def log_probabilities(self, z: FloatArray) -> FloatArray:
        """Of each class, (S, C), for subjects ``z`` (S, R)."""
        return _log_probabilities(z @ self.weights + self.bias)


def minimise_log_loss(
    z: FloatArray, targets: IntArray, strength: float, start: LogisticModel | None = None
) -> LogisticModel:
    """Minimise ``strength`` · Σ log loss + ½ ‖weights‖², as scikit-learn's ``C`` defines it.

    scikit-learn's solvers take a hundred steps where measures correlate, and each step as long as
    there are measures. Turned to the principal axes and scaled by the curvature at the start, the
    problem is nearly round, and ten steps of L-BFGS end at the same optimum. Of two classes and few
    coordinates, half a dozen steps of Newton's method take a fifth of the time.

    Args:
        z: (S, R), coordinates of the subjects.
        targets: (S,), classes 0 to C - 1, each of which some subject has.
        strength: the inverse of the penalty.
        start: the optimum of a similar problem; None: zeros.

    """
    curvature = np.append((z**2).sum(axis=0), len(z)) * strength / 4
    curvature[:-1] += 1
    scale = 1 / np.sqrt(curvature)[:, None]  # (R + 1, 1), the bias last
    classes = int(targets.max()) + 1
    if classes == 2 and z.shape[1] <= FEW_COORDINATES:
        return _by_newton(z, targets, strength, scale[:, 0], start)
    columns = 1 if classes == 2 else classes
    observed = np.eye(classes)[targets][:, -columns:]

    def loss(scaled: FloatArray) -> tuple[float, FloatArray]:
        both = scaled.reshape(-1, columns) * scale
        logs = _log_probabilities(z @ both[:-1] + both[-1])
        excess = strength * (np.exp(logs[:, -columns:]) - observed)
        gradient = np.vstack([z.T @ excess + both[:-1], excess.sum(axis=0)]) * scale
        value = (both[:-1] ** 2).sum() / 2 - strength * logs[np.arange(len(z)), targets].sum()
        return float(value), gradient.ravel()

    first = np.zeros((len(scale), columns))
    if start is not None:
        first = np.vstack([start.weights, start.bias]) / scale
    options = {"gtol": STILL, "ftol": 0.0, "maxiter": MOST_STEPS, "maxfun": MOST_STEPS}
    optimum = minimize(loss, first.ravel(), jac=True, method="L-BFGS-B", options=options)
    both = optimum.x.reshape(-1, columns) * scale
    return LogisticModel(both[:-1], both[-1], strength)


def _by_newton(
    z: FloatArray,
    targets: IntArray,
    strength: float,
    scale: FloatArray,
    start: LogisticModel | None,
) -> LogisticModel:
    """Of two classes: the log odds of the second. A step is halved until the loss falls."""
    values = np.hstack([z, np.ones((len(z), 1))])
    penalty = np.append(np.ones(z.shape[1]), 0.0)
    point = np.zeros(len(penalty))
    if start is not None:
        point = np.append(start.weights, start.bias)

    def loss(at: FloatArray, odds: FloatArray) -> float:
        return float(
            penalty @ at**2 / 2 + strength * (np.logaddexp(0, odds) - targets * odds).sum()
        )

    odds = values @ point
    lowest = loss(point, odds)
    for _ in range(MOST_STEPS):
        likely = expit(odds)
        gradient = strength * (likely - targets) @ values + penalty * point
        if np.abs(gradient * scale).max() <= STILL:
            break
        hessian = (values.T * (strength * likely * (1 - likely))) @ values
        hessian[np.diag_indices_from(hessian)] += penalty
        step = solve(hessian, gradient, assume_a="pos", check_finite=False)
        for _ in range(MOST_HALVINGS):
            odds = values @ (point - step)
            reached = loss(point - step, odds)
            if reached <= lowest + ROUNDING * abs(lowest):
                break
            step /= 2
        point, lowest = point - step, reached
    return LogisticModel(point[:-1, None], point[-1:], strength)


def fit_strongest(
    z: FloatArray,
    targets: IntArray,
    strengths: Sequence[float],
    folds: Sequence[tuple[IntArray, IntArray]],
) -> LogisticModel:
    """Fit with the strength of the least mean log loss on inner ``folds``: rows to train, to test.

    Each fold's training rows have a subject of every class.
    """
    losses = np.zeros(len(strengths))
    for train, test in folds:
        model = None
        for place, strength in enumerate(strengths):
            model = minimise_log_loss(z[train], targets[train], strength, model)
            logs = model.log_probabilities(z[test])
            losses[place] -= logs[np.arange(len(test)), targets[test]].mean()
    return minimise_log_loss(z, targets, strengths[int(losses.argmin())])


def _log_probabilities(odds: FloatArray) -> FloatArray:
    """Of each class (S, C), by log odds (S, C), or (S, 1) of the second of two.

    Twice as fast as ``scipy.special.log_softmax``, on which half of a fit's time would go.
    """
    if odds.shape[1] == 1:
        return np.hstack([-np.logaddexp(0, odds), -np.logaddexp(0, -odds)])
    odds = odds - odds.max(axis=1, keepdims=True)
    return np.asarray(odds - np.log(np.exp(odds).sum(axis=1, keepdims=True)))
