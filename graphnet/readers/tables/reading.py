"""From a sheet to a dataset: what its columns mean, by name and by what is in them.

One row per subject. Roles (id, class, site, score) by name; measures and regions by name; pairs of
regions as a connectome; every other column is a covariate or left alone with its reason.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.data.dataset import Dataset, Float32Array, FloatArray
from graphnet.data.interpretation import COUNTS, OTHER, ConnectomeReading, Interpretation
from graphnet.errors import shortened
from graphnet.readers.connectomes.matrices import edges_of_pairs, flat_edges
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.people import People, read_people
from graphnet.readers.tables.cells import Looks, by_name, to_numbers
from graphnet.readers.tables.grid import Grid
from graphnet.readers.tables.misread import (
    ask_whether_series,
    refuse_other_shapes,
    refuse_without_brain,
)
from graphnet.readers.tables.missing_codes import without_codes
from graphnet.readers.tables.pairs import Pairs, find_pairs
from graphnet.readers.tables.regions import find_grid, leave_regions
from graphnet.readers.tables.roles import UNNAMED, find_roles
from graphnet.readers.tables.sheet import Cells, Sheet
from graphnet.readers.tables.visits import refuse_same_column

MOST_NAMED = 5


@dataclass(frozen=True)
class Connectome:
    """Edges (S, E) of regions by name, and what they are."""

    edges: Float32Array
    regions: tuple[str, ...]
    reading: ConnectomeReading


@dataclass(frozen=True)
class Brain:
    """The columns that hold measures, and those that hold a connectome."""

    grid: Grid
    pairs: Pairs | None


@dataclass(frozen=True)
class Measured:
    """Measures (S, N, F) and edges (S, E) of regions by name."""

    regions: tuple[str, ...]
    measures: tuple[str, ...]
    values: FloatArray | None
    edges: Float32Array | None
    reading: ConnectomeReading | None


def interpret_sheet(sheet: Sheet, kind: str, inquiry: Inquiry) -> Dataset | None:
    """The dataset in a sheet of this ``kind`` of file; None where there is nothing to show.

    Problems and questions are collected by the ``inquiry``.
    """
    if inquiry.problems or _is_refused(sheet, inquiry):
        return None
    roles = find_roles(sheet, sheet.names, inquiry)
    looks = Looks(sheet)
    others = [
        name for name in sheet.names if name not in roles.taken and not UNNAMED.fullmatch(name)
    ]
    pairs = find_pairs(others, looks.is_numeric, inquiry)
    paired = {column for each in pairs for column in each.columns}
    rest = [name for name in others if name not in paired]
    grid = find_grid(rest, looks, inquiry)
    brain = grid.columns | paired
    if not brain:
        refuse_without_brain(others, looks, inquiry)
        return None
    refuse_same_column(
        (column for group in grid.measures.values() for column in group.values()), rest, inquiry
    )
    brain |= leave_regions([name for name in rest if name not in brain], looks, inquiry)
    people = read_people(sheet, [name for name in sheet.names if name not in brain], inquiry, roles)
    if not (roles.taken or people.covariates or pairs):
        ask_whether_series(sheet, tuple(grid.measures), inquiry)
    for other in pairs[1:]:
        inquiry.leave(
            f"{other.prefix} ({len(other.columns)} columns)", "another connectome is used"
        )
    chosen = Brain(grid, pairs[0] if pairs else None)
    found = _measured(sheet, people.subjects.ids, chosen, inquiry)
    return None if found is None else _dataset(sheet, kind, people, found)


def _is_refused(sheet: Sheet, inquiry: Inquiry) -> bool:
    """Whether it is no table of subjects at all, or names a column twice."""
    if not len(sheet):
        inquiry.refuse(f"{inquiry.name} has no row below its header.")
    twice = [name for name, times in Counter(sheet.names).items() if times > 1 and name]
    if twice:
        inquiry.refuse(
            f"{inquiry.name} has two columns named {shortened(twice, MOST_NAMED)}; keep one of "
            "each, or rename it."
        )
    if not inquiry.problems:
        refuse_other_shapes(sheet, inquiry)
    return bool(inquiry.problems)


def _measured(sheet: Sheet, ids: Sequence[str], brain: Brain, inquiry: Inquiry) -> Measured | None:
    """The numbers in the columns of the brain; None where they cannot be had."""
    columns = by_name(sheet)
    values = _values(columns, brain.grid, len(sheet), inquiry)
    if inquiry.problems:
        return None
    named = [name or f"row {row}" for row, name in enumerate(ids, 1)]
    found = _connectome(columns, brain, named, inquiry)
    regions = _agreed(brain.grid, found, inquiry)
    if inquiry.problems:
        return None
    edges = None if found is None else _arranged(found, regions)
    reading = None if found is None else found.reading
    return Measured(regions, tuple(brain.grid.measures), values, edges, reading)


def _dataset(sheet: Sheet, kind: str, people: People, found: Measured) -> Dataset:
    return Dataset(
        subjects=people.subjects,
        regions=found.regions,
        measures=found.measures,
        values=found.values,
        connectomes=found.edges,
        interpretation=Interpretation(
            kind=kind,
            text=sheet.text,
            id=people.id,
            label=people.label,
            site=people.site,
            score=people.score,
            covariates=people.covariates,
            connectome=found.reading,
        ),
    )


def _values(
    columns: dict[str, Cells], grid: Grid, rows: int, inquiry: Inquiry
) -> FloatArray | None:
    """Measures (S, N, F); None where there are none, or a measure lacks regions."""
    numbers = _numbers(columns, grid, inquiry)
    # A few columns of many measures and regions would take the room of all their pairs.
    if not grid.measures or not grid.is_complete or inquiry.problems:
        return None
    found = np.empty((rows, len(grid.regions), len(grid.measures)))
    for place, (measure, group) in enumerate(grid.measures.items()):
        for row, region in enumerate(grid.regions):
            found[:, row, place] = numbers[group[region]]
        found[:, :, place] = without_codes(found[:, :, place], measure, inquiry)
    return found


def _numbers(columns: dict[str, Cells], grid: Grid, inquiry: Inquiry) -> dict[str, FloatArray]:
    """The numbers of each column; of many that hold text the first few are named."""
    found: dict[str, FloatArray] = {}
    before = len(inquiry.problems)
    for group in grid.measures.values():
        for column in group.values():
            found[column] = to_numbers(columns[column], column, inquiry)
            if len(inquiry.problems) - before >= MOST_NAMED:
                return found
    return found


def _connectome(
    columns: dict[str, Cells], brain: Brain, ids: Sequence[str], inquiry: Inquiry
) -> Connectome | None:
    grid, pairs = brain.grid, brain.pairs
    if pairs is not None:
        if _is_short(pairs, inquiry):
            return None
        values = _stacked(columns, list(pairs.columns), len(ids), inquiry)
        structural = COUNTS if np.nanmin(values, initial=0) >= 0 else OTHER
        hint = structural if pairs.is_structural else ""
        edges, reading = edges_of_pairs(
            values, pairs.places, pairs.regions, ids, inquiry, hint=hint
        )
        return Connectome(edges, pairs.regions, reading)
    if not grid.flat:
        return None
    stacked = _stacked(columns, grid.flat, len(ids), inquiry)
    found = flat_edges(stacked, ids, inquiry.behind(grid.about_flat))
    if found is None:
        return None
    size = round((1 + (1 + 8 * found[0].shape[1]) ** 0.5) / 2)
    names = tuple(str(region) for region in range(1, size + 1))
    return Connectome(found[0], names, found[1])


def _is_short(pairs: Pairs, inquiry: Inquiry) -> bool:
    """Whether pairs of regions have no column, which is refused before room is taken for them."""
    absent = pairs.absent(MOST_NAMED)
    if absent:
        count = len(pairs.regions) * (len(pairs.regions) - 1) // 2
        shown = ", ".join(f"{pairs.prefix}_{one}_{other}".strip("_") for one, other in absent)
        inquiry.refuse(
            f"{inquiry.name} has no column {shown}; a connectome of {len(pairs.regions)} regions "
            f"needs one for each of {count} pairs."
        )
    return bool(absent)


def _stacked(
    columns: dict[str, Cells], names: Sequence[str], rows: int, inquiry: Inquiry
) -> FloatArray:
    """(S, P): one column after the other."""
    found = np.empty((rows, len(names)))
    for place, name in enumerate(names):
        found[:, place] = to_numbers(columns[name], name, inquiry)
    return without_codes(found, "connectome", inquiry)


def _agreed(grid: Grid, found: Connectome | None, inquiry: Inquiry) -> tuple[str, ...]:
    """The regions of the measures and of the connectome, which must be the same."""
    if found is None:
        return grid.regions
    if not grid.regions:
        return found.regions
    if set(grid.regions) != set(found.regions):
        alone = [region for region in grid.regions if region not in found.regions]
        alone += [region for region in found.regions if region not in grid.regions]
        inquiry.refuse(
            f"{inquiry.name} has a connectome of {len(found.regions)} regions and measures of "
            f"{len(grid.regions)}; both must have the same regions. Only one of them has "
            f"{shortened(alone, MOST_NAMED)}."
        )
    return grid.regions


def _arranged(found: Connectome, regions: tuple[str, ...]) -> Float32Array:
    """Edges (S, E) in the order of ``regions``."""
    if found.regions == regions:
        return found.edges
    size = len(regions)
    places = np.zeros((size, size), dtype=np.int64)
    rows, columns = np.triu_indices(size, 1)
    places[rows, columns] = places[columns, rows] = np.arange(len(rows))
    order = np.array([found.regions.index(region) for region in regions])
    return found.edges[:, places[order[rows], order[columns]]]
