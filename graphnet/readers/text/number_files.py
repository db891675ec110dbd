"""A text file of one subject as a block of numbers: time series, or a matrix."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import (
    Cells,
    FloatArray,
    is_missing,
    is_number,
    plain_numbers,
    shown,
    to_numbers,
)
from graphnet.readers.text.dialects import BLANK, SEPARATORS, split_cells
from graphnet.readers.text.encodings import detect_encoding
from graphnet.readers.text.marks import settle_decimal_marks
from graphnet.readers.text.number_names import Rows, commented_header, split_header, split_row_names

COMMA_TOKENS = re.compile(r"\s*[+-]?\d+,\d+(\s+[+-]?\d+,\d+)+\s*")
TRAILING = "trailing"
END_OF_DOS = b"\x1a"  # after the last line


@dataclass(frozen=True)
class NumberTable:
    """``values`` (rows, columns), NaN for a missing one; the names of columns and rows, if any.

    ``hint`` is what the file calls the values, ``listed`` whether it is a list of edges.
    """

    values: FloatArray
    header: tuple[str, ...] | None
    index: tuple[str, ...] | None
    hint: str = ""
    listed: bool = False


def read_numbers(source: Path | bytes, inquiry: Inquiry, what: str) -> NumberTable:
    """Read a file of numbers; ``what`` stands for it in sentences.

    Raises:
        CohortError: the rows differ in length, or a cell is no number; names line and cell.

    """
    body = source if isinstance(source, bytes) else source.read_bytes()
    body = body.removesuffix(END_OF_DOS)
    text = body.decode(detect_encoding(body, inquiry, what))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    _check_one_array(lines, what)
    marked, numbered = _data_lines(lines, inquiry)
    if not numbered:
        raise CohortError(Message("readers_text.no-data-lines", file=what))
    separator = separator_of([line for _, line in numbered[:10]])
    rows = [(place, _split(line, separator, place, what)) for place, line in numbered]
    header = commented_header(marked, rows, separator, inquiry, what)
    if header is None:
        header, rows = split_header(rows, inquiry, what)
    header, rows = _even(header, rows, separator, inquiry, what)
    index, names, rows = split_row_names(header, rows, inquiry, what)
    values = _values(rows, names, separator, inquiry, what)
    _check_one_matrix(values, what)
    return NumberTable(values, names, index)


def _check_one_array(lines: Sequence[str], what: str) -> None:
    """Raises CohortError where Octave wrote several arrays, each below a comment of its name."""
    names = [match[1] for line in lines if (match := ARRAY_OF_OCTAVE.fullmatch(line.strip()))]
    if len(names) > 1:
        raise CohortError(Message("readers_text.several-arrays", file=what, names=names[:5]))


def _check_one_matrix(values: FloatArray, what: str) -> None:
    """Raises CohortError where symmetric matrices stand below each other, which no series does."""
    rows, columns = values.shape
    count = rows // columns if columns >= LEAST_SIDE and not rows % columns else 1
    if count > 1 and all(
        _is_symmetric(values[row : row + columns]) for row in range(0, rows, columns)
    ):
        raise CohortError(Message("readers_text.matrices-below", file=what, count=count))


def _is_symmetric(block: FloatArray) -> bool:
    same = np.allclose(block, block.T, rtol=0, atol=1e-6, equal_nan=True)
    return bool(same and np.nanmin(block) < np.nanmax(block))


LEAST_SIDE = 3  # rows of a matrix
ARRAY_OF_OCTAVE = re.compile(r"# name: (\w+)")
PERCENT = re.compile(r"[+-]?[0-9][0-9.,]*\s*%")


def separator_of(lines: Sequence[str]) -> str:
    """What parts the numbers: blanks where it is no other mark, or where commas are decimal."""
    last = lines[-1]
    if "\t" not in last and all(COMMA_TOKENS.fullmatch(line) for line in lines[1:] or lines):
        return BLANK
    return next((mark for mark in SEPARATORS if mark in last.strip(" ")), BLANK)


def _data_lines(lines: Sequence[str], inquiry: Inquiry) -> tuple[str | None, list[tuple[int, str]]]:
    """The last line with ``#`` before the data, and the lines of data, each with its number."""
    numbered = [(place, line) for place, line in enumerate(lines, 1) if line.strip(" ")]
    data = [(place, line) for place, line in numbered if not line.lstrip(" ").startswith("#")]
    if len(data) == len(numbered):
        return None, data
    first = data[0][0] if data else len(lines)
    before = [line for place, line in numbered if place < first]
    if len(before) != 1 or len(numbered) - len(data) > 1:
        inquiry.assume(Message("readers_text.comments-ignored"))
    return (before[-1] if before else None), data


