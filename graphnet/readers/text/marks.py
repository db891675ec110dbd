"""Commas and points in numbers: which of them is the decimal mark, and which parts thousands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.data.interpretation import Choice
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import INFINITE, Cells, is_missing, shown

OF_EXCEL = {";", "\t", "|"}  # what stands between cells where the comma is the decimal mark
COMMAS, POINTS = "thousands", "points"  # the keys of the questions
AS_THOUSANDS, AS_DECIMAL = "thousands", "decimal"
SIGN, EXPONENT = r"[+-]?(?=[.,]?\d)", r"(?:[eE][+-]?\d+)?"
POINT = rf"{SIGN}(?:[1-9]\d{{0,2}}(?:,\d{{3}})+|\d*)(?:\.\d*)?{EXPONENT}"
COMMA = rf"{SIGN}(?:[1-9]\d{{0,2}}(?:\.\d{{3}})+|\d*)(?:,\d*)?{EXPONENT}"
POINT_NUMBER, COMMA_NUMBER = re.compile(POINT, re.ASCII), re.compile(COMMA, re.ASCII)
# A whole column, cells that are empty among them: one search in place of one for each cell.
POINT_COLUMN = re.compile(rf"(?:(?:{POINT})?\n)*+", re.ASCII)
COMMA_COLUMN = re.compile(rf"(?:(?:{COMMA})?\n)*+", re.ASCII)
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)
GAPS = " '’\u00a0\u2009\u202f"  # between thousands in French, Swiss and Nordic tables
BETWEEN_THOUSANDS = re.compile(rf"(?<=\d)[{GAPS}](?=\d{{3}}(?!\d))", re.ASCII)
GAPPED = re.compile(rf"[+-]?(?:\d{{1,3}}(?:[{GAPS}]\d{{3}})+|\d+)(?:[.,]\d*)?", re.ASCII)
HUNDREDS = re.compile(r"^[+-]?[1-9]\d\d$", re.ASCII | re.MULTILINE)
NAME_OF_ID = re.compile(
    r"(?i)(.*[_\W])?(e?id|guid|subj(ect)?s?|sub|participants?|names?|version)([_\W].*)?|.*subj.*id"
)


@dataclass(frozen=True)
class Marks:
    """How the numbers of one column can be read.

    ``example`` is a cell with a mark, one with a comma where there is one; ``hundreds`` says
    whether whole numbers from 100 to 999 have none, as beside thousands.
    """

    point: bool
    comma: bool
    example: str = ""
    hundreds: bool = False

    @property
    def ambiguous(self) -> bool:
        """Whether both readings give numbers, and other ones."""
        return self.point and self.comma and bool(self.example)


def marks_of(texts: Sequence[str]) -> Marks:
    """How the cells of a column can be read; neither way where they are no numbers."""
    joined = "\n".join(texts) + "\n"
    if "," not in joined and "." not in joined:
        return Marks(point=True, comma=True)
    point, comma = _readings(joined)
    if not point and not comma:
        joined = "".join(f"{text}\n" for text in texts if not _is_markless(text))
        point, comma = _readings(joined)
    example = _with(",", joined) or _with(".", joined)
    return Marks(point, comma, example, hundreds=HUNDREDS.search(joined) is not None)


def _is_markless(text: str) -> bool:
    return is_missing(text) or text.strip().casefold() in INFINITE


def has_certain_point(texts: Sequence[str]) -> bool:
    """Whether a cell holds a point that parts no thousands."""
    return any("." in text and not GROUPED.fullmatch(text) for text in texts)


def _readings(joined: str) -> tuple[bool, bool]:
    """Whether all cells are numbers with a decimal point, and whether with a decimal comma."""
    return POINT_COLUMN.fullmatch(joined) is not None, COMMA_COLUMN.fullmatch(joined) is not None


def _with(mark: str, joined: str) -> str:
    """The first cell that holds the mark."""
    place = joined.find(mark)
    if place < 0:
        return ""
    return joined[joined.rfind("\n", 0, place) + 1 : joined.find("\n", place)]


def _fits(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.fullmatch(text) is not None


def settle_decimal_marks(
    names: Sequence[str],
    columns: Sequence[Cells],
    separator: str,
    inquiry: Inquiry,
    *,
    may_be_ids: bool = True,
) -> tuple[tuple[Cells, ...], str]:
    """The columns with decimal points and without marks of thousands; the decimal mark of the file.

    It is decided by column, on those that hold numbers; where a column can be read both ways, by
    the others; where these say nothing, the user is asked. ``may_be_ids``: a column with the name
    of an id is text and stays as it is.
    """
    numeric = [not (may_be_ids and NAME_OF_ID.fullmatch(name)) for name in names]
    ungrouped = [
        _ungrouped(cells) if is_numeric else cells
        for cells, is_numeric in zip(columns, numeric, strict=True)
    ]
    with_gaps = [
        name
        for name, after, before in zip(names, ungrouped, columns, strict=True)
        if after is not before
    ]
    columns = ungrouped
    readings = [
        marks_of(cells) if is_numeric and isinstance(cells, tuple) else None
        for cells, is_numeric in zip(columns, numeric, strict=True)
    ]
    _refuse_mixed(names, columns, readings, inquiry)
    evidence = _Evidence.of(readings, columns)
    settled: list[Cells] = []
    read: dict[str, list[str]] = {AS_DECIMAL: [], AS_THOUSANDS: with_gaps}
    for name, cells, marks in zip(names, columns, readings, strict=True):
        if marks is None or not isinstance(cells, tuple):
            settled.append(cells)
        elif not (marks.point or marks.comma):
            settled.append(_mostly_commas(cells) if evidence.decimal_commas else cells)
        elif marks.example:
            with_comma = _has_decimal_comma(name, marks, evidence, separator, inquiry)
            settled.append(_rewritten(cells, marks, with_comma=with_comma))
            if with_comma and "," in marks.example:
                read[AS_DECIMAL].append(name)
            elif with_comma or "," in marks.example:
                read[AS_THOUSANDS].append(name)
        else:
            settled.append(cells)
    return tuple(settled), _decimal_mark(read, inquiry)


def _ungrouped(cells: Cells) -> Cells:
    """``6 529,2`` and ``6'529.2`` without what parts the thousands, where all cells are numbers."""
    if isinstance(cells, np.ndarray):
        return cells
    joined = "\n".join(cells) + "\n"
    if not any(gap in joined for gap in GAPS) or not BETWEEN_THOUSANDS.search(joined):
        return cells
    texts = [text for text in cells if not _is_markless(text)]
    if not all(GAPPED.fullmatch(text) for text in texts):
        return cells
    return tuple(BETWEEN_THOUSANDS.sub("", joined).split("\n")[:-1])


