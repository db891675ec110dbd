"""Which columns hold the ids, the classes, the sites and the scores: by their names."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.data.identifiers import has_zeros
from graphnet.data.interpretation import Choice
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import ID, LABEL, SCORE, SITE, Inquiry
from graphnet.readers.subjects.words import (
    CLASSES,
    IDS,
    LESSER_CLASSES,
    PERSONS,
    SCAN_IDS,
    SITES,
    is_control,
    plain,
)
from graphnet.readers.tables.names import OF_FREESURFER
from graphnet.readers.tables.sheet import Sheet, are_dates, is_missing, is_number

UNNAMED = re.compile(
    r"Unnamed: [0-9]+(\.[0-9]+|_level_[0-9]+)?|index|rownames|row_names|\.?\.?\.1|"
)
SCORE_NAME = "labelscore"
OF_ONE_CLASS = re.compile(  # as dummies are called, and REDCap's boxes
    r"(?P<of>group|grp|dx|diagnosis|class|gruppe|diagnose|groupe|grupo|组别|诊断)"
    r"([_.\s]*[(\[](T\.|choice=)|[_.\s=]+)(?P<value>[^\W\d][^)\]]*)[)\]]?",
    re.IGNORECASE,
)
DOCUMENTED_CLASSES = ("LABEL_GROUP", "LABEL")
MOST_CLASSES = 10
LEAST_DIGITS = 4  # of numbers that are ids
LEAST_PERSONS = 5  # in a column that names the subjects of several scans
FEW_CLASSES = 4  # of numbers, which may be a score
NONE = "none"  # no column holds the class


@dataclass(frozen=True)
class Roles:
    """The column of each role, None where there is none."""

    id: str | None = None
    label: str | None = None
    site: str | None = None
    score: str | None = None

    @property
    def taken(self) -> set[str]:
        """All of them."""
        return {name for name in (self.id, self.label, self.site, self.score) if name is not None}


def find_roles(sheet: Sheet, among: Sequence[str], inquiry: Inquiry) -> Roles:
    """Which of the columns ``among`` hold what; asked where several could.

    A mapping's ``id``, ``class``, ``site`` and ``score`` name any column of the sheet; of these
    ``class`` may be ``none``.
    """
    score = _from_mapping(SCORE, sheet, inquiry) or _named(among, lambda name: name == SCORE_NAME)
    left = [column for column in among if column != score]
    no_class = (inquiry.answer(LABEL) or "").casefold() == NONE and NONE not in sheet.names
    label = (
        None if no_class else _from_mapping(LABEL, sheet, inquiry) or _class(sheet, left, inquiry)
    )
    left = [column for column in left if column != label]
    site = _from_mapping(SITE, sheet, inquiry) or _site(sheet, left, inquiry)
    left = [column for column in left if column != site]
    identity = _from_mapping(ID, sheet, inquiry) or _id(sheet, left, inquiry)
    return Roles(identity, label, site, score)


def _from_mapping(key: str, sheet: Sheet, inquiry: Inquiry) -> str | None:
    """The column that the mapping names for a role."""
    column = inquiry.answer(key)
    if column is None or column in sheet.names:
        return column
    same = [name for name in sheet.names if name.casefold() == column.casefold()]
    if len(same) == 1:
        return same[0]
    if key in {question.id for question in inquiry.questions}:
        return None
    inquiry.refuse(
        Message(
            "readers_tables.no-such-column",
            key=key,
            column=column,
            file=inquiry.name,
            columns=[name for name in sheet.names if name],
        )
    )
    return None


def _named(among: Iterable[str], fits: Callable[[str], bool]) -> str | None:
    return next((column for column in among if fits(plain(column))), None)


def _class(sheet: Sheet, among: Sequence[str], inquiry: Inquiry) -> str | None:
    named = [column for column in among if plain(column) in CLASSES]
    for documented in DOCUMENTED_CLASSES:
        exact = _exact(named, documented)
        if exact is not None and (exact == documented or may_be_class(sheet, exact)):
            others = [column for column in named if column != exact]
            if _contradicts(sheet, exact, others):
                return _one(LABEL, sheet, [exact, *others], inquiry)
            if others:
                inquiry.assume(
                    Message(
                        "readers_tables.class-column-chosen",
                        file=inquiry.name,
                        columns=[exact, *others],
                        column=exact,
                    )
                )
            return exact
    if not named:
        named = [column for column in among if is_lesser_class(sheet, column)]
    usable = [column for column in named if may_be_class(sheet, column)] or named
    varied = [column for column in usable if len(set(sheet.texts(column))) > 1]
    if usable:
        return _one(LABEL, sheet, _in_words(sheet, varied or usable, inquiry), inquiry)
    return _class_by_words(sheet, among, inquiry)


def _in_words(sheet: Sheet, columns: Sequence[str], inquiry: Inquiry) -> list[str]:
    """Of columns that name the same classes in several ways the one with a word for controls."""
    ways = {column: len(set(sheet.texts(column))) for column in columns}
    together = set(zip(*(sheet.texts(column) for column in columns), strict=True))
    worded = [column for column in columns if _holds_controls(sheet, column)]
    if len(columns) < 2 or not worded or set(ways.values()) != {len(together)}:
        return list(columns)
    others = [column for column in columns if column != worded[0]]
    inquiry.assume(
        Message(
            "readers_tables.same-classes",
            file=inquiry.name,
            columns=[worded[0], *others],
            column=worded[0],
        )
    )
    return worded[:1]


def _class_by_words(sheet: Sheet, among: Sequence[str], inquiry: Inquiry) -> str | None:
    """A column of another name that holds a word such as control beside others: asked."""
    worded = [column for column in among if _holds_controls(sheet, column)]
    worded = worded or [column for column in among if _is_of_one_class(sheet, column)]
    if not worded:
        inquiry.answer(LABEL)
        return None
    answer = inquiry.ask(
        LABEL,
        Message(
            "readers_tables.ask-class-by-words",
            file=inquiry.name,
            count=len(worded),
            columns=worded,
        ),
        (
            *(Choice(column, _examples(sheet, column)) for column in worded),
            Choice(NONE, Message("readers_tables.none-of-them")),
        ),
    )
    return None if answer == NONE else answer


def _is_of_one_class(sheet: Sheet, column: str) -> bool:
    """Whether it says of each subject if it is of a class: ``Group_SZ``, ``dx (choice=SZ)``."""
    match = OF_ONE_CLASS.fullmatch(column)
    if match is None or plain(match["of"]) not in CLASSES or is_control(match["value"]):
        return False
    return len({cell for cell in sheet.texts(column) if not is_missing(cell)}) == 2


def _holds_controls(sheet: Sheet, column: str) -> bool:
    cells = sheet.column(column)
    if isinstance(cells, np.ndarray) or not may_be_class(sheet, column):
        return False
    words = {plain(cell): cell for cell in cells if not is_missing(cell)}
    return len(words) > 1 and any(map(is_control, words.values()))


def is_lesser_class(sheet: Sheet, column: str) -> bool:
    """Whether a column called ``subtype`` or ``depression`` holds classes, and no score."""
    if plain(column) not in LESSER_CLASSES or not may_be_class(sheet, column):
        return False
    if plain(column) == "y" and {"x", "z"} <= set(map(plain, sheet.names)):
        return False  # of a place
    values = {cell for cell in sheet.texts(column) if not is_missing(cell)}
    return len(values) <= FEW_CLASSES or not all(map(is_number, values))


def _contradicts(sheet: Sheet, column: str, others: Sequence[str]) -> bool:
    """Whether all controls by the words of another column are of a class other than 0."""
    for other in others:
        pairs = zip(sheet.texts(column), sheet.texts(other), strict=True)
        classes = {number for number, word in pairs if is_control(word) and number}
        if len(classes) == 1 and is_number(number := classes.pop()) and float(number) != 0:
            return True
    return False


def _exact(names: Sequence[str], wanted: str) -> str | None:
    """The column of this name, else the one that differs in case only."""
    if wanted in names:
        return wanted
    return next((name for name in names if name.casefold() == wanted.casefold()), None)


def may_be_class(sheet: Sheet, column: str) -> bool:
    """Whether it holds few values, no codes with decimals such as 295.3."""
    values = {cell for cell in sheet.texts(column) if not is_missing(cell)}
    return 0 < len(values) <= MOST_CLASSES and not any(map(_is_fraction, values))


def _is_fraction(cell: str) -> bool:
    return is_number(cell) and not float(cell).is_integer()


def _site(sheet: Sheet, among: Sequence[str], inquiry: Inquiry) -> str | None:
    named = [column for column in among if plain(column) in SITES]
    exact = _exact(named, "SITE")
    if exact is not None and len(named) > 1:
        inquiry.assume(
            Message(
                "readers_tables.site-column-chosen",
                file=inquiry.name,
                columns=named,
                column=exact,
            )
        )
    return exact or _one(SITE, sheet, named, inquiry)


def _id(sheet: Sheet, among: Sequence[str], inquiry: Inquiry) -> str | None:
    """By its name; else the first column, if it is text that differs in every row."""
    named = [column for column in among if _names_ids(column) and _has_cells(sheet, column)]
    several = _of_several_scans(sheet, named, inquiry)
    if several is not None:
        return several
    exact = _exact(named, "ID")
    if exact is not None and all(
        _is_no_rival(sheet, column) for column in named if column != exact
    ):
        return exact
    usable = [column for column in named if not _is_no_rival(sheet, column)] or named[:1]
    if usable:
        return _one(ID, sheet, usable, inquiry)
    return _unnamed_id(sheet, among, inquiry)


def _unnamed_id(sheet: Sheet, among: Sequence[str], inquiry: Inquiry) -> str | None:
    """A column whose name ends in id, or the first, that differ in every row."""
    called = [column for column in among if _is_called_id(sheet, column)]
    if called:
        if len(called) == 1:
            inquiry.assume(Message("readers_tables.column-is-id", column=called[0]))
        return _one(ID, sheet, called, inquiry)
    first = next(iter(among), None)
    if first is None or first != sheet.names[0]:
        return None
    if not _are_ids(sheet.texts(first), unnamed=UNNAMED.fullmatch(first) is not None):
        if UNNAMED.fullmatch(first) and not is_row_number(sheet.texts(first)):
            inquiry.assume(Message("readers_tables.unnamed-numbers-are-no-ids"))
        return None
    if UNNAMED.fullmatch(first):
        inquiry.assume(Message("readers_tables.unnamed-column-is-id"))
    else:
        inquiry.assume(Message("readers_tables.first-column-is-id", column=first))
    return first


def _is_called_id(sheet: Sheet, column: str) -> bool:
    """Whether a name ends in id, as ``LabID``, and whole numbers or words differ in all rows."""
    cells = sheet.texts(column)
    is_called = re.fullmatch(r".*(\b|[a-z_])(ID|Id)|.*[_\W]id", column.strip()) is not None
    return (
        is_called
        and len(cells) > 1
        and len(set(cells)) == len(cells)
        and not any(is_missing(cell) or (is_number(cell) and "." in cell) for cell in cells)
    )


def _of_several_scans(sheet: Sheet, named: Sequence[str], inquiry: Inquiry) -> str | None:
    """The column of subjects beside one of their scans, which tells every row from the others.

    By its scans a subject would be in training and in test. Where the other column may be of
    subjects too, it is asked; None where there are no two such columns.
    """
    persons = [
        column
        for column in named
        if plain(column) in PERSONS and LEAST_PERSONS <= len(set(sheet.texts(column))) < len(sheet)
    ]
    others = [
        column
        for column in named
        if column not in persons and len(set(sheet.texts(column))) == len(sheet)
        and not is_row_number(sheet.texts(column))
    ]  # fmt: skip
    if not persons or not others:
        return None
    if not all(plain(column) in SCAN_IDS for column in others):
        return _one(ID, sheet, [*persons, *others], inquiry)
    inquiry.assume(
        Message(
            "readers_tables.subject-column-chosen",
            file=inquiry.name,
            columns=[persons[0], *others],
            column=persons[0],
        )
    )
    return persons[0]


def _names_ids(column: str) -> bool:
    return plain(column) in IDS or OF_FREESURFER.fullmatch(column) is not None


def _has_cells(sheet: Sheet, column: str) -> bool:
    return any(sheet.texts(column))


def _is_no_rival(sheet: Sheet, column: str) -> bool:
    """Whether a column that is named like ids has few values, or counts the rows."""
    texts = sheet.texts(column)
    return 2 * len(set(texts)) < len(texts) or is_row_number(texts)


def is_row_number(texts: Sequence[str]) -> bool:
    """Whether cells count the rows, from 0 or from 1."""
    rows = len(texts)
    return rows > 1 and any(
        list(texts) == [str(number) for number in range(start, start + rows)] for start in (0, 1)
    )


def _are_ids(texts: Sequence[str], *, unnamed: bool) -> bool:
    """Whether every row has another word, or another number that is written as no count is.

    Some begin with zeros; or, in a column without a name, all have as many digits, four at least:
    what a subset kept of the numbers of its rows begins lower.
    """
    if _is_unique_text(texts):
        return True
    if len(set(texts)) < len(texts) or not all(texts):
        return False
    lengths = {len(text) for text in texts}
    codes = all(map(str.isdecimal, texts)) and len(lengths) == 1 and min(lengths) >= LEAST_DIGITS
    return any(map(has_zeros, texts)) or (unnamed and codes)


def _is_unique_text(texts: Sequence[str]) -> bool:
    words = [text for text in texts if text]
    if len(words) < len(texts) or len(set(words)) < len(words) or are_dates(words):
        return False
    return not any(_is_number(word) for word in words)


def _is_number(word: str) -> bool:
    try:
        return not np.isnan(float(word))
    except ValueError:
        return False


def _one(key: str, sheet: Sheet, columns: Sequence[str], inquiry: Inquiry) -> str | None:
    """The only column, or the first of equal ones; else the answer."""
    distinct = {sheet.texts(column): column for column in reversed(columns)}
    if len(distinct) < 2:
        return columns[0] if columns else None
    usable = [column for column in columns if distinct[sheet.texts(column)] == column]
    return inquiry.ask(
        key,
        Message("readers_tables.ask-column", key=key, file=inquiry.name, columns=usable),
        [Choice(column, _examples(sheet, column)) for column in usable],
    )


def _examples(sheet: Sheet, column: str) -> Message:
    cells = sheet.texts(column)
    words = dict.fromkeys(cell for cell in cells if cell)
    shown = first_of((word[:40] for word in words), 3)
    if plain(column) in PERSONS and len(words) < len(cells):
        return Message(
            "readers_tables.column-of-scans",
            column=column,
            count=len(words),
            rows=len(cells),
            values=shown,
        )
    return Message("readers_tables.column-with-values", column=column, values=shown)
