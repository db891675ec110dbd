"""Words and numbers of subjects that a file spells in several ways: read in one."""

import re
from collections import Counter
from collections.abc import Sequence

from graphnet.data.interpretation import MissingCode
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import is_missing

POINT_ZERO = re.compile(r"[+-]?\d+\.0+", re.ASCII)
CODE = re.compile(r"-(9{3,5}|8{3,4}|7{3,4})(\.0+)?")
MOST_SHOWN = 4


def without_point_zero(cells: Sequence[str], column: str, inquiry: Inquiry) -> tuple[str, ...]:
    """Whole numbers that pandas wrote as ``50003.0``, as whole numbers, said; others as they are.

    Every cell that is not missing must be one.
    """
    present = [cell for cell in cells if not is_missing(cell)]
    if not present or not all(POINT_ZERO.fullmatch(cell) for cell in present):
        return tuple(cells)
    whole = {cell: cell.partition(".")[0] for cell in present}
    inquiry.assume(
        Message("readers_subjects.without-point-zero", column=column, example=whole[present[0]])
    )
    return tuple(whole.get(cell, cell) for cell in cells)


def without_code_words(cells: Sequence[str], column: str, inquiry: Inquiry) -> tuple[str, ...]:
    """Cells without codes such as -9999, which no word and no number of a site is; said."""
    codes = Counter(cell for cell in cells if CODE.fullmatch(cell))
    for code, count in codes.items():
        inquiry.missing.append(MissingCode(column, code, count))
        inquiry.assume(
            Message("readers_subjects.missing-word", column=column, code=code, count=count)
        )
    return tuple("" if cell in codes else cell for cell in cells)


def in_one_spelling(cells: Sequence[str], column: str, inquiry: Inquiry) -> tuple[str, ...]:
    """Words that differ in case alone, in their most common spelling, said; "" where missing."""
    counts = Counter(cell for cell in cells if not is_missing(cell))
    common: dict[str, str] = {}
    for cell, _ in counts.most_common():
        common.setdefault(cell.casefold(), cell)
    merged = [cell for cell in counts if common[cell.casefold()] != cell]
    if merged:
        into = list(dict.fromkeys(common[cell.casefold()] for cell in merged))
        inquiry.assume(
            Message(
                "readers_subjects.one-spelling",
                column=column,
                count=len(merged),
                spellings=first_of(merged, MOST_SHOWN),
                common=first_of(into, MOST_SHOWN),
            )
        )
    return tuple(common[cell.casefold()] if cell in counts else "" for cell in cells)
