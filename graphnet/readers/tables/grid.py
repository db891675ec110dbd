"""A grid of measures and regions: which column holds what, complete or refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graphnet.errors import shortened
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.names import Part
from graphnet.readers.tables.visits import refuse_copies, refuse_same_but_case, refuse_visits

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
        inquiry.say(
            "Zeros in front of region numbers were dropped: "
            f"{group[padded]} is {measure} of region {_plain(padded)}."
        )
    return found


def _named(regions: Sequence[str]) -> str:
    return f"{'region' if len(regions) == 1 else 'regions'} {shortened(regions, MOST_NAMED)}"
