"""Which columns of a table hold the brain: a complete grid of measures and regions, by name."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graphnet.data.interpretation import Choice
from graphnet.errors import shortened
from graphnet.readers.brain_words import CONNECTIVITY, GENERIC, HEMISPHERES, REGIONS
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.looks import Looks
from graphnet.readers.names import CAT12, Name, Part

VALUE = "value"  # the measure of columns that are named by regions alone
AS_REGIONS, AS_OTHER, AS_EDGES = "regions", "other", "edges"
MOST_NAMED = 5
LEAST_NAMED = 3  # columns whose names are regions of an atlas

Group = dict[str, str]  # the column of each region
Groups = dict[str, Group]  # by measure


@dataclass
class Grid:
    """Columns by measure (alphabetical) and region; ``flat`` are a connectome in one vector."""

    measures: Groups = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    flat: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every measure has every region."""
        return all(len(group) == len(self.regions) for group in self.measures.values())

    @property
    def columns(self) -> set[str]:
        """All that it takes."""
        taken = {column for group in self.measures.values() for column in group.values()}
        return taken | set(self.flat)


def find_grid(columns: Sequence[str], looks: Looks, inquiry: Inquiry) -> Grid:
    """The measures and regions among ``columns``; an empty grid where there are none.

    Names with a known measure or a known region are the brain. Other names that end in a number are
    so only where the whole table says it; where they could be either, it is asked.
    """
    names = [Name(column) for column in columns]
    open_names = [name for name in names if not name.is_of_people and not name.is_of_biobank]
    known, rest = _known(open_names)
    known, more = _without_strays(known, inquiry)
    rest += more
    if not known:
        known, rest = _by_regions(rest, looks)
    grid = Grid(known)
    _numbered(rest, grid, looks, inquiry)
    if not grid.measures and not grid.flat:
        _unknown_words(rest, grid, looks, inquiry)
    grid.measures = {measure: grid.measures[measure] for measure in sorted(grid.measures)}
    grid.regions = _regions(grid.measures)
    _check_complete(grid, inquiry)
    return grid


def _known(names: Sequence[Name]) -> tuple[Groups, list[Name]]:
    """By known measures, in the order of words in which most names have theirs."""
    first = {name: name.measure_first() for name in names}
    last = {name: name.measure_last() for name in names}
    orders = [first, last]
    if sum(part is not None for part in last.values()) > sum(
        part is not None for part in first.values()
    ):
        orders.reverse()
    found: list[Part] = []
    rest: list[Name] = []
    for name in names:
        part = orders[0][name] or orders[1][name]
        if part is None:
            rest.append(name)
        else:
            found.append(part)
    return _grouped(found), rest


def _grouped(parts: Iterable[Part]) -> Groups:
    groups: Groups = {}
    for part in parts:
        groups.setdefault(part.measure, {}).setdefault(part.region, part.column)
    return groups


