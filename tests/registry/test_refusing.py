"""Storage that answers and does not write: full, read-only, without the right to; never half."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphnet.messages import Message
from registry import RegistryRefuses, RegistryUnavailable, Store, open_store
from tests.disks import MEGABYTE, fill, small_disk
from tests.registry.conftest import Place
from tests.registry.sentences import is_plain
from tests.registry.stand_in import StandIn, stand_in
from tests.servers import READER, S3Server, ServerMissing, s3_server


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 12) as folder:
        yield folder


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
    with stand_in() as found:
        yield found


def opened(server: StandIn) -> Store:
    return open_store("s3://sgn-test/site", endpoint_url=server.url, hasty=True)


def test_a_full_disk_keeps_what_it_has_and_nothing_half(disk: Path) -> None:
    store = open_store(disk.as_uri())
    store.put("TASK1", "model", b"old parameters")
    store.check_writable()
    filler = fill(disk)
    for call in (lambda: store.put("TASK1", "model", bytes(MEGABYTE)), store.check_writable):
        with pytest.raises(RegistryRefuses) as caught:
            call()
        assert caught.value.problem == Message("registry.full", place=str(disk))
        assert caught.value.full
        assert is_plain(caught.value)
    assert store.get("TASK1", "model") == b"old parameters"
    files = sorted(path.name for path in disk.rglob("*") if path.is_file())
    assert files == [filler.name, "model"]
    filler.unlink()
    store.check_writable()
    store.put("TASK1", "model", bytes(MEGABYTE))
    assert sorted(path.name for path in disk.iterdir()) == ["models"]


def test_a_disk_with_little_room_is_called_full_before_the_first_write_fails(disk: Path) -> None:
    store = open_store(disk.as_uri())
    (disk / "others").write_bytes(bytes(9 * MEGABYTE))
    with pytest.raises(RegistryRefuses) as caught:
        store.check_writable()
    assert caught.value.full
    store.put("TASK1", "model", b"parameters")


def test_a_disk_that_became_read_only_is_called_so(disk: Path) -> None:
    store = open_store(disk.as_uri())
    store.put("TASK1", "model", b"parameters")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for call in (lambda: store.put("TASK1", "model", b"x"), store.check, store.check_writable):
        with pytest.raises(RegistryRefuses) as caught:
            call()
        assert caught.value.problem.code == "registry.directory-read-only"
        assert not caught.value.full
        assert is_plain(caught.value)
    assert store.get("TASK1", "model") == b"parameters"


@pytest.mark.parametrize(
    ("status", "code", "full", "problem"),
    [
        (507, "XMinioStorageFull", True, "full"),
        (403, "QuotaExceeded", True, "full"),
        (507, "", True, "full"),
        (403, "AccessDenied", False, "writing-refused"),
        (500, "InternalError", False, "writing-fails"),
        (503, "XReadOnlyMode", False, "read-only"),
    ],
)
def test_storage_that_does_not_take_an_object_says_why(
    server: StandIn, status: int, code: str, problem: str, *, full: bool
) -> None:
    store = opened(server)
    store.put("TASK1", "model", b"parameters")
    server.refuses = status, code
    for call in (lambda: store.put("TASK1", "model", b"other"), store.check_writable):
        with pytest.raises(RegistryRefuses) as caught:
            call()
        assert caught.value.problem.code == f"registry.{problem}"
        assert caught.value.full is full
        assert is_plain(caught.value)
    assert store.get("TASK1", "model") == b"parameters"
    server.refuses = None
    store.check_writable()
    assert [path for path in server.objects if "probe" in path] == []


def test_a_reader_s_credentials_do_not_write(
    s3: S3Server, s3_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.environ.get("SGN_TEST_S3_ENDPOINT"):
        pytest.skip("Another storage has no user of this test's.")
    s3_place.open().put("TASK1", "model", b"parameters")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", READER[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", READER[1])
    store = s3_place.open()
    assert store.get("TASK1", "model") == b"parameters"
    store.check()
    for call in (lambda: store.put("TASK1", "model", b"other"), store.check_writable):
        with pytest.raises(RegistryRefuses) as caught:
            call()
        assert caught.value.problem.code == "registry.writing-refused"
        assert not caught.value.full
    assert s3.bucket in str(caught.value)


def fill_up(store: Store, kept: list[str]) -> None:
    """Store a MB after the other for as long as they are taken."""
    for number in range(60):
        store.put(f"TASK{number}", "model", os.urandom(MEGABYTE))
        kept.append(f"TASK{number}")


def test_storage_that_has_no_volume_left_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SeaweedFS calls it an internal error."""
    if os.environ.get("SGN_TEST_S3_ENDPOINT"):
        pytest.skip("Another storage cannot be filled.")
    try:
        with s3_server(tmp_path, megabytes=2) as found:
            for name, value in found.environment().items():
                monkeypatch.setenv(name, value)
            store = open_store(f"s3://{found.bucket}", endpoint_url=found.endpoint_url, hasty=True)
            kept: list[str] = []
            with pytest.raises(RegistryRefuses) as caught:
                fill_up(store, kept)
            assert caught.value.problem.code == "registry.writing-fails"
            assert is_plain(caught.value)
            assert len(store.get(kept[0], "model")) == MEGABYTE
            assert not store.exists(f"TASK{len(kept)}", "model")
            store.check()
    except ServerMissing as missing:
        pytest.skip(str(missing))


def test_what_refuses_is_waited_out_as_what_is_away() -> None:
    assert issubclass(RegistryRefuses, RegistryUnavailable)
