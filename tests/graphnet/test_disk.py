"""Files are whole or not there; a full disk is known by whatever a library makes of it."""

import errno
import os
from pathlib import Path

import pytest

from graphnet.disk import is_of_full_disk, reserve, room_in, write_whole
from graphnet.errors import DiskFull, GraphnetError
from graphnet.messages import Message
from tests.disks import room_for


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    for content in (b"first", b"second, and longer", b""):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["result.json"]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_whole(path, b"first")
    with room_for(1000), pytest.raises(OSError, match="too large") as caught:
        write_whole(path, bytes(2000))
    assert is_of_full_disk(caught.value)
    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["result.json"]


def test_what_a_library_makes_of_it_is_still_a_full_disk(tmp_path: Path) -> None:
    def library() -> None:
        try:
            Path("/dev/full").write_bytes(b"values")
        except OSError as error:
            raise GraphnetError("The file is damaged.") from error

    with pytest.raises(GraphnetError) as caught:
        library()
    assert is_of_full_disk(caught.value)
    assert not is_of_full_disk(GraphnetError("The file is damaged."))
    assert not is_of_full_disk(FileNotFoundError(errno.ENOENT, "gone"))
    with pytest.raises(DiskFull) as full, room_in(tmp_path, "spool"):
        Path("/dev/full").write_bytes(b"values")
    assert full.value.message == Message("worker.disk-full", use="spool", folder=str(tmp_path))
    with pytest.raises(FileNotFoundError), room_in(tmp_path, "spool"):
        (tmp_path / "gone").read_bytes()


def test_room_is_taken_before_a_file_is_mapped(tmp_path: Path) -> None:
    """A process that writes to a mapped file without room is ended by the system."""
    with (tmp_path / "map").open("wb") as file:
        with room_for(1_000_000), pytest.raises(OSError, match="too large") as caught:
            reserve(file.fileno(), 2_000_000)
        assert is_of_full_disk(caught.value)
        reserve(file.fileno(), 1_000_000)
        reserve(file.fileno(), 0)
        assert os.fstat(file.fileno()).st_blocks * 512 >= 1_000_000
