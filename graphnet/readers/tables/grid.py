"""Columns that hold a second visit, or a second copy, of others: never regions of their own."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphnet.data.interpretation import Choice
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import HEMISPHERES, MEASURES, POSITIONS, plain
from graphnet.readers.tables.names import UNIT, WORD, Part

VISIT = re.compile(
    r"(t|tp|w|ses|sess|session|visit|wave|time|timepoint|year|yr|month|run)[-_]?[0-9]{1,2}"
    r"|bl|baseline|fu[0-9]?|followup[0-9]?|pre|post|retest"
)
YEAR = re.compile(r"(19|20)[0-9]{2}")  # behind a region
NUMBERED_VISIT = re.compile(  # Instance 2, of UK Biobank
    r"(?<![^\W_])(instance|visit|session|ses|wave|time ?point|scan|run)"
    r"[\s_.\-]+[0-9]{1,2}(?![^\W_])",
    re.IGNORECASE,
)
NUMBERED_MEASURE = re.compile(r"(?P<measure>.*[^\W\d_])(?P<visit>[1-9])")  # GMV1 beside GMV2
SHORT = re.compile(r"v[0-9]")  # a visit beside a measure or a number; else a visual area
COPY = re.compile(r"(?P<region>[0-9]{1,6})\.(?P<copy>[0-9]{1,2})")  # pandas: GMV_1, GMV_1.1
END = re.compile(r"(?P<region>.+)(?P<end>[._\-\s][^._\-\s]+)")  # R's reshape, and merges
SEPARATORS = re.compile(r"[_.\-\s]+")
PARTS, VISITS = "parts", "visits"
LEAST = 2  # names with several visits


def refuse_visits(columns: Mapping[str, str], inquiry: Inquiry, measure: str = "") -> None:
    """Refuse ``columns`` by name of which several differ in a visit alone, as bl and fu.

    The names are regions of one ``measure``, or measures.
    """
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
    values = {
        "file": inquiry.name,
        "columns": first[:2],
        "visits": first_of(sorted(visits - {""}), 3),
    }
    if measure:
        inquiry.refuse(Message("readers_tables.measure-at-visits", measure=measure, **values))
    else:
        inquiry.refuse(Message("readers_tables.measures-at-visits", **values))


def refuse_copies(group: Mapping[str, str], inquiry: Inquiry) -> None:
    """Refuse columns that pandas renamed as their name was there twice."""
    for region, column in group.items():
        match = COPY.fullmatch(region)
        if match and match["region"] in group:
            inquiry.refuse(
                Message(
                    "readers_tables.renamed-copy",
                    file=inquiry.name,
                    column=group[match["region"]],
                    copy=column,
                )
            )
            return


def refuse_occasions(group: Mapping[str, str], measure: str, inquiry: Inquiry) -> None:
    """Refuse regions that are each there several times, with the same few words or numbers behind.

    ``1.1`` and ``1.2`` of R's reshape, ``1_x`` and ``1_y`` of a merge, ``1`` and ``1_right``.
    """
    ends: dict[str, dict[str, str]] = {}  # the column of each region, by what is behind it
    for region, column in group.items():
        match = END.fullmatch(region)
        if match:
            ends.setdefault(match["end"], {})[match["region"]] = column
    every = [set(columns) for columns in ends.values()]
    alike = len(every) > 1 and all(regions == every[0] for regions in every)
    complete = alike and sum(map(len, every)) == len(group) and len(every) < len(every[0])
    if complete and _are_occasions(ends, every[0]):
        first = next(iter(next(iter(ends.values()))))
        if all(map(str.isdigit, every[0])) and _ask_parts(measure, group, inquiry) == PARTS:
            return
        inquiry.refuse(
            Message(
                "readers_tables.measure-at-visits",
                file=inquiry.name,
                columns=[columns[first] for columns in ends.values()][:2],
                measure=measure,
                visits=first_of(sorted(end[1:] for end in ends), 3),
            )
        )
    for end, columns in ends.items():
        both = len(columns) >= LEAST and 2 * len(columns) == len(group)
        sided = end[1:].casefold() in HEMISPHERES and not all(map(str.isdigit, columns))
        if both and set(columns) <= set(group) and not sided and end[1:] not in {"1", "2"}:
            region = next(iter(columns))
            _refuse_merged((group[region], columns[region]), inquiry)


def _ask_parts(measure: str, group: Mapping[str, str], inquiry: Inquiry) -> str:
    """Whether ``GMV_1.1`` and ``GMV_1.2`` are two parts of region 1, or region 1 at two visits."""
    if not all("." in region for region in group):
        return VISITS
    return inquiry.ask(
        f"occasions.{measure}",
        Message(
            "readers_tables.ask-parts-or-visits",
            file=inquiry.name,
            columns=first_of(group.values(), 3),
        ),
        (
            Choice(PARTS, Message("readers_tables.are-parts", count=len(group))),
            Choice(VISITS, Message("readers_tables.are-visits")),
        ),
    )


def _are_occasions(ends: Iterable[str], regions: Iterable[str]) -> bool:
    """Whether words behind regions are occasions: numbers behind a point, or behind a number."""
    behind = {end[1:].casefold() for end in ends}
    if all(map(str.isdigit, behind)):
        return all(end.startswith(".") for end in ends)
    return all(map(str.isdigit, regions)) and behind.isdisjoint(HEMISPHERES | POSITIONS)


def refuse_merged(columns: Iterable[str], inquiry: Inquiry) -> None:
    """Refuse columns that two merged tables had both: ``GMV_1_x`` and ``GMV_1_y``.

    With ``_z`` beside them they are coordinates.
    """
    names = sorted(columns)
    known = set(names)
    seconds = [name for name in names if name.endswith(("_y", ".y"))]
    firsts = {name: {f"{name[:-1]}x", name[:-2]} & known for name in seconds}
    both = [name for name in seconds if firsts[name] and f"{name[:-1]}z" not in known]
    if len(both) >= LEAST:
        _refuse_merged((max(firsts[both[0]]), both[0]), inquiry)


def _refuse_merged(columns: tuple[str, str], inquiry: Inquiry) -> None:
    if not inquiry.problems:
        inquiry.refuse(Message("readers_tables.merged-twice", file=inquiry.name, columns=columns))


def refuse_same_column(taken: Iterable[str], others: Iterable[str], inquiry: Inquiry) -> None:
    """Refuse two columns for one measure of one region: they differ in unit, case or separators.

    ``taken`` are the brain's columns, ``others`` those that would be taken for covariates.
    """
    column_of: dict[str, str] = {}
    pairs: dict[tuple[str, str], None] = {}
    for column in taken:
        pairs[column_of.setdefault(_spelled(column), column), column] = None
    for column in others:
        pairs[column_of.get(_spelled(column), column), column] = None
    twice = [Message("readers_tables.both", columns=pair) for pair in pairs if pair[0] != pair[1]]
    if twice and not inquiry.problems:
        inquiry.refuse(
            Message(
                "readers_tables.same-measure-and-region",
                file=inquiry.name,
                pairs=first_of(twice, 3),
            )
        )


def _spelled(column: str) -> str:
    """A name without its unit, in one case and with one separator."""
    return SEPARATORS.sub("_", UNIT.sub("", column.strip())).casefold()


def refuse_same_but_case(names: Iterable[str], inquiry: Inquiry) -> None:
    """Refuse measures whose names differ in case alone."""
    measure_of: dict[str, str] = {}
    for name in names:
        other = measure_of.setdefault(name.casefold(), name)
        if other != name:
            inquiry.refuse(
                Message(
                    "readers_tables.measures-differ-in-case",
                    file=inquiry.name,
                    measures=(other, name),
                )
            )


def _apart(name: str) -> tuple[str, str]:
    """A name without the first word that is a visit, and that word."""
    match = NUMBERED_VISIT.search(name)
    if match:
        return name[: match.start()] + name[match.end() :], match.group()
    numbered = NUMBERED_MEASURE.fullmatch(name)
    if numbered and numbered["measure"].casefold() in MEASURES:
        return numbered["measure"], numbered["visit"]
    for match in WORD.finditer(name):
        word = match.group().casefold()
        base = name[: match.start()].rstrip("_.- ") + "_" + name[match.end() :].lstrip("_.- ")
        base = base.strip("_")
        short = SHORT.fullmatch(word) and (base.isdigit() or base.casefold() in MEASURES)
        year = YEAR.fullmatch(word) and not base.isdigit() and base
        if VISIT.fullmatch(word) or short or year:
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
    regions = list(dict.fromkeys(region for group in groups.values() for region in group))
    if all(region.isdigit() for region in regions):
        return tuple(sorted(regions, key=int))
    return tuple(regions)


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
            Message(
                "readers_tables.measure-lacks-regions",
                file=inquiry.name,
                measure=measure,
                count=len(absent),
                regions=first_of(absent, MOST_NAMED),
            )
        )
    if len(short) > MOST_NAMED:
        inquiry.refuse(
            Message(
                "readers_tables.more-measures-lack-regions",
                file=inquiry.name,
                count=len(short) - MOST_NAMED,
            )
        )


def _refuse_same(grid: Grid, inquiry: Inquiry) -> None:
    """Refuse what is one measure or region twice: by visit, by case, or renamed by pandas."""
    for measure, group in grid.measures.items():
        _refuse_units(measure, group, inquiry)
        refuse_visits(group, inquiry, measure)
        refuse_copies(group, inquiry)
    refuse_merged(grid.columns, inquiry)
    for measure, group in grid.measures.items():
        if not inquiry.problems:
            refuse_occasions(group, measure, inquiry)
    firsts = {measure: next(iter(group.values())) for measure, group in grid.measures.items()}
    refuse_visits(firsts, inquiry)
    refuse_same_but_case(grid.measures, inquiry)


def _refuse_units(measure: str, group: Group, inquiry: Inquiry) -> None:
    """Refuse one measure in two units, ``GMV_1 (ml)`` and ``GMV_2 (mm3)``."""
    column_of: dict[str, str] = {}
    for column in group.values():
        match = UNIT.search(column)
        if match:
            column_of.setdefault(plain(match.group()), column)
    if len(column_of) > 1:
        inquiry.refuse(
            Message(
                "readers_tables.units-differ",
                file=inquiry.name,
                measure=measure,
                columns=first_of(column_of.values(), 3),
            )
        )


def _plain(region: str) -> str:
    return (region.lstrip("0") or "0") if region.isdigit() else region


def _without_zeros(group: Group, measure: str, inquiry: Inquiry) -> Group:
    """Region numbers as numbers: ``001`` is region 1, unless ``1`` is there too."""
    if not all(region.isdigit() for region in group):
        return group
    columns: Group = {}
    for region, column in group.items():
        other = columns.setdefault(_plain(region), column)
        if other != column:
            inquiry.refuse(
                Message(
                    "readers_tables.region-twice",
                    file=inquiry.name,
                    columns=(other, column),
                    region=_plain(region),
                    measure=measure,
                )
            )
    padded = next((region for region in group if region != _plain(region)), None)
    if padded is not None and len(columns) == len(group):
        inquiry.assume(
            Message(
                "readers_tables.leading-zeros-dropped",
                column=group[padded],
                measure=measure,
                region=_plain(padded),
            )
        )
    return columns
