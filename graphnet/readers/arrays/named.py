"""Named arrays, as NumPy and MATLAB keep them, before anybody knows what they mean."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from graphnet.errors import CohortError, shortened

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
NUMERIC = "biuf"
TEXT = "US"
UNUSABLE_KINDS = {"c": "an array of complex numbers", "M": "an array of dates",
          "m": "an array of spans of time", "V": "an array of records",
          "O": "an array of Python objects, which is a pickle and not opened here"}  # fmt: skip
MOST_NAMED = 8
DOCUMENTED = {"features", "fc", "measures", "regions", "ids", "labels", "scores", "sites"}


@dataclass(frozen=True)
class UnusableArray:
    """An array that cannot be taken: its shape, and of what it is."""

    shape: Shape
    what: str


@dataclass(frozen=True)
class NamedArrays:
    """``plain`` arrays of numbers or text by name, and the ``odd`` ones that cannot be taken."""

    plain: Mapping[str, Array]
    odd: Mapping[str, UnusableArray] = field(default_factory=dict)

    @property
    def found(self) -> str:
        """Names and shapes of all, for a sentence."""
        plain = [f"{name} {_shape(array.shape)}" for name, array in self.plain.items()]
        odd = [f"{name} ({each.what})" for name, each in self.odd.items()]
        return shortened([*plain, *odd], MOST_NAMED)


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
            odd[name] = UnusableArray(
                array.shape, UNUSABLE_KINDS.get(array.dtype.kind, str(array.dtype))
            )
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
    return str(value).strip()


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
        {name: load_array(path, f"{name} in {file}") for name, path in paths.items()}
    )


def load_array(path: Path, what: str) -> Array | UnusableArray:
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
                return UnusableArray(shape, UNUSABLE_KINDS["O"])
            return np.lib.format.open_memmap(path, mode="r")
    except UNREADABLE as error:
        raise CohortError(f"{what} is no plain NumPy array, or is damaged or cut short.") from error


def _shape_of_objects(path: Path) -> Shape | None:
    """The shape of an array of Python objects; None of any other array."""
    with path.open("rb") as file:
        if np.lib.format.read_magic(file) != FIRST:
            return None
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
    return tuple(shape) if kind.hasobject else None


HDF5 = b"\x89HDF\r\n\x1a\n"
MARK, NEWER = slice(124, 128), {b"\x00\x02IM", b"\x02\x00MI"}


def is_hdf5(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is HDF5, alone or below MATLAB's own header."""
    return head.startswith(HDF5) or head[MARK] in NEWER


def hdf5_error(head: bytes, name: str) -> CohortError:
    """How to save the file ``name`` otherwise."""
    if head[MARK] in NEWER:
        return CohortError(
            f"{name} is of MATLAB's version 7.3, which is HDF5. Save it with the option -v7: "
            "save('cohort.mat', 'fc', 'ids', 'labels', '-v7')."
        )
    return CohortError(
        f"{name} is an HDF5 file. If MATLAB wrote it, save it with the option -v7; from Python "
        "save plain arrays: numpy.savez('cohort.npz', fc=…, ids=…, labels=…)."
    )
