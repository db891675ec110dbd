"""Logistic regression with an L2 penalty, fitted in coordinates that hardly correlate.

scikit-learn's solvers take a hundred steps where measures correlate, and each step as long as there
are measures. Turned to the principal axes and scaled by the curvature at the start, the problem is
nearly round, and ten steps of L-BFGS end at the same optimum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from graphnet.data.cohort import FloatArray, IntArray

STILL = 1e-6  # of the gradient, in scaled coordinates
MOST_STEPS = 5000


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


def fit(
    z: FloatArray, targets: IntArray, strength: float, start: LogisticModel | None = None
) -> LogisticModel:
    """Minimise ``strength`` · Σ log loss + ½ ‖weights‖², as scikit-learn's ``C`` defines it.

    Args:
        z: (S, R), coordinates of the subjects.
        targets: (S,), classes 0 to C - 1, each of which some subject has.
        strength: the inverse of the penalty.
        start: the optimum of a similar problem; None: zeros.

    """
    classes = int(targets.max()) + 1
    columns = 1 if classes == 2 else classes
    observed = np.eye(classes)[targets][:, -columns:]
    curvature = np.append((z**2).sum(axis=0), len(z)) * strength / 4
    curvature[:-1] += 1
    scale = 1 / np.sqrt(curvature)[:, None]  # (R + 1, 1), the bias last

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
            model = fit(z[train], targets[train], strength, model)
            logs = model.log_probabilities(z[test])
            losses[place] -= logs[np.arange(len(test)), targets[test]].mean()
    return fit(z, targets, strengths[int(losses.argmin())])


def _log_probabilities(odds: FloatArray) -> FloatArray:
    """Of each class (S, C), by log odds (S, C), or (S, 1) of the second of two.

    Twice as fast as ``scipy.special.log_softmax``, on which half of a fit's time would go.
    """
    if odds.shape[1] == 1:
        return np.hstack([-np.logaddexp(0, odds), -np.logaddexp(0, -odds)])
    odds = odds - odds.max(axis=1, keepdims=True)
    return np.asarray(odds - np.log(np.exp(odds).sum(axis=1, keepdims=True)))
