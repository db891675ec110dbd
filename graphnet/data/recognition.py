"""Which atlas a dataset's regions are of: certain by their names, to be asked by their number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from graphnet.data.atlas import Atlas, Table, key_of, tables
from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import AtlasReading, Choice, Question
from graphnet.errors import CohortError
from graphnet.messages import Message

ATLAS, NO_ATLAS = "atlas", "none"  # the key of the question, and an answer
LEAST = 3  # regions whose names say an atlas
HALF, NEARLY_ALL = 0.5, 0.9  # shares of an atlas that the data have
AHEAD = 0.1  # by what the likeliest atlas leads


@dataclass(frozen=True)
class Recognition:
    """The atlas that is ``certain``, or those that are possible, the likeliest first."""

    certain: AtlasReading | None = None
    possible: tuple[AtlasReading, ...] = ()

    def offers(self) -> tuple[Question, ...]:
        """The question of which atlas it is, which need not be answered; () if no atlas fits."""
        if not self.possible:
            return ()
        known = (Choice(atlas.name, atlas.message) for atlas in self.possible)
        none = Choice(NO_ATLAS, Message("data.atlas-none"))
        return (Question(ATLAS, Message("data.atlas-which"), (*known, none)),)


@lru_cache(maxsize=64)
def recognise(regions: tuple[str, ...]) -> Recognition:
    """The atlas of a dataset's regions.

    Names are certain if they are all regions of one atlas, or if they are those of several but
    nearly all of one. Numbers never are: any atlas of that many regions is possible.
    """
    named = list(_named(regions))
    if len(regions) < LEAST or not named:
        return Recognition(possible=tuple(_numbered(regions)))
    (share, best, indexes), *others = named
    is_certain = share == 1 or (not others and share >= HALF)
    is_certain |= share >= NEARLY_ALL and all(share - other > AHEAD for other, _, _ in others)
    if is_certain and (share == 1 or _has_typical(best, regions)):
        return Recognition(_by_names(best, indexes, len(regions)))
    return Recognition(possible=tuple(_possible(table, found) for _, table, found in named))


def with_recognised_atlas(dataset: Dataset) -> Dataset:
    """With the atlas that is certain, or else the question of which one it is."""
    recognition = recognise(dataset.regions)
    return _with(dataset, recognition.certain, recognition.offers(), {})


def recognised_facts(regions: tuple[str, ...]) -> dict[str, Any]:
    """The same for the JSON of an interpretation that an earlier version has stored."""
    recognition = recognise(regions)
    return {
        ATLAS: None if recognition.certain is None else recognition.certain.as_dict(),
        "offers": [question.as_dict() for question in recognition.offers()],
    }


def with_answered_atlas(dataset: Dataset, answer: str) -> Dataset:
    """With the atlas that somebody has named, or ``none``.

    Raises:
        CohortError: there is no such atlas, or it cannot be the data's.

    """
    table = tables().get(answer)
    if answer == NO_ATLAS:
        return _with(dataset, None, (), {ATLAS: answer})
    if table is None:
        choices = [*tables(), NO_ATLAS]
        raise CohortError(Message("data.atlas-unknown", atlas=answer, atlases=choices))
    indexes = table.indexes_of(dataset.regions)
    message = Message("data.atlas-as-answered", atlas=table.shown)
    reading = AtlasReading(table.name, table.title, indexes, message)
    return _with(dataset, reading, (), {ATLAS: answer})


def _with(
    dataset: Dataset,
    atlas: AtlasReading | None,
    offers: tuple[Question, ...],
    answer: Mapping[str, str],
) -> Dataset:
    interpretation = dataset.interpretation
    answers = {**interpretation.answers, **answer}
    return dataset.with_interpretation(
        replace(interpretation, atlas=atlas, offers=offers, answers=answers)
    )


def atlas_of(reading: AtlasReading | None, regions: tuple[str, ...]) -> Atlas | None:
    """Where a dataset's regions lie; None where its atlas is unknown, or a newer version's."""
    table = None if reading is None else tables().get(reading.name)
    if table is None or reading is None or len(reading.regions) != len(regions):
        return None
    known = {region.index for region in table.regions}
    return table.taken(regions, reading.regions) if set(reading.regions) <= known else None


def _named(regions: tuple[str, ...]) -> list[tuple[float, Table, tuple[int, ...]]]:
    """Of each family the smallest atlas that has all of these names, by the share they are of it.

    The same regions in another order are the same atlas.
    """
    by_family: dict[str, tuple[float, Table, tuple[int, ...]]] = {}
    for table in tables().values():
        indexes = table.by_name(regions)
        share = len(regions) / len(table.regions)
        if indexes is not None and share > by_family.get(table.family, (0.0,))[0]:
            by_family[table.family] = (share, table, indexes)
    return sorted(by_family.values(), key=lambda candidate: -candidate[0])


def _numbered(regions: tuple[str, ...]) -> Iterator[AtlasReading]:
    for table in tables().values():
        indexes = table.by_number(regions)
        if indexes is not None:
            first, last = table.regions[0], table.regions[-1]
            message = Message(
                "data.atlas-numbered", atlas=table.shown, first=first.name, last=last.name
            )
            yield AtlasReading(table.name, table.title, indexes, message)


def _has_typical(table: Table, regions: tuple[str, ...]) -> bool:
    """Whether a region is there that an atlas of nearly the same names does not have."""
    typical = {key_of(name) for name in table.asks_without}
    return not typical or bool(typical & {key_of(region) for region in regions})


def _by_names(table: Table, indexes: tuple[int, ...], count: int) -> AtlasReading:
    message = Message("data.atlas-by-names", atlas=table.shown, missing=len(table.regions) - count)
    return AtlasReading(table.name, table.title, indexes, message)


def _possible(table: Table, indexes: tuple[int, ...]) -> AtlasReading:
    return AtlasReading(
        table.name, table.title, indexes, Message("data.atlas-possible", atlas=table.shown)
    )
