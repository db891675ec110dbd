"""Sheets that are no table of subjects, or not all of them: turned, long, in parts, with notes.

Rows that are no subjects have no id: the means below a table, its totals, empty leftovers. Rows
whose ids say so (``Mean``, ``SD``) are refused where ids are checked.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from graphnet.data.dataset import FloatArray
from graphnet.data.identifiers import OF_BIDS
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.classes import MOST_CLASSES
from graphnet.readers.subjects.words import (
    CLASSES,
    HEMISPHERES,
    IDS,
    MEASURES,
    REGION_COLUMNS,
    STATISTICS,
    SUMMARIES,
    plain,
)
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.roles import Roles
from graphnet.readers.tables.sheet import Cells, Sheet, as_numbers, is_missing

LEAST_LIKE_COLUMNS = 3  # names, in the rows of a first column
NOTE = re.compile(r"\w\W*[\s,;:：，；]+\w|^[*†‡§#]|[。：:]$")  # words one after the other
NOTES = {"note", "notes", "legend", "source", "footnote", "注", "备注", "说明"}
OF_DESCRIPTION = {"unique", "top", "freq"}  # beside the statistics
PERCENT = re.compile(r"[0-9.]+ ?%")
LONGEST_NOTE = 60  # characters that are shown


def without_notes(sheet: Sheet, inquiry: Inquiry) -> Sheet:
    """Without notes below the table: last rows with nothing but a sentence in the first cell."""
    first, *others = sheet.columns
    if len(others) < LEAST_LIKE_COLUMNS or not isinstance(first, tuple):
        return sheet
    rows = len(sheet)
    while rows and _is_note(first[rows - 1]) and _are_empty(others, rows - 1):
        rows -= 1
    if rows in {0, len(sheet)} or any(map(_is_note, first[:rows])):
        return sheet
    notes = [cell[:LONGEST_NOTE] for cell in first[rows:]]
    inquiry.assume(
        Message(
            "readers_tables.notes-below",
            file=inquiry.name,
            count=len(notes),
            cells=first_of(notes, 3),
        )
    )
    return Sheet(sheet.names, tuple(cells[:rows] for cells in sheet.columns), sheet.text)


def _is_note(cell: str) -> bool:
    """Whether a first cell says something, as an id does not."""
    return NOTE.search(cell) is not None or plain(cell) in NOTES


def _are_empty(columns: Sequence[Cells], row: int) -> bool:
    return all(
        bool(np.isnan(cells[row])) if isinstance(cells, np.ndarray) else not cells[row]
        for cells in columns
    )


def refuse_other_shapes(sheet: Sheet, inquiry: Inquiry) -> None:
    """Refuse a sheet whose first row, or whose rows as a whole, are not one subject each."""
    if _has_no_header(sheet):
        inquiry.refuse(
            Message("readers_tables.no-header", file=inquiry.name, cells=first_of(sheet.names, 3))
        )
    elif _is_matrix(sheet):
        inquiry.refuse(
            Message(
                "readers_tables.matrix-of-columns",
                file=inquiry.name,
                names=first_of(sheet.names[1:], 3),
            )
        )
    elif _is_turned(sheet):
        names = [cell for cell in _texts(sheet.columns[0]) if cell]
        inquiry.refuse(
            Message("readers_tables.transposed", file=inquiry.name, names=first_of(names, 3))
        )
    elif statistics := _statistics_in_rows(sheet):
        inquiry.refuse(
            Message(
                "readers_tables.rows-of-statistics", file=inquiry.name, rows=first_of(statistics)
            )
        )
    elif _are_places(sheet):
        inquiry.refuse(Message("readers_tables.places-of-regions", file=inquiry.name))
    elif _is_long(sheet):
        inquiry.refuse(Message("readers_tables.long-format", file=inquiry.name))
    elif (column := _several_rows_of(sheet)) is not None:
        inquiry.refuse(
            Message(
                "readers_tables.rows-of-a-subject",
                file=inquiry.name,
                column=column,
                values=first_of(list(dict.fromkeys(sheet.texts(column))), 4),
            )
        )


def _texts(cells: Cells) -> tuple[str, ...]:
    return cells if isinstance(cells, tuple) else ()


def _has_no_header(sheet: Sheet) -> bool:
    """Whether nearly all names are numbers with a point, which no header has."""
    numbers = sum(_is_decimal(name) for name in sheet.names)
    return numbers >= LEAST_LIKE_COLUMNS and 2 * numbers > len(sheet.names)


def _is_decimal(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return "." in name


def _is_matrix(sheet: Sheet) -> bool:
    """Whether the first column holds the names of the others: correlations, or one connectome."""
    names = sheet.names[1:]
    return len(names) >= LEAST_LIKE_COLUMNS and sheet.texts(sheet.names[0]) == names


def _is_turned(sheet: Sheet) -> bool:
    """Whether the first column holds names like ``GMV_1``, and the header none."""
    if not sheet.columns:
        return False
    rows = [cell for cell in _texts(sheet.columns[0]) if cell]
    return are_turned(rows, sheet.names[1:]) or _are_regions_by_subject(rows, sheet.names[1:])


def _are_regions_by_subject(rows: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether rows are called like regions, and columns like subjects: with numbers, no regions.

    So ComBat takes and gives its values. In a list of regions columns are ``x``, ``y`` and ``z``.
    """
    names = [Name(row) for row in rows]
    known = sum(name.has_region_words for name in names)
    numbered = sum(any(map(str.isdigit, column)) for column in columns)
    return (
        len(set(rows)) == len(rows)
        and known >= LEAST_LIKE_COLUMNS
        and 2 * known > len(rows)
        and len(columns) >= LEAST_LIKE_COLUMNS
        and 2 * numbered > len(columns)
        and not any(plain(column) in IDS | CLASSES for column in columns)
        and not any(_is_of_brain(name) or name.has_region_words for name in map(Name, columns))
    )


