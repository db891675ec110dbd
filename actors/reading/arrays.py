"""Datasets as arrays in the registry: stored by whoever has read a file, opened to train on."""

import hashlib
import os
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from actors.spool import private_folder
from graphnet.data.dataset import Dataset
from graphnet.data.storage import DATASET, describe, load
from graphnet.disk import is_of_full_disk, room_in
from graphnet.errors import CohortError
from registry import ObjectMissing, Store

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Stored:
    """A dataset, and the SHA-256 of the text of NEURO-LEARN's row that it was read from."""

    dataset: Dataset
    content_sha256: str


@dataclass
class Arrays:
    """The registry's folder ``datasets``, a folder per dataset as :func:`storage.save` writes it.

    Of a registry that is a directory, arrays are mapped where they lie; of any other they are
    downloaded into ``cache``, which keeps those used last, at most ``cache_mb``.
    """

    store: Store
    cache: Path
    cache_mb: int
    _downloading: threading.Lock = field(default_factory=threading.Lock)

    def put(self, data_id: str, folder: Path) -> str:
        """Store a saved dataset; it is there once its ``dataset.json`` is. Raises RegistryError."""
        for name in describe(folder).files:
            self.store.put_file(data_id, name, folder / name)
        return self.store.put_file(data_id, DATASET, folder / DATASET)

    def open(self, data_id: str) -> Stored:
        """A dataset, its arrays mapped.

        Raises:
            ObjectMissing: it has none.
            CohortError, ObjectDamaged: they are damaged.
            RegistryUnavailable, DiskFull: try again later.

        """
        local = self.store.local_path(data_id, DATASET)
        folder = self._downloaded(data_id) if local is None else local.parent
        try:
            return Stored(load(folder), describe(folder).content_sha256)
        except CohortError:
            if local is None:
                shutil.rmtree(folder, ignore_errors=True)
            raise

    def remove(self, data_id: str) -> None:
        """Remove a dataset, and its copy in this cache. Raises RegistryError."""
        try:
            if self.store.local_path(data_id, DATASET) is None:
                shutil.rmtree(self._folder_of(self.store.get(data_id, DATASET)), ignore_errors=True)
        except ObjectMissing:
            pass
        self.store.delete(data_id)

    def adopt(self, folder: Path) -> Dataset:
        """Move a saved dataset into the cache, and open it there. Raises CohortError."""
        kept = self._folder_of((folder / DATASET).read_bytes())
        with self._downloading:
            if not kept.exists():
                self._move(folder, kept)
                self._make_room(kept)
        return load(kept)

    def _move(self, folder: Path, kept: Path) -> None:
        """Move a folder, perhaps of another file system, to ``kept`` in the cache in one step.

        A move straight to ``kept`` would put the folder inside the one of a faster worker.
        """
        private_folder(self.cache)
        with tempfile.TemporaryDirectory(dir=self.cache, ignore_cleanup_errors=True) as part:
            inner = Path(part) / "dataset"
            shutil.move(folder, inner)
            _take_name(inner, kept)

    def _folder_of(self, description: bytes) -> Path:
        return self.cache / hashlib.sha256(description).hexdigest()[:32]

    def _downloaded(self, data_id: str) -> Path:
        text = self.store.get(data_id, DATASET)
        folder = self._folder_of(text)
        with self._downloading:
            if not folder.exists():
                self._download(data_id, text, folder)
                self._make_room(folder)
            os.utime(folder)
        return folder

    def _download(self, data_id: str, text: bytes, folder: Path) -> None:
        try:
            self._fill(data_id, text, folder)
        except OSError as error:
            if not is_of_full_disk(error):
                raise
            self._make_room(folder, 0)
            with room_in(self.cache, "cache"):
                self._fill(data_id, text, folder)

    def _fill(self, data_id: str, text: bytes, folder: Path) -> None:
        """Download into another folder, which takes its name once it is whole."""
        private_folder(self.cache)
        with tempfile.TemporaryDirectory(dir=self.cache, ignore_cleanup_errors=True) as part:
            inner = Path(part) / "dataset"
            inner.mkdir()
            (inner / DATASET).write_bytes(text)
            for name in describe(inner).files:
                self.store.get_file(data_id, name, inner / name)
            _take_name(inner, folder)

    def _make_room(self, kept: Path, cache_mb: int | None = None) -> None:
        """Remove what was used longest ago; a training goes on with what it has mapped."""
        left = (self.cache_mb if cache_mb is None else cache_mb) * MEGABYTE - _size(kept)
        others = (folder for folder in self.cache.iterdir() if folder != kept)
        for folder in sorted(others, key=lambda other: -other.stat().st_mtime):
            left -= _size(folder)
            if left < 0:
                shutil.rmtree(folder, ignore_errors=True)


def _take_name(whole: Path, folder: Path) -> None:
    """Rename a whole dataset to ``folder``, unless another worker with this cache was faster.

    Raises:
        OSError: it cannot be renamed, and ``folder`` is not there.

    """
    try:
        whole.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
