"""From a table as NEURO-LEARN keeps it to a cohort, by column name.

One row a subject. ``MEASURE_REGION`` columns (``GMV_1``) in any order, a connectome as ``FC_i_j``
columns, ``ID``, the class in ``LABEL_GROUP`` or ``LABEL``, a clinical score in ``LABEL_SCORE``,
the place of measurement in ``SITE``; other columns are left alone and named in the notes.
"""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from graphnet.cohort import Cohort, FloatArray
from graphnet.connectome import EDGE, edge_regions, read_edges, screen_edges
from graphnet.errors import CohortError
from graphnet.quality import screen
from graphnet.readers import subjects
from graphnet.readers.cells import numbers, whole
from graphnet.readers.subjects import Columns

if TYPE_CHECKING:
    import pandas as pd

FEATURE = re.compile(r"(?P<measure>.+)_(?P<region>[0-9]{1,6})")
WORDS = {"group": "label", "score": "score"}
MOST_NAMED = 5
UNNAMED = re.compile(r"Unnamed: [0-9]+|")


def from_table(table: "pd.DataFrame", name: str, target: str = "group") -> Cohort:
    """Read a cohort named ``name`` from a data frame. Raises CohortError."""
    columns = {str(column): table[column].tolist() for column in table.columns}
    return from_columns(columns, name, target)


def from_json(text: str, name: str, target: str = "group") -> Cohort:
    """Read a cohort from ``DataFrame.to_json()``'s column-wise text, as ``data_cont`` holds it.

    Raises:
        CohortError: the text is not such a table, or not a cohort.

    """
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CohortError(f"The dataset {name} does not hold a table in JSON.") from error
    if not isinstance(table, dict) or not all(isinstance(cells, dict) for cells in table.values()):
        raise CohortError(f"The dataset {name} does not hold a table of columns in JSON.")
    rows = list(dict.fromkeys(row for cells in table.values() for row in cells))
    columns = {key: [cells.get(row) for row in rows] for key, cells in table.items()}
    return from_columns(columns, name, target)


def from_columns(columns: Columns, name: str, target: str = "group") -> Cohort:
    """Read a cohort from columns of equal length.

    Subjects without a ``target`` are left out and counted in the notes: ``group`` is the class,
    ``score`` the clinical score, ``any`` leaves nobody out. Where there are no measures but a
    connectome, its rows are the measures: ``FC_j`` of region i is its connectivity with region j.

    Raises:
        CohortError: every problem at once: no label, no measure, a region without a measure,
            text where a number belongs, no subject.

    """
    problems: list[str] = []
    texts: list[str] = []
    grid = _grid(columns, problems, name)
    labels = subjects.labels(columns, problems, name, target)
    scores = subjects.scores(columns, problems, name, target)
    features = _features(columns, grid, texts)
    edges = _edges(columns, grid, texts, problems, name)
    if texts:
        shown = "; ".join(texts[:3]) + (f" and {len(texts) - 3} more" if len(texts) > 3 else "")
        problems.append(f"The dataset {name} has text where a number belongs: {shown}.")
    if problems:
        raise CohortError(*problems)
    if not grid and edges is not None:
        features = edges
    kept = _with_target(labels, scores, target)
    if not kept.any():
        raise CohortError(f"The dataset {name} has no subject with a {WORDS[target]}.")
    ids, notes = subjects.ids(columns, name)
    notes += _left_alone(columns, name)
    if not kept.all():
        notes += (f"{name}: rows left out for want of a {WORDS[target]}: {int((~kept).sum())}.",)
    ids = _kept(ids, kept)
    regions = tuple(next(iter(grid.values()))) if grid else edge_regions(columns)
    measures = tuple(grid) or tuple(f"FC_{region}" for region in regions)
    usable, findings = screen(features[kept], ids, measures, regions, name)
    connectomes = None if edges is None else edges[kept]
    if connectomes is not None:
        findings += screen_edges(connectomes, regions, ids, name)
    return Cohort(
        ids=ids,
        datasets=(name,) * len(ids),
        sites=_kept(subjects.sites(columns, name), kept),
        labels=whole(labels[kept]),
        features=usable,
        regions=regions,
        measures=measures,
        scores=scores[kept],
        connectomes=connectomes,
        findings=findings,
        notes=notes,
    )


