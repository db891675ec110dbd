"""Sends a file, a folder or a table as it is; a folder becomes a ZIP file before."""

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, Union
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from graphnet.messages import Message
from service.client.channel import Begun, put_part
from service.client.errors import ELSEWHERE, ClientError, StorageAway, may_go_on

if TYPE_CHECKING:
    import pandas as pd
    from _typeshed import ReadableBuffer

    from service.client.channel import Channel

ANY, CSV, ZIP = "application/octet-stream", "text/csv", "application/zip"

Table: TypeAlias = Union[Path, bytes, "pd.DataFrame"]
OnProgress = Callable[[int], object]

MOST_IN_ONE = 8_000_000  # bytes of a file that one request brings
PIECE_OF_UPLOAD = 8_000_000  # a multiple of what the service stores at once
FIRST_PAUSE, LONGEST_PAUSE, PATIENCE = 0.5, 15.0, 300.0  # seconds


@dataclass(frozen=True)
class Sending:
    """A file that is open, its size in bytes, its name and its media type."""

    file: BinaryIO
    size: int
    name: str
    kind: str
    report: OnProgress

    @property
    def is_large(self) -> bool:
        """Whether it is sent in pieces."""
        return self.size > MOST_IN_ONE

    @property
    def headers(self) -> dict[str, str]:
        """Those of a request that brings all of it."""
        return {"Content-Type": self.kind, "Content-Length": str(self.size)}

    def pieces(self) -> Iterator[bytes]:
        """The body of that request."""
        done = 0
        while piece := self.file.read(PIECE):
            yield piece
            done += len(piece)
            self.report(done)


