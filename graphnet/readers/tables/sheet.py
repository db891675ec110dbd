"""A sheet: named columns of text or numbers, before anybody knows what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import TextFormat

FloatArray = NDArray[np.float64]
Cells = FloatArray | tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """S rows of columns by place; two columns may have one name.

    A column is numbers (S,), NaN for an empty cell, where its source has numbers and no more
    exact text; else text as it stands in the source, without surrounding blanks, "" for an empty
    cell. Ids, classes and other words of subjects are always text: ``001`` stays ``001``.
    """

    names: tuple[str, ...]
    columns: tuple[Cells, ...]
    text: TextFormat | None = None

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def column(self, name: str) -> Cells:
        """The first column of this name. Raises ValueError where there is none."""
        if name not in self._places:
            raise ValueError(f"There is no column {name!r}.")
        return self.columns[self._places[name]]

    @cached_property
    def _places(self) -> dict[str, int]:
        """The first place of each name: a search among all of them for each takes long."""
        return {name: place for place, name in reversed([*enumerate(self.names)])}

    def texts(self, name: str) -> tuple[str, ...]:
        """The cells of a column as text; a whole number without a point."""
        return as_texts(self.column(name))


def as_texts(cells: Cells | Sequence[str]) -> tuple[str, ...]:
    """Cells as text, "" for NaN; 7.0 becomes ``7``."""
    if isinstance(cells, np.ndarray):
        return tuple(_text(float(number)) for number in cells)
    return tuple(cells)


def _text(number: float) -> str:
    if np.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else repr(number)
