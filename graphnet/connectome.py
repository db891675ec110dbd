"""Connectomes as columns: ``FC_i_j`` holds the connectivity of the regions i and j."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from graphnet.cohort import FloatArray
from graphnet.errors import shortened
from graphnet.quality import Finding

EDGE = re.compile(r"FC_(?P<one>[0-9]{1,6})_(?P<other>[0-9]{1,6})")
MISSING = "missing-edge"

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
    place = {region: index for index, region in enumerate(regions)}
    subjects = len(next(iter(columns.values())))
    found = np.full((subjects, len(regions), len(regions)), np.nan)
    disagree: list[str] = []
    for column in columns:
        match = EDGE.fullmatch(column)
        if not match or match["one"] == match["other"]:
            continue
        i, j = place[match["one"]], place[match["other"]]
        values = numbers(column)
        known = found[:, i, j]
        if not np.allclose(values, known, atol=1e-6, equal_nan=True) and not np.isnan(known).all():
            disagree.append(column)
        found[:, i, j] = found[:, j, i] = values
    problems += _problems(columns, regions, disagree, name)
    diagonal = np.arange(len(regions))
    found[:, diagonal, diagonal] = 0.0
    return np.where(np.isfinite(found), found, np.nan)


def screen_edges(connectomes: FloatArray, ids: tuple[str, ...], site: str) -> tuple[Finding, ...]:
    """Say for whom edges are missing: one finding a subject, counting pairs of regions."""
    counts = np.isnan(connectomes).sum(axis=(1, 2)) // 2
    return tuple(
        Finding(MISSING, site, ids[row], "FC", int(counts[row])) for row in np.flatnonzero(counts)
    )


def _problems(
    columns: Columns, regions: tuple[str, ...], disagree: list[str], name: str
) -> list[str]:
    absent = [
        f"FC_{one}_{other}"
        for index, one in enumerate(regions)
        for other in regions[index + 1 :]
        if f"FC_{one}_{other}" not in columns and f"FC_{other}_{one}" not in columns
    ]
    found = []
    if absent:
        found.append(
            f"The dataset {name} has no column {shortened(absent, 5)}; a connectome needs one "
            "for each pair of regions."
        )
    if disagree:
        found.append(
            f"The dataset {name} has a connectome that is not symmetric: {shortened(disagree, 5)} "
            "differs from the column with its regions the other way round."
        )
    return found
