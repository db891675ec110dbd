"""Workbooks of Excel (.xlsx, .xlsm) and OpenDocument (.ods): their sheets, and which is the table.

calamine reads them.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.folders.archives import Archive
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import CLASSES, IDS, LESSER_CLASSES, SITES, plain
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.sheet import Sheet, below_each_other, is_number
from graphnet.readers.tables.workbook_xml import (
    OPEN_DOCUMENT,
    Extent,
    damaged_workbook,
    extent_of_worksheet,
    extents_of_document,
)
from graphnet.readers.tables.worksheets import (
    WorksheetTable,
    filled_cells,
    formats_of,
    text_of,
    to_sheet,
)

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
# Before elements of the table and paragraphs; within a paragraph a line end is a blank.
BETWEEN = re.compile(rb">\s*\n\s*(?=</?(?:table:|office:|text:p\b))")
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
        if kind == "ods":
            _join_elements(folder / OPEN_DOCUMENT)
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


def _join_elements(part: Path) -> None:
    """Take line ends from between elements, which Gnumeric writes and calamine does not expect."""
    part.write_bytes(BETWEEN.sub(b">", part.read_bytes()))


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
        inquiry.leave(
            Message("readers_text.sheet", name=sheet.name), Message("readers_text.hidden-sheet")
        )
        return None
    worksheet = workbook.get_sheet_by_name(sheet.name)
    rows = list(worksheet.iter_rows())
    filled = [row for row in rows if any(cell != "" for cell in row)]
    if len(filled) < LEAST or max(map(filled_cells, filled)) < LEAST:
        inquiry.leave(
            Message("readers_text.sheet", name=sheet.name),
            Message("readers_text.no-table-on-sheet"),
        )
        return None
    extent = extents.get(sheet.name, Extent())
    return WorksheetTable(sheet.name, rows, worksheet.merged_cell_ranges or [], extent)


SHEET = "sheet"  # the key of the question
SHOWN = 5
SHOWN_OF_HEADER = 4  # cells of a sheet that is offered
ROWS = "all"
SAID_BY_NAME = {"all-by-class": CLASSES | LESSER_CLASSES, "all-by-site": SITES}
COLUMN_OF = {"all-by-class": "group", "all-by-site": "site"}  # the column that sheets' names become


def chosen_sheet(
    tables: Sequence[WorksheetTable], inquiry: Inquiry, others: Sequence[Choice] = ()
) -> Sheet:
    """The only table, or what is answered: one of several, or those of one header together.

    ``others`` are answers that the caller has looked for before; as long as nothing is answered,
    they are offered first.

    Raises:
        CohortError: there is none.

    """
    if not tables:
        raise CohortError(Message("readers_text.no-table", file=inquiry.name))
    numeric = [table for table in tables if _has_numbers(table) or _lists_classes(table)]
    if len(numeric or tables) == 1 and inquiry.answer(SHEET) is None and not others:
        for table in tables if numeric else ():
            if table is not numeric[0]:
                inquiry.leave(
                    Message("readers_text.sheet", name=table.name),
                    Message("readers_text.no-number-on-sheet"),
                )
        return to_sheet((numeric or tables)[0], inquiry)
    alike = _alike(numeric)
    ways = _ways(alike, {table.name for table in tables})
    code = "readers_text.ask-sheets-alike" if ways else "readers_text.ask-sheet"
    answer = inquiry.ask(
        SHEET,
        Message(
            "readers_text.ask-sheets-of-subjects" if others else code,
            file=inquiry.name,
            count=len(alike),
            alike=first_of([table.name for table in alike], SHOWN),
            sheets=[table.name for table in tables],
        ),
        [*others, *_choices_together(alike, ways), *map(_choice, tables)],
    )
    if answer in ways:
        return _together(alike, answer, inquiry)
    first = (numeric or tables)[0]
    return to_sheet(next((table for table in tables if table.name == answer), first), inquiry)


def _alike(tables: Sequence[WorksheetTable]) -> list[WorksheetTable]:
    """The largest group of tables with the same columns and other subjects each; [] for none.

    Beside the ids and what is measured some may have more: a score that controls lack.
    """
    groups: dict[tuple[str, ...], list[WorksheetTable]] = {}
    for table in tables:
        names = table.names
        measured = sorted(name for name in names if plain(name) in IDS or _may_be_brain(Name(name)))
        groups.setdefault(tuple(measured), []).append(table)
    group = max(groups.values(), key=len, default=[])
    names_of = [set(table.names) for table in group]
    if len(group) < 2 or 2 * len(set.intersection(*names_of)) <= max(map(len, names_of)):
        return []
    ids_of = [_ids(table) for table in group]
    if not all(ids_of) and any(names != names_of[0] for names in names_of):
        return []
    ids = [subject for own in ids_of for subject in own]
    return group if len(set(ids)) == len(ids) else []


def _may_be_brain(name: Name) -> bool:
    if name.is_of_people:
        return False
    parts = (name.measure_first(), name.measure_last(), name.numbered())
    return name.has_region_words or any(part is not None for part in parts)


def _ids(table: WorksheetTable) -> list[str]:
    """The ids of the rows, if a column has a name for them."""
    header = [text_of(cell) for cell in table.rows[table.header]]
    place = next((place for place, name in enumerate(header) if plain(name) in IDS), None)
    if place is None:
        return []
    return [text_of(row[place]) for row in table.rows[table.header + 1 :] if row[place] != ""]


def _ways(alike: Sequence[WorksheetTable], names: set[str]) -> list[str]:
    """What the names of sheets may say that no column does: the class, the site, or nothing."""
    if not alike:
        return []
    known = {plain(name) for name in alike[0].names}
    ways = [way for way, words in SAID_BY_NAME.items() if known.isdisjoint(words)] + [ROWS]
    return [way for way in ways if way not in names]


def _choices_together(alike: Sequence[WorksheetTable], ways: Sequence[str]) -> list[Choice]:
    rows = sum(filled_cells(row) > 0 for table in alike for row in table.rows[table.header + 1 :])
    return [
        Choice(way, Message("readers_text.sheets-together", count=rows, way=way)) for way in ways
    ]


def _together(alike: Sequence[WorksheetTable], way: str, inquiry: Inquiry) -> Sheet:
    """The rows of all these tables, with a column of the names of their sheets."""
    sheets = [to_sheet(table, inquiry) for table in alike]
    names = tuple(name for name in sheets[0].names if all(name in sheet.names for sheet in sheets))
    for name in dict.fromkeys(name for sheet in sheets for name in sheet.names):
        if name not in names:
            inquiry.leave(name, Message("readers_text.not-on-all-sheets"))
    columns = [below_each_other([sheet.column(name) for sheet in sheets]) for name in names]
    if way == ROWS:
        return Sheet(names, tuple(columns))
    words = [
        table.name.strip()
        for table, sheet in zip(alike, sheets, strict=True)
        for _ in range(len(sheet))
    ]
    return Sheet((*names, COLUMN_OF[way]), (*columns, tuple(words)))


def _has_numbers(table: WorksheetTable) -> bool:
    """Whether a cell below the header is a number; in a list of variables none is."""
    return any(
        is_number(str(cell).replace(",", "."))
        for row in table.rows[table.header + 1 :]
        for cell in row
    )


def _lists_classes(table: WorksheetTable) -> bool:
    """Whether it holds the ids and classes of subjects, be they in words."""
    header = [plain(text_of(cell)) for cell in table.rows[table.header]]
    place = next((place for place, name in enumerate(header) if name in CLASSES), None)
    if place is None or not _ids(table):
        return False
    classes = [text_of(row[place]) for row in table.rows[table.header + 1 :]]
    return 1 < len(set(classes)) <= len(classes) // 2


def _choice(table: WorksheetTable) -> Choice:
    rows = sum(filled_cells(row) > 0 for row in table.rows[table.header + 1 :])
    header = [str(cell) for cell in table.rows[table.header] if cell != ""]
    return Choice(
        table.name,
        Message("readers_text.sheet-choice", count=rows, columns=first_of(header, SHOWN_OF_HEADER)),
    )
