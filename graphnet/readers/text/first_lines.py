"""Whether the first line of a file of numbers is its header."""

import re
from collections.abc import Sequence
from itertools import pairwise

from graphnet.data.interpretation import Choice
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.cells import is_missing, is_number
from graphnet.readers.text.dialects import BLANK, cells

Rows = list[tuple[int, list[str]]]  # each with the number of its line
HEADER = "header"
WHOLE = re.compile(r"\d+")
WHOLE_AS_DECIMAL = re.compile(r"\d+(\.0*)?")
LOOKED_AT = 50
LEAST_TIMES = 5
SAID = "The first line holds ascending whole numbers; it was read as names, not as values."


def marked_header(
    line: str | None, rows: Rows, separator: str, inquiry: Inquiry, what: str
) -> list[str] | None:
    """The names in a line that begins with ``#``: as many as there are columns.

    ``#2001 #2002`` is a header; ``# LH_Vis RH_Vis`` may be one of ``numpy.savetxt``, or a comment.
    """
    if line is None:
        return None
    text = line.strip(" ")
    width = len(rows[0][1])
    names = [name.removeprefix("#").strip() for name in cells(text, separator)]
    if len(names) == width and len(names) > 1 and _each_marked(text, separator, names):
        return names
    names = cells(text.lstrip("# "), separator)
    if len(names) != width or len(names) < 2 or any(_is_word(cell) for cell in rows[0][1]):
        return None
    if len(names) > 2 and _ascend(names):
        return names
    answer = inquiry.ask(
        HEADER,
        f"A line before the numbers of {what} reads {text[:60]!r}: does it name the columns?",
        (Choice("names", "it names the columns"), Choice("comment", "it is a comment")),
    )
    return names if answer == "names" else None


def _each_marked(text: str, separator: str, names: Sequence[str]) -> bool:
    marks = [cell.startswith("#") for cell in cells(text, separator)]
    return all(marks) or (separator != BLANK and marks[0] and all(names))


def header_of(rows: Rows, inquiry: Inquiry, what: str) -> tuple[list[str] | None, Rows]:
    """The first line if it is a header, and the other rows."""
    first, below = rows[0][1], rows[1:]
    if not below:
        return None, rows
    words = [place for place, cell in enumerate(first) if _is_word(cell)]
    if words:
        offset = len(below[0][1]) - len(first)  # 1 where the names of the rows have no name
        decimals = any(is_number(cell) and not WHOLE_AS_DECIMAL.fullmatch(cell) for cell in first)
        header = not decimals and any(_has_number(below, at + max(offset, 0)) for at in words)
        header = header or (words == [0] and _are_times(first[1:]))
    else:
        header = _numbers_are_names(first, below, inquiry, what)
    return (first, below) if header else (None, rows)


def _ascend(names: Sequence[str]) -> bool:
    """Whether names are whole numbers, each larger than the one before."""
    if not all(WHOLE.fullmatch(name) for name in names):
        return False
    return all(int(before) < int(after) for before, after in pairwise(names))


def _are_times(cells: Sequence[str]) -> bool:
    """Whether numbers go on evenly, as no values do: the times of the columns."""
    if len(cells) < LEAST_TIMES or not all(is_number(cell) for cell in cells):
        return False
    steps = [float(after) - float(before) for before, after in pairwise(cells)]
    return steps[0] > 0 and max(steps) - min(steps) <= 1e-6 * max(map(abs, steps))


def _is_word(cell: str) -> bool:
    return not is_missing(cell) and not is_number(cell.replace(",", "."))


def _has_number(rows: Rows, place: int) -> bool:
    return any(
        len(row) > place
        and bool(row[place])
        and not _is_word(row[place])
        and not is_missing(row[place])
        for _, row in rows[:LOOKED_AT]
    )


def _numbers_are_names(first: Sequence[str], below: Rows, inquiry: Inquiry, what: str) -> bool:
    """Whole numbers above decimals are names where they ascend; asked where it is doubtful."""
    corner = first[0] == ""
    names = list(first[1:] if corner else first)
    if not names or not all(WHOLE_AS_DECIMAL.fullmatch(name) for name in names):
        return False
    if len(below[0][1]) > len(first) + 1 or len(first) == 1 < len(below[0][1]):
        return False  # rows of other lengths
    numbers = [float(name) for name in names]
    if len(set(numbers)) < len(numbers):
        return False
    ascending = numbers == sorted(numbers)
    fractions = _fractions(below)
    if ascending and _is_certain(names, below, fractions, corner=corner):
        inquiry.say(SAID)
        return True
    if not _is_doubtful(numbers, fractions, ascending=ascending):
        return False
    shown = " ".join(names[:5]) + (" …" if len(names) > 5 else "")
    answer = inquiry.ask(
        HEADER,
        f"The first line of {what} is {shown}: does it name the columns, or does it hold values?",
        (Choice("names", "it names the columns"), Choice("values", "it holds values")),
    )
    return answer == "names"


def _is_certain(names: Sequence[str], below: Rows, fractions: float, *, corner: bool) -> bool:
    if not all(WHOLE.fullmatch(name) for name in names):
        return False
    if corner:
        return True
    consecutive = [int(name) - int(names[0]) for name in names] == list(range(len(names)))
    if fractions > 0:
        # A matrix of counts may begin like that, and is then square with its first line.
        return len(names) > 2 and len(below) + 1 != len(names)
    return consecutive and int(names[0]) < 2 < len(names) == len(below)


def _is_doubtful(numbers: Sequence[float], fractions: float, *, ascending: bool) -> bool:
    if ascending:
        return len(numbers) > 1 or fractions > 0
    return fractions > 0.9 and len(numbers) > 2


def _fractions(rows: Rows) -> float:
    """How many of the numbers below are no whole ones, from 0 to 1."""
    found = [cell for _, row in rows[:LOOKED_AT] for cell in row if not is_missing(cell)]
    whole = [cell for cell in found if WHOLE_AS_DECIMAL.fullmatch(cell.lstrip("+-"))]
    return 1 - len(whole) / len(found) if found else 0.0
