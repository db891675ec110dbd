"""A file, a folder or a table on its way to the service, as it is: nothing of it is read here."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, Union

from service.client.packing import PIECE, files_in, packed

if TYPE_CHECKING:
    import pandas as pd

ANY, CSV, ZIP = "application/octet-stream", "text/csv", "application/zip"

Table: TypeAlias = Union[Path, bytes, "pd.DataFrame"]
OnProgress = Callable[[int], object]


@dataclass(frozen=True)
class Sent:
    """What goes into a request: its bytes piece by piece, and its headers."""

    content: Iterator[bytes] | None
    headers: dict[str, str]


@contextmanager
def sent(table: Table | None, on_progress: OnProgress | None) -> Iterator[Sent]:
    """The content of a file, the ZIP file of a folder, or a DataFrame as CSV; nothing for None.

    ``on_progress`` is called with the bytes read so far; all in all they are :func:`size_of`.

    Raises:
        OSError: the file cannot be read.

    """
    heard = on_progress or _nobody
    if table is None:
        yield Sent(None, {})
    elif isinstance(table, Path) and table.is_dir():
        yield Sent(packed(table, heard), {"Content-Type": ZIP})
    else:
        with _opened(table) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            kind = ANY if isinstance(table, (Path, bytes)) else CSV
            headers = {"Content-Type": kind, "Content-Length": str(size)}
            yield Sent(_pieces(file, heard), headers)


def size_of(table: Path) -> int:
    """How many bytes of a file, or of all files of a folder, will be read."""
    if table.is_dir():
        return sum(path.stat().st_size for path in files_in(table))
    return table.stat().st_size


def _opened(table: Table) -> BinaryIO:
    if isinstance(table, Path):
        return table.open("rb")
    if isinstance(table, bytes):
        return BytesIO(table)
    return BytesIO(table.to_csv(index=False).encode())


def _pieces(file: BinaryIO, on_progress: OnProgress) -> Iterator[bytes]:
    done = 0
    while piece := file.read(PIECE):
        yield piece
        done += len(piece)
        on_progress(done)


def _nobody(_: int) -> None:
    pass
