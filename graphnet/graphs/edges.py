"""How much two regions have to do with each other, and which pairs of regions become edges.

Weights of all pairs come first, then what is kept of them: sign, threshold, density, neighbours,
tree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from graphnet.catalogue import LEAST_MEASURES, WITHOUT_DENSITY
from graphnet.data.quality import ROUNDING
from graphnet.errors import SettingsError
from graphnet.messages import Message

FloatArray = NDArray[np.float64]
USUAL = 0.1  # share of pairs that are edges


@dataclass(frozen=True)
class GraphRule:
    """Which edges a graph has, see :data:`graphnet.catalogue.GRAPHS`.

    ``sign``: ``positive`` drops negative weights, ``absolute`` takes magnitudes, ``signed`` keeps
    the sign and ranks by magnitude. Edges are the pairs of weight ``threshold`` or more, where it
    is given, else the ``density`` strongest share of all pairs; a pair of weight 0 is never one.
    """

    kind: str = "covariance"
    density: float = USUAL
    threshold: float | None = None
    sign: str = "positive"
    neighbours: int = 8


def leaves_edges(rule: GraphRule, regions: int) -> bool:
    """Whether the density, where it counts, keeps any of the pairs of so many regions."""
    pairs = regions * (regions - 1) // 2
    free = rule.kind in {*WITHOUT_DENSITY, "mst"} or rule.threshold is not None
    return free or not pairs or round(rule.density * pairs) > 0


def check_density(rule: GraphRule, regions: int) -> None:
    """Refuse a density that leaves no edge, unless it is the usual one. Raises SettingsError."""
    if rule.density != USUAL and not leaves_edges(rule, regions):
        raise SettingsError(no_edges(rule, regions))


def no_edges(rule: GraphRule, regions: int) -> Message:
    """Say that the density leaves no edge between so many regions, and which density would."""
    pairs = regions * (regions - 1) // 2
    least = ceil(1000 * 0.501 / pairs) / 1000
    return Message(
        "graphs.density-without-edges",
        density=rule.density,
        pairs=pairs,
        regions=regions,
        least=least,
    )


SHRINKAGE = 0.1
BLOCK = 8  # measures


def correlation(values: FloatArray) -> FloatArray:
    """Pearson correlation of the rows of (…, N, M): (…, N, N), 0 for a constant row."""
    centred = values - values.mean(axis=-1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=-1, keepdims=True))
    varies = length > ROUNDING * np.abs(values).max(axis=-1, keepdims=True)
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=varies)
    product: FloatArray = unit @ np.swapaxes(unit, -1, -2)
    return product


def covariance(x: FloatArray) -> FloatArray:
    """How regions vary together over subjects: (S, N, F) → (N, N).

    Pearson correlation over the subjects, the mean over measures.
    """
    # Measures lie side by side: some of them at a time are put into rows of their own.
    blocks = (x[:, :, first : first + BLOCK] for first in range(0, x.shape[2], BLOCK))
    by_measure = (values.T for block in blocks for values in np.moveaxis(block, 2, 0).copy())
    return np.asarray(sum(correlation(values) for values in by_measure) / x.shape[2])


def similarity(x: FloatArray) -> FloatArray:
    """Morphometric similarity: how alike the regions' profiles are, (S, N, F) → (S, N, N).

    Pearson correlation of two regions over the measures of one subject (Seidlitz et al. 2018,
    Neuron 97:231-247).

    Raises:
        SettingsError: fewer than three measures, over which every correlation is ±1.

    """
    if x.shape[2] < LEAST_MEASURES:
        raise SettingsError(
            Message("graphs.similarity-measures", least=LEAST_MEASURES, measures=x.shape[2])
        )
    return correlation(x)


def profiles(x: FloatArray) -> FloatArray:
    """How alike regions are over all subjects and measures together: (S, N, F) → (N, N)."""
    return correlation(np.swapaxes(x, 0, 1).reshape(x.shape[1], -1))


def partial(connectomes: FloatArray, *, fisher_z: bool) -> FloatArray:
    """Partial correlations of plain correlations (S, N, N), or of Fisher's z.

    By the inverse of each subject's own correlation matrix, shrunk a tenth of the way to the
    identity so that it has one (Marrelec et al. 2006, NeuroImage 32:228-237). Where edges were
    filled, it may be no correlation matrix; the nearest one that is positive takes its place.
    """
    plain = np.tanh(connectomes) if fisher_z else connectomes
    identity = np.eye(connectomes.shape[-1])
    precision = np.linalg.inv(
        _positive((1 - SHRINKAGE) * (plain + identity) + SHRINKAGE * identity)
    )
    root = np.sqrt(np.diagonal(precision, axis1=-2, axis2=-1))
    scaled = -precision / (root[..., :, None] * root[..., None, :])
    return np.where(identity == 1, 0.0, scaled)


def _positive(shrunk: FloatArray) -> FloatArray:
    """Matrices (S, N, N) as they are if all are positive definite, else with least eigenvalues."""
    try:
        np.linalg.cholesky(shrunk)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(shrunk)
        low = values.min(axis=-1) < SHRINKAGE / 2  # of a correlation matrix none is below a tenth
        raised = np.maximum(values, SHRINKAGE)[..., None, :]
        mended: FloatArray = (vectors * raised) @ np.swapaxes(vectors, -1, -2)
        return np.where(low[..., None, None], mended, shrunk)
    return shrunk


@dataclass(frozen=True)
class Tangent:
    """The geometric mean of the training subjects' covariances and its whitening, both (N, N).

    A subject's matrix is the logarithm of the whitened covariance (Varoquaux et al. 2010, MICCAI,
    LNCS 6361:200-208).
    Covariances are Ledoit-Wolf estimates.
    """

    mean: FloatArray
    whitening: FloatArray
    NAMES: ClassVar[set[str]] = {"mean", "whitening"}

    @classmethod
    def fit(cls, series: Sequence[FloatArray]) -> Self:
        """Fit on the time series (T, N) of training subjects."""
        from nilearn.connectome import ConnectivityMeasure  # noqa: PLC0415 - slow to import

        measure = ConnectivityMeasure(kind="tangent")
        measure.fit(list(series))
        return cls(np.asarray(measure.mean_), np.asarray(measure.whitening_))

    def transform(self, series: Sequence[FloatArray]) -> FloatArray:
        """The tangent matrices (S, N, N) of any subjects, diagonal 0."""
        matrices = np.stack(
            [_log(self.whitening @ _covariance(one) @ self.whitening) for one in series]
        )
        diagonal = np.arange(matrices.shape[-1])
        matrices[:, diagonal, diagonal] = 0.0
        return matrices

    def as_tensors(self) -> dict[str, FloatArray]:
        """For storage."""
        return {"mean": self.mean, "whitening": self.whitening}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, FloatArray]) -> Self:
        """Read back what :meth:`as_tensors` gave."""
        return cls(tensors["mean"], tensors["whitening"])


def _covariance(series: FloatArray) -> FloatArray:
    from sklearn.covariance import LedoitWolf  # noqa: PLC0415 - slow to import

    return np.asarray(LedoitWolf(store_precision=False).fit(series).covariance_)


def _log(matrix: FloatArray) -> FloatArray:
    """The logarithm of a symmetric positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.log(values)) @ vectors.T)


