"""What several tables say of the same subjects: one lists them, the others add what it lacks.

Where two tables say different things, the one that lists the subjects counts, and it is said of
whom the other differs.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from graphnet.data.dataset import (
    CATEGORICAL,
    NO_CLASS,
    NUMERIC,
    SEX_KEYS,
    Covariate,
    FloatArray,
    covariate_key,
)
from graphnet.data.identifiers import match_ids
from graphnet.data.interpretation import Choice, CovariateReading
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import COVARIATES, Inquiry
from graphnet.readers.subjects.class_again import leaves_as_class
from graphnet.readers.subjects.classes import class_coding
from graphnet.readers.subjects.people import People
from graphnet.readers.subjects.words import CLASSES, plain
from graphnet.readers.tables.sheet import Sheet, as_texts, is_missing, is_number

TABLE = "table"  # the key of the question
MOST_NAMED = 5
MOST_PAIRS = 3  # of tables that differ, in one question
TOLERANCE = 1e-6  # relative: a number that was stored in single precision is the same


@dataclass(frozen=True)
class ClassTable:
    """A table that may list the subjects: its ids (S,), and the column of its classes if any."""

    name: str
    sheet: Sheet
    ids: tuple[str, ...]
    label: str | None


@dataclass(frozen=True)
class Between:
    """The names of two tables, and how many subjects are in both."""

    listing: str
    other: str
    total: int


@dataclass(frozen=True)
class Addition:
    """Another table: what it says of its people, read without classes, and its column of classes.

    ``rows`` holds the row of each subject that is listed, None where the table has none.
    """

    table: ClassTable
    people: People
    rows: tuple[int | None, ...]

    def beside(self, listing: ClassTable) -> Between:
        """The table and the one that lists the subjects."""
        return Between(listing.name, self.table.name, sum(row is not None for row in self.rows))


def ask_table(tables: Sequence[ClassTable], inquiry: Inquiry) -> int:
    """Which of the tables lists the subjects.

    The question says whose classes differ; or, of tables with the same columns, which might have
    been one cohort, who is in several.
    """
    names = [table.name for table in tables]
    pairs = [
        Message(
            "readers_subjects.classes-of-tables",
            table=one.name,
            other=other.name,
            count=len(rows),
            total=len(shared),
            subjects=first_of([shared[row][0] for row in rows], MOST_NAMED),
        )
        for one, other in combinations(tables, 2)
        for shared in [match_ids(one.ids, other.ids).pairs]
        if (rows := _differ_in_class(one, other, shared))
    ]
    about = {"file": inquiry.name, "count": len(names)}
    if pairs:
        differences = first_of(pairs, MOST_PAIRS)
        question = Message("readers_subjects.ask-table-differing", **about, differences=differences)
    elif sharing := [*_sharing(tables)]:
        shared = first_of(sharing, MOST_PAIRS)
        question = Message("readers_subjects.ask-table-sharing", **about, shared=shared)
    else:
        question = Message("readers_subjects.ask-table", **about)
    answer = inquiry.ask(
        TABLE,
        question,
        [
            Choice(name, Message("readers_subjects.table-choice", table=name, count=len(table.ids)))
            for name, table in zip(names, tables, strict=True)
        ],
    )
    return names.index(answer)


def _sharing(tables: Sequence[ClassTable]) -> Iterator[Message]:
    """Of each two tables with the same columns the subjects whom both have."""
    for one, other in combinations(tables, 2):
        shared = match_ids(one.ids, other.ids).pairs
        if shared and sorted(one.sheet.names) == sorted(other.sheet.names):
            yield Message(
                "readers_subjects.subjects-of-both",
                table=one.name,
                other=other.name,
                count=len(shared),
                subjects=first_of([subject for subject, _ in shared], MOST_NAMED),
            )


def with_additions(
    people: People, listing: ClassTable, additions: Sequence[Addition], inquiry: Inquiry
) -> People:
    """The people of the table that lists them, with what it lacks from the others.

    A site, a score and covariates are added; a second class is not, unless it is named as a
    covariate. What both have stays as the listing has it, and differences are said.
    """
    for addition in additions:
        say_differing_classes(listing, addition.table, inquiry)
        people = _with_site_and_score(people, listing, addition, inquiry)
        people = _with_covariates(people, listing, addition, inquiry)
    return people


def say_differing_classes(listing: ClassTable, other: ClassTable, inquiry: Inquiry) -> None:
    """Say to whom another table gives another class than the one that lists the subjects."""
    shared = match_ids(listing.ids, other.ids).pairs
    rows = _differ_in_class(listing, other, shared)
    _say_differing(
        str(listing.label),
        [shared[row][0] for row in rows],
        Between(listing.name, other.name, len(shared)),
        inquiry,
    )  # fmt: skip


def _differ_in_class(
    one: ClassTable, other: ClassTable, shared: Sequence[tuple[str, str]]
) -> list[int]:
    """The places in ``shared`` of subjects whose class differs; of two codings by what they mean.

    Where one table's words or numbers are among the other's, they mean the same. Else the classes
    that they are read as are compared, and where that would have to be asked, what a value means
    is what it is beside in most subjects.
    """
    if one.label is None or other.label is None:
        return []
    ours, theirs = (
        _of_ids(table.sheet.texts(table.label or ""), table.ids, [pair[side] for pair in shared])
        for side, table in enumerate((one, other))
    )
    if not have_one_vocabulary(ours, theirs):
        codings = [_classes(table) for table in (one, other)]
        if None not in codings:
            ours, theirs = (
                [coding.get(cell, "") for cell in cells]
                for coding, cells in zip(codings, (ours, theirs), strict=True)
                if coding is not None
            )
    return _differing_words(ours, theirs)


def _of_ids(cells: Sequence[str], ids: Sequence[str], wanted: Sequence[str]) -> list[str]:
    row = {subject: number for number, subject in reversed([*enumerate(ids)])}
    return [cells[row[subject]] for subject in wanted]


def _classes(table: ClassTable) -> dict[str, str] | None:
    """The class of each value; None where it would have to be asked."""
    scratch = Inquiry(table.name)
    try:
        coding = class_coding(table.label or "", table.sheet.texts(table.label or ""), scratch)
    except CohortError:
        return None
    if coding is None or scratch.questions or scratch.problems:
        return None
    return {value: str(number) for value, number in coding.values.items() if number != NO_CLASS}


def have_one_vocabulary(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether the words or numbers of one column are among those of the other."""
    one, other = ({_word(cell) for cell in side if not is_missing(cell)} for side in (ours, theirs))
    return one <= other or other <= one


