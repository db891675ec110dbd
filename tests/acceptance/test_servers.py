"""The house on servers: a service and a plain Dramatiq worker, a queue, a database, S3."""

import asyncio
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from db.connection import migrate
from graphnet.stored import StoredModel
from graphnet.synthetic import cohort_table
from tests.databases import mysql_database
from tests.houses import process, serving
from tests.servers import ServerMissing, queue_server, s3_server
from tests.service.forms import SMALL, form

pytestmark = pytest.mark.slow

WORKER = ("dramatiq", "actors.worker:make_broker", "--processes", "1", "--threads", "1")


@dataclass(frozen=True)
class Place:
    """A service that answers, without a worker; what its processes need to know."""

    http: httpx.Client
    folder: Path
    variables: dict[str, str]

    def submit(self, **changes: Any) -> str:
        answer = self.http.post("/api/v0/new_task", content=json.dumps(form(**changes))).json()
        assert answer["error_num"] == 0, answer
        task_id: str = answer["task_form"]["task_id"]
        return task_id

    def wait(self, *task_ids: str, seconds: float = 90) -> list[dict[str, Any]]:
        """The tasks once they have ended, with a worker running meanwhile."""
        with process(*WORKER, log=self.folder / "worker.log", **self.variables):
            deadline = time.monotonic() + seconds
            return [self.until(task_id, {"Finished", "Failed"}, deadline) for task_id in task_ids]

    def until(self, task_id: str, statuses: set[str], deadline: float) -> dict[str, Any]:
        while time.monotonic() < deadline:
            task: dict[str, Any] = self.http.get(f"/api/v0/tasks/{task_id}").json()["task"]
            if task["task_status"] in statuses:
                return task
            time.sleep(0.1)
        raise AssertionError((self.folder / "worker.log").read_text())


@pytest.fixture
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    with ExitStack() as stack:
        variables = {"SGN_REDIS_URL": stack.enter_context(queue_server(tmp_path))}
        if request.param == "servers":
            try:
                s3 = stack.enter_context(s3_server(tmp_path))
                variables["SGN_DATABASE_URL"] = stack.enter_context(mysql_database())
            except ServerMissing as missing:
                pytest.skip(str(missing))
            variables |= s3.environment()
            variables["SGN_S3_ENDPOINT_URL"] = s3.endpoint_url
            variables["SGN_REGISTRY_URL"] = f"s3://{s3.bucket}/{os.urandom(4).hex()}"
        else:
            (tmp_path / "registry").mkdir()
            variables["SGN_DATABASE_URL"] = f"sqlite://{tmp_path / 'sgn.sqlite3'}"
            variables["SGN_REGISTRY_URL"] = (tmp_path / "registry").as_uri()
        monkeypatch.setenv("SGN_DATABASE_URL", variables["SGN_DATABASE_URL"])
        asyncio.run(migrate(variables["SGN_DATABASE_URL"]))
        http = stack.enter_context(serving(tmp_path, **variables))
        for label, group in ((1, "SZ"), (0, "NC")):
            content = cohort_table("small", label, 20, seed=label, recipe=SMALL).to_csv(index=False)
            query = {"proj_id": "P", "data_name": f"small_{group}"}
            answer = http.post("/api/v0/datasets", params=query, content=content).json()
            assert answer["error_num"] == 0, answer
        yield Place(http, tmp_path, variables)


servers = pytest.mark.parametrize("place", ["servers"], indirect=True)
folder_only = pytest.mark.parametrize("place", ["folder"], indirect=True)


@servers
def test_the_main_job_on_mariadb_and_s3(place: Place) -> None:
    assert place.http.get("/readyz").json()["error_num"] == 0
    first = place.wait(place.submit())[0]
    assert first["task_status"] == "Finished", first["error"]
    assert first["task_result"]["model_state_path"].startswith("s3://")
    tuned = place.submit(task_type="dl_ft", trained_task_id=first["task_id"])
    second = place.wait(tuned)[0]
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
            send(broker, task_id)
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
