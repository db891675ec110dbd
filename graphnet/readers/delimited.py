"""A text file as a sheet: cells parted by commas, semicolons, tabs, bars or blanks."""

import re
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice

from graphnet.data.interpretation import TextFormat
from graphnet.errors import CohortError
from graphnet.readers.dialects import dialect_of, rows, sample
from graphnet.readers.encodings import encoding_of
from graphnet.readers.headers import check_header, check_second_header
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.marks import settle_marks
from graphnet.readers.number_files import Numbers, read_numbers
from graphnet.readers.rows import RowShape, collected
from graphnet.readers.sheet import Cells, Sheet

__all__ = ["Numbers", "check_cells", "read_numbers", "read_sheet"]

PROTECTED = re.compile(r'="(?P<text>[^"]*)"')
MOST_COLUMNS = 250_000  # a connectome of 700 regions


def read_sheet(body: bytes, inquiry: Inquiry, most_cells: int) -> Sheet:
    """Read a text of any encoding and separator, with a header, of at most ``most_cells``.

    Numbers of columns with names like ``GMV_1`` may come as float64; every other cell is text as
    it stands, without blanks around it. In numbers, a decimal comma becomes a point, and marks
    between thousands go.

    Raises:
        CohortError: it is no table with a header, a row, and a name for each column; or there are
            more cells or columns than are taken.

    """
    encoding = encoding_of(body, inquiry, inquiry.name)
    dialect = dialect_of(sample(_lines(body, encoding), MOST_COLUMNS))
    found = _cells(body, encoding, dialect.before, dialect.separator)
    shape = RowShape(_header(found, inquiry.name), dialect, inquiry.name)
    check_cells(inquiry.name, len(shape.names) * _line_ends(body), most_cells)
    columns = collected(shape.fitted(found), shape)
    if not columns:
        raise CohortError(f"{inquiry.name} has no row below its header.")
    names, columns = _without_empty(shape.settle(columns, inquiry), columns)
    check_second_header(columns, inquiry)
    columns, decimal = settle_marks(names, columns, dialect.separator, inquiry)
    text = TextFormat(encoding.removesuffix("-sig"), dialect.separator, decimal)
    return Sheet(names, columns, text)


def _lines(body: bytes, encoding: str) -> TextIOWrapper:
    """The lines, whatever ends them."""
    return TextIOWrapper(BytesIO(body), encoding, newline=None)


def _cells(
    body: bytes, encoding: str, before: int, separator: str
) -> Iterator[tuple[int, list[str]]]:
    """Rows below ``before`` lines with their line, without blanks around their cells."""
    lines = _lines(body, encoding)
    for _ in islice(lines, before):
        pass
    clean = body.isascii() and b" " not in body and (separator == "\t" or b"\t" not in body)
    protected = b'="' in body
    for line, row in rows(lines, separator, MOST_COLUMNS):
        stripped = row if clean else [cell.strip() for cell in row]
        yield line + before, [_bare(cell) for cell in stripped] if protected else stripped


def _bare(cell: str) -> str:
    """A cell that is protected from Excel, which would read ``="0050950"`` as a number else."""
    match = PROTECTED.fullmatch(cell)
    return match["text"] if match else cell


def _header(found: Iterator[tuple[int, list[str]]], what: str) -> tuple[str, ...]:
    """The names of the columns."""
    for _, row in found:
        if any(row):
            names = (row[0].removeprefix("#").strip(), *row[1:])
            check_header(names, what)
            return names
    raise CohortError(f"{what} holds no table: it has no line with text.")


def _without_empty(
    names: tuple[str, ...], columns: tuple[Cells, ...]
) -> tuple[tuple[str, ...], tuple[Cells, ...]]:
    """Without columns that have neither a name nor a cell: separators at the ends of lines."""
    kept = [
        place
        for place, cells in enumerate(columns)
        if names[place] or not isinstance(cells, tuple) or any(cells)
    ]
    return tuple(names[place] for place in kept), tuple(columns[place] for place in kept)


def _line_ends(body: bytes) -> int:
    """How many lines end, whatever ends them."""
    return body.count(b"\n") + body.count(b"\r") - body.count(b"\r\n")


def check_cells(name: str, count: int, most: int) -> None:
    """Raises CohortError where a table would have more cells than are taken."""
    if count > most:
        raise CohortError(f"{name} has more than {most} cells, which is the most.")
