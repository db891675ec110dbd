"""Whether the first column of a file of numbers names its rows."""

import re
from collections.abc import Sequence
from itertools import pairwise

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.cells import is_missing, is_number, shown
from graphnet.readers.text.first_lines import Rows

INDEX = "index"
INDEX_NAMES = {"", "node", "index", "idx", "unnamed: 0", "unnamed:_0", "row.names", "#"}
TIME_NAMES = {"time", "t", "tr", "volume", "vol", "frame", "scan", "timepoint", "time_point"}
WHOLE = re.compile(r"\d+(\.0*)?")

Split = tuple[tuple[str, ...] | None, tuple[str, ...] | None, Rows]


def index_of(header: list[str] | None, rows: Rows, inquiry: Inquiry, what: str) -> Split:
    """The names of the rows, those of the columns, and rows of numbers alone.

    Raises:
        CohortError: a first column holds words and numbers.

    """
    texts = _text_columns(header, rows, what)
    if texts > 1:
        named = " and ".join(header[:texts]) if header else f"The first {texts} columns"
        inquiry.say(f"{named} hold text and were passed over.")
        return _without(texts, None, header, rows)
    first = [row[0] for _, row in rows]
    if texts or _is_index(first, header, rows, inquiry, what):
        return _without(1, tuple(first), header, rows)
    return None, (tuple(header) if header else None), rows


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
                f"Line {place} of {what} holds {shown(row[column])} in column {column + 1}, "
                f"where other lines hold numbers ({numbers[0]})."
            )
    return width


def _is_word(cell: str) -> bool:
    return not is_missing(cell) and not is_number(cell.replace(",", "."))


def _is_index(
    first: Sequence[str], header: list[str] | None, rows: Rows, inquiry: Inquiry, what: str
) -> bool:
    name = header[0].casefold() if header else None
    whole = all(WHOLE.fullmatch(cell) for cell in first) and len(set(first)) == len(first)
    if name in INDEX_NAMES and whole:
        inquiry.say("The first column numbers the rows; it was not read as a region.")
        return True
    if name == "" and any(first):
        raise CohortError(
            f"{what} holds numbers in a first column that has no name; name it, or delete it."
        )
    if len(first) < 3 or not _is_doubtful(name, first, rows):
        return False
    if name in TIME_NAMES:
        inquiry.say(f"The column {header[0] if header else ''} counts time; it is no region.")
        return True
    answer = inquiry.ask(
        INDEX,
        f"The first column of {what} holds {', '.join(first[:4])} …: does it number the rows, "
        "or is it a region?",
        (Choice("index", "it numbers the rows"), Choice("region", "it is a region")),
    )
    return answer == "index"


def _is_doubtful(name: str | None, first: Sequence[str], rows: Rows) -> bool:
    """Whether it counts 0, 1, 2 … beside decimals, or is called like a time and goes on evenly."""
    symmetric = list(first) == rows[0][1]  # a matrix, whose first row is its first column
    if symmetric or not all(is_number(cell) for cell in first):
        return False
    steps = [float(after) - float(before) for before, after in pairwise(first)]
    even = steps[0] > 0 and max(steps) - min(steps) <= 1e-6 * max(abs(step) for step in steps)
    if name in TIME_NAMES or name in INDEX_NAMES:
        return even or name in INDEX_NAMES
    counts = even and steps[0] == 1 and float(first[0]) in {0.0, 1.0}
    return counts and any(not WHOLE.fullmatch(cell) for _, row in rows for cell in row[1:])
