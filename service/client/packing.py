"""A folder as one ZIP file that is made while it is sent: it is never in memory as a whole."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from service.client.errors import ClientError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PIECE = 65_536  # bytes
MACOS = "__MACOSX"
READABLE = 0o100644 << 16  # a plain file, as ZIP says it


def files_in(folder: Path) -> list[Path]:
    """The files below a folder, sorted by name. Hidden ones and what macOS adds are left out.

    A link to a file is that file; a link to a folder is not followed.
    """
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_aside(name))
        found += [Path(place, name) for name in sorted(files) if not _is_aside(name)]
    return [path for path in found if path.is_file() or path.is_symlink()]


def packed(folder: Path, on_read: Callable[[int], object]) -> Iterator[bytes]:
    """The ZIP file of a folder, piece by piece; the same folder gives the same bytes.

    ``on_read`` is called with the bytes read from its files so far.

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
    """Holds what was written since it was last taken; nobody can go back in it."""

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
        raise ClientError(f"{folder} has a file whose name cannot be sent: {name!r}; rename it.")
    entry = ZipInfo(name)  # dated 1980, whenever it was written
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, READABLE
    entry.file_size = path.stat().st_size
    return entry


def _is_aside(name: str) -> bool:
    return name.startswith(".") or name == MACOS
