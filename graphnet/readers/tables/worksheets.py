"""One sheet of a workbook as a table: its header, its cells as they are shown, what is hidden.

A whole number may be shown otherwise than by its digits: ``0050950`` of 50950 by the format
``0000000``. Only formats that pad with zeros, or put words or signs beside digits, are followed.
Dates, decimals, percents and the like show a number that is the same one.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import CLASSES, IDS, LESSER_CLASSES, SITES, plain
from graphnet.readers.tables.sheet import Cells, Sheet, as_texts, trimmed
from graphnet.readers.tables.workbook_xml import Extent, cell_name, column_name
from graphnet.readers.text.delimited import check_header, check_second_header
from graphnet.readers.text.dialects import MOST_LINES, lines_joined, names_of_lines
from graphnet.readers.text.marks import settle_decimal_marks

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
        filled = [filled_cells(row) for row in self.rows]
        least = max(filled, default=0) / 2
        return next((place for place, count in enumerate(filled) if count >= max(least, 1)), 0)

    @property
    def names(self) -> list[str]:
        """The cells of the header that hold anything."""
        return [text for cell in self.rows[self.header] if (text := text_of(cell))]


def to_sheet(table: WorksheetTable, inquiry: Inquiry) -> Sheet:
    """The table as named columns. Raises CohortError where it is not a table."""
    table = _with_one_header(table, inquiry)
    _check(table, inquiry)
    header = table.header
    below = _as_shown(table, inquiry)
    _say_above(table, inquiry)
    rows = [row for row in below if filled_cells(row)]
    if len(rows) < len(below):
        inquiry.assume(Message("readers_text.empty-rows", count=len(below) - len(rows)))
    if not rows:
        raise CohortError(
            Message("readers_text.no-rows-on-sheet", sheet=table.name, file=inquiry.name)
        )
    names = [text_of(cell) for cell in table.rows[header]]
    check_header(names, inquiry.name)
    columns = list(zip(*rows, strict=True))
    places = [place for place, cells in enumerate(columns) if names[place] or filled_cells(cells)]
    _say_hidden(table, names, places, inquiry)
    names = [names[place] for place in places]
    named = [
        _column(name, columns[place], inquiry) for name, place in zip(names, places, strict=True)
    ]
    check_second_header(named, inquiry)
    settled, _ = settle_decimal_marks(names, named, "", inquiry)
    return Sheet(tuple(names), settled)


def _with_one_header(table: WorksheetTable, inquiry: Inquiry) -> WorksheetTable:
    """With lines of names, as pandas writes columns of two levels, joined in the last of them."""
    rows = table.rows
    first = next((row for row in range(table.header) if filled_cells(rows[row]) > MOST_ABOVE), None)
    lines = [] if first is None else [[*map(text_of, row)] for row in rows[first:][:MOST_LINES]]
    found = names_of_lines(lines) if len(lines) > 1 else None
    if first is None or found is None or not any(plain(name) in IDS for name in found[0]):
        return table
    names, count = found
    inquiry.assume(lines_joined(lines, names, count, inquiry.name))
    blank = ("",) * len(names)
    last = first + count
    joined = [*rows[:first], *[blank] * (count - 1), names, *rows[last:]]
    merged = [corners for corners in table.merged if corners[1][0] >= last]
    return replace(table, rows=joined, merged=merged)


def _as_shown(table: WorksheetTable, inquiry: Inquiry) -> Sequence[Row]:
    """The rows below the header; whole numbers as their format shows them, as 0050950 of 50950.

    With words beside the digits, or instead of them, only in columns of ids, classes and sites.
    """
    names = [text_of(cell) for cell in table.rows[table.header]]
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
                if text is not None and text != text_of(cell):
                    below[place][column - 1] = text
                    shown.setdefault(
                        name,
                        Message(
                            "readers_text.as-shown", column=name, shown=text, number=text_of(cell)
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
    double = [row for row in above if filled_cells(row) > MOST_ABOVE or _first(row) > first]
    if double:
        words = first_of([text_of(cell) for cell in double[0] if cell != ""], SHOWN)
        inquiry.refuse(
            Message("readers_text.second-row-of-names", sheet=sheet, file=file, words=words)
        )


def _say_above(table: WorksheetTable, inquiry: Inquiry) -> None:
    titles = [
        text_of(cell)[:40] for row in table.rows[: table.header] for cell in row if cell != ""
    ]
    if titles:
        inquiry.assume(Message("readers_text.rows-above-header", titles=first_of(titles, SHOWN)))


def _say_hidden(
    table: WorksheetTable, names: Sequence[str], places: Sequence[int], inquiry: Inquiry
) -> None:
    """Say that rows and columns are read which who looks at the workbook does not see."""
    hidden = table.extent.hidden_rows.up_to(len(table.rows))
    rows = [row for row in hidden if row > table.header + 1 and filled_cells(table.rows[row - 1])]
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


def filled_cells(cells: Sequence[Cell]) -> int:
    """How many cells hold anything."""
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
                "readers_text.dates-as-ids", column=name, count=len(dates), date=text_of(dates[0])
            )
        )
    return tuple(text_of(cell) for cell in cells)


def _check_digits(name: str, numbers: np.ndarray, inquiry: Inquiry) -> None:
    finite = numbers[np.isfinite(numbers)]
    if finite.size and (finite == np.round(finite)).all() and np.abs(finite).max() >= EXACT:
        inquiry.refuse(Message("readers_text.too-many-digits", column=name, file=inquiry.name))


def text_of(cell: Cell) -> str:
    """A cell as text: dates as 2020-01-31, 7.0 as ``7``."""
    if isinstance(cell, float):
        return as_texts(np.array([cell]))[0]
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return " ".join(trimmed(str(cell)).splitlines())


TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|_.|(?P<plain>.)')
CONDITION = re.compile(r"(=|<>|<=|>=|<|>)(-?[0-9]+(?:\.[0-9]+)?)")
COMPARE = {"=": (0,), "<>": (-1, 1), "<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (0, 1)}
DIGIT, OPTIONAL = "0", "#?"
SIGNS = "-+() "  # that stand for themselves
TIME = re.compile(r"h+|m+|s+", re.IGNORECASE)
TRIED = range(-1, 10)  # whole numbers that tell whether a format is followed

Token = tuple[str, bool]  # a text, and whether it is the place of a digit


def formats_of(styles: Path) -> tuple[str, ...]:
    """The format of each cell style of a workbook by its number, "" where it need not be followed.

    Raises:
        ElementTree.ParseError, ValueError: it is no list of styles.

    """
    codes: dict[str, str] = {}
    formats: list[str] = []
    if not styles.is_file():
        return ()
    for element in ElementTree.parse(styles).getroot().iter():  # noqa: S314 - expat bounds entities
        kind = element.tag.rpartition("}")[2]
        if kind == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
        elif kind == "cellXfs":
            formats = [style.get("numFmtId", "") for style in element]
    return tuple(code if is_followed(code) else "" for code in (codes.get(f, "") for f in formats))


def is_followed(code: str) -> bool:
    """Whether a whole number may be shown otherwise than by its digits."""
    shown = {number: displayed(number, code) for number in TRIED}
    return any(text not in (None, str(number)) for number, text in shown.items())


def has_words(code: str) -> bool:
    """Whether letters stand beside the digits, or instead of them."""
    return any(
        any(map(str.isalpha, match["quoted"] or match["escaped"] or ""))
        for match in TOKEN.finditer(code)
    )


def displayed(number: float, code: str) -> str | None:
    """How ``number`` is shown; None where the format is not followed."""
    section = _section(number, _sections(code))
    tokens = None if section is None else _tokens(section)
    if not tokens:
        return None
    places = sum(is_digit for _, is_digit in tokens)
    if not places:
        return "".join(text for text, _ in tokens).strip() or None
    if not float(number).is_integer():
        return None
    return _filled(tokens, str(abs(int(number))), places)


def _filled(tokens: Sequence[Token], digits: str, places: int) -> str:
    """The digits from the right in their places; more than there are places stand in the first."""
    written: list[str] = []
    for text, is_digit in reversed(tokens):
        if not is_digit:
            written.append(text)
            continue
        places -= 1
        last = digits[-1:] if places else digits
        digits = digits[:-1] if places else ""
        written.append(last or (DIGIT if text == DIGIT else ""))
    return "".join(reversed(written)).strip()


def _sections(code: str) -> list[str]:
    sections = [""]
    for match in TOKEN.finditer(code):
        if match["plain"] == ";":
            sections.append("")
        else:
            sections[-1] += match.group()
    return sections


def _section(number: float, sections: Sequence[str]) -> str | None:
    """The section that holds for a number: by its condition, else by its sign."""
    conditions = [CONDITION.search(section.partition('"')[0]) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None:
                return section
            other = float(condition[2])
            if (number > other) - (number < other) in COMPARE[condition[1]]:
                return section
        return None
    if number < 0:
        return sections[1] if len(sections) > 1 else None
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]


def _tokens(section: str) -> list[Token] | None:
    """The texts and places of digits; None where something else is in a section."""
    tokens: list[Token] = []
    for match in TOKEN.finditer(section):
        plain, bracket = match["plain"], match["bracket"]
        if match["quoted"] is not None or match["escaped"] is not None:
            tokens.append((match["quoted"] or match["escaped"] or "", False))
        elif plain is not None and plain in DIGIT + OPTIONAL:
            tokens.append((plain, True))
        elif plain is not None and plain in SIGNS:
            tokens.append((plain, False))
        elif plain is not None or (bracket is not None and TIME.fullmatch(bracket)):
            return None
    return tokens
