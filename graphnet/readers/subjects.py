"""Who the rows of a table are: ids, classes, clinical scores and places of measurement."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graphnet.cohort import FloatArray
from graphnet.readers.cells import as_text, is_empty, numbers

LABEL_COLUMNS = ("LABEL_GROUP", "LABEL")
ID, SCORE, SITE = "ID", "LABEL_SCORE", "SITE"
ANY = "any"  # subjects are read whether or not they have a class or a score
COLUMNS = {ID, *LABEL_COLUMNS, SCORE, SITE}
DATED = re.compile(r"(?P<site>[A-Za-z0-9]+)_[0-9]{6}_.*")

Columns = Mapping[str, Sequence[Any]]


def ids(columns: Columns, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """An id for each row, and what is to be noted of them."""
    if ID in columns:
        named = tuple(
            f"{name} row {row}" if is_empty(cell) else as_text(cell)
            for row, cell in enumerate(columns[ID], 1)
        )
        return named, ()
    note = f"{name} has no ID column, so subjects who stand in two datasets cannot be found."
    return tuple(f"{name} row {row}" for row in range(1, rows(columns) + 1)), (note,)


def labels(columns: Columns, problems: list[str], name: str, target: str) -> FloatArray:
    """(S,) classes as numbers, NaN where the label is missing; of ``ANY`` also where it is none."""
    present = [column for column in LABEL_COLUMNS if column in columns]
    if not present and target != "group":
        return np.full(rows(columns), np.nan)
    if not present:
        problems.append(
            f"The dataset {name} has no label: a column LABEL_GROUP or LABEL with integer classes "
            "(0 control, 1 patient) is needed."
        )
        return np.empty(0)
    texts: list[str] = []
    found = numbers(columns[present[0]], present[0], texts)
    is_odd = ~np.isnan(found) & ((found != np.round(found)) | (found < 0) | (found > 1e6))
    if target == ANY:
        return np.where(is_odd, np.nan, found)
    if texts or is_odd.any():
        shown = texts[0] if texts else f"{present[0]} holds {found[is_odd][0]:g}"
        problems.append(
            f"The dataset {name} has a label that is not an integer class (0, 1, …): {shown}."
        )
    return found


def scores(columns: Columns, problems: list[str], name: str, target: str) -> FloatArray:
    """(S,) clinical scores, NaN where there is none."""
    if SCORE not in columns:
        if target == "score":
            problems.append(f"The dataset {name} has no column {SCORE} with a clinical score.")
        return np.full(rows(columns), np.nan)
    texts: list[str] = []
    found = numbers(columns[SCORE], SCORE, texts)
    if texts and target == "score":
        problems.append(f"The dataset {name} has a score that is not a number: {texts[0]}.")
    return np.where(np.isfinite(found), found, np.nan)


def sites(columns: Columns, name: str) -> tuple[str, ...]:
    """The place of measurement of each subject: by column, else by the dataset's dated name."""
    match = DATED.fullmatch(name)
    usual = match["site"] if match else name
    if SITE not in columns:
        return (usual,) * rows(columns)
    return tuple(usual if is_empty(cell) else as_text(cell) for cell in columns[SITE])


def rows(columns: Columns) -> int:
    """S."""
    return len(next(iter(columns.values()))) if columns else 0
