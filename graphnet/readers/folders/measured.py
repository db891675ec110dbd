"""What the files of subjects hold: series and matrices as connectomes, measures by region."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isqrt

import numpy as np

from graphnet.data.dataset import Series
from graphnet.data.interpretation import Choice, ConnectomeReading, SeriesReading, Z
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.connectomes.alignment import align_regions
from graphnet.readers.connectomes.matrices import edges_from_matrices, edges_from_vectors
from graphnet.readers.connectomes.series import (
    POINTS,
    REGIONS,
    Float32Array,
    FloatArray,
    check_length,
    correlate,
    detect_orientation,
    has_region_names,
    time_first,
    without_gaps,
    without_times,
)
from graphnet.readers.connectomes.triangles import are_symmetric
from graphnet.readers.folders.choosing import KIND, NONE
from graphnet.readers.folders.entities import (
    MATRIX,
    MEASURE,
    NAME,
    SERIES,
    UNKNOWN,
    Scan,
    hint_of,
)
from graphnet.readers.folders.graphs import united
from graphnet.readers.folders.scans import read_all, repetition_time_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.names import Name
from graphnet.readers.text.number_files import NumberTable


@dataclass
class Measured:
    """What was measured of the subjects, in the order of the table: named as in a dataset.

    ``chosen`` says which of several files of a subject were taken.
    """

    regions: tuple[str, ...]
    measures: tuple[str, ...] = ()
    values: FloatArray | None = None
    connectomes: Float32Array | None = None
    series: Series | None = None
    connectome: ConnectomeReading | None = None
    reading: SeriesReading | None = None
    chosen: dict[str, str] = field(default_factory=dict)
    repetition_time: float | None = None


def connected(scans: Mapping[str, Scan], inquiry: Inquiry, most: int) -> Measured:
    """Connectomes, and the series they are from."""
    tables = read_all(scans, inquiry, most)
    first = next(iter(scans.values()))
    if are_rows(tables):
        return _of_rows(tables, first, inquiry)
    if all(table.listed for table in tables.values()):
        return _of_matrices(united(tables, inquiry, most), scans, inquiry, most)
    if any(table.listed or _is_edge_list(table) for table in tables.values()):
        raise CohortError(
            Message("readers_folders.edge-lists", file=inquiry.name, example=first.path.name)
        )
    kind = first.kind if first.kind != UNKNOWN else _kind_by_content(tables, first, inquiry)
    if kind == SERIES and not _are_matrices(list(tables.values())):
        measured = _of_series(tables, inquiry, most)
        measured.repetition_time = repetition_time_of(scans, inquiry)
        return measured
    if kind == SERIES:
        inquiry.assume(Message("readers_folders.symmetric-files", file=inquiry.name))
    return _of_matrices(tables, scans, inquiry, most)


def _kind_by_content(tables: Mapping[str, NumberTable], first: Scan, inquiry: Inquiry) -> str:
    """What files of no known name hold: symmetric matrices, series, or what is answered."""
    if _are_matrices(list(tables.values())):
        return MATRIX
    table = next(iter(tables.values()))
    rows, columns = table.values.shape
    if rows != columns and not _are_other_words(table.header):
        inquiry.assume(
            Message(
                "readers_folders.tables-as-series",
                file=inquiry.name,
                example=first.path.name,
                rows=rows,
                columns=columns,
            )
        )
        return SERIES
    other = Choice(MATRIX, Message("readers_folders.is-matrix"))
    if rows != columns:
        other = Choice(NONE, Message("readers_folders.is-no-brain"))
    answer = inquiry.ask(
        KIND,
        Message(
            "readers_folders.ask-kind",
            file=inquiry.name,
            example=first.path.name,
            rows=rows,
            columns=columns,
        ),
        (Choice(SERIES, Message("readers_folders.is-series")), other),
    )
    if answer == NONE:
        raise CohortError(Message("readers_folders.no-brain-files", file=inquiry.name))
    return answer


def _are_other_words(header: Sequence[str] | None) -> bool:
    """Whether columns have names, of which none is that of a region that is known."""
    if header is None or not has_region_names(header):
        return False
    names = [Name(one.removeprefix("#")) for one in header]
    return not any(
        name.has_region_words or name.has_hemisphere or name.numbered() is not None
        or name.text.isdecimal() for name in names
    )  # fmt: skip


def _is_edge_list(table: NumberTable) -> bool:
    """Whether rows are two whole numbers, each pair once, and a value."""
    if table.values.shape[1] != 3 or has_region_names(table.index):
        return False
    ends = table.values[:, :2]
    whole = np.isfinite(ends).all() and (ends == np.round(ends)).all() and (ends >= 0).all()
    return bool(whole and len(np.unique(ends, axis=0)) == len(ends) and len(ends) > 2)


def _are_matrices(tables: Sequence[NumberTable]) -> bool:
    """Whether files of no known name hold symmetric matrices."""
    return all(
        table.values.shape[0] == table.values.shape[1]
        and table.values.shape[0] > 2
        and are_symmetric(table.values[None])
        for table in tables
    )


def _of_rows(tables: Mapping[str, NumberTable], first: Scan, inquiry: Inquiry) -> Measured:
    if kind_of_rows(tables, first, inquiry) == MATRIX:
        regions, edges, reading = connectomes_of_rows(tables, first.hint, inquiry)
        return Measured(regions=regions, connectomes=edges, connectome=reading)
    regions, values = measure_of_rows(tables, inquiry)
    name = name_of_measure(first, inquiry)
    return Measured(regions=regions, measures=(name,), values=values[:, :, None])


def _of_series(tables: Mapping[str, NumberTable], inquiry: Inquiry, most: int) -> Measured:
    rows = detect_orientation(tables, inquiry)
    upright = {subject: time_first(table, rows) for subject, table in tables.items()}
    regions, values = align_regions(upright, inquiry)
    check_length(values, inquiry)
    inquiry.check()
    regions, values = without_times(regions, values, inquiry)
    cleaned = without_gaps(values, regions, inquiry)
    series, edges = correlate(cleaned, regions, inquiry, most)
    lengths = [len(one) for one in cleaned.values()]
    first = next(iter(tables.values()))
    return Measured(
        regions=regions,
        connectomes=edges,
        series=series,
        connectome=ConnectomeReading(Z, SERIES, Message("readers.correlated-here")),
        reading=SeriesReading(
            least_points=min(lengths),
            most_points=max(lengths),
            orientation="points x regions" if rows == POINTS else "regions x points",
            header=first.header is not None,
            index=first.index is not None,
        ),
    )


def _of_matrices(
    tables: Mapping[str, NumberTable], scans: Mapping[str, Scan], inquiry: Inquiry, most: int
) -> Measured:
    square = {subject: _squared(subject, table, inquiry) for subject, table in tables.items()}
    inquiry.check()
    regions, values = align_regions(square, inquiry, both=True)
    if 3 * 8 * len(values) * len(regions) ** 2 > most:
        raise CohortError(
            Message(
                "readers_folders.connectomes-too-large", file=inquiry.name, megabytes=most / 1e6
            )
        )
    hints = {scan.hint or hint_of(tables[subject].hint): subject for subject, scan in scans.items()}
    if len(hints) > 1:
        raise CohortError(
            Message(
                "readers_folders.values-differ",
                file=inquiry.name,
                subjects=first_of(
                    Message(
                        "readers_folders.subject-hint", subject=subject, values=hint or "nothing"
                    )
                    for hint, subject in hints.items()
                ),
            )
        )
    (hint,) = hints
    edges, reading = edges_from_matrices(
        np.stack(list(values.values())), list(values), inquiry, hint, regions=regions
    )
    return Measured(regions=regions, connectomes=edges, connectome=reading)


def _squared(subject: str, table: NumberTable, inquiry: Inquiry) -> NumberTable:
    """A square matrix with the same regions, by name, on its rows and columns."""
    rows, columns = table.values.shape
    if rows != columns:
        inquiry.refuse(
            Message(
                "readers_folders.not-square",
                file=inquiry.name,
                subject=subject,
                shape=f"{rows} x {columns}",
            )
        )
        return table
    if not has_region_names(table.index) or table.index is None:
        return table
    if not has_region_names(table.header) or table.header is None:
        return NumberTable(table.values, table.index, None)
    if table.index == table.header:
        return table
    if sorted(table.index) != sorted(table.header) or len(set(table.index)) < rows:
        inquiry.refuse(
            Message("readers_folders.row-names-differ", file=inquiry.name, subject=subject)
        )
        return table
    place = {name: row for row, name in enumerate(table.index)}
    return NumberTable(table.values[[place[name] for name in table.header]], table.header, None)


def rows_of_measure(
    scans: Mapping[str, Scan], inquiry: Inquiry, most: int
) -> tuple[tuple[str, ...], FloatArray]:
    """The regions and the values (S, N) of files with one row of a measure each."""
    tables = read_all(scans, inquiry, most)
    rows = {subject: _row(subject, table, inquiry) for subject, table in tables.items()}
    inquiry.check()
    regions, values = align_regions(rows, inquiry)
    return regions, np.concatenate(list(values.values()))


def _row(subject: str, table: NumberTable, inquiry: Inquiry) -> NumberTable:
    """One row of a measure, of a file with one row or one column."""
    if table.values.shape[0] == 1:
        return table
    if table.values.shape[1] == 1:
        return time_first(table, REGIONS)
    inquiry.refuse(
        Message(
            "readers_folders.measure-rows",
            file=inquiry.name,
            subject=subject,
            rows=table.values.shape[0],
        )
    )
    return table


UNNAMED = "value"  # a measure of which nothing is known
EDGES_OF_NAME = re.compile(r"^[\W_]+|[\W_]+$")


def are_rows(tables: Mapping[str, NumberTable]) -> bool:
    """Whether each file holds one row, or one column, of three numbers or more."""
    shapes = [table.values.shape for table in tables.values()]
    return all(min(shape) == 1 and max(shape) > 2 for shape in shapes)


def kind_of_rows(tables: Mapping[str, NumberTable], scan: Scan, inquiry: Inquiry) -> str:
    """Whether rows are connectomes or a measure; ``scan`` is the first file.

    Raises:
        CohortError: they are said to be time series.

    """
    row = upright(next(iter(tables.values())))
    count = row.values.shape[1]
    if scan.kind == SERIES:
        raise CohortError(
            Message(
                "readers_folders.one-row-no-series",
                file=inquiry.name,
                count=count,
                example=scan.path.name,
            )
        )
    if scan.kind != UNKNOWN:
        return scan.kind
    if has_region_names(row.header):
        return MEASURE
    regions = (1 + isqrt(1 + 8 * count)) // 2
    other = Choice(MATRIX, Message("readers_folders.is-triangle", count=regions))
    if regions * (regions - 1) // 2 != count:
        other = Choice(NONE, Message("readers_folders.is-no-brain"))
    answer = inquiry.ask(
        KIND,
        Message(
            "readers_folders.ask-kind-of-row",
            file=inquiry.name,
            count=count,
            example=scan.path.name,
        ),
        (Choice(MEASURE, Message("readers_folders.is-measure", count=count)), other),
    )
    if answer == NONE:
        raise CohortError(Message("readers_folders.no-brain-files", file=inquiry.name))
    return answer


def upright(table: NumberTable) -> NumberTable:
    """With its numbers in one row."""
    return table if table.values.shape[0] == 1 else time_first(table, REGIONS)


def measure_of_rows(
    tables: Mapping[str, NumberTable], inquiry: Inquiry
) -> tuple[tuple[str, ...], FloatArray]:
    """The regions and the values (S, N) of rows."""
    regions, values = align_regions({key: upright(table) for key, table in tables.items()}, inquiry)
    return regions, np.concatenate(list(values.values()))


def name_of_measure(scan: Scan, inquiry: Inquiry) -> str:
    """What a file's name calls its numbers, which is said."""
    name = EDGES_OF_NAME.sub("", scan.entities.get(NAME, "")) or UNNAMED
    inquiry.assume(
        Message(
            "readers_folders.rows-as-measure",
            file=inquiry.name,
            example=scan.path.name,
            measure=name,
        )
    )
    return name


def connectomes_of_rows(
    tables: Mapping[str, NumberTable], hint: str, inquiry: Inquiry
) -> tuple[tuple[str, ...], Float32Array, ConnectomeReading]:
    """The numbered regions, and the edges (S, E) of flat connectomes.

    Raises:
        CohortError: they are of no number of regions, or differ in length.

    """
    rows = {key: NumberTable(upright(table).values, None, None) for key, table in tables.items()}
    _, values = align_regions(rows, inquiry)
    edges_and_reading = edges_from_vectors(
        np.concatenate(list(values.values())), list(values), inquiry, hint
    )
    if edges_and_reading is None:
        raise CohortError(*inquiry.problems)
    edges, reading = edges_and_reading
    size = (1 + isqrt(1 + 8 * edges.shape[1])) // 2
    return tuple(str(place) for place in range(1, size + 1)), edges, reading
