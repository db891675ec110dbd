"""Lists of edges: two regions, by number or by name, and a weight in each row.

A pair that is not listed has no edge: 0. As a list names only regions with an edge, the regions are
those of all subjects together.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import is_missing, is_number
from graphnet.readers.text.dialects import split_cells
from graphnet.readers.text.encodings import detect_encoding
from graphnet.readers.text.number_files import NumberTable, separator_of

FloatArray = NDArray[np.float64]

LEAST_EDGES = 3
LOOKED_AT = 4096  # bytes
MARKS = [re.compile(pattern) for pattern in (rb"\t", rb";", rb"\|", rb",", rb"[ \t]+")]
MOST_REGIONS = 2_000
LARGEST = 10**6  # the number of a region
SHORTEST = 4  # characters of a row


def read_edge_list(body: bytes, what: str) -> NumberTable | None:
    """The weights (N, N) of a list of edges, N regions by name; None where a file is none.

    Regions are the whole numbers or words of the first two columns, and there are at least as many
    edges as regions, so that it is no series of three columns. A pair may be there both ways.
    """
    if not _has_three_cells(body[:LOOKED_AT]):
        return None
    try:
        text = body.decode(detect_encoding(body, Inquiry(what), what))
    except CohortError:
        return None
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) < LEAST_EDGES or not all(len(line) >= SHORTEST for line in lines[:3]):
        return None
    separator = separator_of(lines[:10])
    try:
        if any(len(split_cells(line, separator)) != 3 for line in lines[:10]):
            return None
        rows = [split_cells(line, separator) for line in lines]
    except csv.Error:
        return None
    return _table(rows if _is_weight(rows[0][2]) else rows[1:])


def united(
    tables: Mapping[str, NumberTable], inquiry: Inquiry, most: int
) -> dict[str, NumberTable]:
    """The same lists over the regions of all of them; a region without an edge has zeros.

    Raises:
        CohortError: there are more than 2,000 regions, or the matrices take more than ``most``
            bytes.

    """
    names = dict.fromkeys(chain.from_iterable(table.header or () for table in tables.values()))
    regions = tuple(names)
    if all(map(str.isdecimal, regions)):
        regions = tuple(sorted(regions, key=int))
    if len(regions) > MOST_REGIONS:
        raise CohortError(
            Message("readers_brains.too-many-nodes", file=inquiry.name, count=len(regions))
        )
    if 8 * len(regions) ** 2 * len(tables) > most:
        raise CohortError(
            Message(
                "readers_folders.connectomes-too-large", file=inquiry.name, megabytes=most / 1e6
            )
        )
    place = {region: row for row, region in enumerate(regions)}
    whole: dict[str, NumberTable] = {}
    absent = 0
    for subject, table in tables.items():
        places = [place[name] for name in table.header or ()]
        values = np.zeros((len(regions), len(regions)))
        values[np.ix_(places, places)] = table.values
        whole[subject] = NumberTable(values, regions, regions, table.hint)
        absent += int((values[np.triu_indices(len(regions), 1)] == 0).any())
    inquiry.assume(
        Message(
            "readers_brains.lists-of-edges",
            file=inquiry.name,
            regions=len(regions),
            first=regions[0],
            last=regions[-1],
            absent=bool(absent),
        )
    )
    return whole


def _has_three_cells(head: bytes) -> bool:
    """Whether the first line may have three cells, before a whole file is taken apart."""
    lines = [line for line in head.splitlines() if line.strip() and not line.startswith(b"#")]
    if not lines or b"\x00" in head:  # of two bytes per letter
        return bool(lines)
    return any(len(mark.split(lines[0].strip())) == 3 for mark in MARKS)


def _is_weight(cell: str) -> bool:
    return is_number(cell) or is_missing(cell)


def _table(rows: Sequence[Sequence[str]]) -> NumberTable | None:
    if len(rows) < LEAST_EDGES or any(len(row) != 3 or not _is_weight(row[2]) for row in rows):
        return None
    ends = _labels([cell for row in rows for cell in row[:2]])
    if ends is None:
        return None
    regions = list(dict.fromkeys(ends))
    numbered = all(map(str.isdecimal, regions))
    if numbered:
        regions.sort(key=int)
    if not 2 < len(regions) <= min(len(rows), MOST_REGIONS):
        return None
    place = {region: row for row, region in enumerate(regions)}
    pairs = [(place[one], place[other]) for one, other in zip(ends[::2], ends[1::2], strict=True)]
    if len(set(pairs)) < len(pairs):
        return None
    values = np.zeros((len(regions), len(regions)))
    weights = {
        pair: np.nan if is_missing(row[2]) else float(row[2])
        for pair, row in zip(pairs, rows, strict=True)
    }
    for (one, other), weight in weights.items():
        values[one, other] = weight
        values[other, one] = weights.get((other, one), weight)
    return NumberTable(values, tuple(regions), tuple(regions), listed=True)


def _labels(cells: Sequence[str]) -> list[str] | None:
    """Whole numbers without a point, or words; None where they are neither throughout."""
    if not any(is_number(cell) for cell in cells):
        return None if any(is_missing(cell) for cell in cells) else list(cells)
    if not all(is_number(cell) for cell in cells):
        return None
    numbers = [float(cell) for cell in cells]
    if any(number != int(number) or not 0 <= number <= LARGEST for number in numbers
           if np.isfinite(number)) or not np.isfinite(numbers).all():  # fmt: skip
        return None
    return [str(int(number)) for number in numbers]
