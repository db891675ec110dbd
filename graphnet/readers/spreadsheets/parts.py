"""The XML within a workbook, looked through before anything trusts it.

calamine makes room for every cell between the first and the last one, so that a workbook of two
cells may take all memory there is, and end the process. Here the extent of each sheet is measured,
and formulas are found whose results were never calculated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from graphnet.errors import CohortError
from graphnet.messages import Message

OPEN_DOCUMENT = "content.xml"


@dataclass
class Extent:
    """The last row and column with anything in them, from 1; formulas without a result by cell."""

    rows: int = 0
    columns: int = 0
    unsolved: list[str] = field(default_factory=list)

    def reach(self, row: int, column: int) -> None:
        """Count in a cell that holds something."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)

    @property
    def cells(self) -> int:
        """The number of cells from A1 to the last one."""
        return self.rows * self.columns


def measure_extent(part: Path, name: str) -> Extent:
    """The extent of a worksheet's XML; of OpenDocument that of its largest sheet.

    Raises:
        CohortError: it is no XML, or defines entities.

    """
    look: _Worksheet | _OpenDocument
    look = _OpenDocument() if part.name == OPEN_DOCUMENT else _Worksheet()
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
    return look.extent


def damaged_workbook(name: str) -> CohortError:
    """The workbook ``name`` cannot be read."""
    return CohortError(Message("readers_text.damaged-workbook", file=name))


def _no_entities(*_: object) -> None:
    raise ValueError("entities")


@dataclass
class _Worksheet:
    """Of Excel: rows and cells say where they are, or follow one another."""

    extent: Extent = field(default_factory=Extent)
    row: int = 0
    column: int = 0
    formula: bool = False
    inside: bool = False
    filled: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif kind == "c":
            reference = attributes.get("r", "")
            self.column = _column(reference) if reference else self.column + 1
            self.row = _row(reference) or self.row
            self.formula = self.filled = False
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
        elif kind == "c" and self.formula:
            self.extent.unsolved.append(cell_name(self.row, self.column))


@dataclass
class _OpenDocument:
    """Rows and cells follow one another, and say how often they are repeated."""

    extent: Extent = field(default_factory=Extent)
    row: int = 0
    column: int = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "table":
            self.row = 0
        elif kind == "table-row":
            self.row += _times(attributes.get("table:number-rows-repeated"))
            self.column = 0
        elif kind in {"table-cell", "covered-table-cell"}:
            self.column += _times(attributes.get("table:number-columns-repeated"))
            if "office:value-type" in attributes:
                self.extent.reach(self.row, self.column)

    def text(self, text: str) -> None:
        pass

    def end(self, tag: str) -> None:
        pass


def cell_name(row: int, column: int) -> str:
    """Row and column from 1 as ``B3``."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _column(reference: str) -> int:
    column = 0
    for letter in reference.rstrip("0123456789"):
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _row(reference: str) -> int:
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits else 0


def _times(repeated: str | None) -> int:
    return 1 if repeated is None else int(repeated)
