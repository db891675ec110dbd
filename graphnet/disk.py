"""Files that are whole or not there, disks that are full, text that a spreadsheet only shows."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphnet.errors import DiskFull
from graphnet.messages import Message

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_of_full_disk(error: BaseException | None) -> bool:
    """Whether a disk was full, whatever a library has made of that."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def room_in(folder: Path, use: str) -> Iterator[None]:
    """Raise DiskFull where a write to the folder finds no room.

    ``use`` is spool, cache, temporary or output.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise DiskFull(Message("worker.disk-full", use=use, folder=str(folder))) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, or leave what was there as it was, even if the machine stops on the way.

    Raises:
        OSError: it cannot be written, and nothing of it stays.

    """
    prefix = f".{path.name[:100]}."
    handle, temporary = tempfile.mkstemp(prefix=prefix, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def reserve(handle: int, size: int) -> None:
    """Take the room that a file is to have: a mapped file that finds none later ends the process.

    Raises:
        OSError: there is none.

    """
    if size:
        os.posix_fallocate(handle, 0, size)


FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """With an apostrophe before what would be taken for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