def _word(cell: str) -> str:
    """A number without zeros too many, a word without case and signs."""
    return f"{float(cell):g}" if is_number(cell) else plain(cell) or cell


def _differing_words(ours: Sequence[str], theirs: Sequence[str]) -> list[int]:
    """Rows whose words differ; of two vocabularies those that are beside another than mostly."""
    known = [
        (row, _word(one), _word(other))
        for row, (one, other) in enumerate(zip(ours, theirs, strict=True))
        if not (is_missing(one) or is_missing(other))
    ]
    if have_one_vocabulary([one for _, one, _ in known], [other for _, _, other in known]):
        return [row for row, one, other in known if one != other]
    beside: dict[str, Counter[str]] = {}
    for _, one, other in known:
        beside.setdefault(other, Counter())[one] += 1
    usual = {other: counts.most_common(1)[0][0] for other, counts in beside.items()}
    return [row for row, one, other in known if one != usual[other]]


def _differing_covariates(ours: Covariate, theirs: Covariate) -> list[int]:
    """Rows of which both know something else; numbers of a sex are words of their own."""
    if ours.kind == theirs.kind == NUMERIC and ours.key not in SEX_KEYS:
        one, other = ours.numbers, theirs.numbers
        both = ~(np.isnan(one) | np.isnan(other))
        differ = both & ~np.isclose(one, other, rtol=TOLERANCE, atol=0)
        return [int(row) for row in np.flatnonzero(differ)]
    return _differing_words(_words(ours), _words(theirs))


def _words(covariate: Covariate) -> list[str]:
    if covariate.kind == CATEGORICAL:
        return list(covariate.words)
    return ["" if np.isnan(number) else f"{number:g}" for number in covariate.numbers]


