"""Storage that stays away, is silent, or holds what is damaged."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphnet.artifacts.model import StoredModel
from tests.acceptance.disturbed import QUICK
from tests.installations import GIVE_UP_SECONDS, process
from tests.places import ENDED, PLAIN, WORKER, Place, place_at
from tests.servers import ServerMissing, free_ports
from tests.service.forms import form

pytestmark = pytest.mark.slow


@pytest.mark.nightly
def test_what_was_trained_waits_for_a_storage_that_stays_away(tmp_path: Path) -> None:
    """Kept on the worker's machine meanwhile, and stored from there without another training."""
    from tests.faults.proxy import proxy

    (port,) = free_ports(1)
    try:
        with contextlib.ExitStack() as stack:
            spool, log = tmp_path / "spool", tmp_path / "worker.log"
            place = stack.enter_context(place_at(tmp_path, "servers", SGN_SPOOL=str(spool)))
            host, _, upstream = place.variables["SGN_S3_ENDPOINT_URL"][7:].partition(":")
            storage = stack.enter_context(proxy(port, (host, int(upstream))))
            task_id = place.submit(param_set={**PLAIN, "epochs": 400})
            kept = spool / task_id
            impatient = {
                **place.variables,
                "SGN_PATIENCE_MS": "3000",
                "SGN_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            }
            with process(*WORKER, log=log, **impatient):
                place.until(task_id, {"Running"}, time.monotonic() + GIVE_UP_SECONDS)
                storage.fault("500")
                deadline = time.monotonic() + GIVE_UP_SECONDS
                while not (kept / "kept.json").exists():
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.1)
                names = ("model.safetensors", "manifest.json")
                files = [(kept / name).read_bytes() for name in names]
                assert StoredModel.from_bytes(*files).facts["task_id"] == task_id
                assert place.http.get(f"/api/v0/tasks/{task_id}/model").status_code == 404
                storage.fault("pass")
                task = place.until(task_id, ENDED, time.monotonic() + GIVE_UP_SECONDS)
            assert (task["task_status"], task["attempt"]) == ("Finished", 1)
            assert place.http.get(f"/api/v0/tasks/{task_id}/model").content == files[0]
            assert str(kept) in log.read_text()
            assert log.read_text().count(f"task {task_id}: the model is trained") == 1
            assert not kept.exists()
    except ServerMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.nightly
def test_a_silent_storage_does_not_hold_up_a_worker_that_is_to_end(tmp_path: Path) -> None:
    from tests.faults.proxy import proxy

    (port,) = free_ports(1)
    with contextlib.ExitStack() as stack:
        try:
            place = stack.enter_context(place_at(tmp_path, "servers", **QUICK))
        except ServerMissing as missing:
            pytest.skip(str(missing))
        host, _, upstream = place.variables["SGN_S3_ENDPOINT_URL"][7:].partition(":")
        storage = stack.enter_context(proxy(port, (host, int(upstream))))
        through = {**place.variables, "SGN_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        task_id = place.submit(param_set={**PLAIN, "epochs": 100_000})
        with process(*WORKER, log=tmp_path / "worker.log", **through) as worker:
            place.until(task_id, {"Running"}, time.monotonic() + GIVE_UP_SECONDS)
            time.sleep(2)
            storage.fault("silent")
            time.sleep(2)
            began = time.monotonic()
            worker.terminate()
            place.until(task_id, {"Submitted"}, began + 30)
            storage.fault("cut")
            assert worker.wait(60) == 0
        assert place.http.post(f"/api/v0/tasks/{task_id}/cancel").json()["error_num"] == 0


@pytest.mark.nightly
@pytest.mark.parametrize("damage", ["truncated", "pickled", "swapped", "manifest"])
def test_a_damaged_model_is_not_given_out(damage: str, trained_place: tuple[Place, str]) -> None:
    place, task_id = trained_place
    folder = place.folder / "registry" / "models" / task_id
    name = "manifest.json" if damage == "manifest" else "model.safetensors"
    content = (folder / name).read_bytes()
    changed = {
        "truncated": content[:-8],
        "pickled": b"\x80\x04\x95\x0b\x00\x00\x00.",
        "swapped": content[:-1] + bytes([content[-1] ^ 1]),
        "manifest": content.replace(b'"measures"', b'"measures_"'),
    }[damage]
    (folder / name).write_bytes(changed)
    try:
        tuned = form(task_type="dl_ft", trained_task_id=task_id)
        if damage == "manifest":
            refused = place.http.post("/api/v0/new_task", content=json.dumps(tuned)).json()
            assert "SHA-256" in refused["msg"]
        reply = place.http.get(f"/api/v0/tasks/{task_id}/model")
        assert (reply.status_code, reply.json()["error_num"]) == (502, 17)
        assert "is damaged, so it is not sent" in reply.json()["msg"]
    finally:
        (folder / name).write_bytes(content)
    assert place.http.get(f"/api/v0/tasks/{task_id}/model").status_code == 200


@pytest.fixture(scope="module")
def trained_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    with place_at(tmp_path_factory.mktemp("trained")) as place:
        task_id = place.submit()
        assert place.wait(task_id)[0]["task_status"] == "Finished"
        yield place, task_id
