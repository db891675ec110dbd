"""Text without a header, which says nothing of subjects: recognised by its numbers, and refused."""

from collections.abc import Sequence
from math import isqrt

from graphnet.errors import CohortError
from graphnet.readers.tables.cells import is_number

SEPARATORS = (",", "\t", ";")
LEAST = 2  # numbers of a first line that is no header
HEADER = "Give a table whose first line names the columns, with an ID and a class for each subject"


def check_header_of_numbers(text: bytes, name: str) -> None:
    """Raises CohortError where a text starts with numbers, saying what it looks like.

    ``text`` is the start of a file.
    """
    lines = [_cells(line) for line in text.decode("latin-1").splitlines()[:3] if line.strip()]
    if not lines or len(lines[0]) < LEAST or not all(map(is_number, lines[0])):
        return
    if not any("." in cell for line in lines for cell in line):
        return  # a header of whole numbers may be one
    raise CohortError(f"{name} has no header: {_looks(lines)} {HEADER}.")


def _cells(line: str) -> list[str]:
    separator = next((sign for sign in SEPARATORS if sign in line), None)
    return [cell.strip() for cell in line.split(separator)]


def _looks(lines: Sequence[Sequence[str]]) -> str:
    """What the numbers may be."""
    width = len(lines[0])
    if width == 3 and all(cell.isdecimal() for line in lines for cell in line[:2]):
        return (
            "it looks like the list of edges of one brain (region, region, weight). Give one file "
            "per subject in a folder, as a matrix of regions by regions, beside a table of "
            "subjects."
        )
    side = isqrt(width)
    if side > 1 and side * side == width:
        return (
            f"it looks like one matrix of {side} x {side} regions per line, as HCP's netmats, "
            "without ids and classes."
        )
    for first, what in ((0, "per line"), (1, "per line behind a class")):
        regions = (1 + isqrt(1 + 8 * (width - first))) // 2
        if regions > 2 and regions * (regions - 1) // 2 == width - first:
            return (
                f"it looks like one triangle of {regions} x {regions} regions {what}, as UK "
                "Biobank's, without ids."
            )
    return f"its first line holds {width} numbers."
