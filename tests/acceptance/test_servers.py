"""The installation on servers: a service and a plain Dramatiq worker, a queue, a database, S3."""

import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from actors.queue import redis_broker, send
from actors.redis_connection import redis_client
from graphnet.artifacts.model import StoredModel
from graphnet.data.synthetic import cohort_table
from tests.databases import ServerSilent
from tests.installations import GIVE_UP_SECONDS, process
from tests.places import ENDED, WORKER, Place, add_small, names_of, place_at
from tests.reading import reading
from tests.servers import ServerMissing
from tests.service.forms import JUDGED, QUICK, SMALL

pytestmark = pytest.mark.slow


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    try:
        with place_at(tmp_path, request.param) as found:
            yield found
    except (ServerMissing, ServerSilent) as missing:
        pytest.skip(str(missing))


@pytest.mark.nightly(but=("servers",))
@pytest.mark.parametrize("place", ["servers", "postgres"], indirect=True)
def test_the_main_job(place: Place) -> None:
    """On MariaDB and S3, and on PostgreSQL."""
    assert place.http.get("/readyz").json()["error_num"] == 0
    deadline = time.monotonic() + GIVE_UP_SECONDS
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        first = place.until(place.submit(param_set=JUDGED), ENDED, deadline)
        assert first["task_status"] == "Finished", first["error"]
        scheme = place.variables["SGN_REGISTRY_URL"].partition(":")[0]
        assert first["task_result"]["model_state_path"].startswith(f"{scheme}://")
        tuned = place.submit(task_type="dl_ft", trained_task_id=first["task_id"])
        second = place.until(tuned, ENDED, deadline)
        assert second["task_status"] == "Finished", second["error"]
        check_owner_is_asked_for(place)
    parameters = place.http.get(f"/api/v0/tasks/{tuned}/model").content
    manifest = place.http.get(f"/api/v0/tasks/{tuned}/manifest").content
    model = StoredModel.from_bytes(parameters, manifest)
    assert model.facts["parent_task_id"] == first["task_id"]
    known = json.loads(manifest)["parameters_sha256"]
    assert hashlib.sha256(parameters).hexdigest() == known


def check_owner_is_asked_for(place: Place) -> None:
    """NEURO-LEARN may be at the database: its download and delete need a dataset's user."""
    url, query = "/api/v0/datasets", {"proj_id": "P", "data_name": "owned", "preview": "true"}
    assert place.http.get(url).json()["owner_needed"] is True
    file = cohort_table("owned", 1, 6, seed=1, recipe=SMALL).to_csv(index=False)
    nobody = place.http.post(url, params=query, content=file).json()
    assert nobody["error_num"] == 0, nobody
    assert "nobody can download or delete this dataset in NEURO-LEARN" in nobody["warnings"][0]
    somebody = {**query, "user_id": "ann", "upload": nobody["upload"]}
    assert place.http.post(url, params=somebody).json()["warnings"] == []
    page = place.http.get("/datasets", headers={"accept": "text/html"}).text
    assert re.search(r'<input id="user_id" name="user_id" maxlength="32" required', page)


NOT_CLAIMED = " is not to be claimed"  # the worker logs


@dataclass(frozen=True)
class Ended:
    """Tasks that one worker found waiting in a folder, and what became of them."""

    place: Place
    lost: dict[str, Any]
    twice: dict[str, Any]
    gone: dict[str, Any]
    faulty: dict[str, Any]
    child: dict[str, Any]

    @property
    def log(self) -> str:
        return (self.place.folder / "worker.log").read_text()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """In a folder; nobody trains there but for a test."""
    with place_at(tmp_path_factory.mktemp("folder")) as found:
        yield found


