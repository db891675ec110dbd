"""A CSV file as a data frame."""

import csv
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from graphnet.errors import CohortError

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 250_000  # a connectome of 700 regions
TOO_WIDE = "The file has rows with more cells than its header has names."


def read_table(
    source: Path | BinaryIO | bytes,
    separator: str = ",",
    decimal: str = ".",
    most_cells: int | None = None,
) -> "pd.DataFrame":
    """Read a CSV file, UTF-8, of at most ``most_cells``.

    Raises:
        CohortError: the bytes are not a CSV table with a header, a row, and a name for each
            column; or there are more cells.

    """
    check_table(source, separator, most_cells)
    # pandas takes half a second to import, which a service that reads no CSV need not wait for.
    import pandas as pd  # noqa: PLC0415

    stream = BytesIO(source) if isinstance(source, bytes) else source
    try:
        table = pd.read_csv(stream, sep=separator, decimal=decimal, low_memory=False)
    except (ValueError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise CohortError(f"The file is not a CSV table in UTF-8: {_one_line(error)}.") from error
    if table.empty:
        raise CohortError("The file has no row below its header.")
    if not isinstance(table.index, pd.RangeIndex):
        raise CohortError(TOO_WIDE)
    return table


def check_cells(name: str, count: int, most: int) -> None:
    """Raises CohortError where a table would have more cells than are taken."""
    if count > most:
        raise CohortError(f"{name} has more than {most} cells, which is the most.")


def check_table(
    source: Path | BinaryIO | bytes, separator: str, most_cells: int | None = None
) -> None:
    """Look at the size of a table before pandas does: a row that is short takes a whole one's room.

    Cells are counted of bytes, and of a file by its path.

    Raises:
        CohortError: there are more columns or cells than are taken, or cells without a column.

    """
    width = _width(source, separator)
    if most_cells is not None and isinstance(source, Path | bytes):
        body = source if isinstance(source, bytes) else source.read_bytes()
        name = "The file" if isinstance(source, bytes) else source.name
        check_cells(name, width * _lines(body), most_cells)


def _width(source: Path | BinaryIO | bytes, separator: str) -> int:
    """How many columns the header names; found before each becomes an object.

    Raises:
        CohortError: more than any atlas has, or fewer than the first row has cells: pandas would
            take those that are left over for levels of an index, each with objects of its own.

    """
    if isinstance(source, Path):
        with source.open("rb") as opened:
            return _width(opened, separator)
    if isinstance(source, bytes):
        return _width(BytesIO(source), separator)
    text = TextIOWrapper(source, "utf-8-sig", errors="replace", newline="")
    try:
        first = list(islice(_filled(csv.reader(text, delimiter=separator)), 2))
    except csv.Error as error:
        raise CohortError(f"The file is not a CSV table in UTF-8: {_one_line(error)}.") from error
    finally:
        text.detach()
        source.seek(0)
    header, row = (*first, [], [])[:2]
    if len(header) > MOST_COLUMNS:
        raise CohortError(
            f"The file has more than {MOST_COLUMNS} columns; give at most that many, for example "
            "by leaving out the lower triangle of a connectome."
        )
    if len(row) > len(header):
        raise CohortError(TOO_WIDE)
    return len(header)


def _filled(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Those that are no blank lines, which pandas passes over."""
    return (row for row in rows if len(row) > 1 or any(cell.strip(" \t") for cell in row))


def _lines(body: bytes) -> int:
    """How many lines end, whatever ends them."""
    return body.count(b"\n") + body.count(b"\r") - body.count(b"\r\n")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120].rstrip(".")