def _statistics_in_rows(sheet: Sheet) -> tuple[str, ...]:
    """The rows, where all are called after statistics, as those of pandas' ``describe()`` are."""
    rows = _texts(sheet.columns[0])
    known = SUMMARIES | STATISTICS | OF_DESCRIPTION
    all_known = all(plain(row) in known or PERCENT.fullmatch(row) for row in rows)
    return rows if len(set(rows)) >= LEAST_LIKE_COLUMNS and all_known else ()


LEFT, RIGHT = {"l", "lh", "left"}, {"r", "rh", "right"}
AXES = 3  # x, y and z


def _are_places(sheet: Sheet) -> bool:
    """Whether three rows are the coordinates of regions, of which x is negative on the left."""
    if len(sheet) != AXES:
        return False
    lefts: list[float] = []
    rights: list[float] = []
    for name, cells in zip(sheet.names, sheet.columns, strict=True):
        words, numbers = set(Name(name).words), as_numbers(cells)
        if numbers is not None and bool(words & LEFT) != bool(words & RIGHT):
            (lefts if words & LEFT else rights).append(float(numbers[0]))
    return (
        min(len(lefts), len(rights)) >= LEAST_LIKE_COLUMNS
        and all(x < 0 for x in lefts)
        and all(x > 0 for x in rights)
    )