@dataclass(frozen=True)
class _Evidence:
    """What the columns that can be read one way only say of the table."""

    decimal_commas: bool
    thousands_commas: bool
    decimal_points: bool
    fractions: bool

    @classmethod
    def of(cls, readings: Sequence[Marks | None], columns: Sequence[Cells]) -> "_Evidence":
        certain = [marks for marks in readings if marks and marks.example and not marks.ambiguous]
        points = [marks for marks in certain if marks.point]
        floats = [cells for cells in columns if isinstance(cells, np.ndarray)]
        fractions = any(re.match(r"[+-]?0?\.\d", marks.example) for marks in points)
        return cls(
            decimal_commas=any(marks.comma and "," in marks.example for marks in certain),
            thousands_commas=any("," in marks.example for marks in points),
            decimal_points=bool(points or floats),
            fractions=fractions or any(_has_fractions(cells) for cells in floats),
        )


def _has_fractions(cells: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> bool:
    """Whether there are numbers between 0 and 1, which no thousands are."""
    return bool(np.any((np.abs(cells) < 1) & (cells != 0)))


def _has_decimal_comma(
    name: str, marks: Marks, evidence: _Evidence, separator: str, inquiry: Inquiry
) -> bool:
    """Whether the comma is the decimal mark of this column, and the point parts thousands."""
    if not marks.ambiguous:
        return marks.comma
    if "," in marks.example:
        return _ambiguous_comma(name, marks.example, evidence, inquiry)
    alone = not evidence.decimal_points and (marks.hundreds or separator in OF_EXCEL)
    return (evidence.decimal_commas or alone) and _ambiguous_point(name, marks.example, inquiry)


def _ambiguous_comma(name: str, example: str, evidence: _Evidence, inquiry: Inquiry) -> bool:
    if evidence.decimal_commas != (evidence.thousands_commas or evidence.fractions):
        return evidence.decimal_commas
    answer = inquiry.ask(
        COMMAS,
        Message("readers_text.ask-comma", column=name, cell=shown(example)),
        (_as_thousands(example.replace(",", "")), _as_decimal(example.replace(",", "."))),
    )
    return answer == AS_DECIMAL


def _ambiguous_point(name: str, example: str, inquiry: Inquiry) -> bool:
    """``1.234``: a number with three decimals, or thousands in a land with decimal commas."""
    answer = inquiry.ask(
        POINTS,
        Message("readers_text.ask-point", column=name, cell=shown(example)),
        (_as_decimal(example), _as_thousands(example.replace(".", ""))),
    )
    return answer == AS_THOUSANDS


def _as_thousands(number: str) -> Choice:
    return Choice(AS_THOUSANDS, Message("readers_text.as-thousands", number=number))


def _as_decimal(number: str) -> Choice:
    return Choice(AS_DECIMAL, Message("readers_text.as-decimal", number=number))


def _rewritten(cells: tuple[str, ...], marks: Marks, *, with_comma: bool) -> tuple[str, ...]:
    joined = "\n".join(cells)
    if with_comma:
        return tuple(joined.replace(".", "").replace(",", ".").split("\n"))
    return tuple(joined.replace(",", "").split("\n")) if "," in marks.example else cells


def _mostly_commas(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells with decimal points if most are numbers, so that only the others are refused."""
    fits = [_fits(COMMA_NUMBER, cell) for cell in cells]
    if 2 * sum(fits) <= sum(not is_missing(cell) for cell in cells):
        return cells
    points = [cell.replace(".", "").replace(",", ".") for cell in cells]
    return tuple(
        point if fit else cell for cell, point, fit in zip(cells, points, fits, strict=True)
    )


def _refuse_mixed(
    names: Sequence[str],
    columns: Sequence[Cells],
    readings: Sequence[Marks | None],
    inquiry: Inquiry,
) -> None:
    """Numbers of both kinds in one column: what Excel of another language left behind."""
    for name, cells, marks in zip(names, columns, readings, strict=True):
        if marks is None or marks.point or marks.comma:
            continue
        texts = [cell for cell in cells if isinstance(cell, str) and not _is_markless(cell)]
        if not any("," in text for text in texts):
            continue
        points = [text for text in texts if _fits(POINT_NUMBER, text)]
        commas = [text for text in texts if _fits(COMMA_NUMBER, text)]
        if len({*points, *commas}) == len(set(texts)):
            point = next(text for text in points if text not in commas)
            comma = next(text for text in commas if text not in points)
            inquiry.refuse(
                Message(
                    "readers_text.mixed-marks",
                    column=name,
                    comma=shown(comma),
                    point=shown(point),
                )
            )


def _decimal_mark(read: dict[str, list[str]], inquiry: Inquiry) -> str:
    """The decimal mark of the file; notes which columns have other marks than a point."""
    if read[AS_DECIMAL]:
        inquiry.assume(Message("readers_text.decimal-commas", columns=read[AS_DECIMAL]))
    if read[AS_THOUSANDS]:
        inquiry.assume(Message("readers_text.thousands-separators", columns=read[AS_THOUSANDS]))
    return "," if read[AS_DECIMAL] else "."
