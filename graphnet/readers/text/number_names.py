"""A file of numbers: whether its first line names the columns, its first column the rows."""

import re
from collections.abc import Sequence
from itertools import pairwise

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import is_missing, is_number, shown
from graphnet.readers.text.dialects import BLANK, split_cells

Rows = list[tuple[int, list[str]]]  # each with the number of its line
HEADER = "header"
WHOLE = re.compile(r"\d+")
WHOLE_AS_DECIMAL = re.compile(r"\d+(\.0*)?")
LOOKED_AT = 50
LEAST_TIMES = 5


def commented_header(
    line: str | None, rows: Rows, separator: str, inquiry: Inquiry, what: str
) -> list[str] | None:
    """The names in a line that begins with ``#``: as many as there are columns.

    ``#2001 #2002`` is a header; ``# LH_Vis RH_Vis`` may be one of ``numpy.savetxt``, or a comment.
    """
    if line is None:
        return None
    text = line.strip(" ")
    width = len(rows[0][1])
    names = [name.removeprefix("#").strip() for name in split_cells(text, separator)]
    if len(names) == width and len(names) > 1 and _each_marked(text, separator, names):
        return names
    names = split_cells(text.lstrip("# "), separator)
    if len(names) != width or len(names) < 2 or any(_is_word(cell) for cell in rows[0][1]):
        return None
    if len(names) > 2 and _ascend(names):
        return names
    answer = inquiry.ask(
        HEADER,
        Message("readers_text.ask-comment", file=what, text=repr(text[:60])),
        (
            Choice("names", Message("readers_text.names-columns")),
            Choice("comment", Message("readers_text.is-comment")),
        ),
    )
    return names if answer == "names" else None


def _each_marked(text: str, separator: str, names: Sequence[str]) -> bool:
    marks = [cell.startswith("#") for cell in split_cells(text, separator)]
    return all(marks) or (separator != BLANK and marks[0] and all(names))


def split_header(rows: Rows, inquiry: Inquiry, what: str) -> tuple[list[str] | None, Rows]:
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


