"""Named arrays, as NumPy and MATLAB keep them, before anybody knows what they mean."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message, Several, first_of
from graphnet.readers.tables.sheet import trimmed

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
NUMERIC = "biuf"
TEXT = "US"
COMPLEX_NUMBERS = Message("readers_arrays.complex-numbers")
STRUCTURE = Message("readers_arrays.structure")
OBJECTS = Message("readers_arrays.objects")
UNUSABLE_KINDS = {
    "c": COMPLEX_NUMBERS,
    "M": Message("readers_arrays.dates"),
    "m": Message("readers_arrays.time-spans"),
    "V": Message("readers_arrays.records"),
    "O": OBJECTS,
}
MOST_NAMED = 8
DOCUMENTED = {"features", "fc", "measures", "regions", "ids", "labels", "scores", "sites"}


class Structure(dict[str, "Nested"]):
    """The fields of a structure; of an array of structures each field is a tuple, as of cells."""


Nested = Array | tuple["Nested", ...] | Structure | None


@dataclass(frozen=True)
class UnusableArray:
    """An array that cannot be taken: its shape, and what it is (``an array of dates``)."""

    shape: Shape
    message: Message

    @property
    def what(self) -> str:
        """What it is, in English."""
        return str(self.message)


@dataclass(frozen=True)
class NamedArrays:
    """``plain`` arrays of numbers or text by name, and the ``odd`` ones that cannot be taken.

    ``called``: the file's own names of arrays that have a documented one here.
    """

    plain: Mapping[str, Array]
    odd: Mapping[str, UnusableArray] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def listed(self) -> Several:
        """Names and shapes of all, a value for a message."""
        plain = [f"{name} {_shape(array.shape)}" for name, array in self.plain.items()]
        odd = [
            Message("readers_arrays.name-and-kind", name=name, kind=array.message)
            for name, array in self.odd.items()
        ]
        return first_of([*plain, *odd], MOST_NAMED)


def classify_arrays(arrays: Mapping[str, Array | UnusableArray]) -> NamedArrays:
    """Numbers and text in this machine's own order of bytes, and the rest by what it is.

    A documented name is known in capitals too.
    """
    plain: dict[str, Array] = {}
    odd: dict[str, UnusableArray] = {}
    for given, array in arrays.items():
        lower = given.casefold()
        name = lower if lower in DOCUMENTED and lower not in arrays else given
        if isinstance(array, UnusableArray):
            odd[name] = array
        elif array.dtype.kind in NUMERIC + TEXT:
            plain[name] = _plain(array)
        else:
            other = Message("readers_arrays.of-type", type=str(array.dtype))
            odd[name] = UnusableArray(array.shape, UNUSABLE_KINDS.get(array.dtype.kind, other))
    return NamedArrays(plain, odd)


def as_vector(array: Array) -> Array:
    """A row or a column (1, S) or (S, 1) as (S,); of MATLAB every vector is one of both."""
    return array.ravel() if array.size == max(array.shape, default=1) else array


def texts(array: Array) -> tuple[str, ...]:
    """The values of an array as text, without surrounding blanks; 7.0 is ``7``, NaN is ""."""
    return tuple(_text(value) for value in array.ravel().tolist())


def _text(value: Any) -> str:
    if isinstance(value, float):
        if np.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    return trimmed(str(value))


def _plain(array: Array) -> Array:
    if array.dtype.kind == "S":
        return np.array([_decoded(text) for text in array.ravel()], dtype=str).reshape(array.shape)
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        return array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _shape(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})"


MAGIC = b"\x93NUMPY"
UNREADABLE = (ArithmeticError, EOFError, MemoryError, OSError, RecursionError, SyntaxError,
              TokenError, TypeError, ValueError)  # fmt: skip
FIRST = (1, 0)  # the version of the format in which arrays of objects are written


def load_arrays(folder: Path, names: Iterable[str], file: str) -> NamedArrays:
    """The arrays ``NAME.npy`` of an unpacked archive; ``file`` is for sentences.

    Raises:
        CohortError: one of them is damaged.

    """
    paths = {name: folder / f"{name}.npy" for name in names}
    return classify_arrays(
        {name: load_array(path, in_file(name, file)) for name, path in paths.items()}
    )


def in_file(name: str, file: str) -> Message:
    """An array of a file, for a message."""
    return Message("readers_arrays.in-file", array=name, file=file)


def load_array(path: Path, what: str | Message) -> Array | UnusableArray:
    """One array, mapped: a header that promises more than its file holds reserves no memory.

    Of Python objects, which are pickled, only the shape is looked at.

    Raises:
        CohortError: it is no array, or damaged.

    """
    try:
        with np.errstate(over="raise"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a header that Python 2 wrote is read all the same
            shape = _shape_of_objects(path)
            if shape is not None:
                return UnusableArray(shape, OBJECTS)
            return np.lib.format.open_memmap(path, mode="r")
    except UNREADABLE as error:
        raise CohortError(Message("readers_arrays.damaged-numpy", array=what)) from error


def _shape_of_objects(path: Path) -> Shape | None:
    """The shape of an array of Python objects; None of any other array."""
    with path.open("rb") as file:
        if np.lib.format.read_magic(file) != FIRST:
            return None
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
    return tuple(shape) if kind.hasobject else None


def texts_of(value: Nested) -> tuple[str, ...]:
    """The texts of a cell array, or of the rows of a character matrix; () of anything else."""
    if isinstance(value, tuple):
        return tuple(text for cell in value for text in (texts_of(cell) or ("",))[:1])
    if isinstance(value, np.ndarray) and value.dtype.kind == "U":
        return tuple(str(row) for row in value)
    return ()