def _with_site_and_score(
    people: People, listing: ClassTable, addition: Addition, inquiry: Inquiry
) -> People:
    theirs, other, rows = addition.people, addition.table, addition.rows
    ids, between = people.subjects.ids, addition.beside(listing)
    if theirs.site is not None:
        sites = tuple(_pick(theirs.subjects.sites, rows, ""))
        if people.site is None:
            people = replace(
                people, site=theirs.site, subjects=replace(people.subjects, sites=sites)
            )
            _say_taken(theirs.site, other, inquiry)
        else:
            odd = _differing_words(people.subjects.sites, sites)
            _say_differing(people.site, [ids[row] for row in odd], between, inquiry)
    if theirs.score is not None:
        scores = _numbers(theirs.subjects.scores, rows)
        if people.score is None:
            people = replace(
                people, score=theirs.score, subjects=replace(people.subjects, scores=scores)
            )
            _say_taken(theirs.score, other, inquiry)
        else:
            own = Covariate(people.score, NUMERIC, people.subjects.scores)
            odd = _differing_covariates(own, replace(own, values=scores))
            _say_differing(people.score, [ids[row] for row in odd], between, inquiry)
    return people


def _with_covariates(
    people: People, listing: ClassTable, addition: Addition, inquiry: Inquiry
) -> People:
    subjects, other, rows = people.subjects, addition.table, addition.rows
    named = inquiry.answers.get(COVARIATES)
    known = {covariate.key: covariate for covariate in subjects.covariates}
    taken = {covariate_key(name) for name in (people.label and people.label.column, people.site,
                                              people.score) if name}  # fmt: skip
    added: list[tuple[Covariate, CovariateReading]] = []
    for covariate, reading in zip(
        addition.people.subjects.covariates, addition.people.covariates, strict=True
    ):
        ordered = _ordered(covariate, rows)
        if named is None and leaves_as_class(
            covariate.name, as_texts(ordered.values), subjects.labels, inquiry
        ):
            continue
        if _is_their_class(covariate, other, taken, is_named=named is not None):
            inquiry.leave(
                f"{other.name}: {covariate.name}",
                Message("readers_subjects.class-of-another-table", table=listing.name),
            )
        elif covariate.key in known:
            odd = _differing_covariates(known[covariate.key], ordered)
            between = addition.beside(listing)
            ids = [subjects.ids[row] for row in odd]
            _say_differing(known[covariate.key].name, ids, between, inquiry)
        else:
            added.append((ordered, replace(reading, missing=_missing(ordered))))
    return replace(
        people,
        subjects=replace(
            subjects, covariates=(*subjects.covariates, *(covariate for covariate, _ in added))
        ),
        covariates=(*people.covariates, *(reading for _, reading in added)),
    )


def _is_their_class(
    covariate: Covariate, other: ClassTable, taken: set[str], *, is_named: bool
) -> bool:
    """Whether it is what the other table calls its class, or has a name that the listing uses."""
    if covariate.key in taken:
        return True
    is_class = covariate.name == other.label or plain(covariate.name) in CLASSES
    return is_class and not is_named


def _ordered(covariate: Covariate, rows: Sequence[int | None]) -> Covariate:
    values = covariate.values
    if isinstance(values, tuple):
        return replace(covariate, values=tuple(_pick(values, rows, "")))
    return replace(covariate, values=_numbers(values, rows))


def _pick(values: Sequence[str], rows: Sequence[int | None], absent: str) -> list[str]:
    return [absent if row is None else values[row] for row in rows]


def _numbers(values: FloatArray, rows: Sequence[int | None]) -> FloatArray:
    return np.array([np.nan if row is None else values[row] for row in rows], dtype=np.float64)


def _missing(covariate: Covariate) -> int:
    values = covariate.values
    return values.count("") if isinstance(values, tuple) else int(np.isnan(values).sum())


def _say_taken(column: str, other: ClassTable, inquiry: Inquiry) -> None:
    inquiry.assume(Message("readers_subjects.column-of-table", column=column, table=other.name))


def _say_differing(
    column: str,
    subjects: Sequence[str],
    between: Between,
    inquiry: Inquiry,
) -> None:
    if subjects:
        inquiry.assume(
            Message(
                "readers_subjects.tables-differ",
                column=column,
                table=between.listing,
                other=between.other,
                count=len(subjects),
                total=between.total,
                subjects=first_of(subjects, MOST_NAMED),
            )
        )
