"""What linear models and kernels need of training subjects: inner products, axes, inner folds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
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
