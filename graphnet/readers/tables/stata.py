"""Tables of Stata (.dta), read by pandas."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.json_tables import cells_of
from graphnet.readers.tables.sheet import Cells, Sheet, is_missing

if TYPE_CHECKING:
    import pandas as pd

XML, OLD = b"<stata_dta>", {b"\x71", b"\x72", b"\x73"}  # of files since 2013, and before


def is_stata(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is such a table."""
    return head.startswith(XML) or (head[:1] in OLD and head[2:4] == b"\x01\x00")


def read_stata(path: Path, inquiry: Inquiry, most_cells: int) -> Sheet:
    """The table of a file, words in place of labelled codes.

    A column of which every value has a label, as a group has, comes as these labels.

    Raises:
        CohortError: it is damaged, or has more cells than are taken.

    """
    plain = _load(path, inquiry, most_cells, labelled=False)
    labelled = _load(path, inquiry, most_cells, labelled=True)
    if plain.empty:
        raise CohortError(Message("readers_tables.no-rows", file=inquiry.name))
    names = tuple(str(name) for name in plain.columns)
    places = range(len(names))
    return Sheet(names, tuple(_column(plain.iloc[:, at], labelled.iloc[:, at]) for at in places))


def _load(path: Path, inquiry: Inquiry, most_cells: int, *, labelled: bool) -> "pd.DataFrame":
    """The table, with words in place of the values that have some if ``labelled``."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    try:
        with (
            warnings.catch_warnings(record=True) as caught,
            pd.read_stata(path, iterator=True, convert_categoricals=labelled) as reader,
        ):
            warnings.simplefilter("always")
            width = max(1, len(reader.variable_labels()))
            table: pd.DataFrame = reader.read(most_cells // width + 1)  # type: ignore[attr-defined]
    except Exception as error:  # the header of a damaged file leads pandas anywhere
        raise CohortError(Message("readers_tables.damaged-stata", file=inquiry.name)) from error
    if any(issubclass(warning.category, UnicodeWarning) for warning in caught):
        inquiry.assume(Message("readers_tables.stata-latin-1", file=inquiry.name))
    if table.size > most_cells:
        raise CohortError(
            Message("readers_text.too-many-cells", file=inquiry.name, limit=most_cells)
        )
    return table


def _column(plain: "pd.Series", labelled: "pd.Series") -> Cells:
    """Words where every value has one; a value whose label says that it is missing is so."""
    pairs = list(zip(plain.tolist(), labelled.tolist(), strict=True))
    cells = [None if _is_nothing(value, word) else value for value, word in pairs]
    words = [word for cell, (_, word) in zip(cells, pairs, strict=True) if cell is not None]
    if labelled.dtype.name == "category" and all(isinstance(word, str) for word in words):
        return cells_of(
            [None if cell is None else word for cell, (_, word) in zip(cells, pairs, strict=True)]
        )
    if plain.dtype.kind in "iuf":
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    return cells_of(cells)


def _is_nothing(value: Any, word: Any) -> bool:
    """Missing in the file, or said to be so by its label."""
    return value is None or value != value or (isinstance(word, str) and is_missing(word))  # noqa: PLR0124
