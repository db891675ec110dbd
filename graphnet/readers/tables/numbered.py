"""Columns of unknown names: a brain where the whole table says so, else asked about or left."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.data.interpretation import Choice
from graphnet.messages import Message
from graphnet.readers.connectomes.triangles import regions_of_vectors
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import (
    CONNECTIVITY,
    GENERIC,
    HEMISPHERES,
    MEASURES,
    REGION_LABELS,
)
from graphnet.readers.tables.grid import Grid, Group, Groups, grouped, plain_numbers, regions_of
from graphnet.readers.tables.missing_codes import without_codes
from graphnet.readers.tables.names import Name, Part
from graphnet.readers.tables.sheet import Looks

AS_REGIONS, AS_OTHER, AS_EDGES = "regions", "other", "edges"
LETTER = re.compile(r"[^\W\d_]")
LEAST_NAMED = 3  # columns whose names begin alike
VALUE = "value"  # the measure of columns that are named by regions alone
FEW = 20  # regions, as many as a questionnaire or a test may have numbers
MOST_ASKED = 5  # groups of unknown names: of more a person is not asked


@dataclass(frozen=True)
class Numbered:
    """Columns of one ``prefix`` and a number, and what their cells look like."""

    prefix: str
    columns: Group
    is_items: bool
    is_dummy: bool

    @property
    def regions(self) -> set[str]:
        """The numbers, without leading zeros."""
        return plain_numbers(self.columns)

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
    def is_unusual(self) -> bool:
        """Whether the number comes first, or a region begins within the prefix: its own number."""
        known = Name(self.prefix).region_known()
        first = any(column.startswith(number) for number, column in self.columns.items())
        return first or (known is not None and bool(known.measure))

    @property
    def is_generic(self) -> bool:
        """Whether the prefix says nothing: V1, x_1."""
        return self.prefix.casefold() in GENERIC

    @property
    def description(self) -> Message:
        """The columns, for a sentence."""
        names = list(self.columns.values())
        return Message(
            "readers_tables.columns-from-to",
            count=len(names),
            first=names[0],
            last=names[-1],
        )


def add_alike(names: Sequence[Name], grid: Grid, looks: Looks, inquiry: Inquiry) -> list[Name]:
    """Names of the regions that known measures have, with words nobody knows: measures too.

    Returns the names that are left.
    """
    regions = plain_numbers(regions_of(grid.measures))
    parts = [part for name in names if (part := _with_region(name, regions)) is not None]
    taken: set[str] = set()
    for measure, group in grouped(parts).items():
        candidate = _look(measure, group, looks)
        if measure in grid.measures or not looks.are_numeric(group.values()):
            continue
        short = candidate.regions != regions
        few = candidate.is_items or 2 * len(candidate.regions) < len(regions)
        if candidate.is_dummy or (short and few):
            continue
        certain = not short and _are_distinctive(regions) and not candidate.is_items
        if certain or _ask_either(candidate, inquiry) == AS_REGIONS:
            grid.measures[measure] = group
        taken |= set(group.values())
    return [name for name in names if name.text not in taken]


def _are_distinctive(regions: set[str]) -> bool:
    """Whether other columns hardly end like these regions by chance: by name, or many numbers."""
    return len(regions) > (FEW if all(region.isdigit() for region in regions) else 1)


def _with_region(name: Name, regions: set[str]) -> Part | None:
    """A known region at the end or the beginning of a name, and the measure that is left."""
    for word in range(1, len(name.words)):
        before, after = name.cut(word)
        for measure, region in ((before, after), (after, before)):
            if LETTER.search(measure) and plain_numbers([region]) <= regions:
                return Part(name.text, measure, region)
    return None


def add_numbered(names: Sequence[Name], grid: Grid, looks: Looks, inquiry: Inquiry) -> None:
    """Names that end in a number after words nobody knows: brain, or not, or asked."""
    groups = [_look(prefix, group, looks) for prefix, group in _groups(names, looks).items()]
    regions = plain_numbers(regions_of(grid.measures))
    if regions and not all(region.isdigit() for region in regions):
        groups = [group for group in groups if group.is_edge_like]
    if not regions:
        measured = [group for group in groups if not group.is_items]
        regions = max((group.regions for group in measured), key=len, default=set())
    alone = not grid.measures
    for group in groups:
        rivalled = (
            _has_kin(group, groups)
            or _has_rival(group, names, looks)
            or _has_neighbours(group, names, looks)
        )
        if alone and not group.is_dummy and rivalled:
            answer = _ask_either(group, inquiry)
        else:
            answer = _decide(group, regions, looks, inquiry, alone=alone)
        if answer == AS_REGIONS:
            grid.measures[group.prefix] = group.columns
        elif answer == AS_EDGES:
            grid.flat, grid.about_flat = tuple(group.columns.values()), group.key


def _has_kin(group: Numbered, groups: Sequence[Numbered]) -> bool:
    """Whether ``xyz_r0, xyz_r1`` are beside ``xyz_alpha1``: regions may be r0, r1 and alpha1."""
    words = Name(group.prefix).words
    return len(words) > 1 and any(
        Name(other.prefix).words[:-1] == words[:-1] and len(other.regions) < len(group.regions)
        for other in groups
        if other is not group
    )


def _has_rival(group: Numbered, names: Sequence[Name], looks: Looks) -> bool:
    """Whether as many other names end in one word, as ``left_xyz`` and ``right_xyz`` do."""
    columns = {*group.columns.values()}
    ends = Counter(
        name.words[-1]
        for name in names
        if len(name.words) > 1 and name.numbered() is None and name.text not in columns
        and looks.is_numeric(name.text)
    )  # fmt: skip
    return max(ends.values(), default=0) >= max(LEAST_NAMED, len(columns))


def _has_neighbours(group: Numbered, names: Sequence[Name], looks: Looks) -> bool:
    """Whether ``Left_VL1`` and ``Left_VL2`` are beside ``Left_VA``: all may be regions."""
    words = Name(group.prefix).words
    if len(words) < 2 or words[0] not in HEMISPHERES or words[-1] in REGION_LABELS | MEASURES:
        return False
    columns = {*group.columns.values()}
    return any(
        name.words[0] == words[0] and name.text not in columns and looks.is_numeric(name.text)
        for name in names
        if len(name.words) > 1
    )


def add_words(names: Sequence[Name], grid: Grid, looks: Looks, inquiry: Inquiry) -> None:
    """Names of unknown words that begin alike, ``foo_a`` and ``foo_b``: asked."""
    parts = [
        Part(name.text, *name.cut(1))
        for name in names
        if len(name.words) > 1 and name.numbered() is None and looks.is_numeric(name.text)
    ]
    groups = [
        _look(measure, group, looks)
        for measure, group in grouped(parts).items()
        if len(group) >= LEAST_NAMED
    ]
    measured = [group for group in groups if not group.is_items]
    if len(measured) > MOST_ASKED:
        return
    for group in measured:
        if _ask_either(group, inquiry) == AS_REGIONS:
            grid.measures[group.prefix] = group.columns


def add_bare(names: Sequence[Name], grid: Grid, looks: Looks, inquiry: Inquiry) -> None:
    """Columns called 0, 1, 2 …, as an array becomes that is put beside a table: asked."""
    columns = {
        str(int(name.text)): name.text
        for name in names
        if name.text.isascii() and name.text.isdigit() and looks.is_numeric(name.text)
    }
    numbers = sorted(map(int, columns))
    if len(numbers) < LEAST_NAMED or numbers not in (
        [*range(len(numbers))], [*range(1, len(numbers) + 1)]
    ):  # fmt: skip
        return
    group = _look(VALUE, columns, looks)
    answer = _ask_flat(group, looks, inquiry)
    if answer == AS_REGIONS:
        grid.measures[VALUE] = columns
    elif answer == AS_EDGES:
        grid.flat, grid.about_flat = tuple(columns.values()), group.key


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


def _decide(
    group: Numbered, regions: set[str], looks: Looks, inquiry: Inquiry, *, alone: bool
) -> str:
    """Whether a group is the brain; ``regions`` are the regions of the rest of the table.

    ``alone``: no other column is known for a measure.
    """
    if group.is_dummy:
        return AS_OTHER
    if group.is_edge_like or (group.is_generic and alone):
        return _ask_flat(group, looks, inquiry)
    if group.regions != regions and regions and (group.is_items or len(group.columns) == 1):
        return AS_OTHER
    if not alone and 2 * len(group.regions) < len(regions):
        inquiry.assume(
            Message(
                "readers_tables.read-as-covariates",
                file=inquiry.name,
                columns=group.description,
                count=len(group.columns),
                regions=len(regions),
            )
        )
        return AS_OTHER
    certain = len(regions) > 1 if alone else _are_distinctive(regions)
    if not certain or group.is_unusual or group.regions != regions or group.is_items:
        return _ask_either(group, inquiry)
    answer = inquiry.answer(group.key)
    if answer is None:
        inquiry.assume(
            Message(
                "readers_tables.read-as-measure",
                file=inquiry.name,
                columns=group.description,
                measure=group.prefix,
                count=len(group.columns),
            )
        )
    return answer or AS_REGIONS


def _ask_either(group: Numbered, inquiry: Inquiry) -> str:
    return inquiry.ask(
        group.key,
        Message("readers_tables.ask-regions", file=inquiry.name, columns=group.description),
        (
            Choice(AS_OTHER, Message("readers_tables.as-other")),
            Choice(AS_REGIONS, Message("readers_tables.as-regions", measure=group.prefix)),
        ),
    )


def _ask_flat(group: Numbered, looks: Looks, inquiry: Inquiry) -> str:
    return inquiry.ask(
        group.key,
        Message("readers_tables.ask-edges", file=inquiry.name, columns=group.description),
        (
            *_as_edges(group, looks, inquiry),
            Choice(
                AS_REGIONS,
                Message(
                    "readers_tables.as-numbered-regions",
                    count=len(group.columns),
                    measure=group.prefix,
                ),
            ),
            Choice(AS_OTHER, Message("readers_tables.as-no-brain")),
        ),
    )


def _as_edges(group: Numbered, looks: Looks, inquiry: Inquiry) -> Iterator[Choice]:
    """That the columns are edges, of as many regions as their values will be read as."""
    numbers = [looks.numbers(column) for column in group.columns.values()]
    values = np.stack([column for column in numbers if column is not None], axis=1)
    values = without_codes(values, "connectome", Inquiry(inquiry.name, inquiry.answers))
    regions = regions_of_vectors(values)
    if len(regions) > 1:
        more, fewer = regions
        yield Choice(AS_EDGES, Message("readers_tables.as-edges-asked", count=more, fewer=fewer))
    elif regions:
        (size,) = regions
        alone = size * (size - 1) // 2 == len(group.columns)
        code = "readers_tables.as-edges" if alone else "readers_tables.as-edges-and-diagonal"
        yield Choice(AS_EDGES, Message(code, count=size))
