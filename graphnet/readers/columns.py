"""What the columns of a table are taken for, and the JSON in which NEURO-LEARN keeps them."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from graphnet.connectome import EDGE
from graphnet.errors import CohortError
from graphnet.readers import subjects
from graphnet.readers.delimited import MOST_COLUMNS, check_cells
from graphnet.readers.table import FEATURE, others_of

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 20
MOST_BRACKETS = 2 * MOST_COLUMNS  # one a column, and what stands in text
EXACT_DIGITS = 15  # of a whole number that floating point keeps
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Roles:
    """By which columns the subjects are known, None for no such column; and how many hold what.

    ``ignored`` names the first of the ``ignored_columns``.
    """

    id: str | None
    label: str | None
    score: str | None
    site: str | None
    measure_columns: int
    connectome_columns: int
    ignored_columns: int
    ignored: tuple[str, ...]

    @classmethod
    def of(cls, columns: Iterable[str]) -> Self:
        """What a reader takes these columns for."""
        names = list(columns)
        edges = [name for name in names if EDGE.fullmatch(name)]
        measures = [
            name
            for name in names
            if FEATURE.fullmatch(name) and not EDGE.fullmatch(name) and name not in subjects.COLUMNS
        ]
        ignored = others_of(names)
        return cls(
            id=_first(names, (subjects.ID,)),
            label=_first(names, subjects.LABEL_COLUMNS),
            score=_first(names, (subjects.SCORE,)),
            site=_first(names, (subjects.SITE,)),
            measure_columns=len(measures),
            connectome_columns=len(edges),
            ignored_columns=len(ignored),
            ignored=tuple(ignored[:MOST_NAMED]),
        )

    def as_dict(self) -> dict[str, Any]:
        """For a JSON answer."""
        return {**asdict(self), "ignored": list(self.ignored)}


def read_columns(body: bytes, name: str, most_cells: int) -> "pd.DataFrame":
    """Read ``{"column": {"0": value, …}, …}``, as ``DataFrame.to_json()`` writes a table.

    Raises:
        CohortError: the bytes are no such JSON, or of more cells.

    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    # What is in it takes fifty times its bytes of memory, so it is counted before it is read.
    if body.count(b"{") + body.count(b"[") > MOST_BRACKETS:
        raise CohortError(f"{name} is JSON of something else than a table of columns.")
    check_cells(name, body.count(b":"), most_cells)
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_int=_whole)
        if SURROGATE.search(body):
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise CohortError(f"{name} is not JSON in UTF-8.") from error
    if not isinstance(found, dict) or len(found) > MOST_COLUMNS:
        raise CohortError(f"{name} is JSON of something else than a table of columns.")
    rows = next((list(cells) for cells in found.values() if isinstance(cells, dict)), [])
    for column, cells in found.items():
        _check(column, cells, rows, name)
    return pd.DataFrame({column: list(cells.values()) for column, cells in found.items()})


def _check(column: str, cells: Any, rows: list[str], name: str) -> None:
    """A column has a plain value for every row, in one order. Raises CohortError."""
    if not isinstance(cells, dict):
        raise CohortError(f"{name} is JSON without columns: {column[:40]!r} holds no rows.")
    if list(cells) != rows:
        raise CohortError(f"{name} has other rows in the column {column[:40]!r} than in the first.")
    if any(isinstance(cell, dict | list) for cell in cells.values()):
        raise CohortError(f"{name} has a list or an object in a cell of {column[:40]!r}.")


def _whole(digits: str) -> int | str:
    """A number too long to be exact stays text, as it may be an id."""
    return int(digits) if len(digits) <= EXACT_DIGITS else digits


def _first(names: Iterable[str], wanted: Iterable[str]) -> str | None:
    present = set(names)
    return next((name for name in wanted if name in present), None)
