"""From the cells of a column to numbers and text."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from graphnet.cohort import NO_CLASS, FloatArray, IntArray


def numbers(cells: Sequence[Any], column: str, texts: list[str]) -> FloatArray:
    """The numbers (S,) of a column, NaN for an empty cell; what is text goes to ``texts``."""
    with suppress(TypeError, ValueError, OverflowError):
        found = np.array(cells, dtype=np.float64)
        if found.ndim == 1:
            return found
    return np.array([_number(cell, column, row, texts) for row, cell in enumerate(cells, 1)])


def _number(cell: Any, column: str, row: int, texts: list[str]) -> float:
    if cell is None or cell == "":
        return float("nan")
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        texts.append(f"{column} in row {row} holds {str(cell)[:40]!r}")
        return float("nan")


def is_empty(cell: Any) -> bool:
    """Whether there is nothing in the cell."""
    return cell is None or cell == "" or cell != cell  # noqa: PLR0124 - NaN


def as_text(cell: Any) -> str:
    """An id as text. Where one is missing pandas reads 7 as 7.0, which is the same subject."""
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def whole(labels: FloatArray) -> IntArray:
    """Classes (S,) as whole numbers, ``NO_CLASS`` for NaN."""
    return np.where(np.isnan(labels), NO_CLASS, labels).astype(np.int64)
