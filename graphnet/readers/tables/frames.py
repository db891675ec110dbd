"""Data frames as sheets, and the way from a table at hand to a cohort."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from graphnet.data.cohort import Cohort
from graphnet.data.cohorts import ANY, GROUP, cohort_of
from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.messages import Message
from graphnet.readers.inquiry import LABEL, Inquiry
from graphnet.readers.reading import explained, with_atlas
from graphnet.readers.subjects.words import IDS, plain
from graphnet.readers.tables.json_tables import EXACT_DIGITS, cells_of, sheet_of_json
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.tables.roles import NONE
from graphnet.readers.tables.sheet import Cells, Sheet, as_texts, plain_numbers
from graphnet.readers.text.delimited import read_sheet

if TYPE_CHECKING:
    import pandas as pd

Mapped = Mapping[str, str]
LARGEST = 1 << 40
NO_CLASS = {LABEL: NONE}


def from_table(
    table: "pd.DataFrame", name: str, target: str = GROUP, mapping: Mapped | None = None
) -> Cohort:
    """Read a cohort named ``name`` from a data frame. Raises CohortError, also QuestionsOpen."""
    names = tuple(str(column) for column in table.columns)
    columns = tuple(_cells(table.iloc[:, place]) for place in range(len(names)))
    return _cohort(Sheet(names, columns), "table", name, target, mapping)


def from_json(text: str, name: str, target: str = GROUP, mapping: Mapped | None = None) -> Cohort:
    """Read a cohort from ``DataFrame.to_json()``'s column-wise text, as ``data_cont`` holds it.

    Raises:
        CohortError: the text is not such a table, or not a cohort; also QuestionsOpen.

    """
    return _cohort(sheet_of_json(text, name), "json", name, target, mapping)


def from_columns(columns: Mapping[str, Any], name: str, target: str = GROUP) -> Cohort:
    """Read a cohort from columns of equal length. Raises CohortError, also QuestionsOpen."""
    cells = tuple(cells_of(list(column)) for column in columns.values())
    return _cohort(Sheet(tuple(columns), cells), "table", name, target, None)


def _cohort(sheet: Sheet, kind: str, name: str, target: str, mapping: Mapped | None) -> Cohort:
    """The subjects with a ``target``; who are new need no class, so what it means is not asked."""
    try:
        return cohort_of(dataset_of(sheet, kind, name, mapping), name, target)
    except CohortError:
        if target != ANY:
            raise
        return cohort_of(
            dataset_of(sheet, kind, name, {**(mapping or {}), **NO_CLASS}), name, target
        )


def dataset_of(sheet: Sheet, kind: str, name: str, mapping: Mapped | None) -> Dataset:
    """What a sheet means, once nothing is open. Raises CohortError, also QuestionsOpen."""
    inquiry = Inquiry(name, dict(mapping or {}))
    dataset = interpret_sheet(sheet, kind, inquiry)
    if dataset is not None:
        dataset = with_atlas(dataset, inquiry)
    inquiry.close()
    if inquiry.questions or dataset is None:
        raise QuestionsOpen(inquiry.questions)
    return explained(dataset, inquiry)


def read_table(source: Path | BinaryIO | bytes, most_cells: int = LARGEST) -> "pd.DataFrame":
    """A text table as a data frame: numbers, and text where a column holds other cells.

    Ids are text as they stand. Raises CohortError where it is no table.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    body = source.read_bytes() if isinstance(source, Path) else source
    body = body if isinstance(body, bytes) else body.read()
    inquiry = Inquiry("The file")
    sheet = read_sheet(body, inquiry, most_cells)
    inquiry.close()
    if inquiry.questions:
        raise QuestionsOpen(inquiry.questions)
    columns = {
        name: _as_text(cells) if plain(name) in IDS else _column(cells)
        for name, cells in zip(sheet.names, sheet.columns, strict=True)
    }
    if len(columns) < len(sheet.names):
        raise CohortError(Message("readers_tables.names-repeated"))
    return pd.DataFrame(columns)


def _column(cells: Cells) -> Any:
    """Numbers where all cells are such and nothing is lost; else text, NaN where empty."""
    if isinstance(cells, np.ndarray):
        return cells
    numbers = plain_numbers(cells)
    if numbers is not None and not any(_loses(cell) for cell in cells):
        return numbers
    return _as_text(cells)


def _as_text(cells: Cells) -> list[Any]:
    return [cell or np.nan for cell in as_texts(cells)]


def _loses(cell: str) -> bool:
    """Whether a number would not be written so again: ``001``."""
    return (cell.startswith("0") and cell.isdigit() and cell != "0") or len(cell) > EXACT_DIGITS


def _cells(column: "pd.Series") -> Cells:
    if column.dtype.kind in "fiu":
        numbers = column.to_numpy(dtype=np.float64)
        if column.dtype.kind == "f" or (np.abs(numbers) < 1e15).all():
            return np.asarray(numbers)
    return cells_of([None if _is_na(cell) else cell for cell in column.tolist()])


def _is_na(cell: Any) -> bool:
    return cell is None or cell != cell or type(cell).__name__ == "NAType"  # noqa: PLR0124
