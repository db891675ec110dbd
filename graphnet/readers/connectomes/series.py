"""Time series: which axis is time, what is missing in them, and how regions correlate."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graphnet.data.dataset import Series
from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of, in_cell
from graphnet.readers.connectomes.matrices import LIMIT, fisher_z
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import is_number
from graphnet.readers.text.number_files import NumberTable
from graphnet.readers.text.number_names import INDEX

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]

LEAST_POINTS = 10
EVEN = 1e-3  # how far steps of time may differ, as they are rounded
LEAST_TIMES, ROUNDED = 5, 0.02  # names that go on evenly, and what few digits lose of a step
SMOOTH = 0.3  # how neighbouring points in time correlate at least, in data that are filtered
LOOKED_AT = 10  # subjects
ORIENTATION = "series.orientation"
POINTS, REGIONS = "points", "regions"  # what the rows of a file are
FLAT = 1e-12  # a series that varies by less of its size is constant
SAME = 1e-10  # how far from 1 the correlation of two copies of a series may be
MOST = 0.8  # the share of subjects from which on the others are exceptions
AVERAGE = 0.9999  # how a column correlates with the mean of the others if it is that mean
TIMES = re.compile(r"(t|tr|time|time_?points?|vol|volume|scan|frame)[ _.-]?\d+", re.IGNORECASE)

Tables = Mapping[str, NumberTable]  # by subject


def counts_up(names: Sequence[str]) -> bool:
    """Whether names are 0, 1, 2 … or 1, 2, 3 …: places, not names."""
    if not all(name.isdecimal() for name in names):
        return False
    numbers = [int(name) for name in names]
    return (
        bool(numbers)
        and numbers[0] in {0, 1}
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    )


def has_region_names(names: Sequence[str] | None) -> bool:
    """Whether a header or an index holds names of regions."""
    return (
        names is not None
        and not counts_up(names)
        and not all(map(TIMES.fullmatch, names))
        and not all("." in name and is_number(name) for name in names)
        and not _are_times(names)
    )


def _are_times(names: Sequence[str]) -> bool:
    """Whether names go on evenly from 0, or with decimals: 0, 0.72, 1.44."""
    if len(names) < LEAST_TIMES or not all(map(is_number, names)):
        return False
    steps = [float(after) - float(before) for before, after in pairwise(names)]
    even = steps[0] > 0 and max(steps) - min(steps) <= ROUNDED * steps[0]
    return even and (float(names[0]) == 0 or any("." in name for name in names))


def detect_orientation(tables: Tables, inquiry: Inquiry) -> str:
    """Whether the rows of all files are ``points`` in time or ``regions``.

    Names of regions settle it, and so does a number of rows that differs between subjects while
    that of columns does not. It is asked where there are at least as many columns as rows, where
    the number of columns differs between subjects, or where values go on smoothly along the rows
    instead of the columns.
    """
    first = next(iter(tables.values()))
    if has_region_names(first.header):
        return POINTS
    if has_region_names(first.index):
        inquiry.assume(Message("readers_connectomes.rows-are-regions", file=inquiry.name))
        return REGIONS
    rows, columns = ([table.values.shape[axis] for table in tables.values()] for axis in (0, 1))
    if _are_points(rows, columns) and not _smooth_along_rows(tables):
        inquiry.assume(
            Message(
                "readers_connectomes.rows-are-points",
                file=inquiry.name,
                points=_range(rows),
                regions=_range(columns),
            )
        )
        return POINTS
    return inquiry.ask(
        ORIENTATION,
        Message(
            "readers_connectomes.ask-orientation",
            file=inquiry.name,
            rows=_range(rows),
            columns=_range(columns),
        ),
        (
            Choice(
                REGIONS,
                Message(
                    "readers_connectomes.points-are-columns",
                    regions=_range(rows),
                    points=_range(columns),
                ),
            ),
            Choice(
                POINTS,
                Message(
                    "readers_connectomes.points-are-rows",
                    regions=_range(columns),
                    points=_range(rows),
                ),
            ),
        ),
    )


def _are_points(rows: Sequence[int], columns: Sequence[int]) -> bool:
    """Whether the shapes of all files leave no doubt that rows are points in time."""
    usual, times = Counter(columns).most_common(1)[0]
    if times == len(columns):
        return len(set(rows)) > 1 or rows[0] > usual
    # A few subjects lack a region, or all lack what they please: refused by name.
    few = times >= MOST * len(columns) and rows[0] > usual
    return len(set(rows)) > 1 or few or min(columns) < LEAST_POINTS


def _smooth_along_rows(tables: Tables) -> bool:
    """Whether neighbours in a row are more alike than those in a column, as points in time are."""
    similarities = []
    for table in list(tables.values())[:LOOKED_AT]:
        values = table.values
        if np.isnan(values).any() or min(values.shape) < LEAST_POINTS:
            return False
        centred = values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()
        similarities.append((_alike(centred), _alike(centred.T)))
    along, down = np.median(similarities, axis=0)
    return bool(along > SMOOTH and along > down + SMOOTH)


def _alike(values: FloatArray) -> float:
    """How neighbours in a row correlate, over all rows."""
    size = np.square(values).sum()
    return float((values[:, 1:] * values[:, :-1]).sum() / size) if size > 0 else 0.0


def time_first(table: NumberTable, rows: str) -> NumberTable:
    """With time points as rows."""
    if rows == POINTS:
        return table
    return NumberTable(table.values.T, table.index, table.header)


def check_length(series_of: Mapping[str, FloatArray], inquiry: Inquiry) -> None:
    """Refuse series that are too short to be correlated, by their subjects."""
    short = {subject: len(one) for subject, one in series_of.items() if len(one) < LEAST_POINTS}
    if short:
        subjects = [
            Message("readers_connectomes.subject-has", subject=subject, count=points)
            for subject, points in short.items()
        ]
        inquiry.refuse(
            Message(
                "readers_connectomes.short-series",
                file=inquiry.name,
                least=LEAST_POINTS,
                subjects=first_of(subjects, 5),
            )
        )


def times_in(series_of: Mapping[str, FloatArray]) -> list[int]:
    """The columns of series (T, N) that go on evenly in all subjects, as times do and no signal.

    None where all columns do: these are no data of anybody.
    """
    first, *others = series_of.values()
    even = _go_on_evenly(first)
    for one in others:
        if not even.any():
            break
        even &= _go_on_evenly(one)
    return [] if even.all() else [int(place) for place in np.flatnonzero(even)]


def _go_on_evenly(series: FloatArray) -> NDArray[np.bool_]:
    """(N,): columns in which each number is larger than the one before, by as much."""
    if len(series) < LEAST_POINTS:
        return np.zeros(series.shape[1], dtype=bool)
    steps = np.diff(series, axis=0)
    return np.asarray((steps > 0).all(axis=0) & (np.ptp(steps, axis=0) <= EVEN * steps.max(axis=0)))


def without_times(
    regions: tuple[str, ...], series_of: Mapping[str, FloatArray], inquiry: Inquiry
) -> tuple[tuple[str, ...], dict[str, FloatArray]]:
    """Without columns that number the rows or time them: asked, as they may have been meant."""
    times = times_in(series_of)
    if not times:
        return regions, dict(series_of)
    examples = next(iter(series_of.values()))[:3, times[0]]
    answer = inquiry.ask(
        INDEX,
        Message(
            "readers_connectomes.ask-times",
            file=inquiry.name,
            columns=[regions[place] for place in times],
            count=len(times),
            numbers=in_cell(f"{number:g}" for number in examples),
        ),
        (
            Choice("index", Message("readers_text.numbers-rows")),
            Choice("region", Message("readers_text.is-region")),
        ),
    )
    if answer != "index":
        return regions, dict(series_of)
    kept = [place for place in range(len(regions)) if place not in times]
    left = tuple(regions[place] for place in kept)
    if counts_up(regions):
        left = regions[: len(kept)]
    return left, {subject: one[:, kept] for subject, one in series_of.items()}


def without_gaps(
    series_of: Mapping[str, FloatArray], regions: Sequence[str], inquiry: Inquiry
) -> dict[str, FloatArray]:
    """Series (T, N) with NaN for whatever is no measurement: constant, empty, infinite."""
    cleaned: dict[str, FloatArray] = {}
    silent = np.zeros(len(regions), dtype=np.int64)
    gaps = 0
    empty = []
    for subject, one in series_of.items():
        finite = one if not np.isinf(one).any() else np.where(np.isfinite(one), one, np.nan)
        flat = _flat(finite)
        empty += [subject] if flat.all() else []
        silent += flat
        gaps += int(np.isnan(finite[:, ~flat]).sum())
        cleaned[subject] = np.where(flat, np.nan, finite) if flat.any() else finite
    if empty:
        inquiry.refuse(
            Message("readers_connectomes.no-signal", file=inquiry.name, subjects=first_of(empty, 5))
        )
    _say_gaps(silent, gaps, len(series_of), regions, inquiry)
    return cleaned


def correlate(
    series_of: Mapping[str, FloatArray], regions: Sequence[str], inquiry: Inquiry, most: int
) -> tuple[Series, Float32Array]:
    """The series one below the other, and Fisher's z (S, E) of each subject's correlations.

    Raises:
        CohortError: both take more than ``most`` bytes.

    """
    size = len(regions)
    count = size * (size - 1) // 2
    points = sum(map(len, series_of.values()))
    if 8 * points * size + 4 * count * len(series_of) > most:
        raise CohortError(
            Message("readers_connectomes.series-too-large", file=inquiry.name, megabytes=most / 1e6)
        )
    edges = np.empty((len(series_of), count), dtype=np.float32)
    same: dict[int, int] = {}
    averages = 0
    for row, one in enumerate(series_of.values()):
        pearson = correlations(one)
        for edge in np.flatnonzero(np.abs(pearson) > 1 - SAME).tolist():
            same[edge] = same.get(edge, 0) + 1
        averages += _ends_in_average(one)
        edges[row] = fisher_z(pearson)
    _say_same(same, regions, len(series_of), inquiry)
    if averages == len(series_of):
        inquiry.assume(
            Message("readers_connectomes.global-signal", file=inquiry.name, column=regions[-1])
        )
    offsets = np.cumsum([0, *map(len, series_of.values())])
    return Series(np.concatenate(list(series_of.values())), offsets.astype(np.int64)), edges


def correlations(series: FloatArray) -> FloatArray:
    """Pearson's r (E,) of every two regions of a series (T, N), over the points both have.

    NaN where a region is constant or both have less than ten points in common.
    """
    rows, columns = np.triu_indices(series.shape[1], 1)
    present = ~np.isnan(series)
    if (present.all(axis=0) | ~present.any(axis=0)).all():
        return np.asarray(_complete(series)[rows, columns])
    return np.asarray(_pairwise(series, present)[rows, columns])


def _complete(series: FloatArray) -> FloatArray:
    """(N, N) of regions that have every point or none."""
    centred = series - series.mean(axis=0)
    length = np.sqrt(np.square(centred).sum(axis=0))
    unit = np.divide(centred, length, out=np.full_like(centred, np.nan), where=length > 0)
    return np.asarray(unit.T @ unit)


def _pairwise(series: FloatArray, present: NDArray[np.bool_]) -> FloatArray:
    """(N, N) over the points that both regions have."""
    count = np.maximum(present.sum(axis=0), 1)
    centred = np.where(present, series - np.where(present, series, 0).sum(axis=0) / count, 0)
    weights = present.astype(np.float64)
    both = weights.T @ weights
    sums = centred.T @ weights  # of region i over the points that j has too
    squares = np.square(centred).T @ weights
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = centred.T @ centred - sums * sums.T / both
        spread = squares - np.square(sums) / both
        pearson = shared / np.sqrt(spread * spread.T)
    enough = (both >= LEAST_POINTS) & (spread > 0) & (spread.T > 0)
    return np.asarray(np.where(enough, np.clip(pearson, -1, 1), np.nan))


def _flat(series: FloatArray) -> NDArray[np.bool_]:
    """(N,): regions that are constant or without any value."""
    present = ~np.isnan(series)
    low = np.where(present, series, np.inf).min(axis=0)
    high = np.where(present, series, -np.inf).max(axis=0)
    size = np.where(present, np.abs(series), 0).max(axis=0)
    return np.asarray(~present.any(axis=0) | (high - low <= FLAT * size))


def _say_gaps(
    silent: NDArray[np.int64], gaps: int, subjects: int, regions: Sequence[str], inquiry: Inquiry
) -> None:
    lost = [
        Message(
            "readers_connectomes.region-in-subjects",
            region=regions[place],
            count=int(silent[place]),
            total=subjects,
        )
        for place in np.flatnonzero(silent).tolist()
    ]
    if lost:
        inquiry.assume(
            Message(
                "readers_connectomes.regions-without-signal",
                file=inquiry.name,
                regions=first_of(lost),
            )
        )
    if gaps:
        inquiry.assume(Message("readers_connectomes.gaps-in-series", file=inquiry.name, count=gaps))


def _ends_in_average(series: FloatArray) -> bool:
    """Whether the last region is the mean of the others, of which there are three or more."""
    if series.shape[1] < 4 or np.isnan(series[:, -1]).any():
        return False
    others = series[:, :-1]
    others = others[:, ~np.isnan(others).any(axis=0)]
    if others.shape[1] < 3:
        return False
    return bool(np.corrcoef(others.mean(axis=1), series[:, -1])[0, 1] > AVERAGE)


def _say_same(
    same: Mapping[int, int], regions: Sequence[str], subjects: int, inquiry: Inquiry
) -> None:
    if not same:
        return
    rows, columns = np.triu_indices(len(regions), 1)
    pairs = [
        Message(
            "readers_connectomes.pair-in-subjects",
            one=regions[rows[edge]],
            other=regions[columns[edge]],
            count=count,
            total=subjects,
        )
        for edge, count in sorted(same.items(), key=lambda item: (-item[1], item[0]))
    ]
    inquiry.assume(
        Message(
            "readers_connectomes.same-series",
            file=inquiry.name,
            pairs=first_of(pairs, 5),
            limit=f"{np.arctanh(LIMIT):.4g}",
        )
    )


def _range(numbers: Sequence[int]) -> str | Message:
    low, high = min(numbers), max(numbers)
    if low == high:
        return str(low)
    return Message("readers_connectomes.from-to", low=str(low), high=str(high))
