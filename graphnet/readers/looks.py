"""What the cells of a column look like, before anybody knows what they are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graphnet.readers.cells import is_missing, is_number, plain_numbers, to_numbers
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.sheet import Cells, Sheet

FloatArray = NDArray[np.float64]
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{8}T.*")
LARGEST_ITEM = 20  # whole numbers up to here may be the answers of a questionnaire


def as_numbers(cells: Cells) -> FloatArray | None:
    """The numbers (S,) of a column, NaN where missing; None where it holds other text."""
    if isinstance(cells, np.ndarray):
        return cells
    found = plain_numbers(cells)
    if found is None and all(is_missing(cell) or is_number(cell) for cell in cells):
        return to_numbers(cells, "", Inquiry(""))
    return found


def words_of(cells: tuple[str, ...]) -> list[str]:
    """The distinct cells that are not missing, in their order."""
    return [cell for cell in dict.fromkeys(cells) if not is_missing(cell)]


def are_dates(words: list[str]) -> bool:
    """Whether all words look like dates."""
    return bool(words) and all(DATE.fullmatch(word) for word in words)


@dataclass
class Looks:
    """Looks at the columns of a sheet when it is asked, once each."""

    sheet: Sheet
    _numbers: dict[str, FloatArray | None] = field(default_factory=dict)

    def is_numeric(self, column: str) -> bool:
        """Whether all cells are numbers or missing, and one is a number."""
        values = self.numbers(column)
        return values is not None and not np.isnan(values).all()

    def are_numeric(self, columns: Iterable[str]) -> bool:
        """Whether no column holds other text, and one holds a number."""
        names = list(columns)
        no_text = all(self.numbers(column) is not None for column in names)
        return no_text and any(self.is_numeric(column) for column in names)

    def is_like_items(self, column: str) -> bool:
        """Whether the numbers are small whole ones, as of a questionnaire or a dummy."""
        values = self.numbers(column)
        if values is None:
            return True
        known = values[~np.isnan(values)]
        whole = bool((known == np.round(known)).all())
        return whole and bool((np.abs(known) <= LARGEST_ITEM).all())

    def is_dummy(self, column: str) -> bool:
        """Whether the numbers are 0 and 1 alone."""
        values = self.numbers(column)
        return values is not None and bool(np.isin(values[~np.isnan(values)], (0, 1)).all())

    def numbers(self, column: str) -> FloatArray | None:
        """The numbers (S,) of a column, None where it holds text."""
        if column not in self._numbers:
            self._numbers[column] = as_numbers(self.sheet.column(column))
        return self._numbers[column]


def by_name(sheet: Sheet) -> dict[str, Cells]:
    """The columns by name, of a sheet whose names differ."""
    return dict(zip(sheet.names, sheet.columns, strict=True))
