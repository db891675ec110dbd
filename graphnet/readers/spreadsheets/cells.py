"""The cells of a workbook's sheet as a table: which row is the header, and what stands below."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.errors import CohortError, shortened
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.spreadsheets.parts import cell_name
from graphnet.readers.tables.sheet import Cells, Sheet, as_texts
from graphnet.readers.text.delimited import check_header, check_second_header
from graphnet.readers.text.marks import settle_marks

Cell = str | float | bool | dt.date | dt.time | dt.timedelta
Row = Sequence[Cell]
Corner = tuple[int, int]  # row and column, from 0

EXACT = 10**15  # a workbook keeps 15 digits of a number
MOST_ABOVE = 1  # cells of a row above the header: a title
SHOWN = 5


@dataclass(frozen=True)
class Table:
    """A sheet called ``name`` that may be a table of subjects.

    ``merged`` are the first and last corners of merged cells, ``unsolved`` the cells with formulas
    whose results are not in the file.
    """

    name: str
    rows: Sequence[Row]
    merged: Sequence[tuple[Corner, Corner]]
    unsolved: Sequence[str]

    @property
    def header(self) -> int:
        """The place of the header: the first row that fills half of the columns or more."""
        filled = [_filled(row) for row in self.rows]
        least = max(filled, default=0) / 2
        return next((place for place, count in enumerate(filled) if count >= max(least, 1)), 0)


def sheet_of(table: Table, inquiry: Inquiry) -> Sheet:
    """The table as named columns. Raises CohortError where it is none."""
    _check(table, inquiry)
    header, below = table.header, table.rows[table.header + 1 :]
    _say_above(table, inquiry)
    rows = [row for row in below if _filled(row)]
    if len(rows) < len(below):
        inquiry.say(f"Empty rows passed over: {len(below) - len(rows)}.")
    if not rows:
        raise CohortError(f"The sheet {table.name} of {inquiry.name} has no row below its header.")
    names = [_text(cell) for cell in table.rows[header]]
    check_header(names, inquiry.name)
    columns = list(zip(*rows, strict=True))
    kept = [place for place, cells in enumerate(columns) if names[place] or _filled(cells)]
    names = [names[place] for place in kept]
    found = [
        _column(name, columns[place], inquiry) for name, place in zip(names, kept, strict=True)
    ]
    check_second_header(found, inquiry)
    settled, _ = settle_marks(names, found, "", inquiry)
    return Sheet(tuple(names), settled)


def _check(table: Table, inquiry: Inquiry) -> None:
    """Refuse what a table cannot have: cells that span subjects, results that are not there."""
    what = f"The sheet {table.name} of {inquiry.name}"
    header = table.header
    spanning = [corners for corners in table.merged if corners[1][0] >= header]
    if spanning:
        shown = [
            f"{cell_name(a + 1, b + 1)}:{cell_name(c + 1, d + 1)}" for (a, b), (c, d) in spanning
        ]
        inquiry.refuse(
            f"{what} has merged cells ({shortened(shown, SHOWN)}), of which only the first holds a "
            "value. Split them and fill in every cell."
        )
    if table.unsolved:
        inquiry.refuse(
            f"{what} has formulas without results ({shortened(table.unsolved, SHOWN)}). Open it in "
            "a spreadsheet and save it again."
        )
    first = _first(table.rows[header])
    above = table.rows[:header]
    double = [row for row in above if _filled(row) > MOST_ABOVE or _first(row) > first]
    if double:
        words = [_text(cell) for cell in double[0] if cell != ""]
        inquiry.refuse(
            f"{what} has a second row of names above its header ({shortened(words, SHOWN)}). Give "
            "one header row, with a name for each column such as GMV_1."
        )


def _say_above(table: Table, inquiry: Inquiry) -> None:
    titles = [_text(cell)[:40] for row in table.rows[: table.header] for cell in row if cell != ""]
    if titles:
        inquiry.say(f"Rows above the header passed over: {shortened(titles, SHOWN)}.")


def _first(row: Row) -> int:
    """The place of the first cell with anything in it; -1 of an empty row."""
    return next((place for place, cell in enumerate(row) if cell != ""), -1)


def _filled(cells: Sequence[Cell]) -> int:
    return sum(cell != "" for cell in cells)


def _column(name: str, cells: Sequence[Cell], inquiry: Inquiry) -> Cells:
    """Numbers where there is nothing else; else text."""
    if all(cell == "" or type(cell) is float for cell in cells):
        numbers = np.array([np.nan if cell == "" else cell for cell in cells], dtype=np.float64)
        _check_digits(name, numbers, inquiry)
        return numbers
    return tuple(_text(cell) for cell in cells)


def _check_digits(name: str, numbers: np.ndarray, inquiry: Inquiry) -> None:
    known = numbers[np.isfinite(numbers)]
    if known.size and (known == np.round(known)).all() and np.abs(known).max() >= EXACT:
        inquiry.refuse(
            f"{name} in {inquiry.name} holds numbers of more than 15 digits, of which a workbook "
            "keeps 15. Enter them as text, or give the table as CSV."
        )


def _text(cell: Cell) -> str:
    """A cell as text: dates as 2020-01-31, 7.0 as ``7``."""
    if isinstance(cell, float):
        return as_texts(np.array([cell]))[0]
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return " ".join(str(cell).strip().splitlines())
