"""Small sheets for tests of what columns mean."""

from collections.abc import Mapping, Sequence

import numpy as np

from graphnet.data.dataset import Dataset
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.tables.sheet import Cells, Sheet

Column = Sequence[str] | Sequence[float]


def sheet(columns: Mapping[str, Column]) -> Sheet:
    """Text as text, numbers as numbers."""
    return Sheet(tuple(columns), tuple(_cells(column) for column in columns.values()))


def _cells(column: Column) -> Cells:
    if all(isinstance(cell, str) for cell in column):
        return tuple(str(cell) for cell in column)
    return np.array(column, dtype=np.float64)


def values(rows: int, column: int) -> list[float]:
    """Different numbers of one column."""
    return [round(0.4 + 0.01 * column + 0.001 * row, 4) for row in range(rows)]


def table(names: Sequence[str], rows: int = 4, **others: Column) -> Sheet:
    """A sheet of ids, classes and numbers in columns of these names."""
    columns: dict[str, Column] = {
        "ID": [f"s{row:02}" for row in range(rows)],
        "LABEL": [str(row % 2) for row in range(rows)],
    }
    columns |= {name: values(rows, place) for place, name in enumerate(names)}
    return sheet({**columns, **others})


def interpret(found: Sheet, **mapping: str) -> tuple[Dataset | None, Inquiry]:
    """What the sheet means, and what came up; keys are written with ``__`` for a point."""
    inquiry = Inquiry("the file", {key.replace("__", "."): value for key, value in mapping.items()})
    return interpret_sheet(found, "csv", inquiry), inquiry


def settled(found: Sheet, **mapping: str) -> Dataset:
    """What the sheet means, where nothing is open and nothing wrong."""
    dataset, inquiry = interpret(found, **mapping)
    assert inquiry.problems == []
    assert inquiry.questions == []
    assert dataset is not None
    return dataset
