"""Signs as readers see them, where texts that programs read have others.

Numbers in pages, reports and figures go through here; CSV, JSON and a terminal do not. What stands
so in a file or is typed by a reader (ids, names, codes such as -9999, settings) stays as it is.
"""

import re

HYPHEN = re.compile(r"(?<![\w.])-(?=\.?\d)")  # before a number; not that of an exponent
MINUS = "\N{MINUS SIGN}"


class Figure(str):
    """A number that was computed, as text, maybe with its interval: ``-0.054 [-0.120, -0.001]``.

    Where people read it, it has a minus; any other text is quoted and keeps its hyphen.
    """

    __slots__ = ()


def readable(text: str) -> str:
    """A figure with its minus; any other text as it is."""
    return with_minus(text) if isinstance(text, Figure) else text


def with_minus(text: str) -> str:
    """The same numbers, those below 0 with a minus and not with a hyphen."""
    return HYPHEN.sub(MINUS, text)
