"""From a sheet to a dataset: what its columns mean, by name and by what is in them.

One row per subject. Roles (id, class, site, score) by name; measures and regions by name; pairs of
regions as a connectome; every other column is a covariate or left alone with its reason.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.data.dataset import Dataset, Float32Array, FloatArray
from graphnet.data.interpretation import COUNTS, OTHER, Choice, ConnectomeReading
from graphnet.messages import Message, first_of
from graphnet.readers.connectomes.matrices import edges_from_pairs, edges_from_vectors
from graphnet.readers.folders.entities import hint_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.people import People, read_people
from graphnet.readers.subjects.words import MEASURES, plain
from graphnet.readers.tables.grid import Grid, refuse_same_column
from graphnet.readers.tables.json_tables import say_rounded
from graphnet.readers.tables.missing_codes import without_codes
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.pairs import Pairs, find_pairs
from graphnet.readers.tables.regions import find_grid, leave_regions
from graphnet.readers.tables.roles import UNNAMED, find_roles
from graphnet.readers.tables.shapes import refuse_other_shapes, without_notes, without_summaries
from graphnet.readers.tables.sheet import (
    Cells,
    Looks,
    Sheet,
    by_name,
    tidied,
    to_numbers,
)

MOST_NAMED = 5
MOST_SHOWN = 6
LEAST_POINTS = 20  # rows of a time series
ROWS = "rows"  # the key of the question
SUBJECTS, POINTS = "subjects", "points"


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
    sheet = tidied(sheet, inquiry)
    if inquiry.problems or _is_refused(sheet, inquiry):
        return None
    sheet = without_notes(sheet, inquiry)
    roles = find_roles(sheet, sheet.names, inquiry)
    sheet = without_summaries(sheet, roles, inquiry)
    looks = Looks(sheet)
    others = [
        name for name in sheet.names if name not in roles.taken and not UNNAMED.fullmatch(name)
    ]
    pairs = find_pairs(others, looks, inquiry)
    paired = {column for pair in pairs for column in pair.columns}
    rest = [name for name in others if name not in paired]
    grid = find_grid(rest, looks, inquiry)
    brain = grid.columns | paired
    if not brain:
        _refuse_without_brain(others, looks, inquiry)
        return None
    refuse_same_column(
        (column for group in grid.measures.values() for column in group.values()), rest, inquiry
    )
    brain |= leave_regions([name for name in rest if name not in brain], looks, inquiry)
    people = read_people(sheet, [name for name in sheet.names if name not in brain], inquiry, roles)
    _say_classes_as_rows(people, inquiry)
    if not (roles.taken or people.covariates or pairs):
        _ask_whether_series(sheet, tuple(grid.measures), inquiry)
    for other in pairs[1:]:
        inquiry.leave(
            Message("readers_tables.columns-of", prefix=other.prefix, count=len(other.columns)),
            Message("readers_tables.another-connectome-used"),
        )
    chosen = Brain(grid, pairs[0] if pairs else None)
    measured = _measured(sheet, people.subjects.ids, chosen, inquiry)
    if measured is None:
        return None
    _refuse_rows_in_parts(people.subjects.ids, measured, inquiry)
    if kind == "json" and measured.values is not None:
        say_rounded(measured.values, measured.measures, inquiry)
    return _dataset(sheet, kind, people, measured)


def _say_classes_as_rows(people: People, inquiry: Inquiry) -> None:
    """Say that rows without ids are of a class each, as the means of groups are."""
    labels = people.subjects.labels.tolist()
    if people.id is None and 1 < len(labels) == len(set(labels)) and people.label is not None:
        inquiry.assume(
            Message("readers_tables.row-per-class", file=inquiry.name, column=people.label.column)
        )


def _refuse_rows_in_parts(ids: Sequence[str], measured: Measured, inquiry: Inquiry) -> None:
    """Refuse subjects of whom one row holds measurements and another one none."""
    empty = np.ones(len(ids), dtype=bool)
    for part in (measured.values, measured.edges):
        if part is not None:
            empty &= np.isnan(part.reshape(len(ids), -1)).all(axis=1)
    without = {subject for subject, alone in zip(ids, empty, strict=True) if alone and subject}
    full = {subject for subject, alone in zip(ids, empty, strict=True) if not alone}
    torn = [subject for subject in dict.fromkeys(ids) if subject in without & full]
    if torn:
        inquiry.refuse(
            Message(
                "readers_tables.rows-in-parts",
                file=inquiry.name,
                count=len(torn),
                ids=first_of(torn, MOST_NAMED),
            )
        )


def _is_refused(sheet: Sheet, inquiry: Inquiry) -> bool:
    """Whether it is no table of subjects at all, or names a column twice."""
    if not len(sheet):
        inquiry.refuse(Message("readers_tables.no-rows", file=inquiry.name))
    twice = [name for name, times in Counter(sheet.names).items() if times > 1 and name]
    if twice:
        inquiry.refuse(
            Message(
                "readers_tables.column-twice",
                file=inquiry.name,
                columns=first_of(twice, MOST_NAMED),
            )
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
    connectome = _connectome(columns, brain, named, inquiry)
    regions = _agreed(brain.grid, connectome, inquiry)
    if inquiry.problems:
        return None
    edges = None if connectome is None else arranged(connectome, regions)
    reading = None if connectome is None else connectome.reading
    return Measured(regions, tuple(brain.grid.measures), values, edges, reading)


def _dataset(sheet: Sheet, kind: str, people: People, measured: Measured) -> Dataset:
    return Dataset(
        subjects=people.subjects,
        regions=measured.regions,
        measures=measured.measures,
        values=measured.values,
        connectomes=measured.edges,
        interpretation=people.interpretation(kind, sheet.text, measured.reading),
    )


def _values(
    columns: dict[str, Cells], grid: Grid, rows: int, inquiry: Inquiry
) -> FloatArray | None:
    """Measures (S, N, F); None where there are none, or a measure lacks regions."""
    numbers = _numbers(columns, grid, inquiry)
    # A few columns of many measures and regions would take the room of all their pairs.
    if not grid.measures or not grid.is_complete or inquiry.problems:
        return None
    values = np.empty((rows, len(grid.regions), len(grid.measures)))
    for place, (measure, group) in enumerate(grid.measures.items()):
        for row, region in enumerate(grid.regions):
            values[:, row, place] = numbers[group[region]]
        values[:, :, place] = without_codes(values[:, :, place], measure, inquiry)
    return values


def _numbers(columns: dict[str, Cells], grid: Grid, inquiry: Inquiry) -> dict[str, FloatArray]:
    """The numbers of each column; of many that hold text the first few are named."""
    numbers: dict[str, FloatArray] = {}
    before = len(inquiry.problems)
    for group in grid.measures.values():
        for column in group.values():
            numbers[column] = to_numbers(columns[column], column, inquiry)
            if len(inquiry.problems) - before >= MOST_NAMED:
                return numbers
    return numbers


def _connectome(
    columns: dict[str, Cells], brain: Brain, ids: Sequence[str], inquiry: Inquiry
) -> Connectome | None:
    grid, pairs = brain.grid, brain.pairs
    if pairs is not None:
        if _is_short(pairs, inquiry):
            return None
        values = _stacked(columns, list(pairs.columns), len(ids), inquiry)
        structural = COUNTS if np.nanmin(values, initial=0) >= 0 else OTHER
        hint = structural if pairs.is_structural else hint_of(pairs.prefix)
        edges, reading = edges_from_pairs(
            values, pairs.places, pairs.regions, ids, inquiry, hint=hint
        )
        return Connectome(edges, pairs.regions, reading)
    if not grid.flat:
        return None
    stacked = _stacked(columns, grid.flat, len(ids), inquiry)
    read = edges_from_vectors(stacked, ids, inquiry.behind(grid.about_flat))
    if read is None:
        return None
    size = round((1 + (1 + 8 * read[0].shape[1]) ** 0.5) / 2)
    names = tuple(str(region) for region in range(1, size + 1))
    return Connectome(read[0], names, read[1])


def _is_short(pairs: Pairs, inquiry: Inquiry) -> bool:
    """Whether pairs of regions have no column, which is refused before room is taken for them."""
    absent = pairs.absent(MOST_NAMED)
    if absent:
        count = len(pairs.regions) * (len(pairs.regions) - 1) // 2
        inquiry.refuse(
            Message(
                "readers_tables.pairs-missing",
                file=inquiry.name,
                columns=[f"{pairs.prefix}_{one}_{other}".strip("_") for one, other in absent],
                regions=len(pairs.regions),
                pairs=count,
            )
        )
    return bool(absent)


def _stacked(
    columns: dict[str, Cells], names: Sequence[str], rows: int, inquiry: Inquiry
) -> FloatArray:
    """(S, P): one column after the other."""
    stacked = np.empty((rows, len(names)))
    for place, name in enumerate(names):
        stacked[:, place] = to_numbers(columns[name], name, inquiry)
    return without_codes(stacked, "connectome", inquiry)


def _agreed(grid: Grid, connectome: Connectome | None, inquiry: Inquiry) -> tuple[str, ...]:
    """The regions of the measures and of the connectome, which must be the same."""
    if connectome is None:
        return grid.regions
    if not grid.regions:
        return connectome.regions
    if set(grid.regions) != set(connectome.regions):
        alone = [region for region in grid.regions if region not in connectome.regions]
        alone += [region for region in connectome.regions if region not in grid.regions]
        inquiry.refuse(
            Message(
                "readers_tables.regions-differ",
                file=inquiry.name,
                connectome=len(connectome.regions),
                measures=len(grid.regions),
                regions=first_of(alone, MOST_NAMED),
            )
        )
    return grid.regions


def arranged(connectome: Connectome, regions: tuple[str, ...]) -> Float32Array:
    """Edges (S, E) in the order of ``regions``."""
    if connectome.regions == regions:
        return connectome.edges
    size = len(regions)
    places = np.zeros((size, size), dtype=np.int64)
    rows, columns = np.triu_indices(size, 1)
    places[rows, columns] = places[columns, rows] = np.arange(len(rows))
    order = np.array([connectome.regions.index(region) for region in regions])
    return connectome.edges[:, places[order[rows], order[columns]]]


def _refuse_without_brain(others: Sequence[str], looks: Looks, inquiry: Inquiry) -> None:
    """Refuse a table in which no column is known for a region, unless something is asked."""
    if inquiry.questions or inquiry.problems:
        return
    fields = [name for name in others if Name(name).is_of_biobank]
    if fields:
        inquiry.refuse(
            Message(
                "readers_tables.uk-biobank-fields",
                file=inquiry.name,
                columns=first_of(fields, 3),
            )
        )
        return
    numeric = [name for name in others if looks.is_numeric(name)]
    halves = [name for name in numeric if Name(name).is_of_hemisphere]
    if halves:
        inquiry.refuse(
            Message(
                "readers_tables.hemispheres-alone",
                file=inquiry.name,
                columns=first_of(halves, MOST_SHOWN),
            )
        )
        return
    inquiry.refuse(
        Message(
            "readers_tables.no-brain-columns",
            file=inquiry.name,
            count=len(numeric),
            columns=first_of(numeric, MOST_SHOWN),
        )
    )


def _ask_whether_series(sheet: Sheet, measures: Sequence[str], inquiry: Inquiry) -> None:
    """Rows without an id, a class or any other word may be the time points of one subject."""
    if any(plain(measure) in MEASURES for measure in measures) or len(sheet) < LEAST_POINTS:
        return
    answer = inquiry.ask(
        ROWS,
        Message("readers_tables.ask-rows", file=inquiry.name, count=len(sheet)),
        (
            Choice(SUBJECTS, Message("readers_tables.rows-are-subjects")),
            Choice(POINTS, Message("readers_tables.rows-are-points")),
        ),
    )
    if answer == POINTS:
        inquiry.refuse(Message("readers_tables.series-of-one-subject", file=inquiry.name))
