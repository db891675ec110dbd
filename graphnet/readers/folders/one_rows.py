"""Files with one row of numbers per subject: a flat connectome, or one measure by region."""

import re
from collections.abc import Mapping
from math import isqrt

import numpy as np

from graphnet.data.interpretation import Choice, ConnectomeReading
from graphnet.errors import CohortError
from graphnet.readers.connectomes.alignment import aligned
from graphnet.readers.connectomes.matrices import flat_edges
from graphnet.readers.connectomes.series import REGIONS, Float32Array, FloatArray, is_named, turned
from graphnet.readers.folders.choosing import KIND, NONE
from graphnet.readers.folders.entities import MATRIX, MEASURE, NAME, SERIES, UNKNOWN, Scan
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import Numbers

UNNAMED = "value"  # a measure of which nothing is known
EDGES_OF_NAME = re.compile(r"^[\W_]+|[\W_]+$")


def are_rows(tables: Mapping[str, Numbers]) -> bool:
    """Whether each file holds one row, or one column, of three numbers or more."""
    shapes = [table.values.shape for table in tables.values()]
    return all(min(shape) == 1 and max(shape) > 2 for shape in shapes)


def kind_of_rows(tables: Mapping[str, Numbers], scan: Scan, inquiry: Inquiry) -> str:
    """Whether rows are connectomes or a measure; ``scan`` is the first file.

    Raises:
        CohortError: they are said to be time series.

    """
    row = upright(next(iter(tables.values())))
    count = row.values.shape[1]
    if scan.kind == SERIES:
        raise CohortError(
            f"{inquiry.name} has one row of {count} values per subject ({scan.path.name}): no time "
            "series. Give one row per time point, with a column per region."
        )
    if scan.kind != UNKNOWN:
        return scan.kind
    if is_named(row.header):
        return MEASURE
    regions = (1 + isqrt(1 + 8 * count)) // 2
    other = Choice(MATRIX, f"one triangle of a connectome of {regions} regions")
    if regions * (regions - 1) // 2 != count:
        other = Choice(NONE, "nothing of the brain")
    answer = inquiry.ask(
        KIND,
        f"{inquiry.name} has one row of {count} values per subject ({scan.path.name}). What is it?",
        (Choice(MEASURE, f"one measure of {count} regions"), other),
    )
    if answer == NONE:
        raise CohortError(f"{inquiry.name} has no files of measurements of the brain.")
    return answer


def upright(table: Numbers) -> Numbers:
    """With its numbers in one row."""
    return table if table.values.shape[0] == 1 else turned(table, REGIONS)


def measure_of_rows(
    tables: Mapping[str, Numbers], inquiry: Inquiry
) -> tuple[tuple[str, ...], FloatArray]:
    """The regions and the values (S, N) of rows."""
    regions, values = aligned({key: upright(each) for key, each in tables.items()}, inquiry)
    return regions, np.concatenate(list(values.values()))


def name_of_measure(scan: Scan, inquiry: Inquiry) -> str:
    """What a file's name calls its numbers, which is said."""
    name = EDGES_OF_NAME.sub("", scan.entities.get(NAME, "")) or UNNAMED
    inquiry.say(
        f"{inquiry.name} has one row of numbers per subject ({scan.path.name}); they were taken as "
        f"one measure, {name}, with a column per region."
    )
    return name


def connectomes_of_rows(
    tables: Mapping[str, Numbers], hint: str, inquiry: Inquiry
) -> tuple[tuple[str, ...], Float32Array, ConnectomeReading]:
    """The numbered regions, and the edges (S, E) of flat connectomes.

    Raises:
        CohortError: they are of no number of regions, or differ in length.

    """
    rows = {key: Numbers(upright(each).values, None, None) for key, each in tables.items()}
    _, values = aligned(rows, inquiry)
    found = flat_edges(np.concatenate(list(values.values())), list(values), inquiry, hint)
    if found is None:
        raise CohortError(*inquiry.problems)
    edges, reading = found
    size = (1 + isqrt(1 + 8 * edges.shape[1])) // 2
    return tuple(str(place) for place in range(1, size + 1)), edges, reading