def _are_times(numbers: Sequence[str]) -> bool:
    """Whether numbers go on evenly, as no values do: the times of the columns."""
    if len(numbers) < LEAST_TIMES or not all(is_number(cell) for cell in numbers):
        return False
    steps = [float(after) - float(before) for before, after in pairwise(numbers)]
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
        inquiry.assume(Message("readers_text.ascending-names"))
        return True
    if not _is_doubtful(numbers, fractions, ascending=ascending):
        return False
    first_names = " ".join(names[:5]) + (" …" if len(names) > 5 else "")
    answer = inquiry.ask(
        HEADER,
        Message("readers_text.ask-header", file=what, numbers=first_names),
        (
            Choice("names", Message("readers_text.names-columns")),
            Choice("values", Message("readers_text.holds-values")),
        ),
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
    numbers = [cell for _, row in rows[:LOOKED_AT] for cell in row if not is_missing(cell)]
    whole = [cell for cell in numbers if WHOLE_AS_DECIMAL.fullmatch(cell.lstrip("+-"))]
    return 1 - len(whole) / len(numbers) if numbers else 0.0


INDEX = "index"
INDEX_NAMES = {"", "node", "index", "idx", "unnamed: 0", "unnamed:_0", "row.names", "#",
               "sub-brick"}  # fmt: skip
LEAST_EVEN, ROUNDED = 10, 0.02  # rows, and the share of a step that is lost by few digits
TIME_NAMES = {"time", "t", "tr", "volume", "vol", "frame", "scan", "timepoint", "time_point"}

Split = tuple[tuple[str, ...] | None, tuple[str, ...] | None, Rows]


def split_row_names(header: list[str] | None, rows: Rows, inquiry: Inquiry, what: str) -> Split:
    """The names of the rows, those of the columns, and rows of numbers alone.

    Raises:
        CohortError: a first column holds words and numbers.

    """
    texts = _text_columns(header, rows, what)
    if texts > 1:
        if header:
            inquiry.assume(Message("readers_text.text-columns", columns=header[:texts]))
        else:
            inquiry.assume(Message("readers_text.first-text-columns", count=texts))
        return _without_index(*_without(texts, None, header, rows), inquiry, what)
    first = [row[0] for _, row in rows]
    if texts:
        return _without_index(*_without(1, tuple(first), header, rows), inquiry, what)
    if _is_index(first, header, rows, inquiry, what):
        return _without(1, tuple(first), header, rows)
    return None, (tuple(header) if header else None), rows


def _without_index(
    index: tuple[str, ...] | None,
    names: tuple[str, ...] | None,
    rows: Rows,
    inquiry: Inquiry,
    what: str,
) -> Split:
    """Without a column that counts the rows beside the text that stood before it."""
    header = list(names) if names else None
    first = [row[0] for _, row in rows if row]
    if len(rows[0][1]) < 2 or not _is_index(first, header, rows, inquiry, what):
        return index, names, rows
    return _without(1, index, header, rows)


def _without(
    columns: int, index: tuple[str, ...] | None, header: list[str] | None, rows: Rows
) -> Split:
    names = tuple(header[columns:]) if header else None
    return index, names, [(place, row[columns:]) for place, row in rows]


def _text_columns(header: list[str] | None, rows: Rows, what: str) -> int:
    """How many columns at the left hold words."""
    width = len(rows[0][1])
    for column in range(width):
        words = [_is_word(row[column]) for _, row in rows]
        if not any(words):
            return column
        named = header is not None and header[column].casefold() in INDEX_NAMES
        numbers = [row[column] for _, row in rows if is_number(row[column])]
        if numbers and not named:
            place, row = rows[words.index(True)]
            raise CohortError(
                Message(
                    "readers_text.text-among-numbers",
                    file=what,
                    line=place,
                    cell=shown(row[column]),
                    column=column + 1,
                    number=numbers[0],
                )
            )
    return width


def _is_index(
    first: Sequence[str], header: list[str] | None, rows: Rows, inquiry: Inquiry, what: str
) -> bool:
    name = header[0].casefold() if header else None
    whole = all(WHOLE_AS_DECIMAL.fullmatch(cell) for cell in first) and len(set(first)) == len(
        first
    )
    if name in INDEX_NAMES and whole:
        inquiry.assume(Message("readers_text.row-numbers"))
        return True
    if name == "" and any(first):
        raise CohortError(Message("readers_text.unnamed-numbers", file=what))
    if len(first) < 3 or not _is_doubtful_index(name, first, rows):
        return False
    if name in TIME_NAMES:
        inquiry.assume(Message("readers_text.time-column", column=header[0] if header else ""))
        return True
    answer = inquiry.ask(
        INDEX,
        Message("readers_text.ask-index", file=what, numbers=first[:4]),
        (
            Choice("index", Message("readers_text.numbers-rows")),
            Choice("region", Message("readers_text.is-region")),
        ),
    )
    return answer == "index"


def _is_doubtful_index(name: str | None, first: Sequence[str], rows: Rows) -> bool:
    """Whether it counts 0, 1, 2 … beside decimals, or is called like a time and goes on evenly."""
    symmetric = list(first) == rows[0][1]  # a matrix, whose first row is its first column
    if symmetric or not all(is_number(cell) for cell in first):
        return False
    steps = [float(after) - float(before) for before, after in pairwise(first)]
    even = steps[0] > 0 and max(steps) - min(steps) <= 1e-6 * max(abs(step) for step in steps)
    if name in TIME_NAMES or name in INDEX_NAMES:
        return even or name in INDEX_NAMES
    counts = even and steps[0] == 1 and float(first[0]) in {0.0, 1.0}
    if not counts:
        return len(first) >= LEAST_EVEN and _is_alone_in_going_on(rows)
    return any(not WHOLE_AS_DECIMAL.fullmatch(cell) for _, row in rows for cell in row[1:])


def _is_alone_in_going_on(rows: Rows) -> bool:
    """Whether the first column goes on evenly, as times do, and the next one does not."""
    columns = list(zip(*(row[:2] for _, row in rows), strict=True))
    return len(columns) > 1 and _goes_on(columns[0]) and not _goes_on(columns[1])


def _goes_on(cells: Sequence[str]) -> bool:
    if not all(map(is_number, cells)):
        return False
    steps = [float(after) - float(before) for before, after in pairwise(cells)]
    return steps[0] > 0 and max(steps) - min(steps) <= ROUNDED * steps[0]
