"""What only a directory can do wrong: half-written files, full disks, files in the way."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from registry import ObjectMissing, RegistryUnavailable, Store, open_store
from tests.disks import room_for
from tests.registry.conftest import Place
from tests.registry.sentences import is_plain

REPOSITORY = Path(__file__).parents[2]
BIG = 256 * 1024**2


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "registry"
    folder.mkdir()
    return folder


@pytest.fixture
def store(root: Path) -> Store:
    return open_store(root.as_uri())


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def kill_in_mid_write(root: Path) -> Path:
    """Kill -9 a process that writes a big object, and give the unfinished file it leaves."""
    command = [sys.executable, "-m", "tests.registry.writer", root.as_uri(), "", str(BIG)]
    child = subprocess.Popen(command, cwd=REPOSITORY)
    try:
        while not (unfinished := list(root.rglob(".*.part"))):
            assert child.poll() is None, "the writer ended before it wrote"
            time.sleep(0.001)
    finally:
        child.kill()
        child.wait()
    return unfinished[0]


def test_nothing_appears_of_a_write_that_was_killed(root: Path, store: Store) -> None:
    unfinished = kill_in_mid_write(root)
    assert unfinished.exists()
    assert not store.exists("TASK1", "model.safetensors")
    with pytest.raises(ObjectMissing):
        store.get("TASK1", "model.safetensors")
    for key in (unfinished.name, unfinished.name.removeprefix(".")):
        assert not store.exists("TASK1", key)


def test_the_old_object_outlives_a_write_that_was_killed(root: Path, store: Store) -> None:
    store.put("TASK1", "model.safetensors", b"old parameters")
    unfinished = kill_in_mid_write(root)
    assert unfinished.exists()
    assert store.get("TASK1", "model.safetensors") == b"old parameters"
    store.put("TASK1", "model.safetensors", b"new parameters")
    assert store.get("TASK1", "model.safetensors") == b"new parameters"
    store.delete("TASK1")
    assert files_below(root) == []


def test_a_reader_sees_the_old_object_or_the_new_one(store: Store) -> None:
    versions = [bytes([number]) * 200_000 for number in range(2)]
    store.put("TASK1", "model", versions[0])
    seen = []
    writer = threading.Thread(
        target=lambda: [store.put("TASK1", "model", versions[turn % 2]) for turn in range(60)]
    )
    writer.start()
    while writer.is_alive():
        seen.append(store.get("TASK1", "model"))
    writer.join()
    assert set(seen) == set(versions)


def test_a_full_disk_keeps_the_old_object_and_leaves_nothing_else(root: Path, store: Store) -> None:
    store.put("TASK1", "model", b"old parameters")
    with room_for(4_000_000), pytest.raises(RegistryUnavailable) as caught:
        store.put("TASK1", "model", bytes(8_000_000))
    assert caught.value.problem.code == "registry.full"
    assert str(root) in str(caught.value)
    assert is_plain(caught.value)
    assert store.get("TASK1", "model") == b"old parameters"
    assert len(files_below(root)) == 1


@pytest.mark.parametrize("in_the_way", ["", "models", "models/TASK1"])
def test_a_file_where_a_folder_should_be_is_told(root: Path, store: Store, in_the_way: str) -> None:
    path = root / in_the_way
    path.parent.mkdir(exist_ok=True)
    if path == root:
        root.rmdir()
    path.write_bytes(b"")
    for call in (
        lambda: store.put("TASK1", "model", b"parameters"),
        lambda: store.get("TASK1", "model"),
        lambda: store.exists("TASK1", "model"),
    ):
        with pytest.raises(RegistryUnavailable) as caught:
            call()
        assert caught.value.problem.code == "registry.directory-layout"
        assert str(root) in str(caught.value)
        assert is_plain(caught.value)


def test_a_folder_where_an_object_should_be_is_told(root: Path, store: Store) -> None:
    (root / "models/TASK1/model").mkdir(parents=True)
    for call in (lambda: store.put("TASK1", "model", b""), lambda: store.get("TASK1", "model")):
        with pytest.raises(RegistryUnavailable) as caught:
            call()
        assert caught.value.problem.code == "registry.directory-layout"
    assert files_below(root) == []


def test_a_file_in_place_of_the_root_is_not_ready(root: Path, store: Store) -> None:
    root.rmdir()
    root.write_bytes(b"")
    with pytest.raises(RegistryUnavailable) as caught:
        store.check()
    assert caught.value.problem.code == "registry.directory-layout"


def test_a_directory_without_permission_is_told(root: Path, store: Store) -> None:
    root.chmod(0o500)
    if os.access(root, os.W_OK):
        pytest.skip("The system lets this user, such as root, write anywhere.")
    for call in (store.check, lambda: store.put("TASK1", "model", b"parameters")):
        with pytest.raises(RegistryUnavailable) as caught:
            call()
        assert caught.value.problem.code == "registry.directory-forbidden"
        assert is_plain(caught.value)


def test_a_lost_mount_is_not_written_beside(directory_place: Place) -> None:
    store = directory_place.open_missing()
    with pytest.raises(RegistryUnavailable):
        store.put("TASK1", "model", b"parameters")
    assert not Path(directory_place.missing_url.removeprefix("file://")).exists()


def test_other_users_of_the_machine_cannot_read(root: Path, store: Store) -> None:
    store.put("TASK1", "report.html", b"a patient's score")
    modes = [path.stat().st_mode & 0o077 for path in root.rglob("*")]
    assert modes == [0, 0, 0]
