"""MATLAB's structures and cells of arrays, as CAT12, CONN and BrainGB keep them.

Versions 5 to 7, after MathWorks' "MAT-File Format" (R2024a), level 5; version 7.3 is HDF5. Only
numbers, text, cells and structures come out; whatever else a file holds is None.
"""

import math
from itertools import islice
from pathlib import Path

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.arrays.hdf5 import is_hdf5, read_nested_hdf5
from graphnet.readers.arrays.matlab import (
    CELL,
    CHAR,
    CLASS,
    COMPLEX,
    DAMAGE,
    LARGEST,
    MATRIX,
    NUMBERS,
    OTHERS,
    Parts,
    damaged,
    elements,
    flags_of,
    matrices_in,
    shape_of,
)
from graphnet.readers.arrays.named import NUMERIC, Array, NamedArrays, Nested, Structure

STRUCTURE = 2
DEEPEST = 6
INT32 = 5
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8",
          13: "u8"}  # fmt: skip
CLASSES = dict(zip(NUMBERS, ("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"),
                   strict=True))  # fmt: skip
ENCODINGS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
WIDE = {"<": "-le", ">": "-be"}


def read_nested(path: Path, name: str, most: int) -> dict[str, Nested]:
    """Every variable of the file ``name``: arrays, cells as tuples by columns, structures.

    Raises:
        CohortError: it is damaged, or more than ``most`` bytes come out of it.

    """
    with path.open("rb") as opened:
        if is_hdf5(opened.read(128)):
            return read_nested_hdf5(path, name, most)
    try:
        parser = _Parser(name, most)
        return dict([parser.named(data, order) for data, order in matrices_in(path, name, most)])
    except DAMAGE as error:
        raise damaged(name) from error


class _Parser:
    """Reads elements, of which ``most`` bytes are taken as numbers."""

    def __init__(self, name: str, most: int) -> None:
        self.name, self.most, self.left = name, most, most

    def named(self, data: memoryview, order: str, depth: int = 0) -> tuple[str, Nested]:
        """One array and its name; an empty cell has no bytes."""
        if not data:
            return "", np.zeros((0, 0))
        parts = elements(data, order)
        flags = flags_of(next(parts), order)
        kind = flags & CLASS
        if kind in OTHERS and kind != STRUCTURE:
            return "", None
        shape = shape_of(next(parts), order)
        name = bytes(next(parts)[1]).decode("latin-1")
        if kind == STRUCTURE:
            return name, self._structure(parts, shape, order, depth)
        if kind == CELL:
            return name, tuple(self._each(parts, math.prod(shape), order, depth))
        plain = None if flags & COMPLEX else self._plain(next(parts), kind, shape, order)
        return name, plain

    def _plain(
        self, element: tuple[int, memoryview], kind: int, shape: tuple[int, ...], order: str
    ) -> Array:
        """Numbers of their class, or text."""
        self.left -= LARGEST * math.prod(shape)
        if self.left < 0:
            raise CohortError(Message("readers_arrays.too-many-numbers", array=self.name))
        stored, body = element
        if kind == CHAR:
            return _rows(body, stored, shape, order)
        numbers = np.frombuffer(body, f"{order}{STORED[stored]}", count=math.prod(shape))
        return numbers.astype(CLASSES[kind]).reshape(shape, order="F")

    def _each(self, parts: Parts, count: int, order: str, depth: int) -> list[Nested]:
        """The next ``count`` arrays, of cells or fields."""
        inner = list(islice(parts, count))
        if len(inner) < count or depth >= DEEPEST or any(kind != MATRIX for kind, _ in inner):
            raise ValueError(count)
        return [self.named(data, order, depth + 1)[1] for _, data in inner]

    def _structure(
        self, parts: Parts, shape: tuple[int, ...], order: str, depth: int
    ) -> Structure | None:
        """The fields of one structure or of several in an array; None of an empty one."""
        kind, length = next(parts)
        width = int(np.frombuffer(length, f"{order}i4", count=1)[0])
        if kind != INT32 or width <= 0:
            raise ValueError(kind)
        body = bytes(next(parts)[1])
        names = [
            body[at : at + width].split(b"\x00")[0].decode("latin-1")
            for at in range(0, len(body), width)
        ]
        count = math.prod(shape)
        if not count:
            return None
        each = self._each(parts, len(names) * count, order, depth)
        if count == 1:
            return Structure(zip(names, each, strict=True))
        columns = (tuple(each[place :: len(names)]) for place in range(len(names)))
        return Structure(zip(names, columns, strict=True))


def _rows(body: memoryview, stored: int, shape: tuple[int, ...], order: str) -> Array:
    """The rows of a character matrix as text, without the blanks that fill them up."""
    encoding = ENCODINGS[stored]
    text = bytes(body).decode(encoding + (WIDE[order] if encoding in {"utf-16", "utf-32"} else ""))
    if len(shape) != 2 or len(text) < math.prod(shape):
        raise ValueError(shape)
    if not math.prod(shape):
        return np.array([], dtype=str)
    rows = ["".join(text[row :: shape[0]][: shape[1]]).strip() for row in range(shape[0])]
    return np.array(rows, dtype=str)


LABEL = "label"
OF_CELLS = "X"
MOST_LAYERS = 9


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
    odd = {name: array for name, array in arrays.odd.items() if name != OF_CELLS}
    return NamedArrays({**arrays.plain, **stacked}, odd)


def _is_cube(array: Array) -> bool:
    return array.ndim == 3 and array.dtype.kind in NUMERIC
