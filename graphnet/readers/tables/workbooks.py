"""Workbooks of Excel (.xlsx, .xlsm) and OpenDocument (.ods), read by calamine: sheets as tables."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import numpy as np

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.folders.archives import Archive
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import CLASSES, IDS, LESSER_CLASSES, SITES, plain
from graphnet.readers.tables.number_formats import displayed, formats_of, has_words
from graphnet.readers.tables.sheet import Cells, Sheet, as_texts, is_number, trimmed
from graphnet.readers.tables.workbook_xml import (
    OPEN_DOCUMENT,
    Extent,
    cell_name,
    column_name,
    damaged_workbook,
    extent_of_worksheet,
    extents_of_document,
)
from graphnet.readers.text.delimited import check_header, check_second_header
from graphnet.readers.text.marks import settle_decimal_marks

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook, SheetMetadata


Cell = str | float | bool | dt.date | dt.time | dt.timedelta
Row = Sequence[Cell]
Corner = tuple[int, int]  # row and column, from 0

EXACT = 10**15  # a workbook keeps 15 digits of a number
MOST_ABOVE = 1  # cells of a row above the header: a title
SHOWN = 5


@dataclass(frozen=True)
class WorksheetTable:
    """A sheet called ``name`` that may be a table of subjects.

    ``merged`` are the first and last corners of merged cells, ``extent`` what its XML tells.
    """

    name: str
    rows: Sequence[Row]
    merged: Sequence[tuple[Corner, Corner]]
    extent: Extent

    @property
    def header(self) -> int:
        """The place of the header: the first row that fills half of the columns or more."""
        filled = [_filled(row) for row in self.rows]
        least = max(filled, default=0) / 2
        return next((place for place, count in enumerate(filled) if count >= max(least, 1)), 0)


def to_sheet(table: WorksheetTable, inquiry: Inquiry) -> Sheet:
    """The table as named columns. Raises CohortError where it is not a table."""
    _check(table, inquiry)
    header = table.header
    below = _as_shown(table, inquiry)
    _say_above(table, inquiry)
    rows = [row for row in below if _filled(row)]
    if len(rows) < len(below):
        inquiry.assume(Message("readers_text.empty-rows", count=len(below) - len(rows)))
    if not rows:
        raise CohortError(
            Message("readers_text.no-rows-on-sheet", sheet=table.name, file=inquiry.name)
        )
    names = [_text(cell) for cell in table.rows[header]]
    check_header(names, inquiry.name)
    columns = list(zip(*rows, strict=True))
    places = [place for place, cells in enumerate(columns) if names[place] or _filled(cells)]
    _say_hidden(table, names, places, inquiry)
    names = [names[place] for place in places]
    named = [
        _column(name, columns[place], inquiry) for name, place in zip(names, places, strict=True)
    ]
    check_second_header(named, inquiry)
    settled, _ = settle_decimal_marks(names, named, "", inquiry)
    return Sheet(tuple(names), settled)


def _as_shown(table: WorksheetTable, inquiry: Inquiry) -> Sequence[Row]:
    """The rows below the header; whole numbers as their format shows them, as 0050950 of 50950.

    With words beside the digits, or instead of them, only in columns of ids, classes and sites.
    """
    names = [_text(cell) for cell in table.rows[table.header]]
    below = [list(row) for row in table.rows[table.header + 1 :]]
    shown: dict[str, Message] = {}
    for column, formats in table.extent.formats.items():
        name = names[column - 1] if column <= len(names) else ""
        of_people = column == 1 or plain(name) in IDS | CLASSES | LESSER_CLASSES | SITES
        for code, rows in formats.items():
            if not name or (has_words(code) and not of_people):
                continue
            for row in rows.up_to(len(table.rows)):
                place = row - table.header - 2
                cell = below[place][column - 1] if place >= 0 else ""
                text = displayed(cell, code) if isinstance(cell, float) else None
                if text is not None and text != _text(cell):
                    below[place][column - 1] = text
                    shown.setdefault(
                        name,
                        Message(
                            "readers_text.as-shown", column=name, shown=text, number=_text(cell)
                        ),
                    )
    for message in shown.values():
        inquiry.assume(message)
    return below


def _check(table: WorksheetTable, inquiry: Inquiry) -> None:
    """Refuse what a table cannot have: cells that span subjects, results that are not there."""
    sheet, file, header = table.name, inquiry.name, table.header
    spanning = [corners for corners in table.merged if corners[1][0] >= header]
    if spanning:
        ranges = [
            f"{cell_name(a + 1, b + 1)}:{cell_name(c + 1, d + 1)}" for (a, b), (c, d) in spanning
        ]
        cells = first_of(ranges, SHOWN)
        inquiry.refuse(Message("readers_text.merged-cells", sheet=sheet, file=file, cells=cells))
    if table.extent.unsolved:
        cells = first_of(table.extent.unsolved, SHOWN)
        inquiry.refuse(
            Message("readers_text.formulas-without-results", sheet=sheet, file=file, cells=cells)
        )
    first = _first(table.rows[header])
    above = table.rows[:header]
    double = [row for row in above if _filled(row) > MOST_ABOVE or _first(row) > first]
    if double:
        words = first_of([_text(cell) for cell in double[0] if cell != ""], SHOWN)
        inquiry.refuse(
            Message("readers_text.second-row-of-names", sheet=sheet, file=file, words=words)
        )


def _say_above(table: WorksheetTable, inquiry: Inquiry) -> None:
    titles = [_text(cell)[:40] for row in table.rows[: table.header] for cell in row if cell != ""]
    if titles:
        inquiry.assume(Message("readers_text.rows-above-header", titles=first_of(titles, SHOWN)))


def _say_hidden(
    table: WorksheetTable, names: Sequence[str], places: Sequence[int], inquiry: Inquiry
) -> None:
    """Say that rows and columns are read which who looks at the workbook does not see."""
    hidden = table.extent.hidden_rows.up_to(len(table.rows))
    rows = [row for row in hidden if row > table.header + 1 and _filled(table.rows[row - 1])]
    if rows:
        inquiry.assume(Message("readers_text.hidden-rows", sheet=table.name, count=len(rows)))
    hidden = table.extent.hidden_columns.up_to(len(names))
    columns = first_of(
        (names[place] or column_name(place + 1) for place in places if place + 1 in hidden), SHOWN
    )
    if columns.items:
        inquiry.assume(Message("readers_text.hidden-columns", sheet=table.name, columns=columns))


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
    dates = [cell for cell in cells if isinstance(cell, dt.date)]
    if dates and plain(name) in IDS:
        inquiry.assume(
            Message(
                "readers_text.dates-as-ids", column=name, count=len(dates), date=_text(dates[0])
            )
        )
    return tuple(_text(cell) for cell in cells)


def _check_digits(name: str, numbers: np.ndarray, inquiry: Inquiry) -> None:
    finite = numbers[np.isfinite(numbers)]
    if finite.size and (finite == np.round(finite)).all() and np.abs(finite).max() >= EXACT:
        inquiry.refuse(Message("readers_text.too-many-digits", column=name, file=inquiry.name))


def _text(cell: Cell) -> str:
    """A cell as text: dates as 2020-01-31, 7.0 as ``7``."""
    if isinstance(cell, float):
        return as_texts(np.array([cell]))[0]
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return " ".join(trimmed(str(cell)).splitlines())


SHEET = "sheet"  # the key of the question
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
BINARY = "xl/workbook.bin"
ROOT = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
LEAST = 2  # rows and columns of a sheet that may be a table
SHOWN_OF_HEADER = 4  # cells of a sheet that is offered


def read_workbook(archive: Archive, inquiry: Inquiry, most_cells: int) -> tuple[str, Sheet]:
    """The kind of a workbook, and the sheet of subjects in it; asked where there are several.

    Raises:
        CohortError: it is damaged, has more cells than are taken, or no such sheet.

    """
    if BINARY in archive.members:
        raise CohortError(Message("readers_text.binary-workbook", file=inquiry.name))
    kind = "ods" if OPEN_DOCUMENT in archive.members else "xlsx"
    with TemporaryDirectory(prefix="sgn-upload-") as outer:
        folder = Path(outer) / "parts"
        archive.unpack(folder, archive.members)
        extents = _extents(folder, kind, inquiry.name, most_cells)
        # calamine sees nothing but what was measured.
        clean = Path(outer) / f"workbook.{kind}"
        _pack(folder, archive.members, clean)
        tables = _tables(clean, extents, inquiry)
    return kind, to_sheet(_chosen(tables, inquiry), inquiry)


def _extents(folder: Path, kind: str, name: str, most_cells: int) -> dict[str, Extent]:
    """What was measured of each sheet, by its name."""
    if kind == "ods":
        extents = extents_of_document(folder / OPEN_DOCUMENT, name)
    else:
        parts = _parts(folder, name)
        formats = _formats(folder, name)
        extents = {sheet: extent_of_worksheet(part, name, formats) for sheet, part in parts.items()}
    if any(extent.cells > most_cells for extent in extents.values()):
        raise CohortError(Message("readers_text.too-many-cells", file=name, limit=most_cells))
    return extents


def _formats(folder: Path, name: str) -> tuple[str, ...]:
    """The formats of cell styles. Raises CohortError."""
    try:
        return formats_of(folder / STYLES)
    except (ElementTree.ParseError, ValueError) as error:
        raise damaged_workbook(name) from error


def _parts(folder: Path, name: str) -> dict[str, Path]:
    """The file of each sheet. Raises CohortError."""
    try:
        targets = {
            relation.get("Id"): relation.get("Target", "")
            for relation in ElementTree.parse(folder / RELATIONS).getroot()  # noqa: S314 - expat bounds entities
        }
        sheets = {}
        for element in ElementTree.parse(folder / WORKBOOK).getroot().iter():  # noqa: S314
            if element.tag.rpartition("}")[2] == "sheet":
                identity = next(v for k, v in element.items() if k.rpartition("}")[2] == "id")
                sheets[element.get("name", "")] = targets[identity]
    except (ElementTree.ParseError, LookupError, OSError, StopIteration) as error:
        raise damaged_workbook(name) from error
    parts = {}
    for sheet, target in sheets.items():
        part = folder / (target.lstrip("/") if target.startswith("/") else f"xl/{target}")
        if part.is_file() and folder in part.resolve().parents:
            parts[sheet] = part
    return parts


def _pack(folder: Path, members: Collection[str], target: Path) -> None:
    with ZipFile(target, "w", ZIP_STORED) as clean:
        for member in members:
            clean.write(folder / member, member)
        clean.writestr("_rels/.rels", ROOT)  # a hidden file, which is not unpacked


def _tables(path: Path, extents: Mapping[str, Extent], inquiry: Inquiry) -> list[WorksheetTable]:
    """The visible sheets that may be tables of subjects; the others are named as left alone."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - of workers

    try:
        workbook = CalamineWorkbook.from_path(path)
        return [
            table
            for sheet in workbook.sheets_metadata
            if (table := _table(workbook, sheet, extents, inquiry)) is not None
        ]
    except (CalamineError, OSError, ValueError) as error:
        raise damaged_workbook(inquiry.name) from error


