"""ZIP files of strangers: listed and unpacked within bounds, and nowhere but where they may."""

import stat
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from graphnet.errors import CohortError

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
ENTRY = b"PK\x01\x02"
MOST_FILES = 20_000
DEEPEST = 16
LONGEST = 200  # bytes of a name; file systems take 255
PIECE = 1 << 20
ENCRYPTED = 0x1
DAMAGE = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error)


@dataclass(frozen=True)
class Archive:
    """A ZIP file and what in it counts, by path; ``most`` bytes may come out of it."""

    file: ZipFile
    members: dict[str, ZipInfo]
    name: str
    most: int

    @classmethod
    def of(cls, body: bytes, name: str, most: int) -> Self:
        """List a ZIP file. Hidden files and what macOS adds are left out.

        Raises:
            CohortError: it is damaged, or holds what no folder of a cohort has.

        """
        # An entry takes some hundred bytes of memory, so they are counted before they are read.
        if body.count(ENTRY) > MOST_FILES:
            raise CohortError(f"{name} has more than {MOST_FILES} files.")
        try:
            file = ZipFile(BytesIO(body))
        except DAMAGE as error:
            raise _damaged(name) from error
        files = [info for info in file.infolist() if not info.filename.endswith(("/", "\\"))]
        members = {_checked(info, name): info for info in files}
        counted = {path: info for path, info in members.items() if not _is_aside(path)}
        if not counted:
            raise CohortError(f"{name} is a ZIP file with nothing in it.")
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
                left -= self._write(path, target, left)
            except (FileExistsError, NotADirectoryError) as error:
                raise CohortError(f"{self.name} has {path} twice.") from error
            except DAMAGE as error:
                raise _damaged(self.name) from error

    def read(self, path: str) -> bytes:
        """The bytes of one member. Raises CohortError as :meth:`unpack`."""
        try:
            with self.file.open(self.members[path]) as source:
                found = source.read(self.most + 1)
        except DAMAGE as error:
            raise _damaged(self.name) from error
        if len(found) > self.most:
            raise self._too_large()
        return found

    def _write(self, path: str, target: Path, left: int) -> int:
        written = 0
        with self.file.open(self.members[path]) as source, target.open("xb") as file:
            while piece := source.read(PIECE):
                written += len(piece)
                if written > left:
                    raise self._too_large()
                file.write(piece)
        return written

    def _too_large(self) -> CohortError:
        return CohortError(
            f"{self.name} is more than {self.most / 1e6:g} MB once it is unpacked, which is the "
            "most that is taken."
        )


def _checked(info: ZipInfo, archive: str) -> str:
    """The member's path. Raises CohortError where it may not be unpacked."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    shown = info.filename[:80]
    long = any(len(part.encode("utf-8", "replace")) > LONGEST for part in path.parts)
    if long or not 0 < len(path.parts) <= DEEPEST or not info.filename.isprintable():
        raise CohortError(f"{archive} has a file whose name cannot be taken: {shown!r}.")
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise CohortError(f"{archive} has a file that leads out of its folder: {shown!r}.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise CohortError(f"{archive} has a link, {shown!r}; put the file itself there.")
    if info.flag_bits & ENCRYPTED:
        raise CohortError(f"{archive} has a password; make it without.")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise CohortError(f"{archive} is packed in an unusual manner; make a plain ZIP file.")
    return str(path)


def _is_aside(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _damaged(name: str) -> CohortError:
    return CohortError(f"{name} is a ZIP file that is damaged or cut short.")
