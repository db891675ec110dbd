"""Tables as text: the header, the rows below it, and text that has no header."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from itertools import chain, islice

import numpy as np

from graphnet.data.interpretation import TextFormat
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import (
    Cells,
    Sheet,
    as_texts,
    is_missing,
    is_number,
    plain_numbers,
    to_numbers,
    trimmed,
)
from graphnet.readers.text.dialects import (
    BLANK,
    MOST_LINES,
    NAMES,
    Dialect,
    detect_dialect,
    is_ruler,
    lines_joined,
    names_of_lines,
    sample_lines,
    split_rows,
)
from graphnet.readers.text.encodings import detect_encoding
from graphnet.readers.text.marks import NAME_OF_ID, has_certain_point, settle_decimal_marks
from graphnet.readers.text.number_files import END_OF_DOS

# What SQL Server, Oracle, PostgreSQL and MySQL print below a table.
FOOTER = re.compile(
    r"\(?[0-9]+ row(s|\(s\))?( affected| selected\.?| in set.*)?\)?"
    r"|Time: [0-9.,]+ ?ms|Completion time: .*|\([0-9]+ Zeilen? betroffen\)|\([0-9]+ 行受影响\)",
    re.IGNORECASE,
)
LOOKED_AT = 12  # rows below a second header that must hold numbers


def check_header(names: Sequence[str], what: str) -> None:
    """Raises CohortError where the first line names nothing, or is a row of numbers."""
    named = [name for name in names if name]
    if not named:
        raise CohortError(Message("readers_text.no-column-names", file=what))
    if len(named) == 1 and len(names) > 2:
        raise CohortError(
            Message(
                "readers_text.title-above-header",
                file=what,
                text=repr(named[0]),
                count=len(names),
            )
        )
    if all(is_number(name) for name in named) and any("." in name for name in named):
        raise CohortError(
            Message("readers_text.numbers-in-header", file=what, numbers=first_of(named, 3))
        )


LEAST_COUNTED = 5  # columns that a row may number


def check_second_header(columns: Sequence[Cells], inquiry: Inquiry) -> None:
    """Refuse a row below the header that holds units or other words above numbers, or counts."""
    row = [as_texts(cells[:1])[0] for cells in columns if len(cells)]
    counts = [[str(number) for number in range(first, first + len(row))] for first in (0, 1)]
    if len(row) >= LEAST_COUNTED and row in counts:
        inquiry.refuse(Message("readers_text.numbered-columns", count=len(row)))
    numeric = [cells for cells in columns if not isinstance(cells, tuple) or _numbers_below(cells)]
    texts = [cells[0] for cells in numeric if isinstance(cells, tuple)]
    words = [text for text in texts if _is_word(text)]
    numbers = len(numeric) - len(texts) + sum(is_number(text.replace(",", "")) for text in texts)
    if words and not numbers:
        inquiry.refuse(
            Message("readers_text.second-header", words=first_of(dict.fromkeys(words), 3))
        )


def _numbers_below(cells: Sequence[str]) -> bool:
    below = [cell for cell in cells[1:LOOKED_AT] if not is_missing(cell)]
    return bool(below) and not any(_is_word(cell) for cell in below)


def _is_word(cell: str) -> bool:
    """Text that is neither missing nor a number, whatever its decimal mark."""
    return not is_missing(cell) and not is_number(cell.replace(",", ""))


BLOCK = 400_000  # cells that are kept as text before numbers are made of them
ROW_NAMES = "row.names"


@dataclass
class RowShape:
    """Which cells belong to which column; ``names`` has a first one more where rows are named.

    R's ``write.table`` gives its rows names and its header none for them.
    """

    names: tuple[str, ...]
    dialect: Dialect
    what: str
    header: tuple[str, ...] = field(init=False)
    first: int = 0  # the line of the first row
    empty: int = 0
    comments: int = 0
    rulers: int = 0
    headers: int = 0
    footers: int = 0

    def __post_init__(self) -> None:
        self.header = self.names

    @property
    def named_rows(self) -> bool:
        """Whether the rows have one cell more than the header has names."""
        return len(self.names) > len(self.header)

    def fitted(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[list[str]]:
        """The rows with a cell per column, without those that are empty.

        Raises:
            CohortError: a row has other cells than the header, by its line.

        """
        width = len(self.names)
        for line, row in rows:
            if not any(row):
                self.empty += 1
            elif len(row) == 1 < width and row[0].startswith("#"):
                self.comments += 1
            elif is_ruler(row):
                self.rulers += 1
            elif self._is_header(row):
                self.headers += 1
            elif len(row) < width and FOOTER.fullmatch(" ".join(row).strip()):
                self.footers += 1
            elif len(row) == width:
                self.first = self.first or line
                yield row
            else:
                yield self._mended(line, row)
                width = len(self.names)

    def _is_header(self, row: list[str]) -> bool:
        """Whether it is the header again, as where files were put below each other."""
        same = row[0] == self.header[0] and tuple(row) == self.header
        return same and any(name and not is_number(name) for name in row)

    def _mended(self, line: int, row: list[str]) -> list[str]:
        """Without separators at its end, or with the empty cells that lack at the end."""
        width, first = len(self.names), not self.first
        self.first = self.first or line
        if not any(row[width:]) and len(row) > width:
            return row[:width]
        if len(row) < width and not any(self.names[len(row) :]):
            return row + [""] * (width - len(row))
        if first and len(row) == width + 1:
            self.names = ("", *self.header)
            return row
        raise CohortError(self._ragged(line, len(row)))

    def _ragged(self, line: int, cells: int) -> Message:
        if self.named_rows and cells == len(self.header):
            line, cells = self.first, cells + 1
        if len(self.header) == 1 < cells:
            return Message(
                "readers_text.title-line",
                file=self.what,
                text=self.header[0][:40],
                line=line,
                cells=cells,
            )
        return Message(
            "readers_text.ragged-row",
            file=self.what,
            line=line,
            cells=cells,
            names=len(self.header),
            separator=NAMES.get(self.dialect.separator, "other"),
        )

    def settle(self, columns: Sequence[Cells], inquiry: Inquiry) -> tuple[str, ...]:
        """The names of the columns, once all rows are there; notes what was skipped.

        Raises:
            CohortError: the cells that are too many are no row names.

        """
        if self.empty:
            inquiry.assume(Message("readers_text.empty-rows", count=self.empty))
        comments = self.comments + self.dialect.comments
        if comments:
            inquiry.assume(Message("readers_text.comment-lines", count=comments))
        rulers = self.rulers + self.dialect.rulers
        if rulers:
            inquiry.assume(Message("readers_text.ruler-lines", count=rulers))
        if self.headers:
            inquiry.assume(Message("readers_text.repeated-headers", count=self.headers))
        if self.footers:
            inquiry.assume(Message("readers_text.footer-lines", count=self.footers))
        if self.dialect.marked:
            inquiry.assume(Message("readers_text.header-mark"))
        return (
            self._with_row_names(as_texts(columns[0]), inquiry) if self.named_rows else self.names
        )

    def _with_row_names(self, row_names: tuple[str, ...], inquiry: Inquiry) -> tuple[str, ...]:
        counting = row_names == tuple(str(row) for row in range(1, len(row_names) + 1))
        by_r = self.dialect.quoted or self.dialect.separator in {"\t", BLANK}
        if not counting and (not by_r or len(set(row_names)) < len(row_names)):
            raise CohortError(self._ragged(self.first, len(self.names)))
        if counting:
            inquiry.assume(Message("readers_text.numbered-rows"))
            return self.names
        inquiry.assume(Message("readers_text.named-rows", column=ROW_NAMES))
        return (ROW_NAMES, *self.header)


def collect_columns(rows: Iterable[list[str]], shape: RowShape) -> tuple[Cells, ...]:
    """The columns; of those with names like ``GMV_1`` numbers are made at once."""
    chunks: list[list[Cells]] = []
    buffer: list[list[str]] = []
    for row in rows:
        buffer.append(row)
        if len(buffer) * len(row) >= BLOCK:
            _flush(buffer, chunks, shape.names)
    _flush(buffer, chunks, shape.names)
    return tuple(_joined(column) for column in chunks)


def _flush(buffer: list[list[str]], chunks: list[list[Cells]], names: Sequence[str]) -> None:
    if buffer and not chunks:
        chunks.extend([] for _ in names)
    for chunk, name, texts in zip(chunks, names, zip(*buffer, strict=True), strict=bool(buffer)):
        chunk.append(_compact(name, texts))
    buffer.clear()


def _compact(name: str, texts: tuple[str, ...]) -> Cells:
    """Numbers where nothing is lost by it: not of ids and codes."""
    if not name[-1:].isdigit() or NAME_OF_ID.fullmatch(name) or not has_certain_point(texts):
        return texts
    numbers = plain_numbers(texts)
    return texts if numbers is None else numbers


def _joined(chunks: list[Cells]) -> Cells:
    numeric = [isinstance(chunk, np.ndarray) for chunk in chunks]
    if any(numeric) and all(_is_numeric(chunk) for chunk in chunks):
        ignored = Inquiry("")
        return np.concatenate([to_numbers(chunk, "", ignored) for chunk in chunks])
    return tuple(text for chunk in chunks for text in as_texts(chunk))


def _is_numeric(chunk: Cells) -> bool:
    return isinstance(chunk, np.ndarray) or all(
        is_number(text) or is_missing(text) for text in chunk
    )


PROTECTED = re.compile(r'="(?P<text>[^"]*)"')
MARK_AS_TEXT = re.compile(r"(ï»¿|ï\.\.|X\.U\.FEFF\.)\"?")  # a byte order mark, as R reads it
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
    body = body.removesuffix(END_OF_DOS)
    encoding = detect_encoding(body, inquiry, inquiry.name)
    dialect = detect_dialect(sample_lines(_lines(body, encoding), MOST_COLUMNS))
    rows = _cells(body, encoding, dialect.before, dialect.separator)
    header, rows = _header(rows, inquiry)
    shape = RowShape(header, dialect, inquiry.name)
    if len(shape.names) * _line_ends(body) > most_cells:
        raise CohortError(
            Message("readers_text.too-many-cells", file=inquiry.name, limit=most_cells)
        )
    columns = collect_columns(shape.fitted(rows), shape)
    if not columns:
        raise CohortError(Message("readers_text.no-rows", file=inquiry.name))
    names, columns = _without_empty(shape.settle(columns, inquiry), columns)
    check_second_header(columns, inquiry)
    columns, decimal = settle_decimal_marks(names, columns, dialect.separator, inquiry)
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
    for line, row in split_rows(lines, separator, MOST_COLUMNS):
        stripped = row if clean else [trimmed(cell) for cell in row]
        yield line + before, [_unprotected(cell) for cell in stripped] if protected else stripped


def _unprotected(cell: str) -> str:
    """A cell that is protected from Excel, which would read ``="0050950"`` as a number else."""
    match = PROTECTED.fullmatch(cell)
    return match["text"] if match else cell


Rows = Iterator[tuple[int, list[str]]]


def _header(rows: Rows, inquiry: Inquiry) -> tuple[tuple[str, ...], Rows]:
    """The names of the columns, and the rows below; lines of names are read as one."""
    for _, row in rows:
        if any(row):
            names = (MARK_AS_TEXT.sub("", row[0]).removeprefix("#").strip(), *row[1:])
            check_header(names, inquiry.name)
            return _with_more_lines(names, rows, inquiry)
    raise CohortError(Message("readers_text.no-text", file=inquiry.name))


def _with_more_lines(
    names: tuple[str, ...], rows: Rows, inquiry: Inquiry
) -> tuple[tuple[str, ...], Rows]:
    below = list(islice(rows, MOST_LINES - 1))
    lines = [names, *(row for _, row in below)]
    found = names_of_lines(lines)
    if found is None:
        return names, chain(below, rows)
    joined, count = found
    inquiry.assume(lines_joined(lines, joined, count, inquiry.name))
    return joined, chain(below[count - 1 :], rows)


def _without_empty(
    names: tuple[str, ...], columns: tuple[Cells, ...]
) -> tuple[tuple[str, ...], tuple[Cells, ...]]:
    """Without columns that have neither a name nor a cell: separators at the ends of lines."""
    places = [
        place
        for place, cells in enumerate(columns)
        if names[place] or not isinstance(cells, tuple) or any(cells)
    ]
    return tuple(names[place] for place in places), tuple(columns[place] for place in places)


def _line_ends(body: bytes) -> int:
    """How many lines end, whatever ends them."""
    return body.count(b"\n") + body.count(b"\r") - body.count(b"\r\n")
