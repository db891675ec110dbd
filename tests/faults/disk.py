"""A disk that can be filled and emptied again, for those who may mount one; needs no pytest."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class NotMounted(Exception):
    """This process may not mount anything; the text says why."""


@dataclass(frozen=True)
class Disk:
    """A file system in memory at ``folder``."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Take all the room that is left."""
        with self._ballast.open("ab") as file:
            free = os.statvfs(self.folder)
            size = free.f_bavail * free.f_frsize
            if size:
                os.posix_fallocate(file.fileno(), file.tell(), size)

    def empty(self) -> None:
        """Give it back."""
        self._ballast.unlink(missing_ok=True)


@contextlib.contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mount one on a new folder for as long as the block lasts. Raises NotMounted."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(["mount", *options], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip()
        raise NotMounted(f"No disk can be mounted here: {said}") from error
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
