"""Which columns of a table hold the brain: a complete grid of measures and regions, by name."""

from collections import Counter
from collections.abc import Iterable, Sequence

from graphnet.data.interpretation import Choice
from graphnet.errors import shortened
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import COVARIATES, Inquiry
from graphnet.readers.subjects.words import (
    HEMISPHERES,
    NOT_BRAIN,
    PARCELLATIONS,
    REGION_LABELS,
    REGIONS,
    is_tissue,
)
from graphnet.readers.tables.adni import is_of_adni, of_adni
from graphnet.readers.tables.grid import Grid, Group, Groups, grouped, settle
from graphnet.readers.tables.names import FIELD, Name, Part
from graphnet.readers.tables.numbered import (
    AS_OTHER,
    AS_REGIONS,
    VALUE,
    add_alike,
    add_bare,
    add_numbered,
    add_words,
)
from graphnet.readers.tables.sheet import Looks

KNOWN, ALL = "known", "all"
MOST_NAMED = 5
LEAST_NAMED = 3  # columns whose names are regions of an atlas
UNITS = {"cm3", "cm³", "mm3", "mm³", "mm2", "mm²", "mm", "ml", "%", "percent"}
LEAST_SIDED = 6  # columns in pairs of left and right whose names are not known


def find_grid(columns: Sequence[str], looks: Looks, inquiry: Inquiry) -> Grid:
    """The measures and regions among ``columns``; an empty grid where there are none.

    Names with a known measure or a known region are the brain. Other names that end in a number are
    so only where the whole table says it; where they could be either, it is asked.
    """
    names = [Name(column) for column in columns]
    open_names = [name for name in _without_biobank(names) if not name.is_of_people]
    groups, rest = of_adni(open_names, looks, inquiry)
    strays: list[Name] = []
    if not groups:
        groups, rest = _known(open_names)
        groups, strays = _without_strays(groups, inquiry)
        rest += strays
        if _is_outnumbered(groups, rest, looks):
            groups, rest = {}, open_names
    if not groups:
        groups, rest = _by_regions(rest, looks)
        rest = _with_the_rest(groups, rest, looks, inquiry)
    _refuse_renamed(groups, columns, inquiry)
    rest = _with_tissues(groups, names, rest, looks, inquiry)
    grid = Grid(groups)
    if groups:
        rest = add_alike(rest, grid, looks, inquiry)
    add_numbered(rest, grid, looks, inquiry)
    if not grid.measures and not grid.flat:
        add_words(rest, grid, looks, inquiry)
    if not grid.measures and not grid.flat:
        add_bare(names, grid, looks, inquiry)
    _say_strays([name.text for name in strays], grid, looks, inquiry)
    settle(grid, inquiry)
    if VALUE in grid.measures:
        inquiry.assume(Message("readers_tables.measure-unnamed", measure=VALUE))
    return grid


def _without_biobank(names: Sequence[Name]) -> list[Name]:
    """Without fields of UK Biobank: ``f26755_2_0``, and ``p31`` beside ``p26755_i2``."""
    open_names = [name for name in names if not name.is_of_biobank]
    if len(open_names) == len(names):
        return open_names
    return [name for name in open_names if not FIELD.fullmatch(name.text)]


def leave_regions(columns: Sequence[str], looks: Looks, inquiry: Inquiry) -> set[str]:
    """Columns named like regions that are of no measure, as volumes beside thickness: left alone.

    A few are taken for what is known of each subject, or what the mapping names as covariates.
    """
    names = [name for name in map(Name, columns) if not name.is_of_people]
    sided = _sided(names)
    like_regions = {name for name in names if name.has_region_words or is_of_adni(name)}
    like_regions |= set(sided) if len(sided) >= LEAST_SIDED else set()
    regions = [name.text for name in names if name in like_regions and looks.is_numeric(name.text)]
    if len(regions) < LEAST_NAMED or inquiry.answer(COVARIATES) is not None:
        return set()
    inquiry.leave(shortened(regions, MOST_NAMED), Message("readers_tables.like-regions"))
    return set(regions)