def are_turned(rows: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether rows are called like columns, and columns are not."""
    return (
        len(set(rows)) == len(rows)
        and _names_of_columns(rows) >= LEAST_LIKE_COLUMNS
        and _names_of_columns(columns) == 0
        and 2 * _names_of_columns(rows) > len(rows)
    )


def _names_of_columns(names: Sequence[str]) -> int:
    """How many look like the name of a measure and a region, an id or a class."""
    return sum(plain(name) in IDS | CLASSES or _is_of_brain(Name(name)) for name in names)


def _is_of_brain(name: Name) -> bool:
    if not name.words or OF_BIDS.fullmatch(name.text):  # sub-01_T1w
        return False
    return name.measure_first() is not None or name.measure_last() is not None


def _names_regions(sheet: Sheet, name: str) -> bool:
    """Whether a column is called like one of regions; ``label`` of few values is a class."""
    if plain(name) not in REGION_COLUMNS:
        return False
    return plain(name) not in CLASSES or len(set(sheet.texts(name))) > MOST_CLASSES


def _is_long(sheet: Sheet) -> bool:
    """Whether ids are repeated and a column names a region in each row."""
    regions = [name for name in sheet.names if _names_regions(sheet, name)]
    ids = [name for name in sheet.names if plain(name) in IDS]
    if not regions or not ids:
        return False
    subjects = sheet.texts(ids[0])
    return any(
        len(set(zip(subjects, sheet.texts(region), strict=True))) == len(subjects)
        and len(set(subjects)) < len(subjects)
        and 1 < len(set(sheet.texts(region))) < len(subjects)
        for region in regions
    )


def _several_rows_of(sheet: Sheet) -> str | None:
    """The column that tells the rows of a subject apart by measure or hemisphere, if there is one.

    These rows are parts of one scan, and no scans of their own.
    """
    ids = next((name for name in sheet.names if plain(name) in IDS), None)
    if ids is None or len(set(subjects := sheet.texts(ids))) == len(sheet):
        return None
    for name, cells in zip(sheet.names, sheet.columns, strict=True):
        values = {cell.casefold() for cell in _texts(cells)}
        parts = len(values) > 1 and (values <= MEASURES or values <= HEMISPHERES)
        if parts and len(set(zip(subjects, cells, strict=True))) == len(sheet):
            return name
    return None


MOST_NAMED = 5
FIRST_ROW = 2  # as a spreadsheet counts: the header is row 1
MOST_SUMMARIES = 6  # rows below a table: mean, SD, median, minimum, maximum, count
MOST_COMPARED, LEAST_COMPARED = 50, 4  # columns
ROUNDED = 0.1  # standard deviations that a mean may be rounded by
EXACT = 1e-3  # relative


def without_summaries(sheet: Sheet, roles: Roles, inquiry: Inquiry) -> Sheet:
    """Without rows that have neither id nor class, and without figures of the rows above.

    The latter are the last rows, without an id, that hold the mean, standard deviation, sum and the
    like of each column, of all rows or of those of a class. All are said.
    """
    nameless = _missing(sheet, roles.id)
    if roles.id is not None and not nameless.any():
        return sheet
    neither = nameless & _missing(sheet, roles.label)
    if roles.id is None or roles.label is None or 2 * neither.sum() >= len(sheet):
        neither[:] = False
    figures = _figures(sheet, roles, nameless)
    for code, rows in (
        ("readers_tables.nameless-rows-left", neither & ~figures),
        ("readers_tables.summary-rows-left", figures),
    ):
        _say(np.flatnonzero(rows).tolist(), code, inquiry)
    kept = ~(neither | figures)
    if kept.all():
        return sheet
    return Sheet(sheet.names, tuple(_rows(cells, kept) for cells in sheet.columns), sheet.text)


def _missing(sheet: Sheet, column: str | None) -> np.typing.NDArray[np.bool_]:
    """(S,), where a column has no cell; everywhere, if there is no such column."""
    if column is None:
        return np.ones(len(sheet), dtype=bool)
    return np.array([is_missing(cell) for cell in sheet.texts(column)], dtype=bool)


def _figures(
    sheet: Sheet, roles: Roles, nameless: np.typing.NDArray[np.bool_]
) -> np.typing.NDArray[np.bool_]:
    """(S,), which of the last rows without an id hold figures of the rows above them."""
    found = np.zeros(len(sheet), dtype=bool)
    last = len(sheet)
    while last and nameless[last - 1] and len(sheet) - last < MOST_SUMMARIES:
        last -= 1
    if last == len(sheet) or last < LEAST_COMPARED:
        return found
    numbers = np.array([*_numbers(sheet, roles)]).reshape(-1, len(sheet)).T
    classes = np.array(sheet.texts(roles.label) if roles.label else [""] * len(sheet))
    for first in range(last, len(sheet)):
        above = numbers[:first]
        if all(
            _is_figure(above, numbers[row])
            or _is_figure(above[classes[:first] == classes[row]], numbers[row])
            for row in range(first, len(sheet))
        ):
            found[first:] = True
            break
    return found


def _numbers(sheet: Sheet, roles: Roles) -> Iterator[FloatArray]:
    """The first columns of numbers that differ, but for that of the class."""
    compared = 0
    for name, cells in zip(sheet.names, sheet.columns, strict=True):
        if name in roles.taken or compared == MOST_COMPARED:
            continue
        column = as_numbers(cells)
        if column is not None and len(np.unique(column[np.isfinite(column)])) > LEAST_COMPARED:
            compared += 1
            yield column


def _is_figure(above: FloatArray, row: FloatArray) -> bool:
    """Whether each number of a row is the same figure of its column: mean, SD, sum, a bound."""
    used = np.isfinite(row) & (np.isfinite(above).sum(axis=0) > LEAST_COMPARED)
    if used.sum() < LEAST_COMPARED:
        return False
    columns, values = np.where(np.isinf(above), np.nan, above)[:, used], row[used]
    spread = np.nanstd(columns, axis=0, ddof=1)
    near = ROUNDED * spread
    figures = (
        (np.nanmean(columns, axis=0), near),
        (np.nanmedian(columns, axis=0), near),
        (spread, near),
        (np.nanstd(columns, axis=0), near),
        (np.nansum(columns, axis=0), EXACT * np.abs(np.nansum(columns, axis=0))),
        (np.nanmin(columns, axis=0), EXACT * spread),
        (np.nanmax(columns, axis=0), EXACT * spread),
        (np.isfinite(columns).sum(axis=0), np.zeros(len(values))),
    )
    return any(bool((np.abs(values - figure) <= within).all()) for figure, within in figures)


def _rows(cells: Cells, kept: np.typing.NDArray[np.bool_]) -> Cells:
    if isinstance(cells, np.ndarray):
        return cells[kept]
    return tuple(cell for cell, stays in zip(cells, kept.tolist(), strict=True) if stays)


def _say(rows: Sequence[int], code: str, inquiry: Inquiry) -> None:
    numbers = [str(row + FIRST_ROW) for row in rows]
    if numbers:
        inquiry.assume(
            Message(code, file=inquiry.name, count=len(numbers), rows=first_of(numbers, MOST_NAMED))
        )
