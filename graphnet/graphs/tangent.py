"""Tangent space of covariance matrices, as nilearn defines it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from graphnet.graphs.edges import FloatArray


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
        found = np.stack(
            [_log(self.whitening @ _covariance(one) @ self.whitening) for one in series]
        )
        diagonal = np.arange(found.shape[-1])
        found[:, diagonal, diagonal] = 0.0
        return found

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