@pytest.fixture(scope="module")
def ended(alone: Place) -> Ended:
    with reading(alone.variables):
        add_small(alone.http, name="gone")
    lost_id = alone.submit()
    lose_queue(alone)
    twice_id = alone.submit(param_set={**QUICK, "epochs": 300})
    names = names_of(alone.variables)
    with closing(redis_broker(alone.variables["SGN_REDIS_URL"], names)) as broker:
        for _ in range(5):
            send(broker, [(twice_id, "", "")])
    gone_id = alone.submit(train_data=["gone_SZ", "gone_NC"])
    write(alone, "DELETE FROM backend_datasets WHERE data_name = 'gone_NC'")
    faulty_id = alone.submit()
    nothing = f"UPDATE backend_submissions SET task_config = '{{}}' WHERE task_id = '{faulty_id}'"
    write(alone, nothing)
    deadline = time.monotonic() + GIVE_UP_SECONDS
    with process(*WORKER, log=alone.folder / "worker.log", **alone.variables):
        lost, twice, gone, faulty = (
            alone.until(each, ENDED, deadline) for each in (lost_id, twice_id, gone_id, faulty_id)
        )
        damage(lost)
        child_id = alone.submit(task_type="dl_ft", trained_task_id=lost_id)
        child = alone.until(child_id, ENDED, deadline)
        found = Ended(alone, lost, twice, gone, faulty, child)
        while found.log.count(NOT_CLAIMED) < 4 and time.monotonic() < deadline:
            time.sleep(0.1)  # the messages that came twice may be the last that it takes
    return found


def lose_queue(place: Place) -> None:
    """Once there is something on it."""
    with closing(redis_client(place.variables["SGN_REDIS_URL"])) as client:
        deadline = time.monotonic() + 10
        while not client.keys("dramatiq:*") and time.monotonic() < deadline:
            time.sleep(0.05)
        client.flushall()


def write(place: Place, statement: str) -> None:
    path = place.variables["SGN_DATABASE_URL"].removeprefix("sqlite://")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def damage(task: dict[str, Any]) -> None:
    """A bit of its parameters."""
    path = Path(task["task_result"]["model_state_path"].removeprefix("file://"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.nightly
def test_a_message_that_comes_twice_trains_once(ended: Ended) -> None:
    assert (ended.twice["task_status"], ended.twice["attempt"]) == ("Finished", 1)
    assert ended.log.count(NOT_CLAIMED) >= 4, "eight messages, four tasks"


@pytest.mark.nightly
def test_a_lost_queue_loses_no_task(ended: Ended) -> None:
    assert (ended.lost["task_status"], ended.lost["attempt"]) == ("Finished", 1)


def test_a_dataset_that_is_gone_fails_with_a_sentence(ended: Ended) -> None:
    assert ended.gone["task_status"] == "Failed"
    assert ended.gone["error"] == "The dataset gone_NC is no longer there."
    assert ended.gone["task_result"] is None


def test_a_fault_of_our_own_is_logged_and_not_shown(ended: Ended) -> None:
    assert ended.faulty["task_status"] == "Failed"
    assert "internal error" in ended.faulty["error"]
    assert ended.faulty["task_id"] in ended.faulty["error"]
    assert "Traceback" not in json.dumps(ended.faulty)
    assert "KeyError" in ended.log


def test_a_damaged_parent_is_said(ended: Ended) -> None:
    assert ended.child["task_status"] == "Failed"
    assert "SHA-256" in ended.child["error"]


def test_no_log_holds_a_password(ended: Ended) -> None:
    logs = "".join(path.read_text() for path in ended.place.folder.glob("*.log"))
    assert "claimed" in logs or "attempt 1" in logs
    for name in ("SGN_DATABASE_URL", "SGN_REDIS_URL"):
        assert ended.place.variables[name] not in logs


@pytest.mark.nightly
def test_a_second_sigterm_does_not_leave_a_worker_hanging(alone: Place) -> None:
    task_id = alone.submit(param_set={"epochs": 100_000})
    with process(*WORKER, log=alone.folder / "hanging.log", **alone.variables) as worker:
        alone.until(task_id, {"Running"}, time.monotonic() + GIVE_UP_SECONDS)
        for _ in range(3):
            worker.terminate()
            time.sleep(0.02)
    assert alone.http.get(f"/api/v0/tasks/{task_id}").json()["task"]["task_status"] == "Submitted"
