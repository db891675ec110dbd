"""From a table as NEURO-LEARN keeps it to a cohort, by column name.

One row a subject. ``MEASURE_REGION`` columns (``GMV_1``) in any order, ``ID``, and the class
in ``LABEL_GROUP`` or ``LABEL``; other columns are left alone and named in the notes.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from graphnet.cohort import Cohort, FloatArray, IntArray
from graphnet.errors import CohortError
from graphnet.quality import screen

if TYPE_CHECKING:
    import pandas as pd

LABEL_COLUMNS = ("LABEL_GROUP", "LABEL")
KNOWN_COLUMNS = {"ID", "LABEL_GROUP", "LABEL", "LABEL_SCORE"}
FEATURE = re.compile(r"(?P<measure>.+)_(?P<region>[0-9]{1,6})")
CONNECTOME = re.compile(r"FC_[0-9]+_[0-9]+")
UNNAMED = re.compile(r"Unnamed: [0-9]+|")

Columns = Mapping[str, Sequence[Any]]


def read_table(source: Path | BinaryIO | bytes) -> "pd.DataFrame":
    """Read a CSV file, UTF-8.

    Raises:
        CohortError: the bytes are not a CSV table with a header, a row, and a name for each
            column.

    """
    # pandas takes half a second to import, which a service that reads no CSV need not wait for.
    import pandas as pd  # noqa: PLC0415

    stream = BytesIO(source) if isinstance(source, bytes) else source
    try:
        table = pd.read_csv(stream, low_memory=False)
    except (ValueError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise CohortError(f"The file is not a CSV table in UTF-8: {_one_line(error)}.") from error
    if table.empty:
        raise CohortError("The file has no row below its header.")
    if not isinstance(table.index, pd.RangeIndex):
        raise CohortError("The file has rows with more cells than its header has names.")
    return table


def from_table(table: "pd.DataFrame", name: str) -> Cohort:
    """Read a cohort named ``name`` from a data frame. Raises CohortError."""
    return from_columns({str(column): table[column].tolist() for column in table.columns}, name)


def from_json(text: str, name: str) -> Cohort:
    """Read a cohort from ``DataFrame.to_json()``'s column-wise text, as ``data_cont`` holds it.

    Raises:
        CohortError: the text is not such a table, or not a cohort.

    """
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CohortError(f"The dataset {name} does not hold a table in JSON.") from error
    if not isinstance(table, dict) or not all(isinstance(cells, dict) for cells in table.values()):
        raise CohortError(f"The dataset {name} does not hold a table of columns in JSON.")
    rows = list(dict.fromkeys(row for cells in table.values() for row in cells))
    return from_columns(
        {key: [cells.get(row) for row in rows] for key, cells in table.items()}, name
    )


def from_columns(columns: Columns, name: str) -> Cohort:
    """Read a cohort from columns of equal length.

    Raises:
        CohortError: every problem at once: no label, no measure, a region without a measure,
            text where a number belongs, no subject.

    """
    problems: list[str] = []
    grid = _grid(columns, problems, name)
    labels = _labels(columns, problems, name)
    features = _features(columns, grid, problems, name)
    if problems:
        raise CohortError(*problems)
    kept = ~np.isnan(labels)
    ids, notes = _ids(columns, len(labels), name)
    notes += _left_alone(columns, name)
    if not kept.all():
        notes += (f"{name}: rows left out for want of a label: {int((~kept).sum())}.",)
    if not kept.any():
        raise CohortError(f"The dataset {name} has no subject with a label.")
    ids = tuple(subject for subject, keep in zip(ids, kept, strict=True) if keep)
    measures, regions = tuple(grid), tuple(next(iter(grid.values())))
    usable, findings = screen(features[kept], ids, measures, name)
    return Cohort(
        ids=ids,
        sites=(name,) * len(ids),
        labels=_whole(labels[kept]),
        features=usable,
        regions=regions,
        measures=measures,
        findings=findings,
        notes=notes,
    )


def _grid(columns: Columns, problems: list[str], name: str) -> dict[str, dict[str, str]]:
    """Column names by measure (alphabetical) and region (numeric)."""
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        match = FEATURE.fullmatch(column)
        if match and column not in KNOWN_COLUMNS and not CONNECTOME.fullmatch(column):
            found.setdefault(match["measure"], {})[match["region"]] = column
    if not found:
        problems.append(
            f"The dataset {name} has no column named like MEASURE_REGION, for example GMV_1."
        )
        return {}
    regions = sorted({region for by_region in found.values() for region in by_region}, key=int)
    for measure, by_region in sorted(found.items()):
        absent = [region for region in regions if region not in by_region]
        if absent:
            shown = ", ".join(absent[:5]) + (" …" if len(absent) > 5 else "")
            problems.append(f"The dataset {name} has no {measure} column for region {shown}.")
    return {
        measure: {region: found[measure].get(region, "") for region in regions}
        for measure in sorted(found)
    }


def _features(
    columns: Columns, grid: dict[str, dict[str, str]], problems: list[str], name: str
) -> FloatArray:
    """(S, N, F); text cells become problems."""
    texts: list[str] = []
    stacked = [
        [_numbers(columns[column], column, texts) for column in by_region.values() if column]
        for by_region in grid.values()
    ]
    if texts:
        shown = "; ".join(texts[:3]) + (f" and {len(texts) - 3} more" if len(texts) > 3 else "")
        problems.append(f"The dataset {name} has text where a number belongs: {shown}.")
    if problems:
        return np.empty((0, 0, 0))
    return np.ascontiguousarray(np.array(stacked).transpose(2, 1, 0))


def _numbers(cells: Sequence[Any], column: str, texts: list[str]) -> FloatArray:
    """(S,) numbers, NaN for an empty cell."""
    with suppress(TypeError, ValueError, OverflowError):
        numbers = np.array(cells, dtype=np.float64)
        if numbers.ndim == 1:
            return numbers
    return np.array([_number(cell, column, row, texts) for row, cell in enumerate(cells, 1)])


def _number(cell: Any, column: str, row: int, texts: list[str]) -> float:
    if cell is None or cell == "":
        return float("nan")
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        texts.append(f"{column} in row {row} holds {str(cell)[:40]!r}")
        return float("nan")


def _labels(columns: Columns, problems: list[str], name: str) -> FloatArray:
    """(S,) classes as numbers, NaN where the label is missing."""
    present = [column for column in LABEL_COLUMNS if column in columns]
    if not present:
        problems.append(
            f"The dataset {name} has no label: a column LABEL_GROUP or LABEL with integer classes "
            "(0 control, 1 patient) is needed."
        )
        return np.empty(0)
    texts: list[str] = []
    labels = _numbers(columns[present[0]], present[0], texts)
    known = labels[~np.isnan(labels)]
    odd = known[(known != np.round(known)) | (known < 0) | (known > 1e6)]
    if texts or odd.size:
        shown = texts[0] if texts else f"{present[0]} holds {odd[0]:g}"
        problems.append(
            f"The dataset {name} has a label that is not an integer class (0, 1, …): {shown}."
        )
    return labels


def _ids(columns: Columns, rows: int, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if "ID" in columns:
        ids = tuple(
            f"{name} row {row}" if cell is None or cell != cell else _text(cell)  # noqa: PLR0124
            for row, cell in enumerate(columns["ID"], 1)
        )
        return ids, ()
    note = f"{name} has no ID column, so subjects who stand in two datasets cannot be found."
    return tuple(f"{name} row {row}" for row in range(1, rows + 1)), (note,)


def _text(cell: Any) -> str:
    """An id as text. Where one is missing pandas reads 7 as 7.0, which is the same subject."""
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def _left_alone(columns: Columns, name: str) -> tuple[str, ...]:
    notes: list[str] = []
    if "LABEL_GROUP" in columns and "LABEL" in columns:
        notes.append(f"{name} has LABEL_GROUP and LABEL; LABEL_GROUP was used.")
    connectome = sum(1 for column in columns if CONNECTOME.fullmatch(column))
    if connectome:
        notes.append(f"{name}: {connectome} connectome columns (FC_i_j) were not used.")
    others = [
        column
        for column in columns
        if column not in KNOWN_COLUMNS
        and not FEATURE.fullmatch(column)
        and not UNNAMED.fullmatch(column)
    ]
    if others:
        shown = ", ".join(others[:5]) + (" …" if len(others) > 5 else "")
        notes.append(f"{name}: these columns were not used: {shown}.")
    return tuple(notes)


def _whole(labels: FloatArray) -> IntArray:
    return labels.astype(np.int64)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120].rstrip(".")