def thin(weights: FloatArray, rule: GraphRule) -> FloatArray:
    """Keep the edges that ``rule`` asks for, of symmetric weights (…, N, N); diagonal 0."""
    signed = with_sign(weights, rule.sign)
    rows, columns = np.triu_indices(weights.shape[-1], k=1)
    pairs = signed[..., rows, columns]
    strength = np.abs(pairs)
    if rule.threshold is not None:
        kept = np.where(strength >= rule.threshold, pairs, 0.0)
    else:
        kept = _strongest(pairs, strength, round(rule.density * len(rows)))
    return _symmetric(kept, weights.shape[-1])


def with_sign(weights: FloatArray, sign: str) -> FloatArray:
    """Weights of any shape, under ``sign``: "positive", "absolute" or "signed".

    Negative weights become 0 under "positive", and their magnitudes under "absolute".
    """
    if sign == "positive":
        return np.maximum(weights, 0.0)
    return np.abs(weights) if sign == "absolute" else weights


def nearest(closeness: FloatArray, neighbours: int) -> NDArray[np.bool_]:
    """Pairs (N, N) where one is among the ``neighbours`` closest of the other."""
    regions = len(closeness)
    alone = np.where(np.eye(regions, dtype=bool), -np.inf, closeness)
    closest = np.argsort(-alone, axis=1, kind="stable")[:, : min(neighbours, regions - 1)]
    chosen = np.zeros((regions, regions), dtype=bool)
    np.put_along_axis(chosen, closest, values=True, axis=1)
    either: NDArray[np.bool_] = chosen | chosen.T
    return either


def tree(weights: FloatArray, rule: GraphRule) -> FloatArray:
    """The maximum spanning tree of (N, N), and the strongest other pairs up to the density.

    A tree has N - 1 edges, also where the density asks for fewer (Tewarie et al. 2015, NeuroImage
    104:177-188).
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, and seldom asked for
    from scipy.sparse.csgraph import minimum_spanning_tree  # noqa: PLC0415

    signed = with_sign(weights, rule.sign)
    strength = np.abs(signed)
    # The shortest tree over what decreases with strength and is never 0, which means no edge.
    length = np.triu(1.0 + strength.max() - strength, k=1)
    spanning = minimum_spanning_tree(csr_array(length)).toarray() != 0
    rows, columns = np.triu_indices(len(weights), k=1)
    inside = spanning[rows, columns]
    more = max(0, round(rule.density * len(rows)) - int(inside.sum()))
    pairs = signed[rows, columns]
    others = _strongest(np.where(inside, 0.0, pairs), np.where(inside, 0.0, np.abs(pairs)), more)
    return _symmetric(np.where(inside, pairs, others), len(weights))


def _strongest(pairs: FloatArray, strength: FloatArray, count: int) -> FloatArray:
    order = np.argsort(-strength, axis=-1, kind="stable")[..., :count]
    kept = np.zeros_like(pairs)
    np.put_along_axis(kept, order, np.take_along_axis(pairs, order, axis=-1), axis=-1)
    return kept


def _symmetric(pairs: FloatArray, regions: int) -> FloatArray:
    rows, columns = np.triu_indices(regions, k=1)
    adjacency = np.zeros((*pairs.shape[:-1], regions, regions))
    adjacency[..., rows, columns] = pairs
    adjacency += np.swapaxes(adjacency, -1, -2)
    return adjacency
