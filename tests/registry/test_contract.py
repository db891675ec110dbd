"""What every store keeps to, against a real directory and real S3-compatible storage."""

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry import ObjectMissing, RegistryError, RegistryUnavailable, Store
from tests.registry.conftest import Place
from tests.registry.sentences import is_plain

BAD_KEYS = [
    ("", "model.safetensors"),
    ("..", "model.safetensors"),
    ("../TASK1", "model.safetensors"),
    ("TASK1/..", "model.safetensors"),
    ("TASK1\n", "model.safetensors"),
    ("TASK%2F1", "model.safetensors"),
    ("TÂCHE", "model.safetensors"),
    ("T" * 33, "model.safetensors"),
    ("TASK1", ""),
    ("TASK1", "."),
    ("TASK1", ".."),
    ("TASK1", "../TASK2/model.safetensors"),
    ("TASK1", "/etc/passwd"),
    ("TASK1", ".hidden"),
    ("TASK1", "a/b"),
    ("TASK1", "a\\b"),
    ("TASK1", "a\0"),
    ("TASK1", "model.safetensors\n"),
    ("TASK1", "Model.safetensors"),
    ("TASK1", "m" * 101),
]

CALLS: dict[str, Callable[[Store], object]] = {
    "put": lambda store: store.put("TASK1", "model.safetensors", b"parameters"),
    "get": lambda store: store.get("TASK1", "model.safetensors"),
    "put_file": lambda store: store.put_file("TASK1", "values.npy", Path(__file__)),
    "get_file": lambda store: store.get_file("TASK1", "values.npy", Path(os.devnull)),
    "exists": lambda store: store.exists("TASK1", "model.safetensors"),
    "delete": lambda store: store.delete("TASK1"),
    "check": lambda store: store.check(),
}


@pytest.mark.parametrize("data", [b"parameters", b"", bytes(range(256))])
def test_what_is_put_is_got(store: Store, data: bytes) -> None:
    store.put("TASK20012912454500", "model.safetensors", data)
    assert store.get("TASK20012912454500", "model.safetensors") == data
    assert store.exists("TASK20012912454500", "model.safetensors")


def test_eight_megabytes_come_back_bit_by_bit(store: Store) -> None:
    data = random.Random(7).randbytes(8 * 1024**2)
    store.put("TASK1", "model.safetensors", data)
    assert store.get("TASK1", "model.safetensors") == data


@pytest.mark.parametrize("size", [0, 1, 3_000_001])
def test_a_file_goes_there_and_comes_back(store: Store, tmp_path: Path, size: int) -> None:
    data = random.Random(size).randbytes(size)
    sent, got = tmp_path / "sent", tmp_path / "got"
    sent.write_bytes(data)
    got.write_bytes(b"what was there before")
    address = store.put_file("DATA1", "values.npy", sent)
    assert address == store.put("DATA1", "values.npy", data)
    assert store.get("DATA1", "values.npy") == data
    store.put_file("DATA1", "values.npy", sent)
    store.get_file("DATA1", "values.npy", got)
    assert got.read_bytes() == data
    local = store.local_path("DATA1", "values.npy")
    assert local is None or local.read_bytes() == data


def test_a_file_that_is_not_there_is_missing(store: Store, tmp_path: Path) -> None:
    store.put("DATA1", "values.npy", b"")
    for task_id, name in [("DATA2", "values.npy"), ("DATA1", "other.npy"), *BAD_KEYS]:
        with pytest.raises(ObjectMissing):
            store.get_file(task_id, name, tmp_path / "got")


def test_a_file_over_the_limit_is_neither_written_nor_read(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(101))
    with pytest.raises(RegistryError) as caught:
        place.open(max_bytes=100).put_file("DATA1", "values.npy", path)
    assert dict(caught.value.problem.values)["size"] == 101
    place.open().put_file("DATA1", "values.npy", path)
    with pytest.raises(RegistryError) as caught:
        place.open(max_bytes=100).get_file("DATA1", "values.npy", tmp_path / "got")
    assert dict(caught.value.problem.values)["size"] == 101


def test_another_store_at_the_same_place_reads_it(place: Place) -> None:
    place.open().put("TASK1", "manifest.json", b"{}")
    assert place.open().get("TASK1", "manifest.json") == b"{}"


def test_the_address_is_below_the_url(place: Place, store: Store) -> None:
    address = store.put("TASK1", "model.safetensors", b"parameters")
    assert address == f"{place.url}/models/TASK1/model.safetensors"


