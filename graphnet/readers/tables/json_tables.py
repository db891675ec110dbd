"""JSON of columns, ``{"column": {"0": value, …}, …}``, as pandas and NEURO-LEARN keep a table.

A file may also hold a list of rows, ``[{"column": value, …}, …]``, a row per line, a list per
column, or what pandas writes with ``orient="index"``, ``"split"`` and ``"table"``. What is written
is the text of NEURO-LEARN's ``data_cont``, as its other services read it.
"""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.data.dataset import NO_CLASS, Dataset, FloatArray
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.shapes import are_turned
from graphnet.readers.tables.sheet import Cells, Sheet, trimmed

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 250_000  # a connectome of 700 regions
MOST_BRACKETS = 2 * MOST_COLUMNS  # one a column, and what stands in text
EXACT_DIGITS = 15  # of a whole number that floating point keeps
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
LABELS = ("LABEL_GROUP", "LABEL")
BYTES_PER_CELL = 24  # a number of ten digits, its row's number and what stands between
DECIMALS, MOST_DECIMALS = 10, 15  # that pandas writes unless told otherwise, and at most
NEGLIGIBLE = 1e-4  # of a column's standard deviation, or of a step
MOST_ROUNDED = 1e-6  # of greater values ten decimals are enough
FEW_STEPS = 10  # of the last decimal, in a standard deviation


