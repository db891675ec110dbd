"""From scaled features to the graph that a model propagates over.

A graph is a dense propagation matrix: row i says from which regions region i gathers, self
included. It is (1, N, N) where all subjects share it and (S, N, N) where each has their own.
"""

import numpy as np
from numpy.typing import NDArray

from graphnet.config import LEAST_MEASURES
from graphnet.errors import SettingsError

Float32Array = NDArray[np.float32]


def full(regions: int) -> Float32Array:
    """The reference net's graph: an edge i → j for each i ≤ j, without weights, (1, N, N).

    Normalised as PyG's ``GCNConv`` does for directed edges: by the in-degree of both ends.
    """
    degree = np.arange(1, regions + 1, dtype=np.float64)
    weights = np.tril(1.0 / np.sqrt(np.outer(degree, degree)))
    return weights[None].astype(np.float32)


def covariance(scaled: Float32Array, density: float) -> Float32Array:
    """Regions that vary together over subjects: (S, N, F) → (1, N, N).

    Pearson correlation of two regions over the given (training) subjects, the mean over
    measures; the strongest positive pairs are kept.
    """
    by_measure = np.moveaxis(scaled.astype(np.float64), 2, 0)  # (F, S, N)
    mean = np.mean([_correlation(values.T) for values in by_measure], axis=0)
    return propagation(mean[None], density)


def similarity(scaled: Float32Array, density: float) -> Float32Array:
    """Morphometric similarity: regions with a like profile of measures, (S, N, F) → (S, N, N).

    Pearson correlation of two regions over the measures of one subject (Seidlitz et al. 2018),
    the strongest positive pairs kept.

    Raises:
        SettingsError: fewer than three measures, over which every correlation is ±1.

    """
    if scaled.shape[2] < LEAST_MEASURES:
        raise SettingsError(
            f"graph 'similarity' needs at least {LEAST_MEASURES} measures a region; the data have "
            f"{scaled.shape[2]}."
        )
    return propagation(_correlation(scaled.astype(np.float64)), density)


def build(kind: str, train: Float32Array, density: float) -> Float32Array | None:
    """The graph all subjects share, fitted on the training subjects; None if each has their own."""
    if kind == "full":
        return full(train.shape[1])
    if kind == "covariance":
        return covariance(train, density)
    return None


def propagation(weights: NDArray[np.float64], density: float) -> Float32Array:
    """Keep the ``density`` strongest positive pairs of (…, N, N), add self loops, normalise.

    Symmetric normalisation D^-1/2 (A + I) D^-1/2 (Kipf & Welling 2017).
    """
    regions = weights.shape[-1]
    rows, columns = np.triu_indices(regions, k=1)
    pairs = weights[..., rows, columns]
    kept = round(density * len(rows))
    order = np.argsort(-pairs, axis=-1, kind="stable")[..., :kept]
    strongest = np.zeros_like(pairs)
    np.put_along_axis(strongest, order, np.take_along_axis(pairs, order, axis=-1), axis=-1)
    adjacency = np.zeros_like(weights)
    adjacency[..., rows, columns] = np.maximum(strongest, 0.0)
    adjacency += np.swapaxes(adjacency, -1, -2) + np.eye(regions)
    root = 1.0 / np.sqrt(adjacency.sum(axis=-1))
    normalised: NDArray[np.float64] = root[..., :, None] * adjacency * root[..., None, :]
    return normalised.astype(np.float32)


def _correlation(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson correlation of the rows of (…, N, M): (…, N, N), 0 for a constant row."""
    centred = values - values.mean(axis=-1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=-1, keepdims=True))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-12)
    product: NDArray[np.float64] = unit @ np.swapaxes(unit, -1, -2)
    return product
