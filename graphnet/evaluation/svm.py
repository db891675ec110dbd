"""Support vector machines on inner products, their strength chosen by inner folds.

scikit-learn fits them; of two classes that overlap, an interior-point method of our own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from sklearn import config_context
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.linear_models import Products, Training
from graphnet.graphs import Float32Array

# A support vector machine that took so many steps per subject takes many more once the penalty is
# weaker: classes overlap, and an interior-point method ends sooner. Its own steps are long where
# there are many axes; and more than half as many as subjects divide nearly any two classes (Cover,
# T. M. (1965). IEEE Transactions on Electronic Computers, 14(3), 326-334).
MANY_STEPS = 10

Kernel = Callable[[Training, IntArray, Products, IntArray], FloatArray]


def linear(_: Training, train: IntArray, products: Products, rows: IntArray) -> FloatArray:
    """Similarities of the subjects ``rows`` of some products to the training subjects ``train``."""
    return products.inner[np.ix_(rows, train)]


def rbf(training: Training, train: IntArray, products: Products, rows: IntArray) -> FloatArray:
    """Likewise; the width is scikit-learn's ``scale``, of the training subjects ``train``."""
    own, width = training.products, training.x.shape[1]
    values = len(train) * width
    variance = own.squares[train].sum() / values - (own.sums[train].sum() / values) ** 2
    gamma = 1 / (width * variance) if variance > 0 else 1.0
    distances = products.squares[rows, None] + own.squares[train]
    distances -= 2 * products.inner[np.ix_(rows, train)]
    return np.asarray(np.exp(-gamma * distances))


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


@dataclass(frozen=True)
class Separators:
    """Support vector machines on a kernel: of two classes one, of more one for each class.

    Each of several separates its class from all others, so that decisions are linear in a linear
    kernel. Pairs of classes, which vote, would not be.
    """

    machines: Sequence[TwoClassMachine]

    def decisions(self, similarities: FloatArray) -> FloatArray:
        """Of subjects with these similarities (M, S) to the training subjects: (M, 1 or C)."""
        return np.stack([one.decisions(similarities) for one in self.machines], axis=1)

    @staticmethod
    def chosen(decisions: FloatArray) -> IntArray:
        """The class by these decisions: the side of the one, or the largest of several."""
        if decisions.shape[1] == 1:
            return (decisions[:, 0] >= 0).astype(np.int64)
        return np.asarray(decisions.argmax(axis=1))


@dataclass(frozen=True)
class CalibratedMachine:
    """Support vector machines, and the curve that makes their decisions probabilities.

    ``strength`` is the C that inner folds chose; the curve is fitted to their decisions.
    """

    kernel: Kernel
    training: Training
    separators: Separators
    curve: LogisticRegression
    strength: float

    @classmethod
    def fit(cls, kernel: Kernel, strengths: Sequence[float], training: Training) -> Self:
        """Fit to training subjects who have inner folds, ``strengths`` from the least on."""
        # Checks of values and settings, which are right, take longer than a small machine.
        with config_context(assume_finite=True, skip_parameter_validation=True):
            chosen = _out_of_fold(kernel, strengths, training)
            curve = LogisticRegression(C=1e6, max_iter=2000)
            curve.fit(chosen.decisions, training.targets)
            fits = _Fits(kernel, training, training.everyone, overlap=chosen.overlap)
            separators = fits.fit(chosen.strength)
        return cls(kernel, training, separators, curve, chosen.strength)

    def probabilities(self, values: Float32Array) -> FloatArray:
        """Of each class, (S', C), for subjects with measures ``values`` (S', P)."""
        everyone = self.training.everyone
        parts = [
            self.separators.decisions(self.kernel(self.training, everyone, part, np.arange(len(x))))
            for x, part in self.training.parts(values)
        ]
        return np.asarray(self.curve.predict_proba(np.concatenate(parts)))

    def weights(self) -> tuple[FloatArray, FloatArray]:
        """The log odds that the curve gives, of a linear kernel: of each measure, and their bias.

        (P, 1) and (1,), of the second of two classes; or (P, C) and (C,).
        """
        each = self.separators.machines
        duals = np.stack([one.duals for one in each], axis=1)
        slopes, level = self.curve.coef_.T, self.curve.intercept_
        bias = np.array([one.bias for one in each]) @ slopes + level
        return self.training.x.astype(np.float64).T @ duals @ slopes, bias


@dataclass(frozen=True)
class _Chosen:
    """The strength with the most right decisions on inner folds, and these decisions (S, 1 or C).

    ``overlap`` says of which machines classes overlapped so much that an interior-point method was
    used.
    """

    strength: float
    decisions: FloatArray
    overlap: frozenset[int]