def _with_target(labels: FloatArray, scores: FloatArray, target: str) -> NDArray[np.bool_]:
    if target == subjects.ANY:
        return np.ones(len(labels), dtype=bool)
    return ~np.isnan(scores if target == "score" else labels)


def _kept(names: tuple[str, ...], kept: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, keep in zip(names, kept, strict=True) if keep)


def _edges(
    columns: Columns,
    grid: dict[str, dict[str, str]],
    texts: list[str],
    problems: list[str],
    name: str,
) -> FloatArray | None:
    regions = edge_regions(columns)
    if not regions:
        return None
    expected = _regions(grid) if grid else regions
    if regions != expected:
        problems.append(
            f"The dataset {name} has a connectome of {len(regions)} regions and measures of "
            f"{len(expected)}; both must have the same regions."
        )
        return None
    return read_edges(
        columns, regions, lambda column: numbers(columns[column], column, texts), problems, name
    )


def _grid(columns: Columns, problems: list[str], name: str) -> dict[str, dict[str, str]]:
    """Column names by measure (alphabetical) and region (numeric), those that are there."""
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        match = FEATURE.fullmatch(column)
        if match and column not in subjects.COLUMNS and not EDGE.fullmatch(column):
            found.setdefault(match["measure"], {})[match["region"]] = column
    if not found:
        if not edge_regions(columns):
            problems.append(
                f"The dataset {name} has no column named like MEASURE_REGION, for example GMV_1."
            )
        return {}
    regions = _regions(found)
    incomplete = [measure for measure in sorted(found) if len(found[measure]) < len(regions)]
    for measure in incomplete[:MOST_NAMED]:
        absent = [region for region in regions if region not in found[measure]]
        shown = ", ".join(absent[:5]) + (" …" if len(absent) > 5 else "")
        problems.append(f"The dataset {name} has no {measure} column for region {shown}.")
    if len(incomplete) > MOST_NAMED:
        problems.append(
            f"{len(incomplete) - MOST_NAMED} more measures of the dataset {name} lack regions."
        )
    return {
        measure: dict(sorted(found[measure].items(), key=lambda item: int(item[0])))
        for measure in sorted(found)
    }


def _regions(grid: dict[str, dict[str, str]]) -> tuple[str, ...]:
    """The regions of all measures, in numeric order."""
    return tuple(sorted({region for by_region in grid.values() for region in by_region}, key=int))


def _features(columns: Columns, grid: dict[str, dict[str, str]], texts: list[str]) -> FloatArray:
    """(S, N, F); cells with text go to ``texts``. Empty where a measure lacks a region."""
    regions = len(_regions(grid))
    # A few columns of many measures and regions would take the room of all their pairs.
    complete = all(len(by_region) == regions for by_region in grid.values())
    shape = (subjects.rows(columns), regions, len(grid)) if complete else (0, 0, 0)
    found = np.full(shape, np.nan)
    for measure, by_region in enumerate(grid.values()):
        for region, column in enumerate(by_region.values()):
            values = numbers(columns[column], column, texts)
            if complete:
                found[:, region, measure] = values
    return found


def others_of(columns: Iterable[str]) -> list[str]:
    """The columns that are left alone, but for a nameless one, which is an index."""
    return [
        column
        for column in columns
        if column not in subjects.COLUMNS
        and not FEATURE.fullmatch(column)
        and not EDGE.fullmatch(column)
        and not UNNAMED.fullmatch(column)
    ]


def _left_alone(columns: Columns, name: str) -> tuple[str, ...]:
    notes: list[str] = []
    if "LABEL_GROUP" in columns and "LABEL" in columns:
        notes.append(f"{name} has LABEL_GROUP and LABEL; LABEL_GROUP was used.")
    others = others_of(columns)
    if others:
        shown = ", ".join(others[:5]) + (" …" if len(others) > 5 else "")
        notes.append(f"{name}: these columns were not used: {shown}.")
    return tuple(notes)
