"""MATLAB's files of version 4, as DSI Studio still writes them: full matrices one after the other.

After MathWorks' "MAT-File Format" (R2024a), level 4. Each matrix has a header of five numbers: how
it is stored, its rows and columns, whether it is complex, and the length of its name.
"""

import struct
from pathlib import Path

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.arrays.matlab import damaged
from graphnet.readers.arrays.named import (
    COMPLEX_NUMBERS,
    Array,
    NamedArrays,
    UnusableArray,
    classify_arrays,
    in_file,
)

HEADER, LONGEST_NAME, LARGEST = 20, 64, 8  # bytes
TYPES = ("f8", "f4", "i4", "i2", "u2", "u1")
NUMBERS, TEXT, SPARSE = range(3)
ORDERS = {0: "<", 1: ">"}  # by the first digit of how a matrix is stored


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
            start = at + HEADER + len(key) + 1
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
    for digit, order in ORDERS.items():
        stored, rows, columns, is_complex, length = struct.unpack_from(f"{order}5i", body, at)
        thousands, rest = divmod(stored, 1000)
        hundreds, rest = divmod(rest, 100)
        kind, what = divmod(rest, 10)
        if (thousands, hundreds) != (digit, 0) or not 1 < length <= LONGEST_NAME:
            continue
        raw = body[at + HEADER : at + HEADER + length]
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
    if what == NUMBERS:
        return numbers
    if not numbers.size or numbers.min() < 0 or numbers.max() > 0xFFFF:
        return np.array([], dtype=str)
    return np.array(["".join(map(chr, row)).strip() for row in numbers.astype(int)], dtype=str)
