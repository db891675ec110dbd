"""What tables of the same subjects measure, beside each other: measures, and connectomes of one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graphnet.data.dataset import Dataset, FloatArray
from graphnet.data.interpretation import Choice
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.roster import unpacked_name
from graphnet.readers.subjects.words import MEASURES
from graphnet.readers.tables.grid import refuse_visits
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.numbered import VALUE
from graphnet.readers.tables.reading import Connectome, Measured, arranged

CONNECTOMES = "files.connectomes"  # the key of a question
WORD = re.compile(r"[^_.\-\s]+")
SIDES = {"l": "left", "lh": "left", "left": "left", "左": "left", "左侧": "left",
         "r": "right", "rh": "right", "right": "right", "右": "right", "右侧": "right"}  # fmt: skip

Layers = dict[str, dict[str, FloatArray]]  # values (S,) by measure and region


@dataclass(frozen=True)
class BrainOfTable:
    """A table as it was read, and its row of each of the S subjects."""

    path: Path
    brain: Dataset
    rows: Sequence[int]


def beside_each_other(brains: Sequence[BrainOfTable], inquiry: Inquiry) -> Measured:
    """The measures (S, N, F) of all tables and the edges (S, E) of one, of the same regions.

    What does not fit together is refused by the ``inquiry``; the values are then not all there.
    """
    layers: Layers = {}
    sides = _sides(brains, inquiry)
    names = _measure_names(brains, sides, inquiry)
    for table in brains:
        values = table.brain.values
        if values is None:
            continue
        for place, measure in enumerate(table.brain.measures):
            layer = layers.setdefault(names.get(table.path, measure), {})
            for column, name in enumerate(table.brain.regions):
                region = f"{sides[table.path]}_{name}" if table.path in sides else name
                _add(layer, region, values[table.rows, column, place], table.path, inquiry)
    connectome = _connectome(brains, inquiry)
    regions = _regions(layers, inquiry)
    if connectome is not None:
        regions = regions or connectome.regions
    if inquiry.problems:
        return Measured(regions, tuple(layers), None, None, None)
    stacked = [np.stack([layer[region] for region in regions], axis=1) for layer in layers.values()]
    return Measured(
        regions=regions,
        measures=tuple(layers),
        values=np.stack(stacked, axis=2) if stacked else None,
        edges=None if connectome is None else arranged(connectome, regions),
        reading=None if connectome is None else connectome.reading,
    )


def _connectome(brains: Sequence[BrainOfTable], inquiry: Inquiry) -> Connectome | None:
    """The connectomes of one table, in the order of the subjects; asked where several have them."""
    tables = [table for table in brains if table.brain.connectomes is not None]
    if not tables:
        return None
    chosen, names = tables[0], [table.path.name for table in tables]
    if len(tables) > 1:
        answer = inquiry.ask(
            CONNECTOMES,
            Message("readers_folders.ask-connectomes", file=inquiry.name, count=len(names)),
            [Choice(name, Message("readers_folders.stack-choice", name=name)) for name in names],
        )
        chosen = tables[names.index(answer)]
        for name in names:
            if name != answer:
                inquiry.leave(name, Message("readers_tables.another-connectome-used"))
    edges, reading = chosen.brain.connectomes, chosen.brain.interpretation.connectome
    if edges is None or reading is None:
        return None
    return Connectome(edges[list(chosen.rows)], chosen.brain.regions, reading)


def _add(
    layer: dict[str, FloatArray], region: str, values: FloatArray, table: Path, inquiry: Inquiry
) -> None:
    """Take a region's values of one measure; twice with different values is refused."""
    before = layer.setdefault(region, values)
    if not np.array_equal(before, values, equal_nan=True):
        inquiry.refuse(
            Message(
                "readers_folders.region-in-two-tables",
                file=inquiry.name,
                region=region,
                table=table.name,
            )
        )


def _regions(layers: Mapping[str, Mapping[str, FloatArray]], inquiry: Inquiry) -> tuple[str, ...]:
    """The regions, which are the same for every measure, as each table has its own."""
    every = tuple(dict.fromkeys(region for layer in layers.values() for region in layer))
    for measure, layer in layers.items():
        absent = [region for region in every if region not in layer]
        if absent:
            inquiry.refuse(
                Message(
                    "readers_folders.measure-lacks-regions",
                    file=inquiry.name,
                    measure=measure,
                    regions=first_of(absent, 4),
                )
            )
    return every


def _words(path: Path) -> list[str]:
    """The words of a file's name."""
    return WORD.findall(unpacked_name(path).stem)


def _sides(brains: Sequence[BrainOfTable], inquiry: Inquiry) -> dict[Path, str]:
    """Hemispheres by the names of the files, of tables whose regions say none.

    ``lh_thickness.csv`` beside ``rh_thickness.csv`` with the same columns: six regions of three
    names, and no measures of their own.
    """
    sided: dict[Path, str] = {}
    for table in brains:
        found = [word for word in _words(table.path) if word.casefold() in SIDES]
        bare = not any(Name(region).without_side for region in table.brain.regions)
        if len(found) == 1 and bare and table.brain.values is not None:
            sided[table.path] = found[0]
    if {SIDES[word.casefold()] for word in sided.values()} != {"left", "right"}:
        return {}
    inquiry.assume(
        Message(
            "readers_folders.sides-by-file",
            file=inquiry.name,
            tables=first_of([path.name for path in sided], 6),
        )
    )
    return sided


def _measure_names(
    brains: Sequence[BrainOfTable], sides: Mapping[Path, str], inquiry: Inquiry
) -> dict[Path, str]:
    """Measures by the names of their files, of tables whose columns are regions alone.

    ``Vgm`` of ``ROI_neuromorphometrics_Vgm.csv`` beside ``ROI_neuromorphometrics_Vwm.csv``.
    """
    unnamed = [table for table in brains if table.brain.measures == (VALUE,)]
    if len(unnamed) < 2:
        return {}
    words = [
        [word for word in _words(table.path) if word != sides.get(table.path)] for table in unnamed
    ]
    stems = {unpacked_name(table.path).stem.replace("-", ""): table.path.name for table in unnamed}
    if not sides:
        refuse_visits(stems, inquiry)
    common = set(words[0]).intersection(*words)
    known = [word for word in words[0] if word in common and word.casefold() in MEASURES]
    usual = "_".join(known) or VALUE
    names = {
        table.path: "_".join(word for word in own if word not in common) or usual
        for table, own in zip(unnamed, words, strict=True)
    }
    inquiry.assume(
        Message(
            "readers_folders.measures-by-file",
            file=inquiry.name,
            measures=list(dict.fromkeys(names.values())),
        )
    )
    return names
