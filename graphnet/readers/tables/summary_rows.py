"""Rows that are no subjects, without an id: the means below a table, its totals, empty leftovers.

Rows whose ids say so (``Mean``, ``SD``) are refused where ids are checked; these have none.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from graphnet.data.dataset import FloatArray
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.roles import Roles
from graphnet.readers.tables.sheet import Cells, Sheet, as_numbers, is_missing

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
