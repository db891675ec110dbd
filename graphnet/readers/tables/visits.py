"""Columns that hold a second visit, or a second copy, of others: never regions of their own."""

import re
from collections.abc import Iterable, Mapping

from graphnet.errors import shortened
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import MEASURES
from graphnet.readers.tables.names import UNIT, WORD

VISIT = re.compile(
    r"(t|tp|w|ses|sess|session|visit|wave|time|timepoint|year|yr|month|run)[-_]?[0-9]{1,2}"
    r"|bl|baseline|fu[0-9]?|followup[0-9]?|pre|post|retest"
)
SHORT = re.compile(r"v[0-9]")  # a visit beside a measure or a number; else a visual area
COPY = re.compile(r"(?P<region>[0-9]{1,6})\.(?P<copy>[0-9]{1,2})")  # pandas: GMV_1, GMV_1.1
SEPARATORS = re.compile(r"[_.\-\s]+")
LEAST = 2  # names with several visits


def refuse_visits(columns: Mapping[str, str], what: str, inquiry: Inquiry) -> None:
    """Refuse ``columns`` by name of which several differ in a visit alone, as bl and fu."""
    bases: dict[str, list[str]] = {}
    visits: set[str] = set()
    for name in columns:
        base, visit = _apart(name)
        visits.add(visit)
        bases.setdefault(base, []).append(name)
    several = [names for names in bases.values() if len(names) > 1]
    if len(several) < min(LEAST, len(bases)) or not visits - {""}:
        return
    first = [columns[name] for name in several[0]]
    inquiry.refuse(
        f"{inquiry.name} has {' and '.join(first[:2])}, which look like {what} at two visits "
        f"({shortened(sorted(visits - {''}), 3)}). Give one visit per file, or one row per "
        "subject and visit with the same id."
    )


def refuse_copies(group: Mapping[str, str], inquiry: Inquiry) -> None:
    """Refuse columns that pandas renamed as their name was there twice."""
    for region, column in group.items():
        match = COPY.fullmatch(region)
        if match and match["region"] in group:
            inquiry.refuse(
                f"{inquiry.name} has {group[match['region']]} and {column}, which looks like the "
                "same name twice, renamed by pandas; keep one of them."
            )
            return


def refuse_same_column(taken: Iterable[str], others: Iterable[str], inquiry: Inquiry) -> None:
    """Refuse two columns for one measure of one region: they differ in unit, case or separators.

    ``taken`` are the brain's columns, ``others`` those that would be taken for covariates.
    """
    seen: dict[str, str] = {}
    twice: list[str] = []
    for column in taken:
        other = seen.setdefault(_spelled(column), column)
        twice += [f"{other} and {column}"] if other != column else []
    for column in others:
        other = seen.get(_spelled(column), column)
        twice += [f"{other} and {column}"] if other != column else []
    if twice and not inquiry.problems:
        inquiry.refuse(
            f"{inquiry.name} has the columns {shortened(list(dict.fromkeys(twice)), 3)}, which "
            "name the same measure of the same region; keep one of them, or rename the measure."
        )


def _spelled(column: str) -> str:
    """A name without its unit, in one case and with one separator."""
    return SEPARATORS.sub("_", UNIT.sub("", column.strip())).casefold()


def refuse_same_but_case(names: Iterable[str], inquiry: Inquiry) -> None:
    """Refuse measures whose names differ in case alone."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            inquiry.refuse(
                f"{inquiry.name} has columns of {other} and of {name}; name the measure in one "
                "way, or rename one of them."
            )


def _apart(name: str) -> tuple[str, str]:
    """A name without the first word that is a visit, and that word."""
    for match in WORD.finditer(name):
        word = match.group().casefold()
        base = name[: match.start()].rstrip("_.- ") + "_" + name[match.end() :].lstrip("_.- ")
        base = base.strip("_")
        short = SHORT.fullmatch(word) and (base.isdigit() or base.casefold() in MEASURES)
        if VISIT.fullmatch(word) or short:
            return base, match.group()
    return name, ""
