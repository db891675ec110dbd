"""The numbers in the file of one subject: text, MATLAB's or NumPy's."""

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError, shortened
from graphnet.readers.arrays.named import NUMERIC, Array, NamedArrays, Odd
from graphnet.readers.folders.archives import too_large
from graphnet.readers.folders.entities import MATRIX, PACKED, SERIES, Scan, ending
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import Numbers, read_numbers

FloatArray = NDArray[np.float64]
PIECE = 1 << 20  # bytes
VARIABLE = "files.variable"
USUAL = {
    SERIES: ("ROISignals", "timeseries", "time_series", "ts", "signals"),
    MATRIX: ("ROICorrelation_FisherZ", "ROICorrelation", "connectivity", "fc", "FC"),
}


def read_scan(scan: Scan, inquiry: Inquiry, most: int) -> Numbers:
    """The table of numbers (rows, columns) of a file, NaN for what is missing.

    Raises:
        CohortError: it is damaged, too large, or holds no such table.

    """
    path = scan.path
    if path.stat().st_size > most:
        raise too_large(path.name, most)
    end = ending(path.name)
    if end == ".mat":
        return Numbers(_of_matlab(scan, inquiry, most), None, None)
    if end == ".npy":
        return Numbers(_of_numpy(path), None, None)
    return read_numbers(_unpacked(path, most), inquiry, path.name)


def _unpacked(path: Path, most: int) -> Path | bytes:
    if not path.name.lower().endswith(PACKED):
        return path
    pieces = []
    left = most
    try:
        with gzip.open(path) as packed:
            while piece := packed.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise too_large(path.name, most)
                pieces.append(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise CohortError(f"{path.name} is a gzip file that is damaged or cut short.") from error
    return b"".join(pieces)


def _of_matlab(scan: Scan, inquiry: Inquiry, most: int) -> FloatArray:
    from graphnet.readers.arrays.matlab import is_matlab, read_matlab  # noqa: PLC0415 - scipy is slow

    name = scan.path.name
    with scan.path.open("rb") as opened:
        head = opened.read(1024)
    if not is_matlab(head):
        raise CohortError(f"{name} is no MATLAB file of version 7 or older; save it with -v7.")
    arrays = read_matlab(scan.path, name, most)
    tables = {key: array for key, array in arrays.plain.items() if _is_table(array)}
    if not tables:
        tables = {key: each for key, each in arrays.plain.items() if _is_row_or_table(each)}
    if not tables:
        raise CohortError(f"{name} has no table of numbers; it has {arrays.found}.")
    return np.asarray(tables[_variable(tables, scan, arrays, inquiry)], dtype=np.float64)


def _variable(tables: dict[str, Array], scan: Scan, arrays: NamedArrays, inquiry: Inquiry) -> str:
    """Which of the arrays of a file holds what its name says; asked where several could."""
    if len(tables) == 1:
        return next(iter(tables))
    usual: Sequence[str] = USUAL.get(scan.kind, (*USUAL[SERIES], *USUAL[MATRIX]))
    known = [name for name in usual if name in tables]
    likely = known[0] if known else ""
    shapes = {tables[likely].shape} if likely else {table.shape for table in tables.values()}
    alike = [key for key, table in tables.items() if key not in usual and table.shape in shapes]
    if likely and not alike:
        others = shortened([name for name in tables if name != likely])
        inquiry.say(f"Of the arrays in each file {likely} was used, not {others}.")
        return likely
    return inquiry.ask(
        VARIABLE,
        f"{scan.path.name} holds {arrays.found}. Which array is to be used of each file?",
        [
            Choice(name, f"{name}, {' x '.join(map(str, tables[name].shape))}")
            for name in (*known, *alike)
        ],
    )


def _of_numpy(path: Path) -> FloatArray:
    from graphnet.readers.arrays.numpy_files import load_array  # noqa: PLC0415 - rarely needed

    array = load_array(path, path.name)
    if not isinstance(array, Odd) and array.ndim == 1 and array.size:
        array = array[None]  # one row
    if isinstance(array, Odd) or not _is_row_or_table(array):
        raise CohortError(
            f"{path.name} holds no table of numbers but {getattr(array, 'what', 'an array')} of "
            f"shape {array.shape}."
        )
    return np.asarray(array, dtype=np.float64)


def _is_table(array: Array) -> bool:
    return array.dtype.kind in NUMERIC and array.ndim == 2 and min(array.shape) > 1


def _is_row_or_table(array: Array) -> bool:
    return array.dtype.kind in NUMERIC and array.ndim == 2 and array.size > 2
