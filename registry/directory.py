"""A registry in a directory of this machine, or of a file system mounted on it."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from graphnet.messages import Message
from registry.store import (
    MAX_BYTES,
    MODELS,
    ObjectMissing,
    RegistryRefuses,
    RegistryUnavailable,
    is_key,
    is_task_id,
    object_key,
    require_size,
)

_PRIVATE = 0o700  # reports and manifests speak of patients: for the service's own user only
PIECE = 1 << 20
_REFUSED = {errno.EACCES, errno.EPERM}
_READ_ONLY = {errno.EROFS}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_IN_THE_WAY = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}
_PROBE = b"is there room?"
LEAST_FREE = 4_000_000  # bytes: of a fuller disk the next model would not find its room


class DirectoryStore:
    """Objects as files below an existing directory, which is never made: it may be a lost mount.

    Readable by this process's user alone. A process killed in mid-write leaves a hidden file that
    no name reaches and that goes with its task.
    """

    def __init__(self, root: Path, *, folder: str = MODELS, max_bytes: int = MAX_BYTES) -> None:
        self._root = root.absolute()
        self._folder = folder
        self._max_bytes = max_bytes

    def put(self, task_id: str, name: str, data: bytes) -> str:
        """Write or replace an object; see :class:`~registry.store.Store`."""
        return self._put(task_id, name, BytesIO(data), len(data))

    def put_file(self, task_id: str, name: str, path: Path) -> str:
        """Write or replace an object; see :class:`~registry.store.Store`."""
        with path.open("rb") as source:
            return self._put(task_id, name, source, os.fstat(source.fileno()).st_size)

    def get(self, task_id: str, name: str) -> bytes:
        """Read an object; see :class:`~registry.store.Store`."""
        if not is_key(task_id, name):
            raise ObjectMissing(task_id, name)
        with self._translated():
            try:
                return self._read(self._root / object_key(self._folder, task_id, name))
            except FileNotFoundError:
                self._require_root()
        raise ObjectMissing(task_id, name)

    def get_file(self, task_id: str, name: str, path: Path) -> None:
        """Write an object into a file; see :class:`~registry.store.Store`."""
        file = self.local_path(task_id, name)
        with self._translated():
            source = file.open("rb")
        with source, path.open("wb") as target:  # not ours: its disk may be full
            shutil.copyfileobj(source, target, PIECE)

    def local_path(self, task_id: str, name: str) -> Path:
        """The object's own file; see :class:`~registry.store.Store`."""
        if not self.exists(task_id, name):
            raise ObjectMissing(task_id, name)
        path = self._root / object_key(self._folder, task_id, name)
        with self._translated():
            require_size(path.as_uri(), path.stat().st_size, self._max_bytes)
        return path

    def exists(self, task_id: str, name: str) -> bool:
        """Say whether an object is there; see :class:`~registry.store.Store`."""
        if not is_key(task_id, name):
            return False
        with self._translated():
            try:
                (self._root / object_key(self._folder, task_id, name)).stat()
            except FileNotFoundError:
                self._require_root()
                return False
        return True

    def delete(self, task_id: str) -> None:
        """Remove all objects of a task; see :class:`~registry.store.Store`."""
        if not is_task_id(task_id):
            return
        with self._translated():
            try:
                shutil.rmtree(self._root / self._folder / task_id)
            except FileNotFoundError:
                self._require_root()

    def task_ids(self) -> list[str]:
        """List the tasks that have objects; see :class:`~registry.store.Store`."""
        with self._translated():
            try:
                return sorted(entry.name for entry in os.scandir(self._root / self._folder))
            except FileNotFoundError:
                self._require_root()
                return []

    def check(self) -> None:
        """Return once the directory can be read and written; see :class:`~registry.store.Store`."""
        with self._translated(), os.scandir(self._root):
            if not os.access(self._root, os.W_OK | os.X_OK):
                read_only = os.statvfs(self._root).f_flag & os.ST_RDONLY
                why = errno.EROFS if read_only else errno.EACCES
                raise OSError(why, os.strerror(why))

    def check_writable(self) -> None:
        """Return once something was written; see :class:`~registry.store.Store`."""
        with self._translated():
            _write_probe(self._root)
            usage = os.statvfs(self._root)
            # Some network file systems tell no sizes at all.
            if usage.f_blocks and usage.f_bavail * usage.f_frsize < LEAST_FREE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def integrity(self) -> Message:
        """How it is known that bytes stay as they are; see :class:`~registry.store.Store`."""
        return Message("registry.kept-by-file-system")

    def _put(self, task_id: str, name: str, source: BinaryIO, size: int) -> str:
        target = self._root / object_key(self._folder, task_id, name)
        require_size(target.as_uri(), size, self._max_bytes)
        with self._translated():
            self._make_folders(target.parent)
            _write_whole(target, source)
            # A new folder outlives a power cut only once the folder above it is on the disk too.
            for folder in (target.parent, target.parent.parent, self._root):
                _sync_folder(folder)
        return target.as_uri()

    def _require_root(self) -> None:
        # A missing directory is an outage, not a missing object.
        self._root.stat()

    def _make_folders(self, folder: Path) -> None:
        folder.parent.mkdir(_PRIVATE, exist_ok=True)
        folder.mkdir(_PRIVATE, exist_ok=True)

    def _read(self, path: Path) -> bytes:
        with path.open("rb") as file:
            require_size(path.as_uri(), os.fstat(file.fileno()).st_size, self._max_bytes)
            return file.read()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._fault(error) from error

    def _fault(self, error: OSError) -> RegistryUnavailable:
        said = _said(str(self._root), error)
        if error.errno in _FULL | _REFUSED | _READ_ONLY:
            return RegistryRefuses(*said, full=error.errno in _FULL)
        return RegistryUnavailable(*said)


def _write_whole(target: Path, source: BinaryIO) -> None:
    """Write a file that is either whole or not there, even if the machine stops on the way."""
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(source, file, PIECE)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _write_probe(root: Path) -> None:
    """Write a hidden file that no object's name reaches, and remove it."""
    handle, probe = tempfile.mkstemp(prefix=".probe-", dir=root)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_PROBE)
            file.flush()
            os.fsync(file.fileno())
    finally:
        Path(probe).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _said(path: str, error: OSError) -> tuple[Message, Message]:
    """The problem and the remedy."""
    if error.errno == errno.ENOENT:
        absent = Message("registry.directory-absent", path=path)
        return absent, Message("registry.create-directory")
    if error.errno in _IN_THE_WAY:
        layout = Message("registry.directory-layout", path=path)
        return layout, Message("registry.clear-directory")
    if error.errno in _REFUSED:
        forbidden = Message("registry.directory-forbidden", path=path)
        return forbidden, Message("registry.check-permissions")
    if error.errno in _READ_ONLY:
        return Message("registry.directory-read-only", path=path), Message("registry.remount")
    if error.errno in _FULL:
        return Message("registry.full", place=path), Message("registry.free-space")
    reason = os.strerror(error.errno or errno.EIO)
    unusable = Message("registry.directory-unusable", path=path, reason=reason)
    return unusable, Message("registry.check-disk")
