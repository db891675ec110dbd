"""What an upload is understood as: the content to keep, what it holds, and a first look at it."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from graphnet.readers import from_table
from graphnet.readers.columns import Roles
from graphnet.readers.uploads import read_upload
from service.profiles import Profile

if TYPE_CHECKING:
    import pandas as pd

SHOWN_COLUMNS, SHOWN_ROWS = 12, 5
LONGEST_CELL = 200
UNPACKED = 4  # times what an upload may have may come out of it
NAMELESS = "upload"  # what a dataset is called in sentences that has no name yet


@dataclass(frozen=True)
class Understood:
    """A file that is a cohort; ``content`` is what ``data_cont`` holds."""

    content: str
    profile: Profile
    preview: dict[str, Any]

    @classmethod
    def of(cls, kind: str, table: "pd.DataFrame", name: str) -> Self:
        """What a table is. Raises CohortError."""
        profile = Profile.of(from_table(table, name))
        return cls(table.to_json(), profile, _preview(kind, table))


def understood(body: bytes, name: str, most: int) -> Understood:
    """What the bytes of a file are; ``most`` bytes may come out of it. Raises CohortError."""
    kind, table = read_upload(body, name, most)
    return Understood.of(kind, table, name or NAMELESS)


def _preview(kind: str, table: "pd.DataFrame") -> dict[str, Any]:
    first = table.iloc[:SHOWN_ROWS, :SHOWN_COLUMNS]
    return {
        "kind": kind,
        "columns": [str(column)[:LONGEST_CELL] for column in first.columns],
        "rows": [[_cell(cell) for cell in row] for row in first.astype(object).to_numpy().tolist()],
        "understood": Roles.of(str(column) for column in table.columns).as_dict(),
    }


def _cell(cell: Any) -> Any:
    """As JSON can say it: null for a missing number, words for an infinite one."""
    if cell is None or isinstance(cell, bool | int):
        return cell
    if isinstance(cell, float):
        return None if math.isnan(cell) else cell if math.isfinite(cell) else str(cell)
    return str(cell)[:LONGEST_CELL]
