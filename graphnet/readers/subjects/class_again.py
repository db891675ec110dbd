"""Columns that say which class a subject has: left alone where they are the class, else said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, exp, lgamma, log

import numpy as np

from graphnet.data.dataset import NO_CLASS, RECOGNISED, IntArray, covariate_key
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import CIRCUMSTANCES, CLASSES, LESSER_CLASSES, SITES, plain
from graphnet.readers.tables.missing_codes import LABEL_CODES
from graphnet.readers.tables.roles import MOST_CLASSES
from graphnet.readers.tables.sheet import as_numbers, as_texts, is_missing

RARE = 1e-3  # a covariate tells the class by chance less often, at most
LARGEST_CODE = 10  # of what numbers in place of words count


def leaves_as_class(column: str, cells: Sequence[str], labels: IntArray, inquiry: Inquiry) -> bool:
    """Whether a column was left alone because it is the class again; one that may be is said."""
    found = _determining(cells, labels, any_numbers=_is_called_class(column))
    if found is None:
        _say_numbers_of_classes(column, cells, labels, inquiry)
        return False
    if _is_called_class(column) or (found.chance < RARE and not _may_go_along(column)):
        inquiry.leave(column, Message("readers_subjects.class-again"))
        return True
    if covariate_key(column) not in RECOGNISED:  # a result is compared with these unasked
        values = {"column": column, "count": found.values}
        inquiry.assume(Message("readers_subjects.tells-the-class", **values))
    return False


def _say_numbers_of_classes(
    column: str, cells: Sequence[str], labels: IntArray, inquiry: Inquiry
) -> None:
    """Say that a number tells the class: a score that patients alone have, or of other ranges."""
    numbers = as_numbers(tuple(cells))
    classes = np.unique(labels[labels != NO_CLASS])
    if numbers is None or len(classes) != 2 or covariate_key(column) in RECOGNISED:
        return
    numbers = np.where(np.isin(numbers, LABEL_CODES), np.nan, numbers)
    sizes = [int((labels == label).sum()) for label in classes]
    one, other = (numbers[(labels == label) & ~np.isnan(numbers)] for label in classes)
    count = len(one) + len(other)
    if not count:
        return
    if not len(one) or not len(other):
        kind, chance = (
            "presence",
            comb(sizes[0 if len(one) else 1], count) / comb(sum(sizes), count),
        )
    elif one.max() < other.min() or other.max() < one.min():
        kind, chance = "range", 2 / comb(count, len(one))
    else:
        return
    if chance < RARE:
        inquiry.assume(Message("readers_subjects.numbers-tell-the-class", column=column, kind=kind))


def _is_called_class(column: str) -> bool:
    return plain(column) in CLASSES or plain(column) in LESSER_CLASSES


def _may_go_along(column: str) -> bool:
    """Whether it may go with the class without being it.

    What is known to describe a subject (sex), or where and how they were examined (a scanner):
    then that is a flaw of the cohort, which must be seen.
    """
    return covariate_key(column) in RECOGNISED or plain(column) in SITES | CIRCUMSTANCES


@dataclass(frozen=True)
class _Determining:
    """How many ``values`` tell the class, and at most how probable that is by ``chance``."""

    values: int
    chance: float


def _determining(
    cells: Sequence[str], labels: IntArray, *, any_numbers: bool
) -> _Determining | None:
    """How a few words or codes tell the class of every subject; None where they do not.

    An empty cell may be a value of its own: a subtype that controls lack.
    """
    coded = _as_codes(cells, any_numbers=any_numbers)
    known = [pair for pair in zip(coded, labels.tolist(), strict=True) if pair[1] != NO_CLASS]
    for pairs in ([pair for pair in known if pair[0]], known):
        values = len({value for value, _ in pairs})
        classes = Counter(label for _, label in pairs)
        few = values <= min(MOST_CLASSES, len(pairs) // 2)
        if len(classes) > 1 and few and len(set(pairs)) == values:
            return _Determining(values, _chance(values, classes))
    return None


def _as_codes(cells: Sequence[str], *, any_numbers: bool) -> list[str]:
    """The cells as they are compared, "" where missing; nothing of numbers that are no codes."""
    numbers = as_numbers(tuple(cells))
    if numbers is None:
        return ["" if is_missing(cell) else cell.strip().casefold() for cell in cells]
    codes = numbers[~np.isnan(numbers) & ~np.isin(numbers, LABEL_CODES)]
    are_codes = bool(((codes == np.round(codes)) & (np.abs(codes) <= LARGEST_CODE)).all())
    if not (are_codes or any_numbers):
        return [""] * len(cells)
    return list(as_texts(numbers))


def _chance(values: int, classes: Mapping[int, int]) -> float:
    """A bound of the probability that ``values`` parted S subjects into ``classes`` of these sizes.

    Of S! / (n_1! ... n_C!) equally probable ways to hand out the classes, at most C to the power of
    ``values`` are such that subjects of one value are of one class.
    """
    ways = lgamma(sum(classes.values()) + 1) - sum(lgamma(n + 1) for n in classes.values())
    return min(1.0, exp(values * log(len(classes)) - ways))
