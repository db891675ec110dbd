"""Packed files of strangers: listed and unpacked within bounds, and nowhere but where they may."""

import errno
import gzip
import stat
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from graphnet.errors import CohortError
from graphnet.messages import Message

GZIP = b"\x1f\x8b"
SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
ENTRY = b"PK\x01\x02"
MOST_FILES = 20_000
DEEPEST = 16
LONGEST = 200  # bytes of a name; file systems take 255
PIECE = 1 << 20
ENCRYPTED = 0x1
DAMAGE = (BadZipFile, EOFError, gzip.BadGzipFile, NotImplementedError, RuntimeError, ValueError,
          zlib.error)  # fmt: skip


@dataclass(frozen=True)
class Archive:
    """A ZIP file and what in it counts, by path; ``most`` bytes may come out of it."""

    file: ZipFile
    members: dict[str, ZipInfo]
    name: str
    most: int

    @classmethod
    def of(cls, path: Path, name: str, most: int) -> Self:
        """List a ZIP file. Hidden files and what macOS adds are left out.

        Raises:
            CohortError: it is damaged, or holds what no folder of a cohort has.

        """
        # An entry takes some hundred bytes of memory, so they are counted before they are read.
        if _entries(path) > MOST_FILES:
            raise CohortError(
                Message("readers_folders.too-many-files", file=name, limit=MOST_FILES)
            )
        try:
            file = ZipFile(path)
        except (*DAMAGE, OSError) as error:
            raise _damaged(name) from error
        files = [info for info in file.infolist() if not info.filename.endswith(("/", "\\"))]
        members = {_checked(info, name): info for info in files}
        counted = {path: info for path, info in members.items() if not _is_aside(path)}
        if not counted:
            raise CohortError(Message("readers_folders.empty-zip", file=name))
        return cls(file, counted, name, most)

    def unpack(self, folder: Path, paths: Iterable[str]) -> None:
        """Write these members below ``folder``.

        Raises:
            CohortError: they are damaged, or more than ``most`` bytes come out of them, whatever
                the archive says of their size.

        """
        left = self.most
        for path in paths:
            target = folder / path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as file:
                    left -= self._copy(path, file, left)
            except (FileExistsError, NotADirectoryError) as error:
                raise CohortError(
                    Message("readers_folders.path-twice", file=self.name, path=path)
                ) from error

    def _copy(self, path: str, target: IO[bytes], left: int) -> int:
        try:
            with self.file.open(self.members[path]) as source:
                return _copied(source, target, left)
        except _TooLarge as error:
            raise too_large(self.name, self.most) from error
        except DAMAGE as error:
            raise _damaged(self.name) from error
        except OSError as error:
            if error.errno != errno.EINVAL:  # of a place that lies before the file
                raise
            raise _damaged(self.name) from error


def gunzip(path: Path, target: Path, name: str, most: int) -> None:
    """Unpack the gzip file ``path`` as ``target``.

    Raises:
        CohortError: it is damaged, or more than ``most`` bytes come out of it.

    """
    try:
        with gzip.open(path) as source, target.open("xb") as file:
            _copied(source, file, most)
    except _TooLarge as error:
        raise too_large(name, most) from error
    except DAMAGE as error:
        raise damaged_gzip(name) from error


def too_large(name: str, most: int) -> CohortError:
    """What is packed in the file ``name`` is more than ``most`` bytes."""
    return CohortError(Message("readers_folders.too-large", file=name, megabytes=most / 1e6))


def damaged_gzip(name: str) -> CohortError:
    """The gzip file ``name`` cannot be unpacked."""
    return CohortError(Message("readers_folders.damaged-gzip", file=name))


class _TooLarge(Exception):
    """More comes out than may."""


def _copied(source: IO[bytes] | gzip.GzipFile, target: IO[bytes], left: int) -> int:
    """How many bytes were copied, piece by piece: at most ``left``."""
    written = 0
    while piece := source.read(PIECE):
        written += len(piece)
        if written > left:
            raise _TooLarge
        target.write(piece)
    return written


def _entries(path: Path) -> int:
    """How many files a ZIP file lists; it is looked through piece by piece."""
    entries, before = 0, b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            entries += (before + piece).count(ENTRY)
            before = piece[1 - len(ENTRY) :]
    return entries


def _checked(info: ZipInfo, archive: str) -> str:
    """The member's path. Raises CohortError where it may not be unpacked."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    shown = repr(info.filename[:80])
    long = any(len(part.encode("utf-8", "replace")) > LONGEST for part in path.parts)
    if long or not 0 < len(path.parts) <= DEEPEST or not info.filename.isprintable():
        raise CohortError(Message("readers_folders.unusable-name", file=archive, path=shown))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise CohortError(Message("readers_folders.leads-out", file=archive, path=shown))
    if stat.S_ISLNK(info.external_attr >> 16):
        raise CohortError(Message("readers_folders.link", file=archive, path=shown))
    if info.flag_bits & ENCRYPTED:
        raise CohortError(Message("readers_folders.password", file=archive))
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise CohortError(Message("readers_folders.unusual-zip", file=archive))
    return str(path)


def _is_aside(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _damaged(name: str) -> CohortError:
    return CohortError(Message("readers_folders.damaged-zip", file=name))