def _known(names: Sequence[Name]) -> tuple[Groups, list[Name]]:
    """By known measures, in the order of words in which most names have theirs."""
    first = {name: name.measure_first() for name in names}
    last = {name: name.measure_last() for name in names}
    orders = [first, last]
    if sum(part is not None for part in last.values()) > sum(
        part is not None for part in first.values()
    ):
        orders.reverse()
    parts: list[Part] = []
    rest: list[Name] = []
    for name in names:
        part = orders[0][name] or orders[1][name]
        if part is None:
            rest.append(name)
        else:
            parts.append(part)
    return grouped(parts), rest


def _without_strays(groups: Groups, inquiry: Inquiry) -> tuple[Groups, list[Name]]:
    """Without small groups of regions that the largest does not have: ``lesion_volume``."""
    if not groups:
        return {}, []
    most = max(groups.values(), key=len)
    large: Groups = {}
    strays: list[Name] = []
    for measure, group in groups.items():
        few = len(group) <= max(2, len(most) // 4)
        if group is not most and few and not set(group) & set(most):
            strays += [Name(column) for column in group.values()]
        else:
            large[measure] = group
    if len(most) == 1 and not _is_plausible(next(iter(most))):
        return {}, [Name(column) for group in groups.values() for column in group.values()]
    one = {measure: _one_atlas(group, inquiry) for measure, group in large.items()}
    return {measure: _one_kind(measure, group, inquiry) for measure, group in one.items()}, strays


def _say_strays(columns: Sequence[str], grid: Grid, looks: Looks, inquiry: Inquiry) -> None:
    """Say that what names a measure, but no region that others have, is no region."""
    left = [name for name in columns if name not in grid.columns and looks.is_numeric(name)]
    if left and grid.columns:
        inquiry.assume(
            Message(
                "readers_tables.strays",
                file=inquiry.name,
                count=len(left),
                columns=first_of(left, MOST_NAMED),
            )
        )


def _is_outnumbered(groups: Groups, rest: Sequence[Name], looks: Looks) -> bool:
    """Whether a region or two, or what is no region by name, are beside many without a measure.

    ``Left-Accumbens-area`` and ``WM-hypointensities`` are structures of FreeSurfer like others.
    """
    most = max(map(len, groups.values()), default=0)
    others = [name for name in rest if name.has_region_words and looks.is_numeric(name.text)]
    regions = {region for group in groups.values() for region in group}
    few = most < LEAST_NAMED or not any(map(_is_plausible, regions))
    return few and 0 < 2 * most < len(others)


def _is_plausible(region: str) -> bool:
    """Whether a single region is one: a number or a known name."""
    return region.isdigit() or Name(region).has_region_words


def _one_atlas(group: Group, inquiry: Inquiry) -> Group:
    """Regions of one atlas, ``AAL_1``, where those of others are beside them, ``BNA_1``: asked."""
    atlas_of = {region: Name(region).words[0] for region in group if Name(region).words}
    counts = Counter(atlas_of.values())
    if not 1 < len(counts) == len(PARCELLATIONS & set(counts)) or len(atlas_of) < len(group):
        return group
    answer = inquiry.ask(
        "regions.atlases",
        Message("readers_tables.ask-atlas", file=inquiry.name, atlases=[*counts]),
        (
            *(
                Choice(atlas, Message("readers_tables.of-atlas", atlas=atlas, count=count))
                for atlas, count in counts.items()
            ),
            Choice(ALL, Message("readers_tables.of-all-atlases", count=len(group))),
        ),
    )
    if answer == ALL:
        return group
    return {region: column for region, column in group.items() if atlas_of[region] == answer}


def _one_kind(measure: str, group: Group, inquiry: Inquiry) -> Group:
    """Regions by number with a few words among them, or the other way round: asked."""
    numbers = {region for region in group if region.isdigit()}
    words = set(group) - numbers
    odd = min(numbers, words, key=len)
    if not odd or 4 * len(odd) > len(group) or (odd is words and _are_regions(words)):
        return group
    answer = inquiry.ask(
        f"regions.{measure}",
        Message(
            "readers_tables.ask-odd-regions",
            file=inquiry.name,
            measure=measure,
            count=len(group),
            odd=len(odd),
            columns=first_of((group[region] for region in group if region in odd), MOST_NAMED),
        ),
        (
            Choice(AS_OTHER, Message("readers_tables.more-are-covariates")),
            Choice(AS_REGIONS, Message("readers_tables.more-are-regions")),
        ),
    )
    if answer == AS_REGIONS:
        return group
    return {region: column for region, column in group.items() if region not in odd}


def _are_regions(words: Iterable[str]) -> bool:
    return all(Name(word).has_region_words for word in words)


def _by_regions(names: Sequence[Name], looks: Looks) -> tuple[Groups, list[Name]]:
    """By known regions: ``foo_Precentral_L``, ``L_bankssts_foo``, ``7Networks_LH_Vis_1``."""
    parts = {name: part for name in names if (part := name.region_known()) is not None}
    both_sides = _sided(names)
    if len(parts) < LEAST_NAMED or 2 * len(parts) < len(both_sides):  # lVis_1 beside lLimbic_OFC_1
        parts = {name: Part(name.text, "", name.text) for name in both_sides}
    elif all(not part.measure for part in parts.values()):
        sided = {*both_sides, *(name for name in names if name.has_hemisphere)} - set(parts)
        if 2 * len(sided) >= len(parts):
            parts |= {name: Part(name.text, "", name.text) for name in names if name in sided}
    usable = {name: part for name, part in parts.items() if looks.numbers(name.text) is not None}
    if len(usable) < LEAST_NAMED:
        return {}, list(names)
    groups = _with_trailing_measure(grouped(usable.values()))
    most = max(groups.values(), key=len)
    overlapping = {measure: group for measure, group in groups.items() if set(group) & set(most)}
    few = 2 * sum(map(len, overlapping.values())) < len(usable)  # atlas.FP r, atlas.SFG r
    if few or _are_of_more(overlapping, names, looks):
        overlapping = {VALUE: {name.text: name.text for name in usable}}
    order = {name.text: row for row, name in enumerate(names)}
    overlapping = {measure: dict(sorted(group.items(), key=lambda item: order[item[1]]))
            for measure, group in overlapping.items()}  # fmt: skip
    taken = {column for group in overlapping.values() for column in group.values()}
    return overlapping, [name for name in names if name.text not in taken]


def _are_of_more(groups: Groups, names: Sequence[Name], looks: Looks) -> bool:
    """Whether as many other columns begin as the measures do: ``networks.DefaultMode.MPFC``.

    What they have in common is a list of regions, of which some are called by a known word.
    """
    taken = {column for group in groups.values() for column in group.values()}
    firsts = {Name(measure).words[0] for measure in groups if Name(measure).words}
    others = [name for name in names if name.words and name.words[0] in firsts]
    more = [each for each in others if each.text not in taken and looks.is_numeric(each.text)]
    return VALUE not in groups and len(more) >= len(taken)


def _with_the_rest(groups: Groups, rest: list[Name], looks: Looks, inquiry: Inquiry) -> list[Name]:
    """Names of measured values beside regions without a measure: regions too, if so answered."""
    bare = groups.get(VALUE)
    odd = [
        name
        for name in rest
        if name.numbered() is None
        and name.words[-1] not in NOT_BRAIN
        and looks.is_numeric(name.text)
        and not looks.is_like_items(name.text)
    ]
    if bare is None or not odd:
        return rest
    answer = inquiry.ask(
        "regions.names",
        Message(
            "readers_tables.ask-more-regions",
            file=inquiry.name,
            count=len(bare),
            regions=first_of(bare, 3),
            others=len(odd),
            columns=first_of((name.text for name in odd), MOST_NAMED),
        ),
        (
            Choice(ALL, Message("readers_tables.more-are-regions")),
            Choice(KNOWN, Message("readers_tables.more-are-covariates")),
        ),
    )
    if answer == KNOWN:
        return rest
    bare |= {name.text: name.text for name in odd}
    groups[VALUE] = {column: column for column in looks.sheet.names if column in bare}
    return [name for name in rest if name not in odd]


def _refuse_renamed(groups: Groups, columns: Sequence[str], inquiry: Inquiry) -> None:
    """Refuse ``GMV``, ``GMV.1`` … ``GMV.89``: columns of one name, as pandas and R rename them."""
    for measure, group in groups.items():
        renamed = [f"{measure}.{number}" for number in range(1, len(group) + 1)]
        if measure in columns and set(group.values()) == set(renamed):
            inquiry.refuse(
                Message(
                    "readers_tables.renamed-columns",
                    file=inquiry.name,
                    columns=first_of([measure, *renamed], 3),
                )
            )


def _with_tissues(
    groups: Groups, names: Sequence[Name], rest: list[Name], looks: Looks, inquiry: Inquiry
) -> list[Name]:
    """Values of the whole brain are covariates, which is said; tissues of an atlas are asked about.

    ``GMV_total`` is no region, ``GMV_Left Cerebral White Matter`` is one of the Harvard-Oxford
    atlas. Returns the names that are left of ``rest``.
    """
    taken = {column for group in groups.values() for column in group.values()}
    measures = {"" if measure == VALUE else measure for measure in groups}
    parts = [
        part
        for name in names
        if name.text not in taken and looks.is_numeric(name.text)
        and (part := name.whole(measures)) is not None
    ]  # fmt: skip
    tissues = [part for part in parts if is_tissue(part.region)]
    if tissues and _ask_tissues(tissues, max(map(len, groups.values())), inquiry) == AS_REGIONS:
        for part in tissues:
            groups[part.measure or VALUE][part.region] = part.column
        order = {column: place for place, column in enumerate(looks.sheet.names)}
        for measure, group in groups.items():
            groups[measure] = dict(sorted(group.items(), key=lambda item: order[item[1]]))
    whole = [part.column for part in parts if part not in tissues]
    whole += [
        name.text
        for name in names
        if name.text in measures and name.text not in taken and looks.is_numeric(name.text)
    ]
    if whole:
        inquiry.assume(
            Message(
                "readers_tables.of-whole-brain",
                file=inquiry.name,
                count=len(whole),
                columns=first_of(whole, MOST_NAMED),
            )
        )
    columns = {part.column for part in parts}
    return [name for name in rest if name.text not in columns]


def _ask_tissues(tissues: Sequence[Part], regions: int, inquiry: Inquiry) -> str:
    return inquiry.ask(
        "regions.tissues",
        Message(
            "readers_tables.ask-tissues",
            file=inquiry.name,
            regions=regions,
            count=len(tissues),
            columns=first_of((part.column for part in tissues), MOST_NAMED),
        ),
        (
            Choice(AS_OTHER, Message("readers_tables.more-are-covariates")),
            Choice(AS_REGIONS, Message("readers_tables.more-are-regions")),
        ),
    )


def _sided(names: Sequence[Name]) -> list[Name]:
    """Names in pairs of left and right: ``lAmy`` and ``rAmy``, ``L_V1`` and ``R_V1``."""
    regions = {name: region for name in names if (region := name.without_side) is not None}
    sides = Counter(regions.values())
    return [name for name, region in regions.items() if sides[region] == 2]


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
        if len(name.words) < 2 or word.isdigit() or word in HEMISPHERES | REGIONS | REGION_LABELS:
            return {**others, VALUE: bare}
        stem, end = name.cut(len(name.words) - 1)
        ends.setdefault(end, {})[stem] = column
    of_units = {end: group for end, group in ends.items() if end.casefold() in UNITS}
    stems = {frozenset(group) for group in of_units.values()}
    if len(of_units) > 1 and len(stems) == 1:  # volBrain: cm3 and %, and an asymmetry of both sides
        return {**others, **of_units}
    stems = {frozenset(group) for group in ends.values()}
    if len(stems) == 1 and len(next(iter(stems))) >= LEAST_NAMED:
        return {**others, **ends}
    return {**others, VALUE: bare}
