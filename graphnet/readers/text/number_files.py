"""A text file of one subject as a block of numbers: time series, or a matrix."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.cells import is_missing, is_number, plain_numbers, shown, to_numbers
from graphnet.readers.tables.sheet import Cells, FloatArray
from graphnet.readers.text.dialects import BLANK, SEPARATORS, cells
from graphnet.readers.text.encodings import encoding_of
from graphnet.readers.text.first_lines import Rows, header_of, marked_header
from graphnet.readers.text.marks import settle_marks
from graphnet.readers.text.row_names import index_of

COMMA_TOKENS = re.compile(r"\s*[+-]?\d+,\d+(\s+[+-]?\d+,\d+)+\s*")
TRAILING = "trailing"
A_FILE = "A file"


@dataclass(frozen=True)
class Numbers:
    """``values`` (rows, columns), NaN for a missing one; the names of columns and rows, if any."""

    values: FloatArray
    header: tuple[str, ...] | None
    index: tuple[str, ...] | None


def read_numbers(source: Path | bytes, inquiry: Inquiry, what: str) -> Numbers:
    """Read a file of numbers; ``what`` stands for it in sentences.

    Raises:
        CohortError: the rows differ in length, or a cell is no number; names line and cell.

    """
    body = source if isinstance(source, bytes) else source.read_bytes()
    text = body.decode(encoding_of(body, inquiry, what))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    marked, numbered = _data_lines(lines, inquiry)
    if not numbered:
        raise CohortError(f"{what} holds no numbers: it has no line of data.")
    separator = separator_of([line for _, line in numbered[:10]])
    rows = [(place, _split(line, separator, place, what)) for place, line in numbered]
    header = marked_header(marked, rows, separator, inquiry, what)
    if header is None:
        header, rows = header_of(rows, inquiry, what)
    header, rows = _even(header, rows, separator, inquiry, what)
    index, names, rows = index_of(header, rows, inquiry, what)
    return Numbers(_values(rows, names, separator, inquiry, what), names, index)


def separator_of(lines: Sequence[str]) -> str:
    """What parts the numbers: blanks where it is no other mark, or where commas are decimal."""
    last = lines[-1]
    if "\t" not in last and all(COMMA_TOKENS.fullmatch(line) for line in lines[1:] or lines):
        return BLANK
    return next((mark for mark in SEPARATORS if mark in last.strip(" ")), BLANK)


def _data_lines(lines: Sequence[str], inquiry: Inquiry) -> tuple[str | None, list[tuple[int, str]]]:
    """The last line with ``#`` before the data, and the lines of data, each with its number."""
    numbered = [(place, line) for place, line in enumerate(lines, 1) if line.strip(" ")]
    data = [each for each in numbered if not each[1].lstrip(" ").startswith("#")]
    if len(data) == len(numbered):
        return None, data
    first = data[0][0] if data else len(lines)
    before = [line for place, line in numbered if place < first]
    if len(before) != 1 or len(numbered) - len(data) > 1:
        inquiry.say("Comment lines with # were passed over.")
    return (before[-1] if before else None), data


def _split(line: str, separator: str, place: int, what: str) -> list[str]:
    try:
        return cells(line, separator)
    except csv.Error as error:
        raise CohortError(f"Line {place} of {what} has broken quotes ({error}).") from error


def _even(
    header: list[str] | None, rows: Rows, separator: str, inquiry: Inquiry, what: str
) -> tuple[list[str] | None, Rows]:
    """As many cells in each row, and as many names, or one less where rows have names.

    Raises:
        CohortError: the rows differ in length.

    """
    if not rows:
        raise CohortError(f"{what} has no row below its header.")
    width = len(rows[0][1])
    for place, row in rows:
        if len(row) != width:
            raise CohortError(
                f"Line {place} of {what} has {len(row)} cells, and line {rows[0][0]} has {width}."
            )
    if separator != BLANK and width > 1 and not any(row[-1] for _, row in rows):
        header, rows = _without_last(header, rows, inquiry, what)
        width = len(rows[0][1])
    if header is not None and width - len(header) == 1:
        header = ["", *header]
    if header is not None and len(header) != width:
        raise CohortError(
            f"{what} names {len(header)} columns in its header, and its rows have {width} cells."
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
            f"Each line of {what} ends with a separator: is there a last region without values?",
            (
                Choice("none", f"no, {width - 1} regions"),
                Choice("region", f"yes, {width} regions, the last one missing"),
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
        raise CohortError(f"{what} holds no numbers beside the names of its rows.")
    flat = tuple(cell for _, row in rows for cell in row)
    found = plain_numbers(flat)
    if found is None:
        settled: Cells = flat
        if any("," in cell for cell in flat):
            settled = _with_points(flat, separator, inquiry, what)
        aside = Inquiry(what)
        found = to_numbers(settled, what, aside)
        if aside.problems:
            raise CohortError(_wrong(flat, rows, header, what))
        for sentence in aside.said:
            inquiry.say(sentence)
    return found.reshape(shape)


def _with_points(flat: tuple[str, ...], separator: str, inquiry: Inquiry, what: str) -> Cells:
    """Cells with decimal points, of which some have commas; it is said once for all files."""
    aside = Inquiry(inquiry.name, inquiry.answers)
    (settled,), decimal = settle_marks([A_FILE], [flat], separator, aside)
    for question in aside.questions:
        inquiry.ask(question.id, question.sentence.replace(A_FILE, what, 1), question.choices)
    for sentence in aside.problems:
        inquiry.refuse(sentence.replace(A_FILE, what, 1))
    inquiry.used |= aside.used
    said = "decimal marks" if decimal == "," else "marks between thousands"
    inquiry.say(f"Commas were read as {said} in the files of {inquiry.name}.")
    return settled


def _wrong(flat: Sequence[str], rows: Rows, header: tuple[str, ...] | None, what: str) -> str:
    """The first cell that is no number, by its line and column."""
    width = len(rows[0][1])
    places = (
        at
        for at, cell in enumerate(flat)
        if not is_missing(cell) and not is_number(cell.replace(",", "."))
    )
    at = next(places, None)
    if at is None:
        return f"{what} holds numbers with decimal commas and with decimal points; use one of them."
    name = header[at % width] if header else f"column {at % width + 1}"
    place = rows[at // width][0]
    return f"Line {place} of {what} holds {shown(flat[at])} under {name}, which is no number."
