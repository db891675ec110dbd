"""NumPy archives and MATLAB files: the same names for the same arrays.

``features`` (S, N, F) with ``measures`` (F) and ``regions`` (N), or ``fc`` (S, N, N), or both;
``ids`` and ``labels`` (S); where there are any ``scores`` and ``sites`` (S).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.errors import CohortError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {"ids": "ID", "labels": "LABEL", "scores": "LABEL_SCORE", "sites": "SITE"}
NAMES = (*COLUMNS, "features", "measures", "regions", "fc")

Arrays = Mapping[str, np.ndarray[Any, Any]]


def read_npz(path: Path) -> "pd.DataFrame":
    """Read a NumPy archive as a table of columns. Raises CohortError."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in NAMES if name in archive.files}
    except (OSError, ValueError, EOFError) as error:
        raise CohortError(f"{path.name} is not a NumPy archive of plain arrays.") from error
    return tabulate(arrays, path.name)


def read_mat(path: Path) -> "pd.DataFrame":
    """Read a MATLAB file, up to version 7, as a table of columns. Raises CohortError."""
    try:
        from scipy.io import loadmat  # noqa: PLC0415 - the service alone has no scipy
    except ModuleNotFoundError:
        raise CohortError("A .mat file needs scipy: pip install 'nld-sgn[worker]'.") from None
    try:
        found = loadmat(path, squeeze_me=False, chars_as_strings=True)
    except NotImplementedError as error:
        raise CohortError(
            f"{path.name} is of MATLAB's version 7.3; save it with the option -v7."
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise CohortError(f"{path.name} is not a MATLAB file.") from error
    arrays = {name: _plain(found[name]) for name in NAMES if name in found}
    return tabulate(arrays, path.name)


def tabulate(arrays: Arrays, name: str) -> "pd.DataFrame":
    """The table of columns that the arrays are. Raises CohortError, all problems at once."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    problems = _problems(arrays, name)
    if problems:
        raise CohortError(*problems)
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


def edge_columns(connectomes: np.ndarray[Any, Any], regions: list[str]) -> dict[str, Any]:
    """The upper triangle of (S, N, N) as ``FC_i_j`` columns."""
    return {
        f"FC_{regions[i]}_{regions[j]}": connectomes[:, i, j]
        for i in range(len(regions))
        for j in range(i + 1, len(regions))
    }


def _regions(arrays: Arrays) -> list[str]:
    if "regions" in arrays:
        return [str(name) for name in arrays["regions"].ravel()]
    several = arrays["features"] if "features" in arrays else arrays["fc"]
    return [str(number) for number in range(1, several.shape[1] + 1)]


def _problems(arrays: Arrays, name: str) -> list[str]:
    """What is missing or does not fit together."""
    main = next((arrays[key] for key in ("features", "fc") if key in arrays), None)
    if main is None:
        return [f"{name} has no array called features or fc."]
    if main.ndim != 3:
        return [f"{name} has features of shape {main.shape}; give (subjects, regions, measures)."]
    problems = [
        f"{name} has no array called {key}."
        for key in ("ids", *(["measures"] if "features" in arrays else []))
        if key not in arrays
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
    return problems


def _plain(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Cells of text as text, and text without MATLAB's padding."""
    if array.dtype == object:
        return np.array([str(np.ravel(cell)[0]) for cell in array.ravel()])
    return np.char.strip(array) if array.dtype.kind == "U" else array
