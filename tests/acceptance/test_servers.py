"""The house on servers: a service and a plain Dramatiq worker, a queue, a database, S3."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graphnet.stored import StoredModel
from tests.databases import ServerSilent
from tests.houses import process
from tests.places import ENDED, WORKER, Place, place_at
from tests.servers import ServerMissing
from tests.service.forms import JUDGED

pytestmark = pytest.mark.slow


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    try:
        with place_at(tmp_path, request.param) as found:
            yield found
    except (ServerMissing, ServerSilent) as missing:
        pytest.skip(str(missing))


servers = pytest.mark.parametrize("place", ["servers", "postgres"], indirect=True)
folder_only = pytest.mark.parametrize("place", ["folder"], indirect=True)


@servers
def test_the_main_job(place: Place) -> None:
    """On MariaDB and S3, and on PostgreSQL."""
    assert place.http.get("/readyz").json()["error_num"] == 0
    deadline = time.monotonic() + 120
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        first = place.until(place.submit(param_set=JUDGED), ENDED, deadline)
        assert first["task_status"] == "Finished", first["error"]
        scheme = place.variables["SGN_REGISTRY_URL"].partition(":")[0]
        assert first["task_result"]["model_state_path"].startswith(f"{scheme}://")
        tuned = place.submit(task_type="dl_ft", trained_task_id=first["task_id"])
        second = place.until(tuned, ENDED, deadline)
        assert second["task_status"] == "Finished", second["error"]
    parameters = place.http.get(f"/api/v0/tasks/{tuned}/model").content
    manifest = place.http.get(f"/api/v0/tasks/{tuned}/manifest").content
    model = StoredModel.from_bytes(parameters, manifest)
    assert model.facts["parent_task_id"] == first["task_id"]
    known = json.loads(manifest)["parameters_sha256"]
    assert hashlib.sha256(parameters).hexdigest() == known


@folder_only
def test_a_message_that_comes_twice_trains_once(place: Place) -> None:
    from actors.queue import redis_broker, send

    task_id = place.submit(param_set={"epochs": 300})
    with closing(redis_broker(place.variables["SGN_REDIS_URL"])) as broker:
        for _ in range(5):
            send(broker, [(task_id, "", "")])
    other = place.submit()
    tasks = place.wait(task_id, other)
    assert [task["attempt"] for task in tasks] == [1, 1]
    assert (place.folder / "worker.log").read_text().count("is not to be claimed") >= 5


@folder_only
def test_a_lost_queue_loses_no_task(place: Place) -> None:
    from actors.queue import redis_client

    task_id = place.submit()
    with closing(redis_client(place.variables["SGN_REDIS_URL"])) as client:
        deadline = time.monotonic() + 10
        while not client.keys("dramatiq:*") and time.monotonic() < deadline:
            time.sleep(0.05)
        client.flushall()
    assert place.wait(task_id)[0]["task_status"] == "Finished"


@folder_only
def test_a_dataset_that_is_gone_fails_with_a_sentence(place: Place) -> None:
    task_id = place.submit()
    write(place, "DELETE FROM backend_datasets WHERE data_name = 'small_NC'")
    task = place.wait(task_id)[0]
    assert task["task_status"] == "Failed"
    assert task["error"] == "The dataset small_NC is no longer there."
    assert task["task_result"] is None


@folder_only
def test_a_fault_of_our_own_is_logged_and_not_shown(place: Place) -> None:
    task_id = place.submit()
    write(place, f"UPDATE backend_submissions SET task_config = '{{}}' WHERE task_id = '{task_id}'")
    task = place.wait(task_id)[0]
    assert task["task_status"] == "Failed"
    assert "internal error" in task["error"]
    assert task_id in task["error"]
    assert "Traceback" not in json.dumps(task)
    assert "KeyError" in (place.folder / "worker.log").read_text()


@folder_only
def test_a_damaged_parent_is_said(place: Place) -> None:
    first = place.wait(place.submit())[0]
    path = Path(first["task_result"]["model_state_path"].removeprefix("file://"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    task = place.wait(place.submit(task_type="dl_ft", trained_task_id=first["task_id"]))[0]
    assert task["task_status"] == "Failed"
    assert "SHA-256" in task["error"]


@folder_only
def test_a_second_sigterm_does_not_leave_a_worker_hanging(place: Place) -> None:
    task_id = place.submit(param_set={"epochs": 100_000})
    with process(*WORKER, log=place.folder / "worker.log", **place.variables) as worker:
        place.until(task_id, {"Running"}, time.monotonic() + 60)
        for _ in range(3):
            worker.terminate()
            time.sleep(0.02)
    assert place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]["task_status"] == "Submitted"


@folder_only
def test_no_log_holds_a_password(place: Place) -> None:
    place.wait(place.submit())
    logs = "".join(path.read_text() for path in place.folder.glob("*.log"))
    assert "claimed" in logs or "attempt 1" in logs
    for name in ("SGN_DATABASE_URL", "SGN_REDIS_URL"):
        assert place.variables[name] not in logs


def write(place: Place, statement: str) -> None:
    path = place.variables["SGN_DATABASE_URL"].removeprefix("sqlite://")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
