"""A table on its way to the service: a CSV file, its bytes, or a DataFrame of pandas."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, Union

if TYPE_CHECKING:
    import pandas as pd

PIECE = 65_536  # bytes

Table: TypeAlias = Union[Path, bytes, "pd.DataFrame"]
OnProgress = Callable[[int], object]


@contextmanager
def sent(table: Table, on_progress: OnProgress | None) -> Iterator[tuple[Iterator[bytes], int]]:
    """The table's CSV piece by piece, and its size in bytes.

    Raises:
        OSError: the file cannot be read.

    """
    with _opened(table) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        yield _pieces(file, on_progress), size


def _opened(table: Table) -> BinaryIO:
    if isinstance(table, Path):
        return table.open("rb")
    if isinstance(table, bytes):
        return BytesIO(table)
    return BytesIO(table.to_csv(index=False).encode())


def _pieces(file: BinaryIO, on_progress: OnProgress | None) -> Iterator[bytes]:
    done = 0
    while piece := file.read(PIECE):
        yield piece
        done += len(piece)
        if on_progress is not None:
            on_progress(done)