def read_json(body: bytes, name: str, most_cells: int) -> Sheet:
    """Read ``{"column": {"0": value, …}, …}``, as ``DataFrame.to_json()`` writes a table, or rows.

    Raises:
        CohortError: the bytes are no such JSON, or of more than ``most_cells``.

    """
    # What is in it takes fifty times its bytes of memory, so it is counted before it is read.
    if body.count(b"{") + body.count(b"[") > MOST_BRACKETS:
        raise CohortError(Message("readers_tables.json-not-columns", file=name))
    if max(body.count(b":"), body.count(b",")) > most_cells:
        raise CohortError(Message("readers_text.too-many-cells", file=name, limit=most_cells))
    try:
        columns = _parsed(body.decode("utf-8-sig"))
        if SURROGATE.search(body):
            json.dumps(columns, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise CohortError(Message("readers_tables.not-json", file=name)) from error
    columns = _of_other_orients(columns, name)
    if not isinstance(columns, dict) or not columns or len(columns) > MOST_COLUMNS:
        raise CohortError(Message("readers_tables.json-not-columns", file=name))
    rows = next((list(cells) for cells in columns.values() if isinstance(cells, dict)), [])
    for column, cells in columns.items():
        _check(column, cells, rows, name)
    if are_turned(rows, list(columns)):  # orient="index"
        columns, rows = {row: _row(columns, row) for row in rows}, list(columns)
    return _with_keys(
        _sheet({column: list(cells.values()) for column, cells in columns.items()}), rows
    )


def _parsed(text: str) -> Any:
    """One document, or a list of those in the lines of a text. Raises ValueError."""
    lines = [line.strip() for line in text.split("\n")]
    if len(lines) > 1 and all(
        line.startswith("{") and line.endswith("}") for line in lines if line
    ):
        with suppress(ValueError):
            return [json.loads(line, parse_int=_whole) for line in lines if line]
    return json.loads(text, parse_int=_whole)


def _row(columns: dict[str, dict[str, Any]], row: str) -> dict[str, Any]:
    return {column: cells[row] for column, cells in columns.items()}


SPLIT, TABLE = {"columns", "index", "data"}, {"schema", "data"}


def _of_other_orients(content: Any, name: str) -> Any:
    """Cells by column and row, of a list of rows, pandas' other orients, or a list per column.

    Raises:
        CohortError: a list is of another length than the others.

    """
    if isinstance(content, list):
        return _columns_of(content, name)
    if not isinstance(content, dict):
        return content
    if content.keys() == TABLE and isinstance(content["data"], list):
        return _columns_of(content["data"], name)
    if not content or not all(isinstance(cells, list) for cells in content.values()):
        return content
    if content.keys() != SPLIT:
        rows = [str(row) for row in range(len(next(iter(content.values()))))]
        return {column: _by_row(rows, cells, column, name) for column, cells in content.items()}
    columns = [str(column) for column in content["columns"]]
    rows = [str(row) for row in content["index"]]
    widths = {len(cells) if isinstance(cells, list) else -1 for cells in content["data"]}
    if widths != {len(columns)} or len(set(columns)) < len(columns) or len(set(rows)) < len(rows):
        raise CohortError(Message("readers_tables.json-not-columns", file=name))
    each = dict(zip(columns, zip(*content["data"], strict=True), strict=True))
    return {column: _by_row(rows, cells, column, name) for column, cells in each.items()}


def _by_row(rows: list[str], cells: Sequence[Any], column: str, name: str) -> dict[str, Any]:
    """The cells of a column by their rows. Raises CohortError where they are not as many."""
    if len(cells) != len(rows):
        raise CohortError(Message("readers_tables.json-rows-differ", file=name, column=column[:40]))
    return dict(zip(rows, cells, strict=True))


def _columns_of(rows: list[Any], name: str) -> dict[str, dict[str, Any]]:
    """The columns of a list of rows, which all have the same. Raises CohortError."""
    names = rows[0].keys() if rows and isinstance(rows[0], dict) else {}.keys()
    for place, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise CohortError(Message("readers_tables.json-not-columns", file=name))
        if row.keys() != names:
            values = {"file": name, "row": place, "column": min(row.keys() ^ names)[:40]}
            raise CohortError(Message("readers_tables.json-row-differs", **values))
    return {column: {str(place): row[column] for place, row in enumerate(rows)} for column in names}


def sheet_of_json(text: str, name: str) -> Sheet:
    """A table as NEURO-LEARN keeps it in ``data_cont``; a row that a column lacks is empty.

    Raises:
        CohortError: the text is no such table.

    """
    try:
        table = json.loads(text, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise CohortError(Message("readers_tables.dataset-not-json", dataset=name)) from error
    if not isinstance(table, dict) or not all(isinstance(cells, dict) for cells in table.values()):
        raise CohortError(Message("readers_tables.dataset-not-columns", dataset=name))
    rows = list(dict.fromkeys(row for cells in table.values() for row in cells))
    return _with_keys(
        _sheet({column: [cells.get(row) for row in rows] for column, cells in table.items()}), rows
    )


def _sheet(columns: dict[str, list[Any]]) -> Sheet:
    return Sheet(tuple(columns), tuple(cells_of(cells) for cells in columns.values()))


def _with_keys(sheet: Sheet, rows: list[str]) -> Sheet:
    """With the keys of the rows as a first column without a name, as in a CSV file.

    They are the index of a data frame, and may be ids. Those that count the rows are left out.
    """
    if rows == [str(row) for row in range(len(rows))] or "" in sheet.names:
        return sheet
    return Sheet(("", *sheet.names), (tuple(rows), *sheet.columns), sheet.text)


def cells_of(cells: list[Any]) -> Cells:
    """Plain values as numbers, where all are numbers or missing, else as text."""
    if not any(isinstance(cell, str | bool | list | dict) for cell in cells):
        with suppress(TypeError, ValueError, OverflowError):
            return np.array(cells, dtype=np.float64)
    return tuple(_text(cell) for cell in cells)


def _text(cell: Any) -> str:
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**EXACT_DIGITS:
        return str(int(cell))
    return trimmed(str(cell))


def _check(column: str, cells: Any, rows: list[str], name: str) -> None:
    """A column has a plain value for every row, in one order. Raises CohortError."""
    if not isinstance(cells, dict):
        raise CohortError(
            Message("readers_tables.json-column-without-rows", file=name, column=column[:40])
        )
    if list(cells) != rows:
        raise CohortError(Message("readers_tables.json-rows-differ", file=name, column=column[:40]))
    if any(isinstance(cell, dict | list) for cell in cells.values()):
        raise CohortError(Message("readers_tables.json-nested-cell", file=name, column=column[:40]))


def _whole(digits: str) -> int | str:
    """A number too long to be exact stays text, as it may be an id."""
    return int(digits) if len(digits.lstrip("-")) <= EXACT_DIGITS else digits


def say_rounded(values: FloatArray, measures: Sequence[str], inquiry: Inquiry) -> None:
    """Say of which measures (S, N, F) ten decimals left too few digits to tell subjects apart."""
    rounded = [name for place, name in enumerate(measures) if _is_rounded(values[:, :, place])]
    if rounded:
        inquiry.assume(
            Message("readers_tables.json-rounded", file=inquiry.name, measures=first_of(rounded, 6))
        )


def _is_rounded(values: FloatArray) -> bool:
    """Whether these (S, N) are multiples of 1e-10 and a tenth of how they vary is no more."""
    known = values[np.isfinite(values)]
    if not known.any() or np.abs(known).max() > MOST_ROUNDED:
        return False
    steps = known * 10**DECIMALS
    if np.abs(steps - steps.round()).max() > NEGLIGIBLE:
        return False
    spread = [column[np.isfinite(column)].std() for column in values.T if np.isfinite(column).any()]
    return bool(np.median(spread) < FEW_STEPS / 10**DECIMALS)


# Written.


def content_of(dataset: Dataset, path: Path, most: int) -> str | None:
    """The text, of at most ``most`` bytes; None where the dataset does not fit the conventions.

    A CSV file that follows them gives ``pandas.read_csv(path).to_json()``, as NEURO-LEARN's own
    upload does. Of any other the columns are ``ID``, ``LABEL_GROUP``, ``LABEL_SCORE``, ``SITE``,
    ``MEASURE_REGION`` and ``FC_i_j``. Regions must be numbers. Where pandas' ten decimals would
    round a measure visibly, as diffusivities in m²/s, all numbers have fifteen.
    """
    if not all(region.isdecimal() for region in dataset.regions):
        return None
    if _cells(dataset) * BYTES_PER_CELL > most:
        return None
    table = _as_it_stands(dataset, path)
    table = _tabulated(dataset) if table is None else table
    text: str = table.to_json(double_precision=_decimals(table))
    return text if len(text.encode()) <= most else None


def _decimals(table: "pd.DataFrame") -> int:
    """As many as keep the differences between the rows of every column."""
    for name in table.columns:
        column = table[name]
        if column.dtype.kind != "f":
            continue
        values = column.to_numpy(np.float64)
        values = values[np.isfinite(values)]
        if not len(values):
            continue
        spread = values.std() or np.abs(values).max()
        if np.abs(values - values.round(DECIMALS)).max() > NEGLIGIBLE * spread:
            return MOST_DECIMALS
    return DECIMALS


def _cells(dataset: Dataset) -> int:
    arrays = (dataset.values, dataset.connectomes)
    return sum(array.size for array in arrays if array is not None)


def _as_it_stands(dataset: Dataset, path: Path) -> "pd.DataFrame | None":
    """The file as pandas reads it, where every column means what its name says, without answers."""
    import pandas as pd  # noqa: PLC0415 - slow to import

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


def _same_classes(dataset: Dataset, table: "pd.DataFrame") -> bool:
    """Whether the file numbers its classes as the dataset does."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    label = dataset.interpretation.label
    if label is None:
        return True
    cells = pd.to_numeric(table[label.column], errors="coerce").fillna(NO_CLASS)
    return bool((cells.to_numpy() == dataset.subjects.labels).all())


def _tabulated(dataset: Dataset) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - slow to import

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
