"""MATLAB's files of the versions 4 to 7: full arrays, text, and cells of text.

Versions 5 to 7 are read by scipy, which trusts a file's word on how large and how deep it is. So
the file is walked through first, after MathWorks' "MAT-File Format" (R2024a), level 5: what is
packed is measured, and only arrays that are plain and no larger than their bytes are given to it.
"""

import math
import struct
import warnings
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.arrays.named import (
    COMPLEX_NUMBERS,
    STRUCTURE,
    Array,
    NamedArrays,
    UnusableArray,
    classify_arrays,
    in_file,
    texts,
)
from graphnet.readers.folders.archives import too_large

Parts = Iterator[tuple[int, memoryview]]

HEADER, MARK = 128, slice(124, 128)
ORDERS = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
MATRIX, COMPRESSED = 14, 15
AXES, FLAGS = {5, 6}, 6  # the kinds of element that say how long axes are, and what an array is
SIZES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}  # bytes of a number
CHARACTERS = {16: 1, 17: 1, 18: 1}  # UTF-8, UTF-16, UTF-32
LARGEST = 8  # bytes, of any number
CELL, CHAR, OPAQUE = 1, 4, 17
NUMBERS = range(6, 16)  # the classes from double to uint64
COMPLEX = 0x800
OWN = "__"  # the start of names that are not the user's; MATLAB's own data has no name
CLASS = 0xFF
DAMAGE = (struct.error, zlib.error, LookupError, StopIteration, ValueError)
UNREADABLE = (*DAMAGE, ArithmeticError, AttributeError, EOFError, MemoryError, NotImplementedError,
              OSError, TypeError)  # fmt: skip
OTHERS = {
    2: STRUCTURE,
    3: Message("readers_arrays.object"),
    5: Message("readers_arrays.sparse"),
    16: Message("readers_arrays.function"),
    OPAQUE: Message("readers_arrays.opaque"),
}
# Of version 4.
HEADER_4, LONGEST_NAME = 20, 64  # bytes
TYPES = ("f8", "f4", "i4", "i2", "u2", "u1")
NUMBERS_4, TEXT, SPARSE = range(3)
ORDERS_4 = {0: "<", 1: ">"}  # by the first digit of how a matrix is stored


@dataclass(frozen=True)
class Variable:
    """An array in a file. ``odd`` says what it is where it cannot be taken."""

    name: str
    shape: tuple[int, ...]
    odd: Message | None = None


