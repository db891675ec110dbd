"""What a task leaves is stored whole and in its order, or kept on the machine of its worker."""

import hashlib
from pathlib import Path

import pytest

from actors import spool
from actors.tasks.context import HandedBackError
from actors.tasks.outputs import store_outputs
from graphnet.artifacts.result import StoredObjects, TaskResult
from graphnet.messages import Message
from registry import RegistryError, RegistryRefuses, RegistryUnavailable, open_store
from tests.actors.contexts import task_context
from tests.disks import room_for

CONTENT = {"model.safetensors": bytes(2000), "report.html": b"report", "manifest.json": b"{}"}
RESULT = TaskResult(code_version="1", metrics={"val": None})


def nothing() -> None:
    """Nobody ends it."""


def saved(folder: Path, *, result: TaskResult | None = None) -> StoredObjects:
    store = open_store((folder / "registry").as_uri())
    task = task_context(folder / "spool", store)
    return store_outputs(task, CONTENT, result, confirm=nothing, check=nothing)


def test_each_object_has_its_checksum(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    found = saved(tmp_path)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in CONTENT.items()}
    assert found.stored == sums
    assert found.manifest_sha256 == sums["manifest.json"]
    assert found.model_state_path.endswith("/models/TASK1/model.safetensors")


def test_what_a_lost_registry_does_not_take_is_kept_with_its_result(tmp_path: Path) -> None:
    with pytest.raises(RegistryUnavailable) as caught:
        saved(tmp_path, result=RESULT)
    assert "create it" in str(caught.value).lower()
    kept = Message("worker.kept-in-spool", folder=str(tmp_path / "spool" / "TASK1"))
    assert caught.value.remedy == kept
    found = spool.read_outputs(tmp_path / "spool" / "TASK1")
    assert found is not None
    assert (found.content, found.result.as_dict()) == (CONTENT, RESULT.as_dict())


def test_where_the_spool_is_full_too_nothing_half_stays(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    with room_for(1000), pytest.raises(RegistryRefuses) as caught:
        saved(tmp_path, result=RESULT)
    assert caught.value.full
    assert f"The registry {tmp_path / 'registry'} is full" in str(caught.value)
    assert caught.value.remedy == Message("worker.spool-full-too", spool=str(tmp_path / "spool"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_worker_that_is_to_end_keeps_what_it_has_trained(tmp_path: Path) -> None:
    def check() -> None:
        raise HandedBackError("TASK1")

    store = open_store((tmp_path / "missing").as_uri())
    folder = tmp_path / "spool"
    with pytest.raises(HandedBackError):
        store_outputs(
            task_context(folder, store, patience_ms=60_000),
            CONTENT,
            RESULT,
            confirm=nothing,
            check=check,
        )
    assert spool.read_outputs(folder / "TASK1") is not None


def test_what_no_registry_would_take_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    store = open_store((tmp_path / "registry").as_uri(), max_bytes=1000)
    with pytest.raises(RegistryError) as caught:
        store_outputs(
            task_context(tmp_path / "spool", store, patience_ms=60_000),
            CONTENT,
            confirm=nothing,
            check=nothing,
        )
    assert type(caught.value) is RegistryError
    assert caught.value.problem.code == "registry.object-too-large"
    assert (tmp_path / "spool" / "TASK1" / "model.safetensors").read_bytes() == bytes(2000)
