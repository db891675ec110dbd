"""The first subjects of a dataset, as a table to look at."""

from typing import Any

import numpy as np

from graphnet.data.class_names import called, words
from graphnet.data.dataset import NO_CLASS, Dataset

MOST_ROWS, MOST_COLUMNS = 5, 12
LONGEST = 200  # characters of a cell

Cell = str | float | int | None


def preview(dataset: Dataset) -> dict[str, Any]:
    """``kind``, ``columns`` and ``rows``: of the first five subjects the first twelve columns.

    A class is shown by its name, a missing value is None, an infinite one a word.
    """
    rows = range(min(MOST_ROWS, len(dataset)))
    columns = _columns(dataset, len(rows))[:MOST_COLUMNS]
    return {
        "kind": dataset.interpretation.kind,
        "columns": [name[:LONGEST] for name, _ in columns],
        "rows": [[_cell(cells[row]) for _, cells in columns] for row in rows],
    }


def _columns(dataset: Dataset, count: int) -> list[tuple[str, list[Any]]]:
    subjects = dataset.subjects
    columns: list[tuple[str, list[Any]]] = [("subject", list(subjects.ids[:count]))]
    if (subjects.labels != NO_CLASS).any():
        columns.append(("class", [_class(dataset, label) for label in subjects.labels[:count]]))
    if np.isfinite(subjects.scores).any():
        columns.append(("score", subjects.scores[:count].tolist()))
    if any(subjects.sites):
        columns.append(("site", list(subjects.sites[:count])))
    columns += [(each.name, list(each.values[:count])) for each in subjects.covariates]
    return columns + _measured(dataset, count)


def _class(dataset: Dataset, label: int) -> str:
    """A class by the word for it, else by its number and by that of the file."""
    if label == NO_CLASS:
        return ""
    of_file = dataset.class_names.get(int(label), str(label))
    named = called(words(dataset.class_names), int(label))
    return named if named == of_file else f"{named} ({of_file} in the file)"


def _measured(dataset: Dataset, count: int) -> list[tuple[str, list[Any]]]:
    if dataset.values is not None:
        return [
            (f"{measure} {region}", dataset.values[:count, row, place].tolist())
            for place, measure in enumerate(dataset.measures)
            for row, region in enumerate(dataset.regions[:MOST_COLUMNS])
        ]
    if dataset.connectomes is None:
        return []
    first, others = dataset.regions[0], dataset.regions[1 : MOST_COLUMNS + 1]
    return [
        (f"{first} – {other}", dataset.connectomes[:count, edge].tolist())
        for edge, other in enumerate(others)
    ]


def _cell(cell: Any) -> Cell:
    if isinstance(cell, str):
        return cell[:LONGEST]
    number = float(cell)
    if np.isnan(number):
        return None
    return number if np.isfinite(number) else str(number)
