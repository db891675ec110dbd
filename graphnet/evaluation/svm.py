"""Support vector machines on inner products, their strength chosen by inner folds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation import interior_point
from graphnet.evaluation.inner_products import Products, Training
from graphnet.evaluation.interior_point import TwoClassMachine
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
        chosen = _out_of_fold(kernel, strengths, training)
        curve = LogisticRegression(C=1e6, max_iter=2000)
        curve.fit(chosen.decisions, training.targets)
        fits = _Fits(kernel, training, training.everyone, overlap=chosen.overlap)
        return cls(kernel, training, fits.fit(chosen.strength), curve, chosen.strength)

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
            machine = interior_point.fit(own, targets, strength)
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
