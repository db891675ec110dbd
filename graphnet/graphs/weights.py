"""How much two regions have to do with each other, for every pair of regions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from graphnet.catalogue import LEAST_MEASURES
from graphnet.data.quality import ROUNDING
from graphnet.errors import SettingsError
from graphnet.graphs.edges import FloatArray
from graphnet.messages import Message

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