def is_matlab(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is such a file."""
    return head[MARK] in ORDERS


def read_matlab(path: Path, name: str, most: int) -> NamedArrays:
    """Every array of the file ``name``.

    Numbers come as they were in MATLAB (a double is a double, however it was stored), text as an
    array of ``str``, one per row or cell.

    Raises:
        CohortError: the file is damaged, or there are more than ``most`` bytes in it once it is
            unpacked.

    """
    variables = list_variables(path, name, most)
    usable = _load(path, name, [variable.name for variable in variables if variable.odd is None])
    return classify_arrays(
        {
            variable.name: usable[variable.name]
            if variable.odd is None
            else UnusableArray(variable.shape, variable.odd)
            for variable in variables
        }
    )


def list_variables(path: Path, name: str, most: int) -> list[Variable]:
    """What is in the file ``name``, measured. Raises CohortError as :func:`read_matlab`."""
    try:
        variables = [
            _variable(data, order, name, most) for data, order in matrices_in(path, name, most)
        ]
    except DAMAGE as error:
        raise damaged(name) from error
    if len({variable.name for variable in variables}) < len(variables):
        raise damaged(name)
    return [variable for variable in variables if not variable.name.startswith(OWN)]


def matrices_in(path: Path, name: str, most: int) -> Iterator[tuple[memoryview, str]]:
    """The bytes of each variable, unpacked, and their order: ``<`` or ``>``.

    Raises:
        CohortError: more than ``most`` bytes come out; and one of ``DAMAGE`` where it is damaged.

    """
    body = path.read_bytes()
    order, left = ORDERS[body[MARK]], most
    for kind, packed in elements(memoryview(body)[HEADER:], order):
        data = packed
        if kind == COMPRESSED:
            unpacked = inflated(packed, left, name, most)
            left -= len(unpacked)
            kind, data = next(elements(memoryview(unpacked), order), (0, packed))  # noqa: PLW2901
        if kind != MATRIX:
            raise ValueError(kind)
        yield data, order


def damaged(name: str) -> CohortError:
    """The MATLAB file ``name`` cannot be read."""
    return CohortError(Message("readers_arrays.damaged-matlab", file=name))


def _load(path: Path, name: str, wanted: Collection[str]) -> dict[str, Array]:
    if not wanted:
        return {}
    import scipy.io  # noqa: PLC0415 - slow to import

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Doubles that hold small whole numbers are stored as uint8, of which 0 - 1 is 255.
            loaded = scipy.io.loadmat(path, mat_dtype=True, variable_names=list(wanted))
    except UNREADABLE as error:
        raise damaged(name) from error
    if not loaded.keys() >= set(wanted):
        raise damaged(name)
    return {key: _taken(loaded[key]) for key in wanted}


def _taken(array: Array) -> Array:
    """Text of cells and of rows without the blanks that fill them up; numbers as they are."""
    if array.dtype.kind == "O":
        cells = [texts(np.asarray(cell)) for cell in array.ravel()]
        return np.array(["".join(cell[:1]) for cell in cells], dtype=str).reshape(array.shape)
    return np.strings.strip(array) if array.dtype.kind == "U" else array


# A file's own words, measured ----------------------------------------------------------------


def elements(data: memoryview, order: str) -> Parts:
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


def inflated(packed: memoryview, left: int, name: str, most: int) -> bytes:
    """The bytes that come out of ``packed``, of which ``left`` may. Raises ValueError if cut."""
    stream = zlib.decompressobj()
    unpacked = stream.decompress(packed, left + 1)
    if len(unpacked) > left:
        raise too_large(name, most)
    if not stream.eof:
        raise ValueError("cut short")
    return unpacked


def _variable(data: memoryview, order: str, file: str, most: int) -> Variable:
    """One array by its name. Raises ValueError where it is not what it says."""
    parts = elements(data, order)
    flags = flags_of(next(parts), order)
    kind = flags & CLASS
    shape = (0,) if kind == OPAQUE else shape_of(next(parts), order)
    name = bytes(next(parts)[1]).decode("latin-1") or OWN
    if kind in OTHERS or flags & COMPLEX:
        return Variable(name, shape, OTHERS.get(kind, COMPLEX_NUMBERS))
    if math.prod(max(1, size) for size in shape) * LARGEST > most:  # a 0 hides the others
        raise CohortError(Message("readers_arrays.too-many-numbers", array=in_file(name, file)))
    if kind == CELL:
        return Variable(name, shape, _cells(parts, shape, order))
    _check_filled(next(parts), kind, shape)
    return Variable(name, shape)


def flags_of(element: tuple[int, memoryview], order: str) -> int:
    """The flags of an array, and its class. Raises ValueError where they do not come first."""
    kind, data = element
    if kind != FLAGS:
        raise ValueError(kind)
    return int(struct.unpack_from(f"{order}I", data)[0])


def shape_of(element: tuple[int, memoryview], order: str) -> tuple[int, ...]:
    """How long the axes of an array are. Raises ValueError where that is no shape."""
    kind, data = element
    shape = struct.unpack(f"{order}{len(data) // 4}i", data)
    if kind not in AXES or len(shape) < 2 or min(shape) < 0:
        raise ValueError(shape)
    return shape


def _check_filled(element: tuple[int, memoryview], kind: int, shape: tuple[int, ...]) -> None:
    """Raises ValueError where an array has not as many values as its shape says."""
    stored, data = element
    sizes = (CHARACTERS if kind == CHAR else {}) | SIZES
    if kind not in {CHAR, *NUMBERS} or (stored not in sizes):
        raise ValueError(kind)
    # A character of UTF-8 or UTF-16 is of one byte at least.
    count = len(data) if kind == CHAR else len(data) // SIZES[stored]
    if count < math.prod(shape) or (kind == CHAR and len(shape) != 2):
        raise ValueError(shape)


def _cells(parts: Parts, shape: tuple[int, ...], order: str) -> Message | None:
    """What is odd about a cell array; None where each cell holds one text or one number."""
    cells = list(parts)
    if len(cells) != math.prod(shape) or any(kind != MATRIX for kind, _ in cells):
        raise ValueError(shape)
    odd = (_cell(data, order) for _, data in cells if data)
    return next((what for what in odd if what is not None), None)


def _cell(data: memoryview, order: str) -> Message | None:
    parts = elements(data, order)
    flags = flags_of(next(parts), order)
    kind = flags & CLASS
    if kind not in {CHAR, *NUMBERS} or flags & COMPLEX:
        return Message("readers_arrays.odd-cells")
    shape = shape_of(next(parts), order)
    next(parts)  # a cell has no name
    values = 1 if kind == CHAR and shape[0] == 1 else math.prod(shape)
    if values > 1:
        return Message("readers_arrays.large-cell", shape=" x ".join(map(str, shape)))
    if math.prod(shape):
        _check_filled(next(parts), kind, shape)
    return None


# Version 4, as DSI Studio still writes it: full matrices one after the other. After MathWorks'
# "MAT-File Format" (R2024a), level 4: each has a header of five numbers: how it is stored, its rows
# and columns, whether it is complex, and the length of its name.


def is_matlab_4(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is such a file, which has no signature."""
    try:
        _header(head, 0)
    except (ValueError, struct.error):
        return False
    return True


def read_matlab_4(path: Path, name: str, most: int) -> NamedArrays:
    """Every matrix of the file ``name``: numbers as they are stored, text by rows.

    Raises:
        CohortError: it is damaged or cut short, or holds more than ``most`` bytes of numbers.

    """
    body = path.read_bytes()
    found: dict[str, Array | UnusableArray] = {}
    at, count, left = 0, 0, most
    try:
        while at < len(body):
            order, kind, what, shape, parts, key = _header(body, at)
            size = int(np.dtype(kind).itemsize) * shape[0] * shape[1]
            start = at + HEADER_4 + len(key) + 1
            at = start + size * parts
            left -= LARGEST * shape[0] * shape[1]
            if left < 0:
                raise CohortError(
                    Message("readers_arrays.too-many-numbers", array=in_file(key, name))
                )
            count += 1
            numbers = np.frombuffer(_whole(body, start, at)[:size], order + kind)
            found[key] = _matrix(numbers.reshape(shape, order="F"), what, parts)
    except (ValueError, struct.error, OverflowError) as error:
        raise damaged(name) from error
    if len(found) < count:
        raise damaged(name)
    return classify_arrays(found)


def _whole(body: bytes, start: int, end: int) -> bytes:
    """The bytes from ``start`` to ``end``. Raises ValueError where there are not so many."""
    if end > len(body):
        raise ValueError(end)
    return body[start:end]


def _header(body: bytes, at: int) -> tuple[str, str, int, tuple[int, int], int, str]:
    """Order, type, content, shape and number of parts of a matrix, and its name.

    Raises ValueError where none is there.
    """
    for digit, order in ORDERS_4.items():
        stored, rows, columns, is_complex, length = struct.unpack_from(f"{order}5i", body, at)
        thousands, rest = divmod(stored, 1000)
        hundreds, rest = divmod(rest, 100)
        kind, what = divmod(rest, 10)
        if (thousands, hundreds) != (digit, 0) or not 1 < length <= LONGEST_NAME:
            continue
        raw = body[at + HEADER_4 : at + HEADER_4 + length]
        name = raw[:-1].decode("latin-1")
        plain = (
            len(raw) == length and raw[-1:] == b"\x00" and name.isascii() and name.isidentifier()
        )
        if plain and kind < len(TYPES) and what <= SPARSE and min(rows, columns) >= 0:
            if is_complex not in {0, 1}:
                raise ValueError(is_complex)
            return order, TYPES[kind], what, (rows, columns), 1 + is_complex, name
    raise ValueError(at)


def _matrix(numbers: Array, what: int, parts: int) -> Array | UnusableArray:
    if parts > 1:
        return UnusableArray(numbers.shape, COMPLEX_NUMBERS)
    if what == SPARSE:
        return UnusableArray(numbers.shape, Message("readers_arrays.sparse"))
    if what == NUMBERS_4:
        return numbers
    if not numbers.size or numbers.min() < 0 or numbers.max() > 0xFFFF:
        return np.array([], dtype=str)
    return np.array(["".join(map(chr, row)).strip() for row in numbers.astype(int)], dtype=str)
