"""Columns that name two regions, ``FC_1_2`` or ``bankssts_cuneus``: a connectome by pairs."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import isqrt

import numpy as np

from graphnet.data.interpretation import Choice
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import CONNECTIVITY, MEASURES, QUALIFIERS, STRUCTURAL
from graphnet.readers.tables.names import WORD, Name
from graphnet.readers.tables.sheet import Looks

NUMBERS = re.compile(
    r"(?P<prefix>.*?)[_.\-\s(\[]?(?P<one>[0-9]{1,6})[_.\-:~,\s]+(?P<other>[0-9]{1,6})[)\].]?"
)
LINKS = (None, "to", "vs", "x", "and", "with")  # words between two regions
LEAST_REGIONS = 3  # of a connectome whose columns begin with no word such as FC
LEAST_NUMBERS = 4  # the same, of numbers behind an unknown word
MOST_SHOWN = 5
MOST_PREFIX = 3  # words before the two regions: rsfmri_c_ngd_ad_cgc

Pair = tuple[str, str]
Splits = dict[str, list[Pair]]  # the ways to cut each name in two


@dataclass(frozen=True)
class Pairs:
    """A column for each pair of ``regions``; ``prefix`` is what they begin with, as FC."""

    prefix: str
    regions: tuple[str, ...]
    columns: dict[str, Pair]

    @property
    def places(self) -> list[tuple[int, int]]:
        """The places of the two regions of each column."""
        place = {region: row for row, region in enumerate(self.regions)}
        return [(place[one], place[other]) for one, other in self.columns.values()]

    def absent(self, most: int) -> list[Pair]:
        """The first ``most`` pairs of regions that no column names."""
        named = {frozenset(pair) for pair in self.columns.values()}
        if _is_complete(self.columns, 2):
            return []
        every = combinations(self.regions, 2)
        return list(islice((pair for pair in every if frozenset(pair) not in named), most))

    @property
    def is_structural(self) -> bool:
        """Whether the prefix says streamlines."""
        return any(word in STRUCTURAL for word in Name(self.prefix).words)


def find_pairs(columns: Sequence[str], looks: Looks, inquiry: Inquiry) -> list[Pairs]:
    """The connectomes among ``columns``; of several the first is the one that was chosen."""
    connectomes = list(_by_number(columns, looks, inquiry))
    taken = {column for pairs in connectomes for column in pairs.columns}
    connectomes += _by_name([column for column in columns if column not in taken], inquiry)
    if not connectomes:
        return _bare(columns, looks, inquiry)
    if len(connectomes) == 1:
        return connectomes
    choices = [Choice(pairs.prefix, _described(pairs)) for pairs in connectomes]
    answer = inquiry.ask(
        "connectome.columns",
        Message(
            "readers_tables.ask-connectome",
            file=inquiry.name,
            connectomes=[pairs.prefix for pairs in connectomes],
        ),
        choices,
    )
    return sorted(connectomes, key=lambda pairs: pairs.prefix != answer)


def _described(pairs: Pairs) -> Message:
    first = next(iter(pairs.columns))
    return Message("readers_tables.columns-from", count=len(pairs.columns), first=first)


def _by_number(columns: Sequence[str], looks: Looks, inquiry: Inquiry) -> Iterator[Pairs]:
    groups: dict[str, dict[str, Pair]] = {}
    for column in columns:
        match = NUMBERS.fullmatch(column)
        if match:
            groups.setdefault(match["prefix"], {})[column] = match["one"], match["other"]
    for prefix, pairs in groups.items():
        regions = {region for pair in pairs.values() for region in pair}
        complete = prefix and _is_complete(pairs, LEAST_NUMBERS)
        if complete and _are_parts(prefix, pairs, looks):
            continue
        if complete or (_is_connectivity(prefix) and not _names_a_region(prefix)):
            yield _without_zeros(prefix, pairs, regions, inquiry)


def _are_parts(prefix: str, pairs: Mapping[str, Pair], looks: Looks) -> bool:
    """Whether ``GMV_1.1 … GMV_4.4`` are parts of regions: a measure, and 1.2 is not 2.1."""
    words = Name(prefix).words
    if not words or not all(word in MEASURES | QUALIFIERS for word in words):
        return False
    column_of = {pair: column for column, pair in pairs.items()}
    for (one, other), column in column_of.items():
        back = column_of.get((other, one))
        forth, again = looks.numbers(column), looks.numbers(back or column)
        if forth is None or again is None or not np.allclose(forth, again, equal_nan=True):
            return back is not None
    return False


def _say_parts(pairs: Mapping[str, Pair], inquiry: Inquiry) -> None:
    inquiry.assume(
        Message(
            "readers_tables.parts-of-regions",
            file=inquiry.name,
            count=len(pairs),
            columns=first_of(pairs, 3),
        )
    )


def _without_zeros(
    prefix: str, pairs: dict[str, Pair], regions: set[str], inquiry: Inquiry
) -> Pairs:
    """Regions in numeric order, without leading zeros."""
    numbers = Counter(str(int(region)) for region in regions)
    twice = [number for number, times in numbers.items() if times > 1]
    if twice:
        inquiry.refuse(
            Message(
                "readers_tables.regions-with-and-without-zeros",
                file=inquiry.name,
                regions=first_of(twice, MOST_SHOWN),
            )
        )
    plain = {column: (str(int(one)), str(int(other))) for column, (one, other) in pairs.items()}
    return Pairs(prefix, tuple(sorted(numbers, key=int)), plain)


def _by_name(columns: Sequence[str], inquiry: Inquiry) -> Iterator[Pairs]:
    """``FC_LH_Vis_1_LH_Vis_2``: names that begin with a word such as FC."""
    groups: dict[str, list[str]] = {}
    for column in columns:
        words = Name(column).words
        if len(words) > 2 and words[0] in CONNECTIVITY:
            groups.setdefault(Name(column).cut(1)[0], []).append(column)
    for prefix, named in groups.items():
        pairs = _solve({column: Name(column).cut(1)[1] for column in named})
        if pairs and len(pairs) == len(named):
            yield Pairs(prefix, _in_order(pairs), pairs)
        elif len(named) > 1:
            odd = [column for column in named if column not in pairs]
            inquiry.refuse(
                Message(
                    "readers_tables.unclear-pairs",
                    file=inquiry.name,
                    count=len(named),
                    first=named[0],
                    columns=first_of(odd, MOST_SHOWN),
                    prefix=prefix,
                )
            )


def _bare(columns: Sequence[str], looks: Looks, inquiry: Inquiry) -> list[Pairs]:
    """``bankssts_cuneus``: names without a word such as FC, of a complete set of pairs."""
    names = [Name(column) for column in columns]
    candidates = {
        name.text: name.text for name in names if len(name.words) > 1 and not name.is_of_people
    }
    groups: dict[str, dict[str, str]] = {"": candidates}
    for column in candidates:
        name = Name(column)
        for word in range(1, min(len(name.words) - 1, MOST_PREFIX + 1)):
            groups.setdefault(name.cut(word)[0], {})[column] = name.cut(word)[1]
    for prefix, named in groups.items():
        if not _may_be_pairs(prefix, len(named)):
            continue
        pairs = _solve(named)
        if _is_complete(pairs, LEAST_REGIONS) and all(map(looks.is_numeric, pairs)):
            if _are_parts(prefix, pairs, looks):
                _say_parts(pairs, inquiry)
                return []
            return [Pairs(prefix, _in_order(pairs), pairs)]
    return []


def _may_be_pairs(prefix: str, count: int) -> bool:
    """Whether columns of one prefix are enough; behind several words they must be all pairs."""
    if len(Name(prefix).words) < 2:
        return count >= LEAST_REGIONS
    size = (1 + isqrt(1 + 8 * count)) // 2  # without a diagonal; or one more with it
    is_triangle = size > LEAST_REGIONS and size * (size - 1) // 2 == count
    return is_triangle or (count >= LEAST_REGIONS**2 and isqrt(count) ** 2 == count)


def _solve(named: dict[str, str]) -> dict[str, Pair]:
    """The two regions of each column that they are clear of, whatever word is between them."""
    best: dict[str, Pair] = {}
    for link in LINKS:
        split = _split(named, link)
        if _is_complete(split, 2) and len(split) == len(named):
            return split
        if len(split) > len(best):
            best = split
    return best


def _split(named: dict[str, str], link: str | None) -> dict[str, Pair]:
    """Split names in two so that every part stands in several of them.

    In a connectome of N regions each region is in N - 1 names; what is wrongly cut is in few.
    """
    splits = {column: list(_cuts(name, link)) for column, name in named.items()}
    splits = {column: cuts for column, cuts in splits.items() if cuts}
    regions = (1 + isqrt(1 + 8 * len(splits))) // 2
    narrowed = _narrowed(splits, regions - 1)
    if narrowed and _are_clear(narrowed):
        return {column: cuts[0] for column, cuts in narrowed.items()}
    least = 2
    while splits and least <= regions:
        splits = _narrowed(splits, least)
        if _are_clear(splits):
            return {column: cuts[0] for column, cuts in splits.items()}
        least = max(least + 1, least * 5 // 4)
    return {}


def _narrowed(splits: Splits, least: int) -> Splits:
    """The cuts of which both parts stand in ``least`` names or more."""
    while True:
        counts = Counter(part for cuts in splits.values() for cut in cuts for part in set(cut))
        left = {}
        for column, cuts in splits.items():
            frequent = [cut for cut in cuts if counts[cut[0]] >= least and counts[cut[1]] >= least]
            if frequent:
                left[column] = frequent
        if sum(map(len, left.values())) == sum(map(len, splits.values())):
            return left
        splits = left


def _are_clear(splits: Splits) -> bool:
    return all(len(cuts) == 1 for cuts in splits.values())


def _cuts(name: str, link: str | None) -> Iterator[Pair]:
    spans = [match.span() for match in WORD.finditer(name)]
    for word in range(1, len(spans)):
        before, after = name[: spans[word - 1][1]], name[spans[word][0] :]
        if link is None:
            yield before, after
        elif name[slice(*spans[word])].casefold() == link and word + 1 < len(spans):
            yield before, name[spans[word + 1][0] :]


def _is_complete(pairs: dict[str, Pair], least: int) -> bool:
    """Whether there is a column for each two of the regions, of which there are ``least``."""
    regions = {region for pair in pairs.values() for region in pair}
    distinct = {frozenset(pair) for pair in pairs.values() if pair[0] != pair[1]}
    return len(regions) >= least and len(distinct) == len(regions) * (len(regions) - 1) // 2


def _in_order(pairs: dict[str, Pair]) -> tuple[str, ...]:
    """Regions as they come: of the upper triangle by rows that is their order."""
    firsts = dict.fromkeys(region for pair in pairs.values() for region in pair)
    return tuple(firsts)


def _names_a_region(prefix: str) -> bool:
    """Whether it goes on behind a word such as FC: ``FC_Precentral_L_Vermis``."""
    words = Name(prefix).words
    return len(words) > 1 and words[0] in CONNECTIVITY and Name(prefix).has_region_words


def _is_connectivity(prefix: str) -> bool:
    words = Name(prefix).words
    return any(word in CONNECTIVITY for word in words)
