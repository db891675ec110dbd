"""Columns of unknown names: a brain where the whole table says so, else asked about or left."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.data.interpretation import Choice
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import CONNECTIVITY, GENERIC
from graphnet.readers.tables.cells import Looks
from graphnet.readers.tables.grid import Grid, Group, Groups, grouped, plain_numbers, regions_of
from graphnet.readers.tables.names import Name, Part

AS_REGIONS, AS_OTHER, AS_EDGES = "regions", "other", "edges"
LETTER = re.compile(r"[^\W\d_]")
LEAST_NAMED = 3  # columns whose names begin alike
FEW = 20  # regions, as many as a questionnaire or a test may have numbers
MOST_ASKED = 5  # groups of unknown names: of more a person is not asked


@dataclass(frozen=True)
class Numbered:
    """Columns of one ``prefix`` and a number, and what their cells look like."""

    prefix: str
    group: Group
    is_items: bool
    is_dummy: bool

    @property
    def regions(self) -> set[str]:
        """The numbers, without leading zeros."""
        return plain_numbers(self.group)

    @property
    def key(self) -> str:
        """The key of a question about them."""
        return f"regions.{self.prefix}"

    @property
    def is_edge_like(self) -> bool:
        """Whether the prefix says connections, so that the numbers count edges."""
        words = Name(self.prefix).words
        return bool(words) and words[-1] in CONNECTIVITY

    @property
    def is_generic(self) -> bool:
        """Whether the prefix says nothing: V1, x_1."""
        return self.prefix.casefold() in GENERIC

    @property
    def shown(self) -> str:
        """The columns, for a sentence."""
        columns = list(self.group.values())
        if len(columns) == 1:
            return f"a column {columns[0]}"
        return f"{len(columns)} columns {columns[0]} … {columns[-1]}"


def add_alike(names: Sequence[Name], grid: Grid, looks: Looks, inquiry: Inquiry) -> list[Name]:
    """Names of the regions that known measures have, with words nobody knows: measures too.

    Returns the names that are left.
    """
    known = plain_numbers(regions_of(grid.measures))
    parts = [part for name in names if (part := _with_region(name, known)) is not None]
    taken: set[str] = set()
    for measure, group in grouped(parts).items():
        each = _look(measure, group, looks)
        if measure in grid.measures or not looks.are_numeric(group.values()):
            continue
        short = each.regions != known
        if each.is_dummy or (short and (each.is_items or 2 * len(each.regions) < len(known))):
            continue
        certain = not short and _are_distinctive(known) and not each.is_items
        if certain or _ask_either(each, inquiry) == AS_REGIONS:
            grid.measures[measure] = group
        taken |= set(group.values())
    return [name for name in names if name.text not in taken]


def _are_distinctive(regions: set[str]) -> bool:
    """Whether other columns hardly end like these regions by chance: by name, or many numbers."""
    return len(regions) > (FEW if all(region.isdigit() for region in regions) else 1)


def _with_region(name: Name, known: set[str]) -> Part | None:
    """A known region at the end or the beginning of a name, and the measure that is left."""
    for word in range(1, len(name.words)):
        before, after = name.cut(word)
        for measure, region in ((before, after), (after, before)):
            if LETTER.search(measure) and plain_numbers([region]) <= known:
                return Part(name.text, measure, region)
    return None


def add_numbered(names: Sequence[Name], grid: Grid, looks: Looks, inquiry: Inquiry) -> None:
    """Names that end in a number after words nobody knows: brain, or not, or asked."""
    groups = [_look(prefix, group, looks) for prefix, group in _groups(names, looks).items()]
    known = plain_numbers(regions_of(grid.measures))
    if known and not all(region.isdigit() for region in known):
        groups = [each for each in groups if each.is_edge_like]
    if not known:
        measured = [each for each in groups if not each.is_items]
        known = max((each.regions for each in measured), key=len, default=set())
    alone = not grid.measures
    for each in groups:
        answer = _decide(each, known, inquiry, alone=alone)
        if answer == AS_REGIONS:
            grid.measures[each.prefix] = each.group
        elif answer == AS_EDGES:
            grid.flat, grid.about_flat = tuple(each.group.values()), each.key


def add_words(names: Sequence[Name], grid: Grid, looks: Looks, inquiry: Inquiry) -> None:
    """Names of unknown words that begin alike, ``foo_a`` and ``foo_b``: asked."""
    parts = [
        Part(name.text, *name.cut(1))
        for name in names
        if len(name.words) > 1 and name.numbered() is None and looks.is_numeric(name.text)
    ]
    found = [
        _look(measure, group, looks)
        for measure, group in grouped(parts).items()
        if len(group) >= LEAST_NAMED
    ]
    measured = [each for each in found if not each.is_items]
    if len(measured) > MOST_ASKED:
        return
    for each in measured:
        if _ask_either(each, inquiry) == AS_REGIONS:
            grid.measures[each.prefix] = each.group


def _groups(names: Sequence[Name], looks: Looks) -> Groups:
    """Groups of which no column holds text."""
    parts = [part for name in names if (part := name.numbered()) is not None]
    return {
        prefix: group
        for prefix, group in grouped(parts).items()
        if LETTER.search(prefix) and looks.are_numeric(group.values())
    }


def _look(prefix: str, group: Group, looks: Looks) -> Numbered:
    return Numbered(
        prefix,
        group,
        is_items=all(looks.is_like_items(column) for column in group.values()),
        is_dummy=all(looks.is_dummy(column) for column in group.values()),
    )


def _decide(each: Numbered, known: set[str], inquiry: Inquiry, *, alone: bool) -> str:
    """Whether a group is the brain; ``known`` are the regions of the rest of the table.

    ``alone``: no other column is known for a measure.
    """
    if each.is_dummy:
        return AS_OTHER
    if each.is_edge_like or (each.is_generic and alone):
        return _ask_flat(each, inquiry)
    if each.regions != known and known and (each.is_items or len(each.group) == 1):
        return AS_OTHER
    if not alone and 2 * len(each.regions) < len(known):
        return AS_OTHER
    certain = len(known) > 1 if alone else _are_distinctive(known)
    if not certain or each.regions != known or each.is_items:
        return _ask_either(each, inquiry)
    answer = inquiry.given(each.key)
    if answer is None:
        inquiry.say(
            f"The {each.shown} were read as the measure {each.prefix} of {len(each.group)} regions."
        )
    return answer or AS_REGIONS


def _ask_either(each: Numbered, inquiry: Inquiry) -> str:
    return inquiry.ask(
        each.key,
        f"{inquiry.name} has {each.shown}. Are these regions of the brain, or something else that "
        "was known of each subject?",
        (
            Choice(AS_OTHER, "something else: covariates, items, visits"),
            Choice(AS_REGIONS, f"regions, of which {each.prefix} is the measure"),
        ),
    )


def _ask_flat(each: Numbered, inquiry: Inquiry) -> str:
    count = len(each.group)
    size = _regions_of_edges(count)
    edges = [Choice(AS_EDGES, f"the edges of a connectome of {size} regions")] if size else []
    return inquiry.ask(
        each.key,
        f"{inquiry.name} has {each.shown}. What are they?",
        (
            *edges,
            Choice(AS_REGIONS, f"{count} regions, of which {each.prefix} is the measure"),
            Choice(AS_OTHER, "something else, no part of the brain"),
        ),
    )


def _regions_of_edges(count: int) -> int:
    """N where there are N (N - 1) / 2 edges, at least three; else 0."""
    size = round((1 + (1 + 8 * count) ** 0.5) / 2)
    return size if size >= 3 and size * (size - 1) // 2 == count else 0
