"""A CSV file as a data frame."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from graphnet.errors import CohortError

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 250_000  # a connectome of 700 regions


def read_table(
    source: Path | BinaryIO | bytes, separator: str = ",", decimal: str = "."
) -> "pd.DataFrame":
    """Read a CSV file, UTF-8.

    Raises:
        CohortError: the bytes are not a CSV table with a header, a row, and a name for each
            column.

    """
    _check_width(source, separator)
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
        raise CohortError("The file has rows with more cells than its header has names.")
    return table


def _check_width(source: Path | BinaryIO | bytes, separator: str) -> None:
    """Refuse more columns than any atlas has, before each becomes an object.

    Raises:
        CohortError: there are more.

    """
    if isinstance(source, bytes):
        header = source[: source.find(b"\n") % (len(source) + 1)]
    elif isinstance(source, Path):
        with source.open("rb") as opened:
            header = opened.readline()
    else:
        header = source.readline()
        source.seek(0)
    if header.count(separator.encode()) >= MOST_COLUMNS:
        raise CohortError(
            f"The file has more than {MOST_COLUMNS} columns; give at most that many, for example "
            "by leaving out the lower triangle of a connectome."
        )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120].rstrip(".")