def _without_strays(groups: Groups, inquiry: Inquiry) -> tuple[Groups, list[Name]]:
    """Without small groups of regions that the largest does not have: ``lesion_volume``."""
    if not groups:
        return {}, []
    most = max(groups.values(), key=len)
    kept: Groups = {}
    strays: list[Name] = []
    for measure, group in groups.items():
        few = len(group) <= max(2, len(most) // 4)
        if group is not most and few and not set(group) & set(most):
            strays += [Name(column) for column in group.values()]
        else:
            kept[measure] = group
    if len(most) == 1 and not _is_plausible(next(iter(most))):
        return {}, [Name(column) for group in groups.values() for column in group.values()]
    return {measure: _one_kind(measure, group, inquiry) for measure, group in kept.items()}, strays


def _is_plausible(region: str) -> bool:
    """Whether a single region is one: a number or a known name."""
    return region.isdigit() or Name(region).has_region_words


def _one_kind(measure: str, group: Group, inquiry: Inquiry) -> Group:
    """Regions by number with a few words among them, or the other way round: asked."""
    numbers = {region for region in group if region.isdigit()}
    words = set(group) - numbers
    odd = min(numbers, words, key=len)
    if not odd or 4 * len(odd) > len(group) or (odd is words and _are_regions(words)):
        return group
    shown = shortened([group[region] for region in group if region in odd], MOST_NAMED)
    answer = inquiry.ask(
        f"regions.{measure}",
        f"{inquiry.name} has {len(group)} columns of {measure}, of which {shown} "
        f"{'is' if len(odd) == 1 else 'are'} named otherwise. Are these regions too?",
        (Choice(AS_OTHER, "no, they are covariates"), Choice(AS_REGIONS, "yes, they are regions")),
    )
    if answer == AS_REGIONS:
        return group
    return {region: column for region, column in group.items() if region not in odd}


def _are_regions(words: Iterable[str]) -> bool:
    return all(Name(word).has_region_words for word in words)


def _by_regions(names: Sequence[Name], looks: Looks) -> tuple[Groups, list[Name]]:
    """By known regions: ``foo_Precentral_L``, ``L_bankssts_foo``, ``7Networks_LH_Vis_1``, ``lAmy``."""
    parts = {name: part for name in names if (part := name.region_known()) is not None}
    if len(parts) < LEAST_NAMED:
        parts = {name: Part(name.text, "", name.text) for name in _sided(names)}
    elif all(not part.measure for part in parts.values()):
        parts |= {
            name: Part(name.text, "", name.text)
            for name in names
            if name not in parts and name.has_hemisphere
        }
    usable = {name: part for name, part in parts.items() if looks.is_numeric(name.text)}
    if len(usable) < LEAST_NAMED:
        return {}, list(names)
    groups = _with_trailing_measure(_grouped(usable.values()))
    most = max(groups.values(), key=len)
    kept = {measure: group for measure, group in groups.items() if set(group) & set(most)}
    taken = {column for group in kept.values() for column in group.values()}
    return kept, [name for name in names if name.text not in taken]


def _sided(names: Sequence[Name]) -> list[Name]:
    """Names in pairs of left and right, as CAT12 has them: ``lAmy`` and ``rAmy``."""
    matches = {name: match for name in names if (match := CAT12.fullmatch(name.text))}
    sides = Counter(match["region"] for match in matches.values())
    return [name for name, match in matches.items() if sides[match["region"]] == 2]


def _with_trailing_measure(groups: Groups) -> Groups:
    """Where all names without a measure end in the same few words, these are the measures."""
    bare = groups.get("", {})
    if not bare:
        return groups
    others = {measure: group for measure, group in groups.items() if measure}
    ends: Groups = {}
    for region, column in bare.items():
        name = Name(region)
        word = name.words[-1]
        if len(name.words) < 2 or word.isdigit() or word in HEMISPHERES or word in REGIONS:
            return {**others, VALUE: bare}
        stem, end = name.cut(len(name.words) - 1)
        ends.setdefault(end, {})[stem] = column
    stems = {frozenset(group) for group in ends.values()}
    if len(stems) == 1 and len(next(iter(stems))) >= LEAST_NAMED:
        return {**others, **ends}
    return {**others, VALUE: bare}


def _numbered(names: Sequence[Name], grid: Grid, looks: Looks, inquiry: Inquiry) -> None:
    """Other names that end in a number: brain, or not, or asked."""
    parts = [part for name in names if (part := name.numbered()) is not None]
    groups = {
        prefix: group
        for prefix, group in _grouped(parts).items()
        if all(looks.is_numeric(column) for column in list(group.values())[:MOST_NAMED])
    }
    known = _regions(grid.measures)
    if known and not all(region.isdigit() for region in known):
        groups = {prefix: group for prefix, group in groups.items() if _is_edge_like(prefix)}
    like_items = {
        prefix: all(looks.is_like_items(column) for column in group.values())
        for prefix, group in groups.items()
    }
    if not known:
        known = _most_common_regions(groups, like_items)
    for prefix, group in groups.items():
        _decide(prefix, group, known, like_items[prefix], grid, inquiry)


def _most_common_regions(groups: Groups, like_items: Mapping[str, bool]) -> tuple[str, ...]:
    """The regions of the largest unknown group of measured values."""
    measured = [group for prefix, group in groups.items() if not like_items[prefix]]
    return tuple(max(measured, key=len)) if measured else ()


def _decide(
    prefix: str,
    group: Group,
    known: Sequence[str],
    is_items: bool,
    grid: Grid,
    inquiry: Inquiry,
) -> None:
    """Whether one unknown group of numbers is the brain."""
    plain_set, known_set = _numbers(group), _numbers(known)
    others = bool(grid.measures)
    if _is_edge_like(prefix) or (_is_generic(prefix) and not others):
        answer = _ask_flat(prefix, group, inquiry)
    elif is_items and (others or known) and plain_set != known_set:
        answer = AS_OTHER
    elif plain_set != known_set and len(group) == 1:
        answer = AS_OTHER
    elif plain_set == known_set and not is_items and len(group) > 1:
        answer = inquiry.given(f"regions.{prefix}") or AS_REGIONS
    else:
        answer = _ask_numbered(prefix, group, inquiry)
    if answer == AS_REGIONS:
        grid.measures[prefix] = group
    elif answer == AS_EDGES:
        grid.flat = tuple(group.values())


def _is_edge_like(prefix: str) -> bool:
    words = Name(prefix).words
    return bool(words) and words[-1] in CONNECTIVITY


def _is_generic(prefix: str) -> bool:
    return prefix.casefold() in GENERIC


def _ask_numbered(prefix: str, group: Group, inquiry: Inquiry) -> str:
    columns = list(group.values())
    return inquiry.ask(
        f"regions.{prefix}",
        f"{inquiry.name} has {_counted(columns)}. Are these regions of the brain, or something "
        "else that was known of each subject?",
        (
            Choice(AS_OTHER, "something else: covariates, items, visits"),
            Choice(AS_REGIONS, f"regions, of which {prefix} is the measure"),
        ),
    )


def _ask_flat(prefix: str, group: Group, inquiry: Inquiry) -> str:
    columns = list(group.values())
    size = _regions_of_edges(len(columns))
    edges = [Choice(AS_EDGES, f"the edges of a connectome of {size} regions")] if size else []
    return inquiry.ask(
        f"regions.{prefix}",
        f"{inquiry.name} has {_counted(columns)}. What are they?",
        (
            *edges,
            Choice(AS_REGIONS, f"{len(columns)} regions, of which {prefix} is the measure"),
            Choice(AS_OTHER, "something else, no part of the brain"),
        ),
    )


def _counted(columns: Sequence[str]) -> str:
    if len(columns) == 1:
        return f"a column {columns[0]}"
    return f"{len(columns)} columns {columns[0]} … {columns[-1]}"


def _regions_of_edges(count: int) -> int:
    """N where there are N (N - 1) / 2 edges, at least three; else 0."""
    size = int((1 + (1 + 8 * count) ** 0.5) / 2)
    return size if size >= 3 and size * (size - 1) // 2 == count else 0


def _unknown_words(names: Sequence[Name], grid: Grid, looks: Looks, inquiry: Inquiry) -> None:
    """Names of unknown words that begin alike, ``foo_a`` and ``foo_b``: asked."""
    parts = [
        Part(name.text, *name.cut(1))
        for name in names
        if len(name.words) > 1 and name.numbered() is None and looks.is_numeric(name.text)
    ]
    for measure, group in _grouped(parts).items():
        if len(group) < LEAST_NAMED or all(looks.is_like_items(c) for c in group.values()):
            continue
        if _ask_numbered(measure, group, inquiry) == AS_REGIONS:
            grid.measures[measure] = group


def _numbers(regions: Iterable[str]) -> set[str]:
    return {region.lstrip("0") or "0" if region.isdigit() else region for region in regions}


def without_zeros(group: Group, measure: str, inquiry: Inquiry) -> Group:
    """Region numbers as numbers: ``001`` is region 1, unless ``1`` is there too."""
    if not all(region.isdigit() for region in group):
        return group
    found: Group = {}
    for region, column in group.items():
        number = region.lstrip("0") or "0"
        if number in found:
            inquiry.refuse(
                f"{inquiry.name} has the columns {found[number]} and {column}, both region "
                f"{number} of {measure}; keep one of them or rename it."
            )
        found[number] = column
    if any(region.startswith("0") and region != "0" for region in group):
        column = next(group[region] for region in group if region.startswith("0"))
        inquiry.say(f"Zeros before region numbers were dropped: {column} is {measure} of region "
                    f"{next(iter(found))}.")  # fmt: skip
    return found


def _regions(groups: Groups) -> tuple[str, ...]:
    """The regions of all measures: by number where all are numbers, else as in the file."""
    found = list(dict.fromkeys(region for group in groups.values() for region in group))
    if all(region.isdigit() for region in found):
        return tuple(sorted(found, key=int))
    return tuple(found)


def _check_complete(grid: Grid, inquiry: Inquiry) -> None:
    """Every measure must have every region."""
    grid.measures = {
        measure: without_zeros(group, measure, inquiry) for measure, group in grid.measures.items()
    }
    grid.regions = _regions(grid.measures)
    short = {
        measure: absent
        for measure, group in grid.measures.items()
        if (absent := [region for region in grid.regions if region not in group])
    }
    for measure, absent in list(short.items())[:MOST_NAMED]:
        inquiry.refuse(
            f"{inquiry.name} has no {measure} column for {_named(absent)}; every measure needs "
            "every region. Add the columns, or leave out this measure or these regions."
        )
    if len(short) > MOST_NAMED:
        inquiry.refuse(f"{len(short) - MOST_NAMED} more measures of {inquiry.name} lack regions.")


def _named(regions: Sequence[str]) -> str:
    return f"{'region' if len(regions) == 1 else 'regions'} {shortened(regions, MOST_NAMED)}"
