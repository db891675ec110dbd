"""A dataset as NEURO-LEARN's other services read it: the text of ``data_cont``, where it fits."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from graphnet.data.dataset import NO_CLASS, Dataset

LABELS = ("LABEL_GROUP", "LABEL")
BYTES_PER_CELL = 24  # a number of ten digits, its row's number and what stands between


def content_of(dataset: Dataset, path: Path, most: int) -> str | None:
    """The text, of at most ``most`` bytes; None where the dataset does not fit the conventions.

    A CSV file that follows them gives ``pandas.read_csv(path).to_json()``, as NEURO-LEARN's own
    upload does. Of any other the columns are ``ID``, ``LABEL_GROUP``, ``LABEL_SCORE``, ``SITE``,
    ``MEASURE_REGION`` and ``FC_i_j``. Regions must be numbers.
    """
    if not all(region.isdecimal() for region in dataset.regions):
        return None
    if _cells(dataset) * BYTES_PER_CELL > most:
        return None
    table = _as_it_stands(dataset, path)
    text: str = (_tabulated(dataset) if table is None else table).to_json()
    return text if len(text.encode()) <= most else None


def _cells(dataset: Dataset) -> int:
    arrays = (dataset.values, dataset.connectomes)
    return sum(array.size for array in arrays if array is not None)


def _as_it_stands(dataset: Dataset, path: Path) -> pd.DataFrame | None:
    """The file as pandas reads it, where every column means what its name says, without answers."""
    reading = dataset.interpretation
    plain = reading.text is not None and (reading.text.separator, reading.text.decimal) == (
        ",",
        ".",
    )
    if reading.kind != "csv" or not plain or reading.answers:
        return None
    if reading.label and reading.label.column not in LABELS:
        return None
    if reading.id not in {"ID", None} or reading.score not in {"LABEL_SCORE", None}:
        return None
    try:
        table = pd.read_csv(path)
    except (ValueError, OSError):
        return None
    wanted = [f"{measure}_{region}" for measure in dataset.measures for region in dataset.regions]
    if len(table) != len(dataset) or not set(wanted) <= set(table.columns):
        return None
    is_number = all(pd.api.types.is_numeric_dtype(table[column]) for column in wanted)
    return table if is_number and _same_classes(dataset, table) else None


def _same_classes(dataset: Dataset, table: pd.DataFrame) -> bool:
    """Whether the file numbers its classes as the dataset does."""
    label = dataset.interpretation.label
    if label is None:
        return True
    cells = pd.to_numeric(table[label.column], errors="coerce").fillna(NO_CLASS)
    return bool((cells.to_numpy() == dataset.subjects.labels).all())


def _tabulated(dataset: Dataset) -> pd.DataFrame:
    subjects = dataset.subjects
    columns: dict[str, object] = {}
    if any(subjects.ids):
        columns["ID"] = list(subjects.ids)
    if (subjects.labels != NO_CLASS).any():
        labels = pd.Series(subjects.labels, dtype="Int64")
        columns["LABEL_GROUP"] = labels.where(labels != NO_CLASS)
    if np.isfinite(subjects.scores).any():
        columns["LABEL_SCORE"] = subjects.scores
    if any(subjects.sites):
        columns["SITE"] = [site or None for site in subjects.sites]
    return pd.DataFrame({**columns, **_measured(dataset)})


def _measured(dataset: Dataset) -> dict[str, object]:
    columns: dict[str, object] = {}
    if dataset.values is not None:
        columns = {
            f"{measure}_{region}": dataset.values[:, row, place]
            for place, measure in enumerate(dataset.measures)
            for row, region in enumerate(dataset.regions)
        }
    if dataset.connectomes is not None:
        edges = dataset.connectomes.astype(np.float64)
        pairs = enumerate(combinations(dataset.regions, 2))
        columns |= {f"FC_{one}_{other}": edges[:, place] for place, (one, other) in pairs}
    return columns
