"""Two lines of names above a table, as pandas writes columns of two levels: one name for both."""

import re
from collections import Counter
from collections.abc import Sequence

from graphnet.readers.tables.sheet import is_number

UNNAMED = re.compile(r"Unnamed: [0-9]+_level_[0-9]+|")
WHOLE = re.compile(r"[0-9]{1,6}")
LEAST_REPEATED = 3  # columns of one name: a measure of as many regions


def joined_names(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...] | None:
    """``GMV_Precentral_L`` of ``GMV`` and ``Precentral_L``; None where the second is no header.

    The first line repeats a measure above its regions. Ids and classes have a name in one of the
    lines alone.
    """
    if len(first) != len(second):
        return None
    pairs = [tuple(map(_without_filler, pair)) for pair in zip(first, second, strict=True)]
    times = Counter(one for one, _ in pairs if one)
    repeated = {name for name, count in times.items() if count >= LEAST_REPEATED}
    if not repeated or any(one and other and one not in repeated for one, other in pairs):
        return None
    below = [other for one, other in pairs if one in repeated]
    if not all(below) or any(is_number(cell) and not WHOLE.fullmatch(cell) for cell in below):
        return None
    names = tuple(f"{one}_{other}".strip("_") for one, other in pairs)
    named = [name for name in names if name]
    return names if len(set(named)) == len(named) else None


def index_names(names: Sequence[str], row: Sequence[str]) -> tuple[str, ...] | None:
    """The names with those of a third line, which pandas gives to the index alone."""
    if len(row) != len(names) or not any(row):
        return None
    if any(bool(cell) == bool(name) for cell, name in zip(row, names, strict=True)):
        return None
    return tuple(name or cell for name, cell in zip(names, row, strict=True))


def _without_filler(name: str) -> str:
    return "" if UNNAMED.fullmatch(name) else name
