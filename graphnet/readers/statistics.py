"""Tables of SPSS (.sav) and Stata (.dta), read by pyreadstat."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graphnet.errors import CohortError
from graphnet.readers.cells import is_missing
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.json_tables import cells_of
from graphnet.readers.sheet import Cells, Sheet

SPSS, STATA = "sav", "dta"
NAMES = {SPSS: "SPSS", STATA: "Stata"}
SAV, STATA_XML = b"$FL2", b"<stata_dta>"
OLD_STATA = {b"\x71", b"\x72", b"\x73"}  # the first byte of Stata's files before 2013
MOST_COLUMNS = 250_000  # a connectome of 700 regions
MOST_ROWS = (1 << 31) - 1  # that pyreadstat can count

Labels = Mapping[Any, str]  # by the value they stand for


def is_statistics(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is such a table."""
    return _kind(head) is not None


def read_statistics(
    path: Path, head: bytes, inquiry: Inquiry, most_cells: int
) -> tuple[str, Sheet]:
    """The kind of the file (``sav``, ``dta``) and its table, words in place of labelled codes.

    A column of which every value has a label, as a group has, comes as these labels. Values that
    the file itself declares missing are missing.

    Raises:
        CohortError: it is damaged, or has more cells than are taken.

    """
    kind = _kind(head) or SPSS
    columns, labels = _load(path, kind, inquiry.name, most_cells)
    found = [_column(cells, labels.get(name, {})) for name, cells in columns.items()]
    if not found or not len(found[0]):
        raise CohortError(f"{inquiry.name} has no subject.")
    return kind, Sheet(tuple(columns), tuple(found))


def _load(
    path: Path, kind: str, name: str, most_cells: int
) -> tuple[dict[str, list[Any]], Mapping[str, Labels]]:
    """The cells of each column, and what its values stand for. Raises CohortError."""
    import pyreadstat  # noqa: PLC0415 - of workers

    read = pyreadstat.read_sav if kind == SPSS else pyreadstat.read_dta
    failures = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ArithmeticError, LookupError,
                MemoryError, OSError, ValueError)  # fmt: skip
    try:
        _, described = read(str(path), metadataonly=True)
        width = max(1, len(described.column_names))
        most_rows = min(most_cells // width + 1, MOST_ROWS)
        columns, described = read(str(path), output_format="dict", row_limit=most_rows)
    except failures as error:
        raise CohortError(
            f"{name} is a file of {NAMES[kind]} that is damaged or cut short."
        ) from error
    if width > MOST_COLUMNS or sum(map(len, columns.values())) > most_cells:
        raise CohortError(f"{name} has more than {most_cells} cells, which is the most.")
    return columns, described.variable_value_labels


def _column(cells: Sequence[Any], labels: Labels) -> Cells:
    """Words where every value has one; a value whose label says that it is missing is so."""
    absent = {value for value, label in labels.items() if is_missing(label)}
    known = [None if _is_nothing(cell) or cell in absent else cell for cell in cells]
    if labels and all(cell is None or cell in labels for cell in known):
        return tuple("" if cell is None else labels[cell].strip() for cell in known)
    if all(cell is None or isinstance(cell, float | int) for cell in known):
        return np.array([np.nan if cell is None else cell for cell in known], dtype=np.float64)
    return cells_of(known)


def _is_nothing(cell: Any) -> bool:
    return cell is None or cell != cell or cell == ""  # noqa: PLR0124 - NaN


def _kind(head: bytes) -> str | None:
    if head.startswith(SAV):
        return SPSS
    if head.startswith(STATA_XML) or (head[:1] in OLD_STATA and head[2:4] == b"\x01\x00"):
        return STATA
    return None
