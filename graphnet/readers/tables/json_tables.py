"""JSON of columns, ``{"column": {"0": value, …}, …}``, as pandas and NEURO-LEARN keep a table.

A file may also hold a list of rows, ``[{"column": value, …}, …]``.
"""

import json
import re
from contextlib import suppress
from typing import Any

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.tables.sheet import Cells, Sheet

MOST_COLUMNS = 250_000  # a connectome of 700 regions
MOST_BRACKETS = 2 * MOST_COLUMNS  # one a column, and what stands in text
EXACT_DIGITS = 15  # of a whole number that floating point keeps
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(body: bytes, name: str, most_cells: int) -> Sheet:
    """Read ``{"column": {"0": value, …}, …}``, as ``DataFrame.to_json()`` writes a table, or rows.

    Raises:
        CohortError: the bytes are no such JSON, or of more than ``most_cells``.

    """
    # What is in it takes fifty times its bytes of memory, so it is counted before it is read.
    if body.count(b"{") + body.count(b"[") > MOST_BRACKETS:
        raise CohortError(Message("readers_tables.json-not-columns", file=name))
    if body.count(b":") > most_cells:
        raise CohortError(Message("readers_text.too-many-cells", file=name, limit=most_cells))
    try:
        columns = json.loads(body.decode("utf-8-sig"), parse_int=_whole)
        if SURROGATE.search(body):
            json.dumps(columns, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise CohortError(Message("readers_tables.not-json", file=name)) from error
    if isinstance(columns, list):
        columns = _columns_of(columns, name)
    if not isinstance(columns, dict) or not columns or len(columns) > MOST_COLUMNS:
        raise CohortError(Message("readers_tables.json-not-columns", file=name))
    rows = next((list(cells) for cells in columns.values() if isinstance(cells, dict)), [])
    for column, cells in columns.items():
        _check(column, cells, rows, name)
    return _sheet({column: list(cells.values()) for column, cells in columns.items()})


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
    return _sheet({column: [cells.get(row) for row in rows] for column, cells in table.items()})


def _sheet(columns: dict[str, list[Any]]) -> Sheet:
    return Sheet(tuple(columns), tuple(cells_of(cells) for cells in columns.values()))


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
    return str(cell).strip()


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
