"""Columns that hold a second visit, or a second copy, of others: never regions of their own."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graphnet.errors import shortened
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import MEASURES
from graphnet.readers.tables.names import UNIT, WORD, Part

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


MOST_NAMED = 5

Group = dict[str, str]  # the column of each region
Groups = dict[str, Group]  # by measure


@dataclass
class Grid:
    """Columns by measure (alphabetical) and region; ``flat`` are a connectome in one vector.

    ``about_flat`` is the key of the question that was answered so, "" where none was asked.
    """

    measures: Groups = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    flat: tuple[str, ...] = ()
    about_flat: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every measure has every region."""
        return all(len(group) == len(self.regions) for group in self.measures.values())

    @property
    def columns(self) -> set[str]:
        """All that it takes."""
        taken = {column for group in self.measures.values() for column in group.values()}
        return taken | set(self.flat)


def grouped(parts: Iterable[Part]) -> Groups:
    """Columns by measure and region; of two for one region the first."""
    groups: Groups = {}
    for part in parts:
        groups.setdefault(part.measure, {}).setdefault(part.region, part.column)
    return groups


def plain_numbers(regions: Iterable[str]) -> set[str]:
    """Regions, those by number without leading zeros."""
    return {_plain(region) for region in regions}


def regions_of(groups: Groups) -> tuple[str, ...]:
    """The regions of all measures: by number where all are numbers, else as in the file."""
    found = list(dict.fromkeys(region for group in groups.values() for region in group))
    if all(region.isdigit() for region in found):
        return tuple(sorted(found, key=int))
    return tuple(found)


def settle(grid: Grid, inquiry: Inquiry) -> None:
    """Put measures and regions in order; a measure that lacks regions is refused."""
    grid.measures = {
        measure: _without_zeros(grid.measures[measure], measure, inquiry)
        for measure in sorted(grid.measures)
    }
    grid.regions = regions_of(grid.measures)
    _refuse_same(grid, inquiry)
    short = [measure for measure, group in grid.measures.items() if len(group) < len(grid.regions)]
    for measure in short[:MOST_NAMED]:
        absent = [region for region in grid.regions if region not in grid.measures[measure]]
        inquiry.refuse(
            f"{inquiry.name} has no {measure} column for {_named(absent)}; every measure needs "
            "every region. Add the columns, or leave out this measure or these regions."
        )
    if len(short) > MOST_NAMED:
        inquiry.refuse(f"{len(short) - MOST_NAMED} more measures of {inquiry.name} lack regions.")


def _refuse_same(grid: Grid, inquiry: Inquiry) -> None:
    """Refuse what is one measure or region twice: by visit, by case, or renamed by pandas."""
    for measure, group in grid.measures.items():
        refuse_visits(group, measure, inquiry)
        refuse_copies(group, inquiry)
    firsts = {measure: next(iter(group.values())) for measure, group in grid.measures.items()}
    refuse_visits(firsts, "a measure", inquiry)
    refuse_same_but_case(grid.measures, inquiry)


def _plain(region: str) -> str:
    return (region.lstrip("0") or "0") if region.isdigit() else region


def _without_zeros(group: Group, measure: str, inquiry: Inquiry) -> Group:
    """Region numbers as numbers: ``001`` is region 1, unless ``1`` is there too."""
    if not all(region.isdigit() for region in group):
        return group
    found: Group = {}
    for region, column in group.items():
        other = found.setdefault(_plain(region), column)
        if other != column:
            inquiry.refuse(
                f"{inquiry.name} has the columns {other} and {column}, both region "
                f"{_plain(region)} of {measure}; keep one of them or rename it."
            )
    padded = next((region for region in group if region != _plain(region)), None)
    if padded is not None and len(found) == len(group):
        inquiry.assume(
            "Zeros in front of region numbers were dropped: "
            f"{group[padded]} is {measure} of region {_plain(padded)}."
        )
    return found


def _named(regions: Sequence[str]) -> str:
    return f"{'region' if len(regions) == 1 else 'regions'} {shortened(regions, MOST_NAMED)}"