class _Fits:
    """Support vector machines of the training subjects ``train``, of ever weaker penalty."""

    def __init__(
        self,
        kernel: Kernel,
        training: Training,
        train: IntArray,
        *,
        overlap: frozenset[int] = frozenset(),
    ) -> None:
        self._training, self._train = training, train
        self._similarities = kernel(training, train, training.products, train)
        axes = training.coordinates.shape[1] if kernel is linear else len(train)
        self._few_axes = 2 * axes < len(train)
        self.overlap = overlap

    def fit(self, strength: float) -> Separators:
        classes = int(self._training.targets.max()) + 1
        separated = range(classes) if classes > 2 else (1,)
        return Separators([self._machine(label, strength) for label in separated])

    def _machine(self, label: int, strength: float) -> TwoClassMachine:
        """Of this class and all others."""
        targets = (self._training.targets[self._train] == label).astype(np.int64)
        if label in self.overlap:
            own = self._training.coordinates[self._train]
            machine = fit_by_interior_point(own, targets, strength)
            if machine is not None:
                return machine
        model = SVC(kernel="precomputed", C=strength).fit(self._similarities, targets)
        if self._few_axes and model.n_iter_[0] > MANY_STEPS * len(self._train):
            self.overlap |= {label}
        duals = np.zeros(len(self._train))
        duals[model.support_] = model.dual_coef_[0]
        return TwoClassMachine(duals, float(model.intercept_[0]))


def _out_of_fold(kernel: Kernel, strengths: Sequence[float], training: Training) -> _Chosen:
    """Fit each fold with each strength, the strongest penalty first."""
    targets, right = training.targets, np.zeros(len(strengths))
    overlap: list[frozenset[int]] = [frozenset()] * len(strengths)
    decisions = []
    for train, test in training.folds:
        fits = _Fits(kernel, training, train)
        to_test = kernel(training, train, training.products, test)
        for place, strength in enumerate(strengths):
            overlap[place] |= fits.overlap
            decided = fits.fit(strength).decisions(to_test)
            right[place] += (Separators.chosen(decided) == targets[test]).mean()
            decisions.append((place, test, decided))
    best = int(right.argmax())
    chosen = [(test, values) for place, test, values in decisions if place == best]
    order = np.argsort(np.concatenate([test for test, _ in chosen]))
    values = np.concatenate([values for _, values in chosen])[order]
    return _Chosen(strengths[best], values, overlap[best])


# Of the interior-point method.
NEAR = 1e-10  # of the objective: the gap between primal and dual at which it ends
STILL = 1e-7  # of what the conditions of the optimum leave over
MOST_STEPS = 100
SHORT_OF = 0.995  # of the step at which a bound is met


def fit_by_interior_point(
    z: FloatArray, targets: IntArray, strength: float
) -> TwoClassMachine | None:
    """Minimise ½ ‖w‖² + ``strength`` · Σ hinge loss, as scikit-learn's ``SVC`` defines it.

    scikit-learn's solver changes two subjects at a time. Where classes overlap and the penalty is
    weak, it does so hundreds of thousands of times. Here a step changes all subjects, takes one
    linear system as large as there are coordinates, and a dozen steps end nearer to the same
    optimum. A primal-dual method (Mehrotra, S. (1992). SIAM Journal on Optimization, 2(4), 575-601)
    that uses the low rank of the kernel (Fine, S., & Scheinberg, K. (2001). Journal of Machine
    Learning Research, 2, 243-264).

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
        left_over = point.left_over()
        if point.is_optimal(left_over):
            duals = signs * point.duals
            return TwoClassMachine(duals, _best_bias(z @ (duals @ z), signs))
        try:
            point.step(left_over)
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

    def left_over(self) -> "_LeftOver":
        weights = self.duals @ self.rows
        slope = self.rows @ weights - 1 + self.signs * self.bias
        return _LeftOver(
            gradient=self.lower - self.upper - slope,
            balance=-float(self.signs @ self.duals),
            objective=abs(float(self.duals.sum() - weights @ weights / 2)),
        )

    def is_optimal(self, left_over: "_LeftOver") -> bool:
        return (
            self.gap <= NEAR * left_over.objective
            and bool(np.abs(left_over.gradient).max() <= STILL)
            and abs(left_over.balance) <= STILL * self.strength * len(self.duals)
        )

    def step(self, left_over: "_LeftOver") -> None:
        """Towards the optimum, and back towards the middle by as much as a first try asks for."""
        subjects = len(self.duals)
        room, mean = self.room, self.gap / (2 * subjects)
        solve = self._solver(left_over)
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

    def _solver(self, left_over: "_LeftOver") -> Callable[[FloatArray, FloatArray], "_Change"]:
        """Newton's system at this point, for any products of duals and multipliers to aim at."""
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
            free = solved(left_over.gradient + at_lower / self.duals - at_upper / room)
            bias = (self.signs @ free - left_over.balance) / curvature
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


class _LeftOver(NamedTuple):
    """What the conditions of the optimum leave over at a point, and the objective's size there.

    ``gradient`` (S,) and ``balance`` of the classes are zero at the optimum.
    """

    gradient: FloatArray
    balance: float
    objective: float


@dataclass(frozen=True)
class _Change:
    """Of a point, by a step of length 1."""

    duals: FloatArray
    lower: FloatArray
    upper: FloatArray
    bias: float


def _best_bias(scores: FloatArray, signs: FloatArray) -> float:
    """The bias of the least hinge loss, the middle of several; ``scores`` (S,) are without one.

    As it grows, the slope of the loss rises by 1 at each subject's margin, from minus the number of
    those of the second class: it is 0 behind as many margins.
    """
    margins = np.sort(signs - scores)
    second = int((signs > 0).sum())
    return float(margins[second - 1 : second + 1].mean())
