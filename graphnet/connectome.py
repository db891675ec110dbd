"""Connectomes as columns: ``FC_i_j`` holds the connectivity of the regions i and j."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Any

import numpy as np

from graphnet.cohort import FloatArray
from graphnet.errors import shortened
from graphnet.quality import Finding

EDGE = re.compile(r"FC_(?P<one>[0-9]{1,6})_(?P<other>[0-9]{1,6})")
MISSING = "missing-edge"
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


def screen_edges(connectomes: FloatArray, ids: tuple[str, ...], site: str) -> tuple[Finding, ...]:
    """Say for whom edges are missing: one finding a subject, counting pairs of regions."""
    counts = np.isnan(connectomes).sum(axis=(1, 2)) // 2
    return tuple(
        Finding(MISSING, site, ids[row], "FC", int(counts[row])) for row in np.flatnonzero(counts)
    )


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
