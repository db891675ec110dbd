"""Connectomes as columns: ``FC_i_j`` holds the connectivity of the regions i and j."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, islice
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphnet.cohort import FloatArray
from graphnet.errors import shortened
from graphnet.quality import Finding, few

EDGE = re.compile(r"FC_(?P<one>[0-9]{1,6})_(?P<other>[0-9]{1,6})")
MISSING, MISSING_REGION = "missing-edge", "missing-region"
EDGES = "FC"  # the measure of a finding about edges
MOST_SHOWN = 5

Columns = Mapping[str, Sequence[Any]]
Numbers = Callable[[str], FloatArray]


def edge_regions(columns: Columns) -> tuple[str, ...]:
    """The regions that ``FC_i_j`` columns name, in numeric order."""
    found = {
        match[end]
        for column in columns
        if (match := EDGE.fullmatch(column))
        for end in ("one", "other")
    }
    return tuple(sorted(found, key=int))


def read_edges(
    columns: Columns, regions: tuple[str, ...], numbers: Numbers, problems: list[str], name: str
) -> FloatArray:
    """Connectomes (S, N, N): symmetric, 0 on the diagonal, NaN where there is no finite value.

    The upper triangle is enough; where both are there they must agree. What is missing goes to
    ``problems``.
    """
    absent = _absent(columns, regions)
    if absent:
        problems.append(
            f"The dataset {name} has no column {absent}; a connectome needs one for each pair of "
            "regions."
        )
        return np.empty((0, 0, 0))
    place = {region: index for index, region in enumerate(regions)}
    subjects = len(next(iter(columns.values())))
    found = np.full((subjects, len(regions), len(regions)), np.nan)
    disagree: list[str] = []
    for column, one, other in _pairs(columns):
        i, j = place[one], place[other]
        values = numbers(column)
        known = found[:, i, j]
        if not np.allclose(values, known, atol=1e-6, equal_nan=True) and not np.isnan(known).all():
            disagree.append(column)
        found[:, i, j] = found[:, j, i] = values
    if disagree:
        problems.append(
            f"The dataset {name} has a connectome that is not symmetric: {shortened(disagree, 5)} "
            "differs from the column with its regions the other way round."
        )
    diagonal = np.arange(len(regions))
    found[:, diagonal, diagonal] = 0.0
    return np.where(np.isfinite(found), found, np.nan)


def square(edges: NDArray[np.float32]) -> FloatArray:
    """Symmetric connectomes (S, N, N) from upper triangles by rows (S, E); the diagonal is 0.

    An edge that is missing or infinite is NaN.
    """
    regions = (1 + isqrt(1 + 8 * edges.shape[1])) // 2
    rows, columns = np.triu_indices(regions, k=1)
    found = np.zeros((len(edges), regions, regions))
    found[:, rows, columns] = np.where(np.isfinite(edges), edges, np.nan)
    found[:, columns, rows] = found[:, rows, columns]
    return found


def screen_edges(
    connectomes: FloatArray, regions: tuple[str, ...], ids: tuple[str, ...], name: str
) -> tuple[Finding, ...]:
    """What is missing of the connectomes (S, N, N) of the dataset ``name``.

    A region that has no edge at all in some subjects is one finding; of other edges there is one
    finding for each subject, which counts pairs of regions.
    """
    missing = np.isnan(connectomes)
    gone = _missing_regions(missing)
    left = missing & ~gone[:, :, None] & ~gone[:, None, :]
    counts = left.sum(axis=(1, 2)) // 2
    edges = (
        Finding(MISSING, name, ids[row], EDGES, int(counts[row]), _touched(left[row], regions))
        for row in np.flatnonzero(counts)
    )
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


def _pairs(columns: Columns) -> Iterator[tuple[str, str, str]]:
    """Each column of a pair of regions, and the two."""
    for column in columns:
        match = EDGE.fullmatch(column)
        if match and match["one"] != match["other"]:
            yield column, match["one"], match["other"]


def _absent(columns: Columns, regions: tuple[str, ...]) -> str:
    """The missing columns, for a sentence; "" if there is none.

    Only the first are looked for: a few columns can name very many pairs.
    """
    there = {frozenset((one, other)) for _, one, other in _pairs(columns)}
    count = len(regions) * (len(regions) - 1) // 2 - len(there)
    pairs = combinations(regions, 2)
    missing = (f"FC_{one}_{other}" for one, other in pairs if frozenset((one, other)) not in there)
    shown = ", ".join(islice(missing, MOST_SHOWN))
    return shown if count <= MOST_SHOWN else f"{shown} and {count - MOST_SHOWN} more"
