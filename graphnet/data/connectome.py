"""Connectomes: from edges to symmetric matrices, and what is missing of them."""

from collections.abc import Iterator
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from graphnet.data.cohort import FloatArray
from graphnet.data.quality import Finding, blocks, few

MISSING, MISSING_REGION = "missing-edge", "missing-region"
EDGES = "FC"  # the measure of a finding about edges

Edges = FloatArray | NDArray[np.float32]


def square(edges: Edges) -> FloatArray:
    """Symmetric connectomes (S, N, N) from upper triangles by rows (S, E); the diagonal is 0.

    An edge that is missing or infinite is NaN.
    """
    regions = (1 + isqrt(1 + 8 * edges.shape[1])) // 2
    rows, columns = np.triu_indices(regions, k=1)
    found = np.zeros((len(edges), regions, regions))
    for some in blocks(len(edges), found[:1].nbytes):
        values = np.where(np.isfinite(edges[some]), edges[some], np.nan)
        found[some, rows, columns] = values
        found[some, columns, rows] = values
    return found


def screen_edges(
    connectomes: FloatArray | NDArray[np.float32],
    regions: tuple[str, ...],
    ids: tuple[str, ...],
    name: str,
) -> tuple[Finding, ...]:
    """What is missing of the connectomes of the dataset ``name``: (S, N, N), or edges (S, E).

    A region that has no edge at all in some subjects is one finding; of other edges there is one
    finding for each subject, which counts pairs of regions.
    """
    gone = np.zeros((len(connectomes), len(regions)), dtype=bool)
    edges: list[Finding] = []
    for rows in blocks(len(connectomes), 8 * len(regions) ** 2):
        some = connectomes[rows]
        missing = np.isnan(some if some.ndim == 3 else square(some))
        gone[rows] = _missing_regions(missing)
        left = missing & ~gone[rows, :, None] & ~gone[rows, None, :]
        counts = left.sum(axis=(1, 2)) // 2
        edges += [
            Finding(
                *(MISSING, name, ids[rows.start + row], EDGES),
                *(int(counts[row]), _touched(left[row], regions)),
            )
            for row in np.flatnonzero(counts)
        ]
    return (*_of_regions(gone, regions, ids, name), *edges)


def _missing_regions(missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which regions (S, N) of a subject have no edge, where others have one."""
    possible = missing.shape[-1] - 1
    gone: NDArray[np.bool_] = missing.sum(axis=2) == possible
    alone = gone.all(axis=1, keepdims=True)
    return gone & ~alone


def _of_regions(
    gone: NDArray[np.bool_], regions: tuple[str, ...], ids: tuple[str, ...], name: str
) -> Iterator[Finding]:
    for place in np.flatnonzero(gone.any(axis=0)):
        first, *others = (ids[row] for row in np.flatnonzero(gone[:, place]))
        count = 1 + len(others)
        yield Finding(MISSING_REGION, name, first, EDGES, count, (regions[place],), tuple(others))


def _touched(missing: NDArray[np.bool_], regions: tuple[str, ...]) -> tuple[str, ...]:
    return few(np.flatnonzero(missing.any(axis=1)), regions)
