"""The XML within a workbook, looked through before anything trusts it.

calamine makes room for every cell between the first and the last one, so that a workbook of two
cells may take all memory there is, and end the process. Here the extent of each sheet is measured,
and what calamine does not tell is found: formulas whose results were never calculated, and rows and
columns that are hidden.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from graphnet.errors import CohortError
from graphnet.messages import Message

OPEN_DOCUMENT = "content.xml"
ZEROS_FIRST = re.compile(r"0[0-9]+")
LONGEST_SHOWN = 40
MOST_SHOWN = 1000  # columns: a cell may be repeated more often than anybody has ids
HIDDEN = {"collapse", "filter"}  # of OpenDocument: by hand, and by a filter


@dataclass
class Ranges:
    """Numbers from 1 as ascending ranges: a few of them may be all rows that a sheet can have."""

    ranges: list[tuple[int, int]] = field(default_factory=list)

    def add(self, first: int, last: int) -> None:
        """Add a range that begins after all others; no other one is in a sound workbook."""
        previous, end = self.ranges[-1] if self.ranges else (first, 0)
        if end + 1 == first:
            self.ranges[-1:] = [(previous, last)]
        elif end < first:
            self.ranges.append((first, last))

    def up_to(self, most: int) -> set[int]:
        """Those of the numbers that are not larger than ``most``."""
        return {
            number
            for first, last in self.ranges
            if first <= most
            for number in range(first, min(last, most) + 1)
        }


@dataclass
class Extent:
    """What was found of a sheet, whose rows and columns count from 1.

    ``rows`` and ``columns`` are the last with anything in them, ``unsolved`` the cells with a
    formula without a result; of rows and columns that are hidden, by a filter or by hand, it is
    kept where they are. ``formats`` are the rows of each column whose numbers are shown otherwise,
    by the format that does so.
    """

    rows: int = 0
    columns: int = 0
    unsolved: list[str] = field(default_factory=list)
    hidden_rows: Ranges = field(default_factory=Ranges)
    hidden_columns: Ranges = field(default_factory=Ranges)
    formats: dict[int, dict[str, Ranges]] = field(default_factory=dict)

    def show(self, rows: tuple[int, int], column: int, code: str) -> None:
        """Keep that the numbers of these rows, first and last, are shown by a format."""
        self.formats.setdefault(column, {}).setdefault(code, Ranges()).add(*rows)

    def reach(self, row: int, column: int) -> None:
        """Count in a cell that holds something."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)

    @property
    def cells(self) -> int:
        """The number of cells from A1 to the last one."""
        return self.rows * self.columns


def extent_of_worksheet(part: Path, name: str, formats: Sequence[str] = ()) -> Extent:
    """The extent of a worksheet of Excel's, whose styles have these ``formats``.

    Raises:
        CohortError: it is no XML, or defines entities.

    """
    look = _Worksheet(formats)
    _look_through(part, look, name)
    return look.extent


def extents_of_document(part: Path, name: str) -> dict[str, Extent]:
    """The extent of each sheet of an OpenDocument, by its name.

    Raises:
        CohortError: it is no XML, or defines entities.

    """
    look = _OpenDocument()
    _look_through(part, look, name)
    return look.extents


def _look_through(part: Path, look: "_Worksheet | _OpenDocument", name: str) -> None:
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = look.start
    parser.EndElementHandler = look.end
    parser.CharacterDataHandler = look.text
    parser.EntityDeclHandler = _no_entities
    try:
        with part.open("rb") as file:
            parser.ParseFile(file)
    except (ExpatError, ValueError) as error:
        raise damaged_workbook(name) from error


def damaged_workbook(name: str) -> CohortError:
    """The workbook ``name`` cannot be read."""
    return CohortError(Message("readers_text.damaged-workbook", file=name))


def _no_entities(*_: object) -> None:
    raise ValueError("entities")


