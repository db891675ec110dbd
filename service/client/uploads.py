"""Sends a file, a folder or a table as it is; a folder becomes a ZIP file while it is sent."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, Union
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from graphnet.messages import Message
from service.client.errors import ClientError

if TYPE_CHECKING:
    import pandas as pd
    from _typeshed import ReadableBuffer


ANY, CSV, ZIP = "application/octet-stream", "text/csv", "application/zip"

Table: TypeAlias = Union[Path, bytes, "pd.DataFrame"]
OnProgress = Callable[[int], object]


@dataclass(frozen=True)
class Body:
    """The body of a request, piece by piece, and its headers."""

    content: Iterator[bytes] | None
    headers: dict[str, str]


@contextmanager
def request_body(table: Table | None, on_progress: OnProgress | None) -> Iterator[Body]:
    """The content of a file, the ZIP file of a folder, or a DataFrame as CSV; nothing for None.

    ``on_progress`` is called with the number of bytes read so far; in the end :func:`size_of`.

    Raises:
        OSError: the file cannot be read.

    """
    report = on_progress or _ignore
    if table is None:
        yield Body(None, {})
    elif isinstance(table, Path) and table.is_dir():
        yield Body(packed(table, report), {"Content-Type": ZIP})
    else:
        with _opened(table) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            kind = ANY if isinstance(table, (Path, bytes)) else CSV
            headers = {"Content-Type": kind, "Content-Length": str(size)}
            yield Body(_pieces(file, report), headers)


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


def _ignore(_: int) -> None:
    pass


PIECE = 65_536  # bytes
MACOS = "__MACOSX"
READABLE = 0o100644 << 16  # a plain file, as ZIP says it


def files_in(folder: Path) -> list[Path]:
    """The files below a folder, sorted by name, without hidden ones and those that macOS adds.

    A link to a file is that file; a link to a folder is not followed.
    """
    paths = []
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        paths += [Path(parent, name) for name in sorted(files) if not _is_hidden(name)]
    return [path for path in paths if path.is_file() or path.is_symlink()]


def packed(folder: Path, on_read: Callable[[int], object]) -> Iterator[bytes]:
    """The ZIP file of a folder, piece by piece; the same folder gives the same bytes.

    ``on_read`` is called with the number of bytes read so far.

    Raises:
        OSError: a file cannot be read, or is a link to nothing.
        ClientError: a file's name is not text.

    """
    sink, done = _Sink(), 0
    with ZipFile(sink, "w") as archive:
        for path in files_in(folder):
            with path.open("rb") as source, archive.open(_entry(path, folder), "w") as target:
                while piece := source.read(PIECE):
                    done += len(piece)
                    target.write(piece)
                    yield from sink.take()
                    on_read(done)
    yield from sink.take()


class _Sink(io.RawIOBase):
    """Holds what was written since the last :meth:`take`; it cannot seek."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: "ReadableBuffer") -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def take(self) -> list[bytes]:
        taken, self._pieces = self._pieces, []
        return taken


def _entry(path: Path, folder: Path) -> ZipInfo:
    name = path.relative_to(folder).as_posix()
    if not name.isprintable():  # a name of undecodable bytes is not printable either
        values = {"folder": str(folder), "name": repr(name)}
        raise ClientError(Message("client.name-not-text", **values))
    entry = ZipInfo(name)  # dated 1980, whenever it was written
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, READABLE
    entry.file_size = path.stat().st_size
    return entry


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == MACOS
