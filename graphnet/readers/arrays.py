"""NumPy archives and MATLAB files: the same names for the same arrays.

``features`` (S, N, F) with ``measures`` (F) and ``regions`` (N), or ``fc`` (S, N, N), or both;
``ids`` and ``labels`` (S); where there are any ``scores`` and ``sites`` (S).
"""

from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.errors import CohortError
from graphnet.readers.delimited import MOST_COLUMNS, check_cells

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {"ids": "ID", "labels": "LABEL", "scores": "LABEL_SCORE", "sites": "SITE"}
NAMES = (*COLUMNS, "features", "measures", "regions", "fc")
NUMERIC = "biuf"
UNREADABLE = (ArithmeticError, EOFError, MemoryError, OSError, RecursionError, SyntaxError,
              TokenError, TypeError, ValueError)  # fmt: skip

Array = np.ndarray[Any, Any]
Arrays = Mapping[str, Array]


def load_arrays(folder: Path, name: str) -> dict[str, Array]:
    """The arrays of an unpacked NumPy archive, each from its file ``NAME.npy``. Raises CohortError.

    They are mapped: a header that promises more than its file holds reserves no memory, and
    objects, which would be pickled, cannot be.
    """
    paths = {key: folder / f"{key}.npy" for key in NAMES}
    try:
        with np.errstate(over="raise"):
            return {
                key: _plain(np.lib.format.open_memmap(path, mode="r"))
                for key, path in paths.items()
                if path.exists()
            }
    except UNREADABLE as error:
        raise CohortError(f"{name} is not a NumPy archive of plain arrays.") from error


def tabulate(arrays: Arrays, name: str, most_cells: int) -> "pd.DataFrame":
    """The table of columns that the arrays are. Raises CohortError, all problems at once."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    problems = _problems(arrays, name)
    if problems:
        raise CohortError(*problems)
    subjects = len(arrays["ids"].ravel())
    check_cells(name, subjects * (_values(arrays) + len(COLUMNS.keys() & arrays)), most_cells)
    columns: dict[str, Any] = {
        column: arrays[key].ravel() for key, column in COLUMNS.items() if key in arrays
    }
    regions = _regions(arrays)
    if "features" in arrays:
        for place, measure in enumerate(arrays["measures"].ravel()):
            for row, region in enumerate(regions):
                columns[f"{measure}_{region}"] = arrays["features"][:, row, place]
    if "fc" in arrays:
        columns |= edge_columns(arrays["fc"], regions)
    return pd.DataFrame(columns)


def edge_columns(connectomes: Array, regions: list[str]) -> dict[str, Any]:
    """The upper triangle of (S, N, N) as ``FC_i_j`` columns."""
    return {
        f"FC_{regions[i]}_{regions[j]}": connectomes[:, i, j]
        for i in range(len(regions))
        for j in range(i + 1, len(regions))
    }


def _regions(arrays: Arrays) -> list[str]:
    if "regions" in arrays:
        return [_name(region) for region in arrays["regions"].ravel().tolist()]
    several = arrays["features"] if "features" in arrays else arrays["fc"]
    return [str(number) for number in range(1, several.shape[1] + 1)]


def _name(region: Any) -> str:
    """MATLAB's numbers are of floating point: 7.0 is the region 7."""
    return str(int(region) if isinstance(region, float) and region.is_integer() else region)


def _problems(arrays: Arrays, name: str) -> list[str]:
    """What is missing or does not fit together."""
    main = next((arrays[key] for key in ("features", "fc") if key in arrays), None)
    if main is None:
        return [f"{name} has no array called features or fc."]
    if main.ndim != 3:
        return [f"{name} has features of shape {main.shape}; give (subjects, regions, measures)."]
    if main.size == 0:  # such a shape may be of any length, and costs a file no byte
        return [f"{name} has nothing in its features, which are of shape {main.shape}."]
    problems = [
        f"{name} has no array called {key}."
        for key in ("ids", *(["measures"] if "features" in arrays else []))
        if key not in arrays
    ]
    problems += [
        f"{name} has {key} that are no real numbers."
        for key in ("features", "fc")
        if key in arrays and arrays[key].dtype.kind not in NUMERIC
    ]
    subjects, regions = main.shape[:2]
    expected = dict.fromkeys(COLUMNS, subjects) | {"regions": regions}
    if "features" in arrays:
        expected["measures"] = main.shape[2]
    problems += [
        f"{name} has {arrays[key].size} {key} where {count} belong."
        for key, count in expected.items()
        if key in arrays and arrays[key].size != count
    ]
    if "fc" in arrays and arrays["fc"].shape != (subjects, regions, regions):
        problems.append(
            f"{name} has fc of shape {arrays['fc'].shape}; give {(subjects, regions, regions)}."
        )
    return problems or _too_many(arrays, name)


def _too_many(arrays: Arrays, name: str) -> list[str]:
    """More columns than a table may have, before each becomes an object; a region named twice."""
    if _values(arrays) > MOST_COLUMNS:
        return [f"{name} has more than {MOST_COLUMNS} values a subject; give at most that many."]
    named = [key for key in ("regions", "measures") if key in arrays]
    return [
        f"{name} names one of its {key} twice."
        for key in named
        if len(set(arrays[key].ravel().tolist())) < arrays[key].size
    ]


def _values(arrays: Arrays) -> int:
    """How many a subject has."""
    _, regions, measures = arrays["features"].shape if "features" in arrays else (0, 0, 0)
    edges = arrays["fc"].shape[-1] * (arrays["fc"].shape[-1] - 1) // 2 if "fc" in arrays else 0
    return int(regions * measures + edges)


def _plain(array: Array) -> Array:
    """Numbers and text in this machine's own order. Raises ValueError for anything else."""
    if array.dtype.kind not in f"{NUMERIC}US":
        raise ValueError(array.dtype)
    if array.dtype.kind == "S":
        return array.astype(str)
    odd = array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8)
    return array.astype(np.float64 if odd else array.dtype.newbyteorder("="), copy=False)