def _table(
    workbook: "CalamineWorkbook", sheet: "SheetMetadata", extents: Mapping[str, Extent],
    inquiry: Inquiry,
) -> WorksheetTable | None:  # fmt: skip
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    if sheet.visible != SheetVisibleEnum.Visible or sheet.typ != SheetTypeEnum.WorkSheet:
        inquiry.leave(f"sheet {sheet.name}", Message("readers_text.hidden-sheet"))
        return None
    worksheet = workbook.get_sheet_by_name(sheet.name)
    rows = list(worksheet.iter_rows())
    filled = [row for row in rows if any(cell != "" for cell in row)]
    if len(filled) < LEAST or max(map(_filled, filled)) < LEAST:
        inquiry.leave(f"sheet {sheet.name}", Message("readers_text.no-table-on-sheet"))
        return None
    extent = extents.get(sheet.name, Extent())
    return WorksheetTable(sheet.name, rows, worksheet.merged_cell_ranges or [], extent)


def _chosen(tables: Sequence[WorksheetTable], inquiry: Inquiry) -> WorksheetTable:
    """The only table, or the one that is answered. Raises CohortError where there is none."""
    if not tables:
        raise CohortError(Message("readers_text.no-table", file=inquiry.name))
    numeric = [table for table in tables if _has_numbers(table)]
    if len(numeric or tables) == 1 and inquiry.answer(SHEET) is None:
        for table in tables if numeric else ():
            if table is not numeric[0]:
                inquiry.leave(f"sheet {table.name}", Message("readers_text.no-number-on-sheet"))
        return (numeric or tables)[0]
    answer = inquiry.ask(
        SHEET,
        Message(
            "readers_text.ask-sheet", file=inquiry.name, sheets=[table.name for table in tables]
        ),
        [_choice(table) for table in tables],
    )
    return next(table for table in tables if table.name == answer)


def _has_numbers(table: WorksheetTable) -> bool:
    """Whether a cell below the header is a number; in a list of variables none is."""
    return any(
        is_number(str(cell).replace(",", "."))
        for row in table.rows[table.header + 1 :]
        for cell in row
    )


def _choice(table: WorksheetTable) -> Choice:
    rows = sum(_filled(row) > 0 for row in table.rows[table.header + 1 :])
    header = [str(cell) for cell in table.rows[table.header] if cell != ""]
    return Choice(
        table.name,
        Message("readers_text.sheet-choice", count=rows, columns=first_of(header, SHOWN_OF_HEADER)),
    )
