"""Subjects whose values are so many times those of others that the units must differ.

Millimetres beside metres, millilitres beside cubic millimetres, percent beside fractions: a power
of ten lies between them, or at least no subject between what would be two very different brains.
"""

import warnings
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graphnet.messages import Message

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
CONNECTOME = "connectome"  # what stands for its weights among the names of measures
APART = 20.0  # times: 1000 of units, 100 of percent, no two brains
GAP = 3.0  # times, between the nearest subjects of two groups in different units
OF_TEN = 0.12  # by which the logarithm of a factor may miss a power of ten: 7.6 to 13 times
OF_BOTH_SIGNS = 0.05  # of the values, on the side of 0 that has fewer
MOST = 0.9  # of the regions, in which two groups in different units are apart
LEAST_SUBJECTS = 3  # of a dataset, whose unit is compared with another's
LEAST_REGIONS = 5  # of which a typical value is steady without a power of ten


def are_signed(values: NDArray[np.floating]) -> bool:
    """Whether values lie on both sides of 0, as z-scores do: these have no unit, and no size."""
    with np.errstate(invalid="ignore"):
        above, below = int((values > 0).sum()), int((values < 0).sum())
    return min(above, below) > OF_BOTH_SIGNS * (above + below)


def sizes_of(values: NDArray[np.floating]) -> FloatArray:
    """The median size (S,) of each subject's values (S, N) that are not 0; 0 without any."""
    sizes = np.where(np.isfinite(values) & (values != 0), np.abs(values), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a subject without any value
        return np.asarray(np.nan_to_num(np.nanmedian(sizes, axis=1)), dtype=np.float64)


def groups_of(sizes: FloatArray) -> tuple[IntArray, ...]:
    """The subjects of each unit, the smallest values first; () where one unit is plausible.

    The gap between two groups is wider than what the subjects of either differ in, and the typical
    values are a power of ten apart.
    """
    rows = np.flatnonzero(sizes > 0)
    rows = rows[np.argsort(sizes[rows], kind="stable")]
    cuts = np.flatnonzero(sizes[rows[1:]] > GAP * sizes[rows[:-1]]) + 1
    groups = np.split(rows, cuts)
    if len(groups) < 2 or not _are_apart(sizes, groups):
        return ()
    times = [typical(sizes, high) / typical(sizes, groups[0]) for high in groups[1:]]
    return tuple(groups) if all(power_of_ten(one) is not None for one in times) else ()


def _are_apart(sizes: FloatArray, groups: Sequence[IntArray]) -> bool:
    """Whether the widest group is narrower than the narrowest gap."""
    widest = max(sizes[group[-1]] / sizes[group[0]] for group in groups)
    gaps = [sizes[high[0]] / sizes[low[-1]] for low, high in pairwise(groups)]
    return bool(widest < min(gaps))


def are_apart_everywhere(values: NDArray[np.floating], groups: Sequence[IntArray]) -> bool:
    """Whether the values (S, N) of one group lie below those of the next in nearly every region.

    A unit moves all values of a subject; a few low ones make a low median as well.
    """
    sizes = np.where(values != 0, np.abs(values), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a region without any value
        pairs = [
            (np.nanquantile(sizes[low], 0.9, axis=0), np.nanquantile(sizes[high], 0.1, axis=0))
            for low, high in pairwise(groups)
        ]
    known = [(low, high, np.isfinite(low) & np.isfinite(high)) for low, high in pairs]
    return all(both.any() and (low < high)[both].mean() >= MOST for low, high, both in known)


def split_of(sizes: FloatArray) -> tuple[IntArray, ...]:
    """The subjects on either side of the widest gap; () where that is no 20 times."""
    rows = np.flatnonzero(sizes > 0)
    rows = rows[np.argsort(sizes[rows], kind="stable")]
    times = sizes[rows[1:]] / sizes[rows[:-1]]
    if not len(times) or times.max() < APART:
        return ()
    return tuple(np.split(rows, [int(times.argmax()) + 1]))


def typical(sizes: FloatArray, rows: IntArray) -> float:
    """The median of these subjects' sizes."""
    return float(np.median(sizes[rows]))


def power_of_ten(times: float) -> int | None:
    """The power of ten, not 0, that ``times`` is near; None where it is near none."""
    exponent = np.log10(times)
    nearest = round(exponent)
    return nearest if nearest and abs(exponent - nearest) <= OF_TEN else None


Sizes = Mapping[str, FloatArray]  # by measure, what sizes_of gives


def unit_conflicts(datasets: Sequence[tuple[str, Sizes]]) -> list[Message]:
    """Refuse datasets, by name, that have a measure of the same name in different units."""
    found = []
    for measure in datasets[0][1]:
        of_each = [(name, sizes[measure]) for name, sizes in datasets if measure in sizes]
        conflict = _between(of_each)
        if conflict:
            found.append(Message("data.measure-units", measure=measure, datasets=conflict))
    return found


def _between(of_each: Sequence[tuple[str, FloatArray]]) -> list[Message]:
    """What is typical of each dataset, where each is in one unit and not all in the same."""
    sizes = np.concatenate([own for _, own in of_each])
    group_of = np.full(len(sizes), -1)
    for number, rows in enumerate(groups_of(sizes)):
        group_of[rows] = number
    ends = np.cumsum([len(own) for _, own in of_each])[:-1]
    units = [set(own.tolist()) - {-1} for own in np.split(group_of, ends)]
    if min((own > 0).sum() for _, own in of_each) < LEAST_SUBJECTS:
        return []
    if any(len(unit) > 1 for unit in units) or len(set[int]().union(*units)) < 2:
        return []
    return [
        Message("data.size-of-dataset", name=name, size=f"{np.median(own[own > 0]):.3g}")
        for name, own in of_each
        if (own > 0).any()
    ]