@dataclass
class _Worksheet:
    """Of Excel: rows and cells say where they are, or follow one another."""

    formats: Sequence[str] = ()
    extent: Extent = field(default_factory=Extent)
    row: int = 0
    column: int = 0
    code: str = ""
    formula: bool = False
    inside: bool = False
    filled: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            if _is_true(attributes.get("hidden")):
                self.extent.hidden_rows.add(self.row, self.row)
        elif kind == "col" and _is_true(attributes.get("hidden")):
            self.extent.hidden_columns.add(int(attributes["min"]), int(attributes["max"]))
        elif kind == "c":
            reference = attributes.get("r", "")
            self.column = _column(reference) if reference else self.column + 1
            self.row = _row(reference) or self.row
            self.formula = self.filled = False
            style = int(attributes.get("s", 0))
            is_number = attributes.get("t", "n") == "n" and style < len(self.formats)
            self.code = self.formats[style] if is_number else ""
        elif kind in {"v", "t"}:
            self.inside = True
        elif kind == "f":
            self.formula = True

    def text(self, text: str) -> None:
        if self.inside and text:
            self.filled = True

    def end(self, tag: str) -> None:
        kind = tag.rpartition(":")[2]
        if kind in {"v", "t"}:
            self.inside = False
        elif kind == "c" and self.filled:
            self.extent.reach(self.row, self.column)
            if self.code:
                self.extent.show((self.row, self.row), self.column, self.code)
        elif kind == "c" and self.formula:
            self.extent.unsolved.append(cell_name(self.row, self.column))


@dataclass
class _OpenDocument:
    """Rows and cells follow one another, and say how often they are repeated."""

    extents: dict[str, Extent] = field(default_factory=dict)
    extent: Extent = field(default_factory=Extent)
    row: int = 0
    column: int = 0
    rows: tuple[int, int] = (0, 0)
    columns: tuple[int, int] = (0, 0)
    shown: str | None = None  # of a number

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        hidden = attributes.get("table:visibility") in HIDDEN
        if kind == "table":
            self.extent = self.extents.setdefault(attributes.get("table:name", ""), Extent())
            self.row = self.column = 0
        elif kind == "table-column":
            before = self.column
            self.column += _times(attributes.get("table:number-columns-repeated"))
            if hidden:
                self.extent.hidden_columns.add(before + 1, self.column)
        elif kind == "table-row":
            before = self.row
            self.row += _times(attributes.get("table:number-rows-repeated"))
            self.rows = before + 1, self.row
            self.column = 0
            if hidden:
                self.extent.hidden_rows.add(before + 1, self.row)
        elif kind in {"table-cell", "covered-table-cell"}:
            before = self.column
            self.column += _times(attributes.get("table:number-columns-repeated"))
            self.columns = before + 1, self.column
            self.shown = "" if attributes.get("office:value-type") == "float" else None
            if "office:value-type" in attributes:
                self.extent.reach(self.row, self.column)

    def text(self, text: str) -> None:
        if self.shown is not None and len(self.shown) < LONGEST_SHOWN:
            self.shown += text

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] != "table-cell":
            return
        shown, self.shown = (self.shown or "").strip(), None
        if ZEROS_FIRST.fullmatch(shown):
            for column in range(self.columns[0], min(self.columns[1], MOST_SHOWN) + 1):
                self.extent.show(self.rows, column, "0" * len(shown))


def cell_name(row: int, column: int) -> str:
    """Row and column from 1 as ``B3``."""
    return f"{column_name(column)}{row}"


def column_name(column: int) -> str:
    """A column from 1 as ``B``."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _column(reference: str) -> int:
    column = 0
    for letter in reference.rstrip("0123456789"):
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _row(reference: str) -> int:
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits else 0


def _is_true(flag: str | None) -> bool:
    return flag in {"1", "true"}


def _times(repeated: str | None) -> int:
    return 1 if repeated is None else int(repeated)
