"""Any file or folder that holds a cohort, by what it is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from graphnet.cohort import Cohort, FloatArray
from graphnet.errors import CohortError
from graphnet.readers.arrays import read_mat, read_npz
from graphnet.readers.folders import read_folder
from graphnet.readers.table import from_json, from_table, read_table

if TYPE_CHECKING:
    import pandas as pd

READERS: dict[str, Callable[[Path], "pd.DataFrame"]] = {
    ".csv": read_table,
    ".npz": read_npz,
    ".mat": read_mat,
}


def read_file(path: Path) -> "pd.DataFrame":
    """Read a CSV, TSV, npz or mat file, or a folder of DPABI or BIDS, as a table of columns.

    Raises:
        CohortError: what is there cannot be read as a cohort.

    """
    if path.is_dir():
        return read_folder(path)
    if path.suffix.lower() == ".tsv":
        return read_table(path, separator="\t")
    if path.suffix.lower() not in READERS:
        known = ", ".join([*READERS, ".tsv", ".json"])
        raise CohortError(
            f"{path.name} is of no kind that is known here; give {known} or a folder."
        )
    return READERS[path.suffix.lower()](path)


def read_cohort(path: Path, target: str = "group") -> Cohort:
    """Read a cohort named for its file or folder; NEURO-LEARN's JSON too.

    A folder of time series gives these beside the connectomes.

    Raises:
        CohortError: what is there cannot be read as a cohort.

    """
    if path.suffix.lower() == ".json":
        return from_json(path.read_text(encoding="utf-8"), path.stem, target)
    if not path.is_dir():
        return from_table(read_file(path), path.stem, target)
    series: dict[str, FloatArray] = {}
    cohort = from_table(read_folder(path, series), path.stem, target)
    if not series:
        return cohort
    return replace(cohort, series=tuple(series[name] for name in cohort.ids))
