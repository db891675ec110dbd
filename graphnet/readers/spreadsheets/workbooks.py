"""Workbooks of Excel (.xlsx, .xlsm) and OpenDocument (.ods), read by calamine."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError, shortened
from graphnet.readers.folders.archives import Archive
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.spreadsheets.cells import Table, sheet_of
from graphnet.readers.spreadsheets.parts import OPEN_DOCUMENT, Extent, damaged, measure
from graphnet.readers.tables.cells import is_number
from graphnet.readers.tables.sheet import Sheet

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook, SheetMetadata

SHEET = "sheet"  # the key of the question
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
BINARY = "xl/workbook.bin"
ROOT = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
LEAST = 2  # rows and columns of a sheet that may be a table
SHOWN = 4  # cells of a sheet that is offered


def read_workbook(archive: Archive, inquiry: Inquiry, most_cells: int) -> tuple[str, Sheet]:
    """The kind of a workbook, and the sheet of subjects in it; asked where there are several.

    Raises:
        CohortError: it is damaged, has more cells than are taken, or no such sheet.

    """
    if BINARY in archive.members:
        raise CohortError(f"{inquiry.name} is a binary workbook (.xlsb). Save it as .xlsx.")
    kind = "ods" if OPEN_DOCUMENT in archive.members else "xlsx"
    with TemporaryDirectory(prefix="sgn-upload-") as outer:
        folder = Path(outer) / "parts"
        archive.unpack(folder, archive.members)
        extents = _extents(folder, kind, inquiry.name, most_cells)
        # calamine sees nothing but what was measured.
        clean = Path(outer) / f"workbook.{kind}"
        _pack(folder, archive.members, clean)
        tables = _tables(clean, extents, inquiry)
    return kind, sheet_of(_chosen(tables, inquiry), inquiry)


def _extents(folder: Path, kind: str, name: str, most_cells: int) -> dict[str, Extent]:
    """What was measured of each sheet, by its name; of OpenDocument of all together, by ""."""
    if kind == "ods":
        found = {"": measure(folder / OPEN_DOCUMENT, name)}
    else:
        parts = _parts(folder, name)
        found = {sheet: measure(part, name) for sheet, part in parts.items()}
    if any(extent.cells > most_cells for extent in found.values()):
        raise CohortError(f"{name} has more than {most_cells} cells, which is the most.")
    return found


def _parts(folder: Path, name: str) -> dict[str, Path]:
    """The file of each sheet. Raises CohortError."""
    try:
        targets = {
            each.get("Id"): each.get("Target", "")
            for each in ElementTree.parse(folder / RELATIONS).getroot()  # noqa: S314 - expat bounds entities
        }
        sheets = {}
        for each in ElementTree.parse(folder / WORKBOOK).getroot().iter():  # noqa: S314
            if each.tag.rpartition("}")[2] == "sheet":
                identity = next(v for k, v in each.items() if k.rpartition("}")[2] == "id")
                sheets[each.get("name", "")] = targets[identity]
    except (ElementTree.ParseError, LookupError, OSError, StopIteration) as error:
        raise damaged(name) from error
    found = {}
    for sheet, target in sheets.items():
        part = folder / (target.lstrip("/") if target.startswith("/") else f"xl/{target}")
        if part.is_file() and folder in part.resolve().parents:
            found[sheet] = part
    return found


def _pack(folder: Path, members: Collection[str], target: Path) -> None:
    with ZipFile(target, "w", ZIP_STORED) as clean:
        for member in members:
            clean.write(folder / member, member)
        clean.writestr("_rels/.rels", ROOT)  # a hidden file, which is not unpacked


def _tables(path: Path, extents: Mapping[str, Extent], inquiry: Inquiry) -> list[Table]:
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
        raise damaged(inquiry.name) from error


def _table(
    workbook: "CalamineWorkbook", sheet: "SheetMetadata", extents: Mapping[str, Extent],
    inquiry: Inquiry,
) -> Table | None:  # fmt: skip
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    if sheet.visible != SheetVisibleEnum.Visible or sheet.typ != SheetTypeEnum.WorkSheet:
        inquiry.leave(f"sheet {sheet.name}", "it is hidden, or no worksheet")
        return None
    found = workbook.get_sheet_by_name(sheet.name)
    rows = list(found.iter_rows())
    filled = [row for row in rows if any(cell != "" for cell in row)]
    if len(filled) < LEAST or max(map(_width, filled)) < LEAST:
        inquiry.leave(f"sheet {sheet.name}", "it holds no table of two rows and columns or more")
        return None
    extent = extents.get(sheet.name)
    return Table(
        sheet.name, rows, found.merged_cell_ranges or [], extent.unsolved if extent else []
    )


def _width(row: Sequence[object]) -> int:
    return sum(cell != "" for cell in row)


def _chosen(tables: Sequence[Table], inquiry: Inquiry) -> Table:
    """The only table, or the one that is answered. Raises CohortError where there is none."""
    if not tables:
        raise CohortError(
            f"{inquiry.name} is a workbook without a visible sheet that holds a table."
        )
    numeric = [table for table in tables if _has_numbers(table)]
    if len(numeric or tables) == 1 and inquiry.given(SHEET) is None:
        for table in tables if numeric else ():
            if table is not numeric[0]:
                inquiry.leave(f"sheet {table.name}", "it holds no number")
        return (numeric or tables)[0]
    answer = inquiry.ask(
        SHEET,
        f"{inquiry.name} has several sheets: {shortened([table.name for table in tables])}. Which "
        "one holds the subjects? One sheet is read: ids, classes and measures must all be on it.",
        [_choice(table) for table in tables],
    )
    return next(table for table in tables if table.name == answer)


def _has_numbers(table: Table) -> bool:
    """Whether a cell below the header is a number; in a list of variables none is."""
    return any(
        is_number(str(cell).replace(",", "."))
        for row in table.rows[table.header + 1 :]
        for cell in row
    )


def _choice(table: Table) -> Choice:
    rows = sum(_width(row) > 0 for row in table.rows[table.header + 1 :])
    header = [str(cell) for cell in table.rows[table.header] if cell != ""]
    return Choice(table.name, f"{rows} rows, starting with {shortened(header, SHOWN)}")
