"""Any file or folder that holds a cohort, by what it is."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from graphnet.cohort import Cohort, FloatArray
from graphnet.readers.folders import LARGEST, read_folder
from graphnet.readers.table import from_table
from graphnet.readers.uploads import read_upload

if TYPE_CHECKING:
    import pandas as pd


def read_file(path: Path) -> "pd.DataFrame":
    """Read a file of any kind, or a folder of DPABI or BIDS, as a table of columns.

    Raises:
        CohortError: what is there cannot be read as a table.

    """
    if path.is_dir():
        return read_folder(path)
    # What lies on the reader's own machine may be as large as they like.
    return read_upload(path.read_bytes(), path.name, LARGEST)[1]


def read_cohort(path: Path, target: str = "group") -> Cohort:
    """Read a cohort named for its file or folder; NEURO-LEARN's JSON too.

    A folder of time series gives these beside the connectomes.

    Raises:
        CohortError: what is there cannot be read as a cohort.

    """
    if not path.is_dir():
        return from_table(read_file(path), path.stem, target)
    series: dict[str, FloatArray] = {}
    cohort = from_table(read_folder(path, series), path.stem, target)
    if not series:
        return cohort
    return replace(cohort, series=tuple(series[name] for name in cohort.ids))