def _split(line: str, separator: str, place: int, what: str) -> list[str]:
    try:
        return split_cells(line, separator)
    except csv.Error as error:
        raise CohortError(
            Message("readers_text.broken-quotes", line=place, file=what, error=str(error))
        ) from error


def _even(
    header: list[str] | None, rows: Rows, separator: str, inquiry: Inquiry, what: str
) -> tuple[list[str] | None, Rows]:
    """As many cells in each row, and as many names, or one less where rows have names.

    Raises:
        CohortError: the rows differ in length.

    """
    if not rows:
        raise CohortError(Message("readers_text.no-rows", file=what))
    percent = next((cell for cell in rows[0][1] if PERCENT.fullmatch(cell)), None)
    if percent is not None:
        raise CohortError(
            Message("readers_text.percent", file=what, line=rows[0][0], cell=shown(percent))
        )
    width = len(rows[0][1])
    for place, row in rows:
        if len(row) != width:
            raise CohortError(
                Message(
                    "readers_text.uneven-lines",
                    file=what,
                    line=place,
                    cells=len(row),
                    first_line=rows[0][0],
                    first_cells=width,
                )
            )
    if separator != BLANK and width > 1 and not any(row[-1] for _, row in rows):
        header, rows = _without_last(header, rows, inquiry, what)
        width = len(rows[0][1])
    if header is not None and width - len(header) == 1:
        header = ["", *header]
    if header is not None and len(header) != width:
        raise CohortError(
            Message("readers_text.header-width", file=what, names=len(header), cells=width)
        )
    return header, rows


def _without_last(
    header: list[str] | None, rows: Rows, inquiry: Inquiry, what: str
) -> tuple[list[str] | None, Rows]:
    """Where nothing stands after the last separator of each line, unless that is a region."""
    width = len(rows[0][1])
    if header is not None and len(header) == width and header[-1]:
        return header, rows
    if header is None:
        answer = inquiry.ask(
            TRAILING,
            Message("readers_text.ask-trailing", file=what),
            (
                Choice("none", Message("readers_text.trailing-none", count=width - 1)),
                Choice("region", Message("readers_text.trailing-region", count=width)),
            ),
        )
        if answer == "region":
            return header, rows
    shorter = [(place, row[:-1]) for place, row in rows]
    return (header[: width - 1] if header else header), shorter


def _values(
    rows: Rows, header: tuple[str, ...] | None, separator: str, inquiry: Inquiry, what: str
) -> FloatArray:
    shape = (len(rows), len(rows[0][1]))
    if not shape[1]:
        raise CohortError(Message("readers_text.only-row-names", file=what))
    flat = tuple(cell for _, row in rows for cell in row)
    numbers = plain_numbers(flat)
    if numbers is None:
        settled: Cells = flat
        if any("," in cell for cell in flat):
            settled = _with_points(flat, separator, inquiry, what)
        aside = Inquiry(what)
        numbers = to_numbers(settled, what, aside)
        if aside.problems:
            raise CohortError(_wrong(flat, rows, header, what))
        for assumption in aside.assumptions:
            inquiry.assume(assumption)
    return numbers.reshape(shape)


def _with_points(flat: tuple[str, ...], separator: str, inquiry: Inquiry, what: str) -> Cells:
    """Cells with decimal points, of which some have commas; it is noted once for all files."""
    aside = Inquiry(inquiry.name, inquiry.answers)
    (settled,), decimal = settle_decimal_marks([what], [flat], separator, aside, may_be_ids=False)
    for question in aside.questions:
        inquiry.ask(question.id, question.message, question.choices)
    for problem in aside.problems:
        inquiry.refuse(problem)
    inquiry.used |= aside.used
    if decimal == ",":
        inquiry.assume(Message("readers_text.decimal-commas-in-files", file=inquiry.name))
    else:
        inquiry.assume(Message("readers_text.thousands-separators-in-files", file=inquiry.name))
    return settled


def _wrong(flat: Sequence[str], rows: Rows, header: tuple[str, ...] | None, what: str) -> Message:
    """The first cell that is no number, by its line and column."""
    width = len(rows[0][1])
    places = (
        at
        for at, cell in enumerate(flat)
        if not is_missing(cell) and not is_number(cell.replace(",", "."))
    )
    at = next(places, None)
    if at is None:
        return Message("readers_text.mixed-marks-in-file", file=what)
    column = at % width
    return Message(
        "readers_text.not-a-number",
        file=what,
        line=rows[at // width][0],
        cell=shown(flat[at]),
        column=header[column]
        if header
        else Message("readers_text.unnamed-column", number=column + 1),
    )
