"""How much two regions have to do with each other, for every pair of regions."""

import numpy as np

from graphnet.catalogue import LEAST_MEASURES
from graphnet.errors import SettingsError
from graphnet.graphs.edges import FloatArray

SHRINKAGE = 0.1


def correlation(values: FloatArray) -> FloatArray:
    """Pearson correlation of the rows of (…, N, M): (…, N, N), 0 for a constant row."""
    centred = values - values.mean(axis=-1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=-1, keepdims=True))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-12)
    product: FloatArray = unit @ np.swapaxes(unit, -1, -2)
    return product


def covariance(x: FloatArray) -> FloatArray:
    """How regions vary together over subjects: (S, N, F) → (N, N).

    Pearson correlation over the subjects, the mean over measures.
    """
    by_measure = (x[:, :, measure].T for measure in range(x.shape[2]))
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
            f"graph 'similarity' needs at least {LEAST_MEASURES} measures a region; the data have "
            f"{x.shape[2]}."
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