@pytest.mark.parametrize("data", [b"new", b"longer than the old one", b""])
def test_a_second_put_replaces_the_first(store: Store, data: bytes) -> None:
    store.put("TASK1", "model.safetensors", b"old parameters")
    store.put("TASK1", "model.safetensors", data)
    assert store.get("TASK1", "model.safetensors") == data


def test_objects_do_not_mix(store: Store) -> None:
    keys = [("TASK1", "a"), ("TASK1", "b"), ("TASK2", "a"), ("task1", "b.a"), ("_-", "-_")]
    for task_id, name in keys:
        store.put(task_id, name, f"{task_id} {name}".encode())
    for task_id, name in keys:
        assert store.get(task_id, name) == f"{task_id} {name}".encode()


@pytest.mark.parametrize(("task_id", "name"), [("TASK1", "report.html"), ("TASK2", "model")])
def test_a_missing_object_is_named(store: Store, task_id: str, name: str) -> None:
    store.put("TASK1", "model", b"parameters")
    assert not store.exists(task_id, name)
    with pytest.raises(ObjectMissing) as caught:
        store.get(task_id, name)
    assert (caught.value.task_id, caught.value.name) == (task_id, name)
    assert task_id in str(caught.value)
    assert name in str(caught.value)
    assert is_plain(caught.value)


@pytest.mark.parametrize("call", CALLS)
def test_a_missing_place_is_an_outage(place: Place, call: str) -> None:
    with pytest.raises(RegistryUnavailable) as caught:
        CALLS[call](place.open_missing())
    assert caught.value.problem.code in ("registry.directory-absent", "registry.no-bucket")
    assert "missing" in str(caught.value)
    assert is_plain(caught.value)


def test_a_place_that_is_there_is_ready(store: Store) -> None:
    store.check()
    store.put("TASK1", "model", b"parameters")
    store.check()


def test_a_bad_key_is_refused_and_never_there(store: Store) -> None:
    for task_id, name in BAD_KEYS:
        with pytest.raises(RegistryError) as caught:
            store.put(task_id, name, b"parameters")
        codes = ("registry.task-id-invalid", "registry.name-invalid")
        assert caught.value.problem.code in codes
        assert type(caught.value) is RegistryError
        assert not store.exists(task_id, name), (task_id, name)
        with pytest.raises(ObjectMissing):
            store.get(task_id, name)


def test_delete_reaches_no_other_task(store: Store) -> None:
    store.put("TASK1", "model", b"parameters")
    for task_id in ["", ".", "..", "../models", "TASK", "TASK1/", "TASK1/model", "T*", "T" * 33]:
        store.delete(task_id)
        assert store.get("TASK1", "model") == b"parameters", task_id


def test_delete_takes_the_whole_task_and_no_other(store: Store) -> None:
    for task_id, name in [("TASK1", "model"), ("TASK1", "manifest"), ("TASK10", "model")]:
        store.put(task_id, name, b"bytes")
    store.delete("TASK1")
    assert not store.exists("TASK1", "model")
    assert not store.exists("TASK1", "manifest")
    assert store.exists("TASK10", "model")


def test_delete_again_changes_nothing_and_the_task_may_come_back(store: Store) -> None:
    store.delete("TASK1")
    store.put("TASK1", "model", b"first")
    store.delete("TASK1")
    store.delete("TASK1")
    store.put("TASK1", "model", b"second")
    assert store.get("TASK1", "model") == b"second"


def test_an_object_over_the_limit_is_not_read(place: Place) -> None:
    place.open().put("TASK1", "model", bytes(1001))
    with pytest.raises(RegistryError) as caught:
        place.open(max_bytes=1000).get("TASK1", "model")
    assert caught.value.problem.code == "registry.object-too-large"
    assert type(caught.value) is RegistryError
    assert is_plain(caught.value)


def test_an_object_over_the_limit_is_not_written(place: Place) -> None:
    store = place.open(max_bytes=1000)
    store.put("TASK1", "model", bytes(1000))
    with pytest.raises(RegistryError) as caught:
        store.put("TASK1", "model", bytes(1001))
    values = dict(caught.value.problem.values)
    assert (values["size"], values["most"]) == (1001, 1000)
    assert store.get("TASK1", "model") == bytes(1000)


def test_threads_may_share_a_store(store: Store) -> None:
    def round_trip(number: int) -> bool:
        data = bytes([number]) * 100_000
        store.put(f"TASK{number}", "model", data)
        return store.get(f"TASK{number}", "model") == data

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(round_trip, range(24)))
