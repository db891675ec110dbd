"""Arrays as other programs name them: read where they are a cohort, else named with what to do.

BrainGB's matrices with their subjects last, BrainNetTF's series and correlations.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from graphnet.data.interpretation import Choice
from graphnet.messages import Message
from graphnet.readers.arrays.named import NUMERIC, STRUCTURE, Array, NamedArrays
from graphnet.readers.arrays.nested import read_nested
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.signatures import IN_FOLDER

WHICH = "connectome.columns"  # the key of the question
FEATURES, SERIES = "features", "series"  # of another question, and its answer
FC, LABELS, SITES = "fc", "labels", "sites"
LABEL, SITE = "label", "site"
BRAINGB, OF_CELLS = re.compile(r"fmri|dti|X\d"), "X"
MOST_LAYERS = 9
OF_SERIES = ("timeseires", "timeseries")  # in BrainNetTF's own spelling, and in the right one
CORRELATIONS = "corr"
NEARLY = 1e-3  # how far correlations that are kept may be from those of the series


def as_documented(arrays: NamedArrays, inquiry: Inquiry) -> tuple[NamedArrays, Inquiry]:
    """The arrays of a known program under the documented names, and who asks what they are.

    Other arrays stay as they are.
    """
    plain = arrays.plain
    if {FEATURES, FC, LABELS} & plain.keys() or LABEL not in plain:
        return arrays, inquiry
    brain = {
        name: each for name, each in plain.items() if BRAINGB.fullmatch(name) and _is_cube(each)
    }
    if brain:
        return _braingb(arrays, brain, inquiry), inquiry.behind(WHICH)
    series = next((name for name in OF_SERIES if name in plain and plain[name].ndim == 3), None)
    if series and CORRELATIONS in plain and _is_cube(plain[CORRELATIONS]):
        return _brainnettf(arrays, series, inquiry)
    return arrays, inquiry


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


def _braingb(arrays: NamedArrays, brain: Mapping[str, Array], inquiry: Inquiry) -> NamedArrays:
    """One kind of connectome (N, N, S), and the classes."""
    chosen = next(iter(brain))
    if len(brain) > 1:
        chosen = _asked(arrays, list(brain), inquiry)
    return _renamed(arrays, {chosen: FC, LABEL: LABELS}, set(brain) - {chosen}, inquiry)


def _brainnettf(arrays: NamedArrays, series: str, inquiry: Inquiry) -> tuple[NamedArrays, Inquiry]:
    """Series (S, N, T), of which the correlations (S, N, N) are; asked where they are others."""
    chosen = series
    if not _are_correlated(arrays.plain[series], arrays.plain[CORRELATIONS]):
        chosen = _asked(arrays, [CORRELATIONS, series], inquiry)
    names = {LABEL: LABELS, SITE: SITES}
    if chosen == series:
        renamed = _renamed(arrays, {**names, series: FEATURES}, {CORRELATIONS}, inquiry)
        # Questions and problems are shared with the inquiry that is copied.
        knowing = replace(inquiry, answers={**inquiry.answers, FEATURES: SERIES})
        return renamed, knowing.behind(WHICH)
    renamed = _renamed(arrays, {**names, CORRELATIONS: FC}, {series}, inquiry)
    return renamed, inquiry.behind(WHICH)


def _are_correlated(series: Array, correlations: Array) -> bool:
    """Whether the first and the last subject's correlations are those of their series."""
    if series.shape[:2] != correlations.shape[:2] or not len(series) or series.shape[2] < 3:
        return False
    with np.errstate(all="ignore"):
        return all(
            np.allclose(
                np.corrcoef(series[row]), correlations[row], rtol=0, atol=NEARLY, equal_nan=True
            )
            for row in (0, -1)
        )


def _asked(arrays: NamedArrays, names: list[str], inquiry: Inquiry) -> str:
    return inquiry.ask(
        WHICH,
        Message("readers_arrays.ask-which", file=inquiry.name, arrays=names),
        [
            Choice(
                name,
                Message(
                    "readers_folders.array-choice",
                    array=name,
                    shape=" x ".join(map(str, arrays.plain[name].shape)),
                ),
            )
            for name in names
        ],
    )


def _renamed(
    arrays: NamedArrays, names: Mapping[str, str], without: set[str], inquiry: Inquiry
) -> NamedArrays:
    for name in sorted(without):
        inquiry.leave(name, Message("readers_tables.another-connectome-used"))
    kept = {names.get(name, name): array for name, array in arrays.plain.items()
            if name not in without}  # fmt: skip
    inquiry.assume(
        Message("readers_arrays.known-names", file=inquiry.name,
                arrays=[name for name in names if name in arrays.plain])
    )  # fmt: skip
    return replace(arrays, plain=kept)


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
