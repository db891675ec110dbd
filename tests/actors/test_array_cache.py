"""Several workers of one machine share a cache of arrays: whoever is slower takes the other's."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.reading.arrays import Arrays
from graphnet.data.storage import save
from registry.directory import DirectoryStore
from tests.graphnet.test_cohorts import dataset


class Bucket:
    """A registry whose files are downloaded; before the first is, ``meanwhile`` happens."""

    def __init__(self, store: DirectoryStore, meanwhile: Callable[[], object]) -> None:
        self._store = store
        self._meanwhile = [meanwhile]

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def local_path(self, task_id: str, name: str) -> Path | None:  # noqa: ARG002
        return None

    def get_file(self, task_id: str, name: str, path: Path) -> None:
        while self._meanwhile:
            self._meanwhile.pop()()
        self._store.get_file(task_id, name, path)


def test_a_dataset_that_another_worker_downloads_meanwhile_is_opened(tmp_path: Path) -> None:
    for folder in ("registry", "saved"):
        (tmp_path / folder).mkdir()
    store = DirectoryStore(tmp_path / "registry")
    save(dataset(), tmp_path / "saved")
    Arrays(store, tmp_path / "cache", 100).put("D1", tmp_path / "saved")
    faster = Arrays(Bucket(store, lambda: None), tmp_path / "cache", 100)  # type: ignore[arg-type]
    slower = Arrays(
        Bucket(store, lambda: faster.open("D1")),  # type: ignore[arg-type]
        tmp_path / "cache",
        100,
    )
    assert slower.open("D1").dataset.regions == dataset().regions
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_dataset_that_another_worker_adopts_meanwhile_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, cache = DirectoryStore(tmp_path / "registry"), tmp_path / "cache"
    for folder in ("registry", "first", "second"):
        (tmp_path / folder).mkdir()
    for folder in ("first", "second"):
        save(dataset(), tmp_path / folder, "0" * 64)
    faster, slower = Arrays(store, cache, 100), Arrays(store, cache, 100)
    move = shutil.move

    def move_later(source: Path, target: Path) -> None:
        monkeypatch.setattr(shutil, "move", move)
        faster.adopt(tmp_path / "first")
        move(source, target)

    monkeypatch.setattr(shutil, "move", move_later)
    assert slower.adopt(tmp_path / "second").regions == dataset().regions
    (kept,) = cache.iterdir()
    assert not [path for path in kept.iterdir() if path.is_dir()]
