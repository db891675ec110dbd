"""NumPy's files: ``.npz`` archives and a single ``.npy``; no pickle is ever opened."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from tokenize import TokenError

import numpy as np

from graphnet.errors import CohortError
from graphnet.readers.arrays.named import OTHERS, Array, NamedArrays, Odd, Shape, sorted_out

MAGIC = b"\x93NUMPY"
UNREADABLE = (ArithmeticError, EOFError, MemoryError, OSError, RecursionError, SyntaxError,
              TokenError, TypeError, ValueError)  # fmt: skip
FIRST = (1, 0)  # the version of the format in which arrays of objects are written


def load_folder(folder: Path, names: Iterable[str], file: str) -> NamedArrays:
    """The arrays ``NAME.npy`` of an unpacked archive; ``file`` is for sentences.

    Raises:
        CohortError: one of them is damaged.

    """
    paths = {name: folder / f"{name}.npy" for name in names}
    return sorted_out({name: load_array(path, f"{name} in {file}") for name, path in paths.items()})


def load_array(path: Path, what: str) -> Array | Odd:
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
                return Odd(shape, OTHERS["O"])
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


def refuse_hdf5(head: bytes, name: str) -> CohortError:
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
