"""Structures and cells of MATLAB and groups of HDF5, whose contents are the arrays of a dataset.

``data.fc`` beside ``data.labels``, a table of the subjects as a structure beside ``fc``, or a cell
with the matrix of each subject.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from math import prod

import numpy as np

from graphnet.messages import Message, first_of
from graphnet.readers.arrays.aliases import brain_arrays
from graphnet.readers.arrays.brain import FC, FEATURES
from graphnet.readers.arrays.named import (
    NUMERIC,
    STRUCTURE,
    Array,
    NamedArrays,
    classify_arrays,
    texts,
)
from graphnet.readers.arrays.nested import Nested, Structure
from graphnet.readers.arrays.subjects import subject_array_names
from graphnet.readers.inquiry import Inquiry

LARGE_CELL = "readers_arrays.large-cell"  # the code of what an array is
Load = Callable[[], Mapping[str, Nested]]


def with_cells(arrays: NamedArrays, load: Load, inquiry: Inquiry) -> NamedArrays:
    """With one array in place of each cell of S matrices of one size; ``load`` as below."""
    cells = {name for name, odd in arrays.odd.items()
             if odd.message.code == LARGE_CELL and max(odd.shape) == prod(odd.shape)}  # fmt: skip
    if not cells:
        return arrays
    contents = load()
    stacked = {name: _stacked(contents.get(name)) for name in cells}
    found = classify_arrays({name: each for name, each in stacked.items() if each is not None})
    for name, each in found.plain.items():
        values = {"count": len(each), "shape": " x ".join(map(str, each.shape[1:]))}
        inquiry.assume(
            Message("readers_arrays.cells-stacked", file=inquiry.name, array=name, **values)
        )
    odd = {name: each for name, each in arrays.odd.items() if name not in found.plain}
    return NamedArrays({**arrays.plain, **found.plain}, odd)


def with_fields(arrays: NamedArrays, load: Load, inquiry: Inquiry) -> NamedArrays:
    """With the fields of structures as arrays, where these make a dataset of the file.

    ``load`` gives the structures. A field whose name another array or structure has is left out.
    What is whole without them stays as it is, and so does what they do not make whole.
    """
    if _is_whole(arrays) or STRUCTURE not in {odd.message for odd in arrays.odd.values()}:
        return arrays
    fields = {
        name: _arrays_of(each) for name, each in load().items() if isinstance(each, Structure)
    }
    times = Counter([*arrays.plain, *(field for each in fields.values() for field in each)])
    own = {
        name: {field: array for field, array in each.items() if times[field] == 1}
        for name, each in fields.items()
    }
    taken = classify_arrays(
        {field: array for each in own.values() for field, array in each.items()}
    )
    odd = {name: each for name, each in arrays.odd.items() if not own.get(name)}
    merged = NamedArrays({**taken.plain, **arrays.plain}, odd)
    if not _is_whole(merged):
        return arrays
    for name, each in own.items():
        if each:
            inquiry.assume(
                Message(
                    "readers_arrays.fields-read",
                    file=inquiry.name,
                    structure=name,
                    fields=first_of(each),
                )
            )
    return merged


def _is_whole(arrays: NamedArrays) -> bool:
    """Whether there is something of brains, and something of who their owners are."""
    others = {name: odd for name, odd in arrays.odd.items() if odd.message != STRUCTURE}
    alone = NamedArrays(arrays.plain, others)
    brain = {FEATURES, FC} & {*alone.plain, *alone.odd} or brain_arrays(alone)
    return bool(brain) and bool(subject_array_names(alone))


def _arrays_of(structure: Structure) -> dict[str, Array]:
    found = {name: _array(value) for name, value in structure.items()}
    return {name: array for name, array in found.items() if array is not None}


def _array(value: Nested) -> Array | None:
    """Numbers and text as they are; cells of a text, number or matrix as one array; else None."""
    if isinstance(value, np.ndarray):
        return value
    stacked = _stacked(value)
    if stacked is not None or not isinstance(value, tuple):
        return stacked
    cells = [cell for cell in value if isinstance(cell, np.ndarray) and cell.size <= 1]
    if len(cells) < len(value):
        return None
    if all(cell.size and cell.dtype.kind in NUMERIC for cell in cells):
        return np.array([cell.item() for cell in cells])
    return np.array(["".join(texts(cell)) for cell in cells], dtype=str)


def _stacked(value: Nested) -> Array | None:
    """One array of several matrices of numbers of one size; None of anything else."""
    if not isinstance(value, tuple) or len(value) < 2:
        return None
    matrices = [cell for cell in value
                if isinstance(cell, np.ndarray) and cell.dtype.kind in NUMERIC
                and cell.ndim == 2 and min(cell.shape) > 1]  # fmt: skip
    alike = len(matrices) == len(value) and len({matrix.shape for matrix in matrices}) == 1
    return np.stack(matrices) if alike else None
