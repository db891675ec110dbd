"""Arrays of known programs: BrainGB's layers, and what to do with a file that cannot be read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graphnet.messages import Message
from graphnet.readers.arrays.named import NUMERIC, STRUCTURE, Array, NamedArrays
from graphnet.readers.arrays.nested import read_nested
from graphnet.readers.signatures import IN_FOLDER

LABEL = "label"
OF_CELLS = "X"
MOST_LAYERS = 9
TRAIN, TEST = re.compile(r"(?i)(^|_)(train|tr)($|_)"), re.compile(r"(?i)(^|_)(test|te)($|_)")


def with_layers(arrays: NamedArrays, path: Path, most: int) -> NamedArrays:
    """With X1, X2 … (S, N, N) in place of BrainGB's X: a cell of (N, N, layers) per subject.

    Raises:
        CohortError: the file is damaged.

    """
    if OF_CELLS not in arrays.odd or LABEL not in arrays.plain:
        return arrays
    cells = read_nested(path, path.name, most).get(OF_CELLS)
    if not isinstance(cells, tuple) or not cells:
        return arrays
    brains = [cell for cell in cells if isinstance(cell, np.ndarray) and _is_cube(cell)]
    if len({brain.shape for brain in brains}) != 1 or len(brains) != len(cells):
        return arrays
    layers = brains[0].shape[2]
    if brains[0].shape[0] != brains[0].shape[1] or layers > MOST_LAYERS:
        return arrays
    stacked = {
        f"{OF_CELLS}{layer + 1}": np.stack([brain[:, :, layer] for brain in brains])
        for layer in range(layers)
    }
    odd = {name: each for name, each in arrays.odd.items() if name != OF_CELLS}
    return NamedArrays({**arrays.plain, **stacked}, odd)


def _is_cube(array: Array) -> bool:
    return array.ndim == 3 and array.dtype.kind in NUMERIC


SAVE_COMMANDS = {
    "npz": "numpy.savez('cohort.npz', fc=fc, ids=ids, labels=labels)",
    "mat": "save('cohort.mat', 'fc', 'ids', 'labels', '-v7')",
}


@dataclass(frozen=True)
class KnownProgram:
    """Whose arrays they are, how they are known, and what to do with them."""

    what: Message
    known: Callable[[set[str]], bool]
    advice: Message


PROGRAMS: tuple[KnownProgram, ...] = (
    KnownProgram(
        Message("readers_arrays.conn"),
        lambda names: {"Z", "names"} <= names and not {"DOF", "xyz", "names2"}.isdisjoint(names),
        Message("readers_arrays.conn-advice"),
    ),
    KnownProgram(
        Message("readers_arrays.brainnettf"),
        lambda names: "corr" in names and not {"timeseires", "timeseries"}.isdisjoint(names),
        Message("readers_arrays.brainnettf-advice"),
    ),
    KnownProgram(
        Message("readers_arrays.braingb"),
        lambda names: "label" in names and not {"fmri", "dti", "X"}.isdisjoint(names),
        Message("readers_arrays.braingb-advice"),
    ),
    KnownProgram(
        Message("readers_arrays.split"),
        lambda names: any(map(TRAIN.search, names)) and any(map(TEST.search, names)),
        Message("readers_arrays.split-advice"),
    ),
    KnownProgram(Message("readers_arrays.dpabi"), lambda names: "ROISignals" in names, IN_FOLDER),
    KnownProgram(
        Message("readers_arrays.qsirecon"),
        lambda names: any(name.endswith("_region_labels") for name in names),
        IN_FOLDER,
    ),
    KnownProgram(
        Message("readers_arrays.dsi-studio"),
        lambda names: {"connectivity", "name"} <= names,
        IN_FOLDER,
    ),
    KnownProgram(
        Message("readers_arrays.one-subject"), lambda names: names == {"connectivity"}, IN_FOLDER
    ),
    KnownProgram(
        Message("readers_kinds.cat-roi"),
        lambda names: names == {"S"},
        IN_FOLDER,
    ),
)


def explain_no_cohort(arrays: NamedArrays, kind: str, name: str) -> Message:
    """Why a file without ``features`` and ``fc`` is refused: whose it is, what it holds, a way."""
    names = {*arrays.plain, *arrays.odd}
    for program in PROGRAMS:
        if program.known(names):
            return Message(
                "readers_arrays.known-program",
                file=name,
                what=program.what,
                arrays=arrays.listed,
                advice=program.advice,
            )
    structures = [structure for structure, odd in arrays.odd.items() if odd.message == STRUCTURE]
    if structures:
        return Message(
            "readers_arrays.structure-fields",
            file=name,
            arrays=arrays.listed,
            structure=structures[0],
        )
    return Message(
        "readers_arrays.no-features",
        file=name,
        count=len(names),
        arrays=arrays.listed,
        expected=Message(
            "readers_arrays.expected", command=SAVE_COMMANDS.get(kind, SAVE_COMMANDS["npz"])
        ),
    )
