"""The rows of a text table: each with as many cells as there are columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from graphnet.errors import CohortError
from graphnet.readers.cells import is_missing, is_number, plain_numbers, to_numbers
from graphnet.readers.dialects import BLANK, NAMES, Dialect
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.marks import NAME_OF_ID, has_certain_point
from graphnet.readers.sheet import Cells, as_texts

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
            elif len(row) == width:
                self.first = self.first or line
                yield row
            else:
                yield self._mended(line, row)
                width = len(self.names)

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

    def _ragged(self, line: int, cells: int) -> str:
        if self.named_rows and cells == len(self.header):
            line, cells = self.first, cells + 1
        if len(self.header) == 1 < cells:
            return (
                f"The first line of {self.what} ({self.header[0][:40]}) is one cell, and line "
                f"{line} has {cells}: delete what stands above the header."
            )
        separators = NAMES.get(self.dialect.separator, "separators")
        commas = " and numbers with decimal commas" if self.dialect.separator == "," else ""
        return (
            f"Line {line} of {self.what} has {cells} cells where the header has "
            f"{len(self.header)} names, parted by {separators}. Look for a separator too many or "
            f"too few there; text with separators{commas} must stand in quotes."
        )

    def settle(self, columns: Sequence[Cells], inquiry: Inquiry) -> tuple[str, ...]:
        """The names of the columns, once all rows are there; says what was passed over.

        Raises:
            CohortError: the cells that are too many are no row names.

        """
        if self.empty:
            inquiry.say(f"Empty rows passed over: {self.empty}.")
        if self.comments + self.dialect.comments:
            inquiry.say(f"Comment lines passed over: {self.comments + self.dialect.comments}.")
        if self.dialect.marked:
            inquiry.say("The mark # at the start of the header was passed over.")
        return (
            self._with_row_names(as_texts(columns[0]), inquiry) if self.named_rows else self.names
        )

    def _with_row_names(self, row_names: tuple[str, ...], inquiry: Inquiry) -> tuple[str, ...]:
        counting = row_names == tuple(str(row) for row in range(1, len(row_names) + 1))
        by_r = self.dialect.quoted or self.dialect.separator in {"\t", BLANK}
        if not counting and (not by_r or len(set(row_names)) < len(row_names)):
            raise CohortError(self._ragged(self.first, len(self.names)))
        if counting:
            inquiry.say("The rows are numbered before the first named column, as R writes them.")
            return self.names
        inquiry.say(
            f"The first cell of each row has no name in the header; it was called {ROW_NAMES}."
        )
        return (ROW_NAMES, *self.header)


def collected(rows: Iterable[list[str]], shape: RowShape) -> tuple[Cells, ...]:
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
    found = plain_numbers(texts)
    return texts if found is None else found


def _joined(chunks: list[Cells]) -> Cells:
    numeric = [isinstance(chunk, np.ndarray) for chunk in chunks]
    if any(numeric) and all(_is_numeric(chunk) for chunk in chunks):
        unheard = Inquiry("")
        return np.concatenate([to_numbers(chunk, "", unheard) for chunk in chunks])
    return tuple(text for chunk in chunks for text in as_texts(chunk))


def _is_numeric(chunk: Cells) -> bool:
    return isinstance(chunk, np.ndarray) or all(
        is_number(text) or is_missing(text) for text in chunk
    )
