"""What is wrong in a table of measures, found per subject and per measure, by stated rules.

Every rule looks at one subject alone, so a verdict on one person never depends on another,
and a stored model treats a new subject just as it treated those it was trained on. Columns
that hardly vary and values far outside the training range are matters of scaling, which is
fitted on training subjects: see :mod:`graphnet.preprocessing.scaling`. Connectomes have rules of
their own: what is missing of a symmetric matrix.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from math import isqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graphnet.messages import MOST_NAMED

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ABSURD_RATIO = 1e3
ABSURD_VALUE = 1e9
BROKEN_SHARE = 0.1
MOST_REGIONS = 5  # that a finding names
BLOCK_BYTES = 16_000_000
ROUNDING = 1e-12  # of the largest value: what varies by less is constant


@dataclass(frozen=True)
class Finding:
    """One thing found: ``count`` values of one ``measure`` of one ``subject`` under ``rule``.

    ``regions`` names where, if these are few. What is wrong with one region in several subjects is
    one finding: ``others`` are those besides ``subject``, and ``count`` is how many they are.
    """

    rule: str
    site: str
    subject: str
    measure: str
    count: int
    regions: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """Everybody whom it concerns."""
        return (self.subject, *self.others)

    def among(self, kept: Collection[str]) -> Self | None:
        """The same of those subjects alone; None if it concerns none of them."""
        left = tuple(subject for subject in self.subjects if subject in kept)
        if not left:
            return None
        count = len(left) if self.others else self.count
        return replace(self, subject=left[0], others=left[1:], count=count)

    @property
    def _named(self) -> str:
        """The first of them, in no language: ``51095, 51123 … (+3)``."""
        more = len(self.subjects) - MOST_NAMED
        return ", ".join(self.subjects[:MOST_NAMED]) + (f" … (+{more})" if more > 0 else "")

    def as_dict(self) -> dict[str, Any]:
        """For a JSON report."""
        return {
            "rule": self.rule,
            "site": self.site,
            "subject": self._named,
            "measure": self.measure,
            "count": self.count,
            "regions": list(self.regions),
        }


def screen(
    values: FloatArray,
    ids: tuple[str, ...],
    measures: tuple[str, ...],
    regions: tuple[str, ...],
    name: str,
) -> tuple[FloatArray, tuple[Finding, ...]]:
    """Apply the rules to ``values`` (S, N, F) of the dataset ``name``.

    Returns them with NaN for what cannot be used, and the findings.
    """
    usable = np.empty(values.shape)
    findings: dict[str, list[Finding]] = {}
    for rows in blocks(len(values), values[:1].nbytes):
        masks = _masks(values[rows])
        unusable = np.zeros(values[rows].shape, dtype=bool)
        for rule, mask in masks.items():
            unusable |= mask
            findings.setdefault(rule, []).extend(
                Finding(
                    *(rule, name, ids[rows.start + subject], measures[measure]),
                    *(len(where), few(where, regions)),
                )
                for (subject, measure), where in _places(mask)
            )
        usable[rows] = np.where(unusable, np.nan, values[rows])
    return usable, tuple(chain.from_iterable(findings.values()))


def blocks(count: int, size: int) -> Iterator[slice]:
    """Slices of ``count`` subjects of ``size`` bytes each that are looked at together."""
    step = max(1, BLOCK_BYTES // max(1, size))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def few(where: IntArray, regions: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the regions ``where`` something was found; () if these are many."""
    return tuple(regions[place] for place in where) if len(where) <= MOST_REGIONS else ()


@np.errstate(invalid="ignore", over="ignore")
def _masks(features: FloatArray) -> dict[str, NDArray[np.bool_]]:
    missing = np.isnan(features)
    infinite = np.isinf(features)
    finite = np.where(missing | infinite, np.nan, features)
    typical = _median_magnitude(finite)
    absurd = np.abs(finite) > np.where(typical > 0, ABSURD_RATIO * typical, np.inf)
    absurd |= np.abs(finite) > ABSURD_VALUE
    constant = _constant(features)
    broken = (infinite | absurd).mean(axis=1, keepdims=True) > BROKEN_SHARE
    rest = broken & ~(missing | infinite | absurd)
    return {
        "missing": missing,
        "infinite": infinite,
        "absurd": absurd,
        "constant": constant & ~missing,
        "broken": rest,
    }


def _median_magnitude(finite: FloatArray) -> FloatArray:
    """Median |value| over regions of each subject and measure, (S, 1, F); 0 if there is none."""
    empty = np.isnan(finite).all(axis=1, keepdims=True)
    filled = np.where(empty, 0.0, np.abs(finite))
    median: FloatArray = np.nanmedian(filled, axis=1, keepdims=True)
    return median


def _constant(features: FloatArray) -> NDArray[np.bool_]:
    regions = features.shape[1]
    if regions < 3:
        return np.zeros(features.shape, dtype=bool)
    same = (features == features[:, :1]).all(axis=1, keepdims=True)
    return np.broadcast_to(same, features.shape)


def _places(mask: NDArray[np.bool_]) -> list[tuple[tuple[int, int], IntArray]]:
    """Subject and measure, and the regions where ``mask`` (S, N, F) is true, if there are any."""
    return [
        ((int(subject), int(measure)), np.flatnonzero(mask[subject, :, measure]))
        for subject, measure in np.argwhere(mask.any(axis=1))
    ]


MISSING, MISSING_REGION = "missing-edge", "missing-region"
EDGES = "FC"  # the measure of a finding about edges

Edges = FloatArray | NDArray[np.float32]


def square(edges: Edges) -> FloatArray:
    """Symmetric connectomes (S, N, N) from upper triangles by rows (S, E); the diagonal is 0.

    An edge that is missing or infinite is NaN.
    """
    regions = (1 + isqrt(1 + 8 * edges.shape[1])) // 2
    rows, columns = np.triu_indices(regions, k=1)
    matrices = np.zeros((len(edges), regions, regions))
    for some in blocks(len(edges), matrices[:1].nbytes):
        values = np.where(np.isfinite(edges[some]), edges[some], np.nan)
        matrices[some, rows, columns] = values
        matrices[some, columns, rows] = values
    return matrices


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
