"""Columns that describe subjects: numbers, or a few words; others are left alone with a reason.

What a file spells in several ways is read in one, also of ids, sites and classes.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from graphnet.data.dataset import (
    CATEGORICAL,
    NUMERIC,
    RECOGNISED,
    Covariate,
    FloatArray,
    covariate_key,
)
from graphnet.data.interpretation import Choice, MissingCode
from graphnet.data.joined_covariates import by_site, difference
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import COVARIATES, Inquiry
from graphnet.readers.tables.missing_codes import MISSING, VALUE, without_codes
from graphnet.readers.tables.roles import UNNAMED
from graphnet.readers.tables.sheet import (
    Cells,
    Sheet,
    are_dates,
    as_numbers,
    as_texts,
    is_missing,
    is_number,
    words_of,
)

CONSTANT = {"readers_subjects.constant-column", "readers_subjects.constant-where-given"}  # codes
YEARS = re.compile(r"[0-9]{1,3}Y")
MOST_WORDS = 20  # of a categorical covariate
MOST_ODD = 2  # words beside numbers that may stand for a missing value
LEAST_NUMBERS = 5  # different ones beside such words
POINT_ZERO = re.compile(r"[+-]?\d+\.0+", re.ASCII)
CODE = re.compile(r"-(9{3,5}|8{3,4}|7{3,4})(\.0+)?")
MOST_SHOWN = 4


def covariates_of(sheet: Sheet, columns: Sequence[str], inquiry: Inquiry) -> tuple[Covariate, ...]:
    """The covariates among ``columns``."""
    covariates = []
    for column in columns:
        covariate = _covariate(column, sheet.column(column), inquiry)
        if covariate is not None:
            covariates.append(covariate)
    return tuple(covariates)


def without_nameless(sheet: Sheet, columns: Sequence[str], inquiry: Inquiry) -> list[str]:
    """The ``columns`` that somebody has named: what others hold nobody can say.

    The numbers of the rows are left aside without a word, whatever their order; they start again
    where tables were put below each other, and those are said.
    """
    nameless = [column for column in columns if UNNAMED.fullmatch(column)]
    for column in nameless:
        cells = sheet.column(column)
        if any(as_texts(cells)) and not _is_index(as_numbers(cells)):
            what = column or Message("readers_subjects.unnamed-column")
            inquiry.leave(what, Message("readers_subjects.nameless"))
    return [column for column in columns if column not in nameless]


def covariates_alike(
    covariates: Sequence[Covariate], sites: Sequence[str], inquiry: Inquiry
) -> tuple[Covariate, ...]:
    """Those that mean the same at all ``sites`` (S); why others do not is said."""
    kept = []
    for covariate in covariates:
        groups = by_site(covariate, sites)
        why = difference(groups) if len(groups) > 1 else None
        if why is None:
            kept.append(covariate)
        else:
            inquiry.assume(why)
            inquiry.leave(covariate.name, Message("readers_subjects.not-alike-at-sites"))
    return tuple(kept)


def _covariate(column: str, cells: Cells, inquiry: Inquiry) -> Covariate | None:
    """Numbers, or a few words; None where the column says nothing of a subject."""
    texts = as_texts(cells)
    if isinstance(cells, tuple):
        cells = texts = _without_odd_words(_without_years(texts, column, inquiry), column, inquiry)
    values = as_numbers(cells)
    if values is not None and not np.isnan(values).all():
        return Covariate(column, NUMERIC, without_codes(values, column, inquiry))
    texts = without_code_words(texts, column, inquiry)
    reason = _why_not(texts)
    is_kept = covariate_key(column) in RECOGNISED or inquiry.answer(COVARIATES) is not None
    if reason is not None and reason.code in CONSTANT and is_kept:
        reason = None  # all of a file may be men: other files, or other subjects, may not
    if reason is not None:
        inquiry.leave(column or Message("readers_subjects.unnamed-column"), reason)
        return None
    return Covariate(column, CATEGORICAL, in_one_spelling(texts, column, inquiry))


def _without_years(texts: tuple[str, ...], column: str, inquiry: Inquiry) -> tuple[str, ...]:
    """Ages as DICOM has them (``034Y``) as numbers of years."""
    present = [text for text in texts if not is_missing(text)]
    if not present or not all(map(YEARS.fullmatch, present)):
        return texts
    inquiry.assume(Message("readers_subjects.years-of-dicom", column=column, cell=present[0]))
    return tuple("" if is_missing(text) else text[:-1] for text in texts)


def _without_odd_words(texts: tuple[str, ...], column: str, inquiry: Inquiry) -> tuple[str, ...]:
    """Numbers among which a word stands: whether it says that the value is missing is asked."""
    words = Counter(text for text in texts if not is_missing(text) and not is_number(text))
    numbers = {text for text in texts if is_number(text)}
    if not 0 < len(words) <= MOST_ODD or len(numbers) < LEAST_NUMBERS:
        return texts
    shown = first_of(map(repr, words), MOST_ODD)
    answer = inquiry.ask(
        f"words.{column}",
        Message(
            "readers_subjects.ask-words",
            column=column,
            words=shown,
            count=len(words),
            rows=words.total(),
            numbers=first_of(sorted(numbers), 3),
        ),
        (
            Choice(
                MISSING, Message("readers_subjects.words-are-missing", words=shown, column=column)
            ),
            Choice(VALUE, Message("readers_subjects.words-are-text", words=shown, column=column)),
        ),
    )
    if answer == VALUE:
        return texts
    inquiry.missing += [MissingCode(column, word, count) for word, count in words.items()]
    return tuple("" if text in words else text for text in texts)


def _is_index(values: FloatArray | None) -> bool:
    """Whether a column without a name numbers the rows, in whatever order."""
    if values is None or np.isnan(values).any():
        return False
    return len(np.unique(values)) == len(values) and bool((values == np.round(values)).all())


def _why_not(texts: tuple[str, ...]) -> Message | None:
    """Why these cells of a column are no covariate; None if they are."""
    words, rows = words_of(texts), len(texts)
    if not words:
        return Message("readers_subjects.empty-column")
    if len(words) == 1:
        value, count = words[0][:40], texts.count(words[0])
        if count == rows:
            return Message("readers_subjects.constant-column", value=value)
        return Message("readers_subjects.constant-where-given", value=value, count=count, rows=rows)
    if are_dates(list(words)):
        return Message("readers_subjects.dates")
    if len(words) > MOST_WORDS or (len(words) == rows and rows > 2):
        return Message("readers_subjects.free-text", count=len(words))
    return None


# One spelling.


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
