"""Named arrays, as NumPy and MATLAB keep them, before anybody knows what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphnet.errors import shortened

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
NUMERIC = "biuf"
TEXT = "US"
OTHERS = {"c": "an array of complex numbers", "M": "an array of dates",
          "m": "an array of spans of time", "V": "an array of records",
          "O": "an array of Python objects, which is a pickle and not opened here"}  # fmt: skip
MOST_NAMED = 8
DOCUMENTED = {"features", "fc", "measures", "regions", "ids", "labels", "scores", "sites"}


@dataclass(frozen=True)
class Odd:
    """An array that cannot be taken: its shape, and of what it is."""

    shape: Shape
    what: str


@dataclass(frozen=True)
class NamedArrays:
    """``plain`` arrays of numbers or text by name, and the ``odd`` ones that cannot be taken."""

    plain: Mapping[str, Array]
    odd: Mapping[str, Odd] = field(default_factory=dict)

    @property
    def found(self) -> str:
        """Names and shapes of all, for a sentence."""
        plain = [f"{name} {_shape(array.shape)}" for name, array in self.plain.items()]
        odd = [f"{name} ({each.what})" for name, each in self.odd.items()]
        return shortened([*plain, *odd], MOST_NAMED)


def sorted_out(arrays: Mapping[str, Array | Odd]) -> NamedArrays:
    """Numbers and text in this machine's own order of bytes, and the rest by what it is.

    A documented name is known in capitals too.
    """
    plain: dict[str, Array] = {}
    odd: dict[str, Odd] = {}
    for given, array in arrays.items():
        lower = given.casefold()
        name = lower if lower in DOCUMENTED and lower not in arrays else given
        if isinstance(array, Odd):
            odd[name] = array
        elif array.dtype.kind in NUMERIC + TEXT:
            plain[name] = _plain(array)
        else:
            odd[name] = Odd(array.shape, OTHERS.get(array.dtype.kind, str(array.dtype)))
    return NamedArrays(plain, odd)


def vector(array: Array) -> Array:
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
