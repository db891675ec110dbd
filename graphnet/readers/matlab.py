"""MATLAB's files of the versions 5 to 7: plain arrays, and cells of text.

Read here rather than by scipy, which the service has not, and which trusts a file's word on how
large and how deep it is. After MathWorks' "MAT-File Format" (R2024a), level 5.
"""

import math
import struct
import zlib
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from graphnet.errors import CohortError

Array = np.ndarray[Any, Any]
Parts = Iterator[tuple[int, memoryview]]

HEADER, MARK = 128, slice(124, 128)
ORDERS = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
NEWER = {b"\x00\x02IM", b"\x02\x00MI"}
MATRIX, COMPRESSED = 14, 15
NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8",
           13: "u8"}  # fmt: skip
CELL, CHAR, OPAQUE = 1, 4, 17
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8",
           15: "u8"}  # fmt: skip
COMPLEX = 0x800
DAMAGE = (struct.error, zlib.error, LookupError, StopIteration, ValueError)
OTHERS = {2: "a structure", 3: "an object", 5: "a sparse array", 16: "a function",
          OPAQUE: "a string array, a table or another object"}  # fmt: skip
PLAIN = "give a full array of real numbers, or a cell array of text (cellstr)"


def is_matlab(body: bytes) -> bool:
    """Whether these are the bytes of such a file."""
    return body[MARK] in ORDERS


def is_newer_matlab(body: bytes) -> bool:
    """Whether they are of a version that is HDF5 within."""
    return body[MARK] in NEWER


def read_matlab(body: bytes, name: str, wanted: Collection[str], most: int) -> dict[str, Array]:
    """The ``wanted`` arrays of the file ``name``; others in it are passed over.

    Text comes as an array of ``str``, one a row or a cell.

    Raises:
        CohortError: the file is damaged, an array is of no plain kind, or there are more than
            ``most`` bytes in it once it is unpacked.

    """
    order, left = ORDERS[body[MARK]], most
    found: dict[str, Array] = {}
    try:
        for kind, packed in _elements(memoryview(body)[HEADER:], order):
            data = packed
            if kind == COMPRESSED:
                unpacked = _inflated(packed, left, name)
                left -= len(unpacked)
                kind, data = next(_elements(memoryview(unpacked), order))  # noqa: PLW2901
            if kind != MATRIX:
                raise ValueError(kind)
            found |= _named(data, order, name, wanted, most)
    except DAMAGE as error:
        raise CohortError(f"{name} is a MATLAB file that is damaged or cut short.") from error
    return found


def _elements(data: memoryview, order: str) -> Parts:
    """The kind and the bytes of each element. Raises ValueError where one is cut short."""
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from(f"{order}II", data, at)
        start = at + 8
        if kind >> 16:  # a small one: its size stands beside its kind, its bytes in the tag
            kind, size, start = kind & 0xFFFF, kind >> 16, at + 4
        if start + size > len(data) or (start == at + 4 and size > 4):
            raise ValueError("cut short")
        yield kind, data[start : start + size]
        at = at + 8 if start == at + 4 else start + size + _padding(kind, size)


def _padding(kind: int, size: int) -> int:
    return 0 if kind == COMPRESSED else -size % 8


def _inflated(packed: memoryview, left: int, name: str) -> bytes:
    stream = zlib.decompressobj()
    unpacked = stream.decompress(packed, left + 1)
    if len(unpacked) > left:
        raise CohortError(f"{name} is too large once it is unpacked.")
    if not stream.eof:
        raise ValueError("cut short")
    return unpacked


def _named(
    data: memoryview, order: str, file: str, wanted: Collection[str], most: int
) -> dict[str, Array]:
    """The array by its name, if it is ``wanted``."""
    parts = _elements(data, order)
    flags = int(_numbers(next(parts), order)[0])
    kind = flags & 0xFF
    shape = (0,) if kind == OPAQUE else _shape(next(parts), order)
    name = bytes(next(parts)[1]).decode()
    if name not in wanted:
        return {}
    if kind in OTHERS or flags & COMPLEX:
        what = OTHERS.get(kind, "of complex numbers")
        raise CohortError(f"{name} in {file} is {what}; {PLAIN}.")
    if math.prod(max(1, size) for size in shape) * 8 > most:  # a length of 0 hides the others
        raise CohortError(f"{name} in {file} has more numbers than are taken.")
    if kind == CELL:
        return {name: _cells(parts, order, f"{name} in {file}")}
    return {name: _array(kind, shape, parts, order)}


def _shape(element: tuple[int, memoryview], order: str) -> tuple[int, ...]:
    shape = tuple(int(size) for size in _numbers(element, order))
    if len(shape) < 2 or min(shape) < 0:
        raise ValueError(shape)
    return shape


def _array(kind: int, shape: tuple[int, ...], parts: Parts, order: str) -> Array:
    if kind == CHAR:
        return _texts(next(parts), shape, order)
    values = _numbers(next(parts), order)
    if values.size != math.prod(shape):
        raise ValueError(shape)
    return values.astype(CLASSES[kind]).reshape(shape, order="F")


def _numbers(element: tuple[int, memoryview], order: str) -> Array:
    kind, data = element
    return np.frombuffer(data, f"{order}{NUMBERS[kind]}")


def _texts(element: tuple[int, memoryview], shape: tuple[int, ...], order: str) -> Array:
    """The rows of a matrix of characters, without the blanks that fill them up."""
    kind, data = element
    suffix = "le" if order == "<" else "be"
    codings = {1: "latin-1", 2: "latin-1", 4: f"utf-16-{suffix}", 16: "utf-8",
               17: f"utf-16-{suffix}", 18: f"utf-32-{suffix}"}  # fmt: skip
    text = bytes(data).decode(codings[kind])
    rows, width = shape
    if len(text) != rows * width:
        raise ValueError(shape)
    return np.array([text[row::rows].strip() for row in range(rows)], dtype=object)


def _cells(parts: Parts, order: str, what: str) -> Array:
    """The one text or number of each cell."""
    return np.array([_cell(element, order, what) for element in parts], dtype=object)


def _cell(element: tuple[int, memoryview], order: str, what: str) -> Any:
    kind, data = element
    if kind != MATRIX:
        raise ValueError(kind)
    if not data:
        return ""
    parts = _elements(data, order)
    flags = int(_numbers(next(parts), order)[0])
    if flags & 0xFF not in {CHAR, *CLASSES} or flags & COMPLEX:
        raise CohortError(f"{what} has a cell that is no text and no number; {PLAIN}.")
    shape = _shape(next(parts), order)
    next(parts)  # a cell has no name
    if not math.prod(shape):
        return ""
    found = _array(flags & 0xFF, shape, parts, order)
    if found.size != 1:
        raise CohortError(f"{what} has a cell with {found.size} values; each holds one.")
    return found.ravel()[0]