@contextmanager
def opened(table: Table, on_progress: OnProgress | None) -> Iterator[Sending]:
    """The content of a file, the ZIP file of a folder, or a DataFrame as CSV.

    ``on_progress`` is called with the number of bytes read so far; in the end :func:`size_of`. Of a
    folder the first half is packing, the second half sending.

    Raises:
        OSError: the file cannot be read.

    """
    report = on_progress or _ignore
    if isinstance(table, Path) and table.is_dir():
        with TemporaryFile() as archive:
            total = size_of(table)
            for piece in packed(table, lambda done: report(done // 2)):
                archive.write(piece)
            size = archive.tell()
            archive.seek(0)
            halves = _second_half(total, size, report)
            yield Sending(archive, size, f"{table.name}.zip", ZIP, halves)
        return
    with _opened(table) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        kind = ANY if isinstance(table, (Path, bytes)) else CSV
        name = table.name if isinstance(table, Path) else ""
        yield Sending(file, size, name, kind, report)


def _second_half(total: int, size: int, report: OnProgress) -> OnProgress:
    """The progress of sending ``size`` bytes, as the second half of ``total``."""
    return lambda done: report(total if done >= size else (total + total * done // size) // 2)


def send_in_pieces(channel: "Channel", sending: Sending, proj_id: str) -> str:
    """Send a large file in pieces; the id of the upload.

    They go straight to the bucket where that is set up and can be reached, else to the service.
    What breaks a piece off, a service that restarts or a line that is cut, is waited out for some
    minutes; the file then goes on where the service says it stands.

    Raises:
        ClientError: it was refused, or no more of it came through for minutes.
        OSError: the file cannot be read.

    """
    begun = channel.begin_upload(sending.name, sending.size, proj_id, direct=True)
    if begun.part_bytes:
        if send_to_bucket(channel, sending, begun):
            return begun.upload
        channel.remove_upload(begun.upload)
        begun = channel.begin_upload(sending.name, sending.size, proj_id)
    upload = begun.upload
    offset, heard_at, pause = 0, time.monotonic(), FIRST_PAUSE
    while offset < sending.size:
        try:
            size = min(PIECE_OF_UPLOAD, sending.size - offset)
            piece = _piece_at(sending, offset, size)
            reached = channel.upload_piece(upload, offset, piece, size)
        except ClientError as error:
            if not may_go_on(error) or time.monotonic() - heard_at > PATIENCE:
                raise
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            reached = _standing(channel, upload, offset)
        if reached > offset:
            heard_at, pause = time.monotonic(), FIRST_PAUSE
        offset = reached
        sending.report(offset)
    return upload


def _standing(channel: "Channel", upload: str, offset: int) -> int:
    """Where an upload stands; where it stood before if the service still does not answer."""
    try:
        return channel.upload_offset(upload)
    except ClientError as error:
        if not may_go_on(error):
            raise
        return offset


def _piece_at(sending: Sending, offset: int, size: int) -> Iterator[bytes]:
    """The ``size`` bytes from ``offset`` on. Raises ClientError if the file has become shorter."""
    sending.file.seek(offset)
    end = offset + size
    while offset < end:
        data = sending.file.read(min(PIECE, end - offset))
        if not data:
            raise ClientError(Message("client.file-shorter", file=sending.name))
        yield data
        offset += len(data)


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


FIRST_TRIES = 3  # of the first part, until the bucket is taken to be out of reach
ROUNDS = 3  # of sending again what the service says is not there


def send_to_bucket(channel: "Channel", sending: "Sending", begun: Begun) -> bool:
    """Send a file in parts to the bucket; False if that cannot be reached from here at all.

    A part that breaks off, or whose address has become too old, is sent again for some minutes. The
    storage compares each with its MD5.

    Raises:
        ClientError: it was refused, or no more of it came through for minutes.
        OSError: the file cannot be read.

    """
    count = -(-sending.size // begun.part_bytes)
    sums: list[str] = []
    for number in range(1, count + 1):
        part = _part(sending, begun, number)
        sums.append(hashlib.md5(part, usedforsecurity=False).hexdigest())
        tries = FIRST_TRIES if number == 1 else None
        if not _sent(channel, begun, number, part, sums[-1], tries):
            return False
        sending.report(min(sending.size, number * begun.part_bytes))
    for left in reversed(range(ROUNDS)):
        try:
            _patiently(lambda: channel.complete_upload(begun.upload, sums))
        except ClientError as error:
            if error.error_num != ELSEWHERE or not left:
                raise
        else:
            break
        there = channel.stored_parts(begun.upload)
        for number in (part for part in range(1, count + 1) if there.get(part) != sums[part - 1]):
            _sent(channel, begun, number, _part(sending, begun, number), sums[number - 1], None)
    return True


def _part(sending: "Sending", begun: Begun, number: int) -> bytes:
    """The bytes of a part. Raises ClientError if the file has become shorter."""
    start = (number - 1) * begun.part_bytes
    wanted = min(begun.part_bytes, sending.size - start)
    sending.file.seek(start)
    part = sending.file.read(wanted)
    if len(part) < wanted:
        raise ClientError(Message("client.file-shorter", file=sending.name))
    return part


def _sent(  # noqa: PLR0917 - a part, and where it goes
    channel: "Channel", begun: Begun, number: int, part: bytes, md5: str, tries: int | None
) -> bool:
    """Whether a part went through, in so many tries or else in minutes. Raises ClientError."""
    began, pause, tried = time.monotonic(), FIRST_PAUSE, 0
    while True:
        try:
            put_part(channel.part_address(begun.upload, number, md5), part)
        except ClientError as error:
            tried += 1
            away = isinstance(error, StorageAway)
            if away and tries is not None and tried >= tries:
                return False
            if not (away or may_go_on(error)) or time.monotonic() - began > PATIENCE:
                raise
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return True


def _patiently(call: Callable[[], object]) -> None:
    """Call the service, again for some minutes while it restarts. Raises ClientError."""
    began, pause = time.monotonic(), FIRST_PAUSE
    while True:
        try:
            call()
        except ClientError as error:
            passing = may_go_on(error) and error.error_num != ELSEWHERE
            if not passing or time.monotonic() - began > PATIENCE:
                raise
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return
