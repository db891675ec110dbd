"""Workbooks of Excel (.xlsx, .xlsm) and OpenDocument (.ods), read by calamine: sheets as tables."""

from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.folders.archives import Archive
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.choosing_sheets import chosen_sheet
from graphnet.readers.tables.sheet import Sheet
from graphnet.readers.tables.workbook_xml import (
    OPEN_DOCUMENT,
    Extent,
    damaged_workbook,
    extent_of_worksheet,
    extents_of_document,
)
from graphnet.readers.tables.worksheets import WorksheetTable, filled_cells, formats_of

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook, SheetMetadata

WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
BINARY = "xl/workbook.bin"
ROOT = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
LEAST = 2  # rows and columns of a sheet that may be a table


def read_workbook(archive: Archive, inquiry: Inquiry, most_cells: int) -> tuple[str, Sheet]:
    """The kind of a workbook, and the sheet of subjects in it; asked where there are several.

    Raises:
        CohortError: it is damaged, has more cells than are taken, or no such sheet.

    """
    kind, tables = read_worksheets(archive, inquiry, most_cells)
    return kind, chosen_sheet(tables, inquiry)


def read_worksheets(
    archive: Archive, inquiry: Inquiry, most_cells: int
) -> tuple[str, list[WorksheetTable]]:
    """The kind of a workbook, and the visible sheets that may be tables of subjects.

    Raises:
        CohortError: it is damaged, or has more cells than are taken.

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
        return kind, _tables(clean, extents, inquiry)


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
    if len(filled) < LEAST or max(map(filled_cells, filled)) < LEAST:
        inquiry.leave(f"sheet {sheet.name}", Message("readers_text.no-table-on-sheet"))
        return None
    extent = extents.get(sheet.name, Extent())
    return WorksheetTable(sheet.name, rows, worksheet.merged_cell_ranges or [], extent)
