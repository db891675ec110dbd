"""A linear support vector machine of two classes, fitted by a primal-dual interior-point method.

scikit-learn's solver changes two subjects at a time. Where classes overlap and the penalty is weak,
it does so hundreds of thousands of times. Here a step changes all subjects, takes one linear system
as large as there are coordinates, and a dozen steps end nearer to the same optimum.

Source: Mehrotra, S. (1992). On the implementation of a primal-dual interior point method. SIAM
Journal on Optimization, 2(4), 575-601; with the low rank of the kernel used as in Fine, S., &
Scheinberg, K. (2001). Efficient SVM training using low-rank kernel representations. Journal of
Machine Learning Research, 2, 243-264.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from graphnet.data.cohort import FloatArray, IntArray

NEAR = 1e-10  # of the objective: the gap between primal and dual at which it ends
STILL = 1e-7  # of what the conditions of the optimum leave over
MOST_STEPS = 100
SHORT_OF = 0.995  # of the step at which a bound is met
AT_BOUND = 1e-6  # of the box: a dual as near to a bound is there


@dataclass(frozen=True)
class TwoClassMachine:
    """Of the training subjects, ``duals`` (S,) with the sign of the class; and the ``bias``.

    A decision, positive for the second class, is the sum of a subject's inner products with the
    training subjects times ``duals``, plus ``bias``.
    """

    duals: FloatArray
    bias: float

    def decisions(self, inner: FloatArray) -> FloatArray:
        """Of M subjects with these inner products (M, S): (M,)."""
        return np.asarray(inner @ self.duals + self.bias)


def fit(z: FloatArray, targets: IntArray, strength: float) -> TwoClassMachine | None:
    """Minimise ½ ‖w‖² + ``strength`` · Σ hinge loss, as scikit-learn's ``SVC`` defines it.

    None where rounding ends it before the optimum, as it may where coordinates differ in size by
    many orders.

    Args:
        z: (S, R), coordinates of the subjects; best when R is much smaller than S.
        targets: (S,), 0 or 1, each of which some subject has.
        strength: the inverse of the penalty, ``C``.

    """
    signs = np.where(targets == 1, 1.0, -1.0)
    point = _Point.first(z * signs[:, None], signs, strength)
    for _ in range(MOST_STEPS):
        if point.is_optimal():
            return TwoClassMachine(signs * point.duals, _bias(z, signs, point.duals, strength))
        try:
            point.step()
        except np.linalg.LinAlgError:
            return None
    return None


@dataclass
class _Point:
    """Where the method stands.

    ``duals`` (S,) lie between 0 and ``strength``, by ``room`` below the latter: as a difference it
    would be rounded to nothing. ``lower`` and ``upper`` (S,) are the multipliers of these bounds,
    ``bias`` that of the balance of the classes.
    """

    rows: FloatArray  # (S, R), coordinates times the sign of the class
    signs: FloatArray
    strength: float
    duals: FloatArray
    room: FloatArray
    lower: FloatArray
    upper: FloatArray
    bias: float = 0.0

    @classmethod
    def first(cls, rows: FloatArray, signs: FloatArray, strength: float) -> "_Point":
        subjects = len(rows)
        middle = np.full(subjects, strength / 2)
        ones = np.ones(subjects)
        return cls(rows, signs, strength, middle, middle, ones, ones)

    @property
    def gap(self) -> float:
        return float(self.duals @ self.lower + self.room @ self.upper)

    def left_over(self) -> tuple[FloatArray, float]:
        """Of the gradient (S,) and of the balance of the classes: zero at the optimum."""
        slope = self.rows @ (self.duals @ self.rows) - 1 + self.signs * self.bias
        return self.lower - self.upper - slope, -float(self.signs @ self.duals)

    def is_optimal(self) -> bool:
        gradient, balance = self.left_over()
        weights = self.duals @ self.rows
        objective = abs(float(self.duals.sum() - weights @ weights / 2))
        return (
            self.gap <= NEAR * objective
            and bool(np.abs(gradient).max() <= STILL)
            and abs(balance) <= STILL * self.strength * len(self.duals)
        )

    def step(self) -> None:
        """Towards the optimum, and back towards the middle by as much as a first try asks for."""
        subjects = len(self.duals)
        room, mean = self.room, self.gap / (2 * subjects)
        solve = self._solver()
        tried = solve(-self.duals * self.lower, -room * self.upper)
        length = self._longest(tried)
        ahead = (self.duals + length * tried.duals) @ (self.lower + length * tried.lower)
        ahead += (room - length * tried.duals) @ (self.upper + length * tried.upper)
        centre = mean * (float(ahead) / (2 * subjects) / mean) ** 3
        change = solve(
            centre - self.duals * self.lower - tried.duals * tried.lower,
            centre - room * self.upper + tried.duals * tried.upper,
        )
        length = min(1.0, SHORT_OF * self._longest(change))
        self.duals = self.duals + length * change.duals
        self.room = self.room - length * change.duals
        self.lower = self.lower + length * change.lower
        self.upper = self.upper + length * change.upper
        self.bias += length * change.bias

    def _solver(self) -> Callable[[FloatArray, FloatArray], "_Change"]:
        """Newton's system at this point, for any products of duals and multipliers to aim at."""
        gradient, balance = self.left_over()
        room = self.room
        inverse = 1 / (self.lower / self.duals + self.upper / room)
        system = (self.rows.T * inverse) @ self.rows  # (R, R)
        system[np.diag_indices_from(system)] += 1
        factor = cho_factor(system, overwrite_a=True, check_finite=False)

        def solved(right: FloatArray) -> FloatArray:
            scaled = inverse * right
            inner = cho_solve(factor, scaled @ self.rows, check_finite=False)
            return np.asarray(scaled - inverse * (self.rows @ inner))

        of_signs = solved(self.signs)
        curvature = self.signs @ of_signs

        def solve(at_lower: FloatArray, at_upper: FloatArray) -> _Change:
            free = solved(gradient + at_lower / self.duals - at_upper / room)
            bias = (self.signs @ free - balance) / curvature
            duals = free - bias * of_signs
            lower = (at_lower - self.lower * duals) / self.duals
            return _Change(duals, lower, (at_upper + self.upper * duals) / room, float(bias))

        return solve

    def _longest(self, change: "_Change") -> float:
        """The longest step, 1 at most, by which nothing gets below zero."""
        longest = 1.0
        for values, by in (
            (self.duals, change.duals),
            (self.room, -change.duals),
            (self.lower, change.lower),
            (self.upper, change.upper),
        ):
            falls = by < 0
            if falls.any():
                longest = min(longest, float((values[falls] / -by[falls]).min()))
        return longest


@dataclass(frozen=True)
class _Change:
    """Of a point, by a step of length 1."""

    duals: FloatArray
    lower: FloatArray
    upper: FloatArray
    bias: float


def _bias(z: FloatArray, signs: FloatArray, duals: FloatArray, strength: float) -> float:
    """The middle of all that fit the conditions of the optimum: one number, or an interval."""
    wanted = signs - z @ ((signs * duals) @ z)
    at_zero, at_most = duals < AT_BOUND * strength, duals > (1 - AT_BOUND) * strength
    second = signs > 0
    least = np.where(second, ~at_most, ~at_zero)
    most = np.where(second, ~at_zero, ~at_most)
    return float((wanted[least].max() + wanted[most].min()) / 2)
