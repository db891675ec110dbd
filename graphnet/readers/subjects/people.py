"""Who the rows of a table are: ids, classes, sites, scores and covariates, understood in one place.

Tables, arrays and folders all ask here.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from graphnet.data.dataset import (
    NO_CLASS,
    Covariate,
    FloatArray,
    IntArray,
    Subjects,
)
from graphnet.data.identifiers import alike, collisions, repeated
from graphnet.data.interpretation import (
    ClassCoding,
    ConnectomeReading,
    CovariateReading,
    Interpretation,
    TextFormat,
)
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import COVARIATES, LABEL, Inquiry
from graphnet.readers.subjects.class_again import leaves_as_class
from graphnet.readers.subjects.classes import class_coding, is_of_abide
from graphnet.readers.subjects.classes_by_site import alike_at_sites
from graphnet.readers.subjects.covariates import (
    covariates_alike,
    covariates_of,
    in_one_spelling,
    without_code_words,
    without_nameless,
    without_point_zero,
)
from graphnet.readers.subjects.sessions import refuse_two_classes
from graphnet.readers.subjects.words import (
    STATISTICS,
    SUMMARIES,
    plain,
)
from graphnet.readers.tables.missing_codes import without_codes
from graphnet.readers.tables.roles import NONE, UNNAMED, Roles, find_roles
from graphnet.readers.tables.sheet import Sheet, is_missing, to_numbers

MOST_NAMED = 5
LEAST_OF_BLOCK = 3  # rows to each value


@dataclass(frozen=True)
class People:
    """S subjects, the columns they are known by, and how their classes are coded."""

    subjects: Subjects
    id: str | None = None
    label: ClassCoding | None = None
    site: str | None = None
    score: str | None = None
    covariates: tuple[CovariateReading, ...] = ()

    def interpretation(
        self,
        kind: str,
        text: TextFormat | None = None,
        connectome: ConnectomeReading | None = None,
    ) -> Interpretation:
        """How a file of this ``kind`` was read: these columns, and what else is given."""
        return Interpretation(
            kind=kind,
            text=text,
            id=self.id,
            label=self.label,
            site=self.site,
            score=self.score,
            covariates=self.covariates,
            connectome=connectome,
        )


def read_people(
    sheet: Sheet, among: Sequence[str], inquiry: Inquiry, roles: Roles | None = None
) -> People:
    """The subjects in the rows of a sheet; ``among`` are the columns that are no brain's.

    ``roles`` are given where they are known already. What cannot be read is refused, and what could
    be read in two ways asked, by the ``inquiry``.
    """
    chosen = roles or find_roles(sheet, among, inquiry)
    for column in (chosen.label, chosen.site):
        _refuse_blocks(sheet, column, inquiry)
    ids = _ids(sheet, chosen.id, inquiry)
    sites = _sites(sheet, chosen.site, inquiry)
    coding, labels = _classes(sheet, chosen.label, ids, sites, inquiry)
    check_ids(ids, labels, inquiry, coding.names if coding else {})
    rest = [column for column in among if column not in chosen.taken]
    if inquiry.answer(COVARIATES) is None:
        rest = without_nameless(sheet, rest, inquiry)
        rest = _without_classes_again(sheet, rest, labels, inquiry)
    covariates = covariates_of(sheet, _wanted(sheet, rest, chosen, inquiry), inquiry)
    covariates = covariates_alike(covariates, sites, inquiry)
    return People(
        subjects=Subjects(
            ids=ids,
            labels=labels,
            scores=_scores(sheet, chosen.score, inquiry),
            sites=sites,
            covariates=covariates,
        ),
        id=chosen.id,
        label=coding,
        site=chosen.site,
        score=chosen.score,
        covariates=tuple(_reading(covariate) for covariate in covariates),
    )


def _refuse_blocks(sheet: Sheet, column: str | None, inquiry: Inquiry) -> None:
    """Refuse a class or a site that stands in the first row of its subjects alone.

    Merged cells come so from a spreadsheet.
    """
    cells = () if column is None else sheet.texts(column)
    given = [cell for cell in cells if not is_missing(cell)]
    once = len(given) > 1 and len(set(given)) == len(given) and not is_missing(cells[0])
    if once and LEAST_OF_BLOCK * len(given) <= len(cells):
        inquiry.refuse(
            Message(
                "readers_subjects.only-in-first-rows",
                file=inquiry.name,
                column=column or "",
                count=len(cells) - len(given),
                values=first_of(given, MOST_NAMED),
            )
        )


def _ids(sheet: Sheet, column: str | None, inquiry: Inquiry) -> tuple[str, ...]:
    """Text as it stands; NA and None are ids like others."""
    if column is None:
        return ("",) * len(sheet)
    return without_point_zero(sheet.texts(column), column, inquiry)


def _classes(
    sheet: Sheet, column: str | None, ids: Sequence[str], sites: Sequence[str], inquiry: Inquiry
) -> tuple[ClassCoding | None, IntArray]:
    nobody = np.full(len(sheet), NO_CLASS, dtype=np.int64)
    if column is None:
        return None, nobody
    cells = sheet.texts(column)
    of_abide = is_of_abide(sheet.names, ids)
    coding = class_coding(column, cells, inquiry.behind(LABEL), of_abide=of_abide)
    if coding is None:
        return None, nobody
    coding = alike_at_sites(coding, cells, sites, inquiry.behind(LABEL))
    return coding, np.array([coding.values.get(cell, NO_CLASS) for cell in cells], dtype=np.int64)


def _scores(sheet: Sheet, column: str | None, inquiry: Inquiry) -> FloatArray:
    """(S,) clinical scores, NaN where there is none that is finite."""
    if column is None:
        return np.full(len(sheet), np.nan)
    values = to_numbers(sheet.column(column), column, inquiry)
    values = without_codes(values, column, inquiry, zero=True)
    return np.where(np.isfinite(values), values, np.nan)


def _sites(sheet: Sheet, column: str | None, inquiry: Inquiry) -> tuple[str, ...]:
    if column is None:
        return ("",) * len(sheet)
    cells = without_code_words(sheet.texts(column), column, inquiry)
    cells = without_point_zero(cells, column, inquiry)
    return in_one_spelling(cells, column, inquiry)


def _without_classes_again(
    sheet: Sheet, columns: Sequence[str], labels: IntArray, inquiry: Inquiry
) -> list[str]:
    """Without columns that say which class a subject has, by name and value or by value alone.

    A subtype, a second spelling of the diagnosis or the folder of the class describes nobody beyond
    the class; as a covariate it would explain the class perfectly.
    """
    return [
        column
        for column in columns
        if not leaves_as_class(column, sheet.texts(column), labels, inquiry)
    ]


def _wanted(sheet: Sheet, rest: Sequence[str], roles: Roles, inquiry: Inquiry) -> list[str]:
    """The columns that may be covariates: those of the mapping, else all."""
    given = inquiry.answer(COVARIATES)
    if given is None:
        return list(rest)
    chosen = [name.strip() for name in given.split(",") if name.strip()]
    if given.strip().casefold() == NONE:
        chosen = []
    absent = [name for name in chosen if name not in sheet.names or name in roles.taken]
    if absent:
        inquiry.refuse(
            Message("readers_subjects.no-such-covariate", columns=absent, file=inquiry.name)
        )
    for column in rest:
        if column not in chosen and not UNNAMED.fullmatch(column):
            inquiry.leave(column, Message("readers_subjects.not-in-mapping"))
            inquiry.answer(f"missing.{column}")  # an answer that nobody needs any more
    return [name for name in rest if name in chosen]


def _reading(covariate: Covariate) -> CovariateReading:
    values = covariate.values
    missing = values.count("") if isinstance(values, tuple) else int(np.isnan(values).sum())
    return CovariateReading(covariate.name, covariate.kind, missing)


SHORTENED = re.compile(r"\d[.,]\d+E\+\d{2}", re.ASCII)
FIRST_NAMES = {"max", "min"}
SIZE = re.compile(r"\s*n\s*=\s*[0-9]+\s*", re.IGNORECASE)


def check_ids(
    ids: tuple[str, ...], labels: IntArray, inquiry: Inquiry, names: Mapping[int, str]
) -> None:
    """Ids that could not be told from each other are refused; one id on two rows is said.

    ``names`` are the words of the classes, for sentences.
    """
    _refuse_summaries(ids, inquiry)
    _refuse_shortened(ids, inquiry)
    _say_nameless(ids, inquiry)
    for group in collisions(ids)[:MOST_NAMED]:
        inquiry.refuse(Message("readers_subjects.same-id", file=inquiry.name, ids=map(repr, group)))
    for group in alike(ids)[:MOST_NAMED]:
        inquiry.assume(
            Message("readers_subjects.ids-differ-in-zeros", file=inquiry.name, ids=map(repr, group))
        )
    twice = repeated(ids)
    if not twice:
        return
    torn = in_two_classes(ids, labels, names)
    if torn:
        refuse_two_classes(torn, inquiry)
        return
    times = max(Counter(ids)[subject] for subject in twice)
    inquiry.assume(
        Message(
            "readers_subjects.repeated-ids",
            count=len(twice),
            file=inquiry.name,
            ids=first_of(twice, 3),
            rows=times,
        )
    )


def in_two_classes(ids: Sequence[str], labels: IntArray, names: Mapping[int, str]) -> list[Message]:
    """Each id whose rows are of several classes, with these."""
    classes: dict[str, set[int]] = {}
    for subject, label in zip(ids, labels.tolist(), strict=True):
        if subject and label != NO_CLASS:
            classes.setdefault(subject, set()).add(label)
    return [
        Message(
            "readers_subjects.id-with-classes",
            id=subject,
            classes=[names.get(number, str(number)) for number in sorted(own)],
        )
        for subject, own in classes.items()
        if len(own) > 1
    ]


def _refuse_summaries(ids: tuple[str, ...], inquiry: Inquiry) -> None:
    """A row of means below the subjects is no subject."""
    summaries = [name for name in ids if plain(name) in SUMMARIES]
    lettered = any(len(name) == 1 and plain(name) not in STATISTICS for name in ids)
    last = takewhile(
        lambda name: _sums_up(name) and not (lettered and len(name) == 1), reversed(ids)
    )
    summaries += [*last][::-1]
    summaries = list(dict.fromkeys(summaries))
    if summaries and len(summaries) < len(ids) // 2:
        inquiry.refuse(
            Message("readers_subjects.summary-rows", file=inquiry.name, ids=first_of(summaries))
        )


def _sums_up(name: str) -> bool:
    """Whether a last row is called ``Mean HC``, ``HC mean``, ``p-value``, ``N=24``, ``Mean ± SD``.

    Max and Min are people as well.
    """
    if plain(name) in STATISTICS or SIZE.fullmatch(name):
        return True
    first, *rest = name.split() or [""]
    known = SUMMARIES - FIRST_NAMES
    return bool(rest) and (plain(first) in known or plain(rest[-1]) in known)


def _say_nameless(ids: tuple[str, ...], inquiry: Inquiry) -> None:
    without = [row for row, name in enumerate(ids, 2) if not name]
    if 0 < len(without) < len(ids):
        inquiry.assume(
            Message(
                "readers_subjects.rows-lack-id",
                file=inquiry.name,
                count=len(without),
                rows=first_of(map(str, without), MOST_NAMED),
            )
        )


def _refuse_shortened(ids: tuple[str, ...], inquiry: Inquiry) -> None:
    """Long numbers of which Excel wrote the first digits alone."""
    cut = [name for name in ids if SHORTENED.fullmatch(name)]
    if cut:
        inquiry.refuse(Message("readers_subjects.shortened-ids", file=inquiry.name, id=cut[0]))
