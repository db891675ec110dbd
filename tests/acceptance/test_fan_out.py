"""One task on four workers: the work is spread, and nothing is lost when one of them dies."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.databases import ServerSilent, query
from tests.installations import GIVE_UP_SECONDS, process, start
from tests.places import ENDED, WORKER, Place, place_at
from tests.servers import ServerMissing

pytestmark = pytest.mark.slow

ASKED = {
    "model": "SGN", "epochs": 80, "batch_size": 8, "seeds": 2, "cv_folds": 8, "fan_out": 4,
    "baselines": False, "explain": False,
}  # fmt: skip
PARTS = 5  # half of the seeds, and the folds in four


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("fan_out")
    with ExitStack() as stack:
        try:
            lease = {"SGN_LEASE_MS": "3000", "SGN_CHECKPOINT_MS": "200"}
            yield stack.enter_context(place_at(folder, "servers", **lease))
        except (ServerMissing, ServerSilent) as error:
            pytest.skip(str(error))


def parts_of(place: Place, task_id: str) -> dict[int, tuple[str, str, int]]:
    """State, worker and attempt of each part."""
    rows = query(
        place.variables["SGN_DATABASE_URL"],
        f"SELECT part, state, worker, attempt FROM sgn_runs WHERE part_of = '{task_id}'",
    )
    return {part: (state, worker, attempt) for part, state, worker, attempt in rows}


def worker_of(place: Place, task_id: str) -> str:
    database = place.variables["SGN_DATABASE_URL"]
    ((worker,),) = query(database, f"SELECT worker FROM sgn_runs WHERE task_id = '{task_id}'")
    return str(worker)


def a_helper(place: Place, task_id: str, deadline: float) -> str:
    """A worker that does a part and has not the task itself."""
    log = place.folder / "worker.log"
    while time.monotonic() < deadline:
        for number, (state, worker, _) in parts_of(place, task_id).items():
            if state == "Running" and worker != worker_of(place, task_id) and number > 1:
                return worker
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def result_of(place: Place, task: dict[str, Any]) -> tuple[bytes, Any]:
    model = place.http.get(f"/api/v0/tasks/{task['task_id']}/model")
    assert model.status_code == 200, model.text
    return model.content, task["task_result"]["metrics"]


@pytest.mark.nightly
def test_four_workers_share_a_task_and_one_of_them_is_killed(place: Place) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    task_id = place.submit(param_set=ASKED)
    with ExitStack() as stack:
        for number in range(4):
            log = place.folder / f"worker-{number}.log"
            stack.enter_context(fleeting(log, place.variables))
        killed = a_helper(place, task_id, deadline)
        psutil.Process(int(killed.partition(":")[2])).kill()
        task = place.until(task_id, ENDED, deadline)
        assert task["task_status"] == "Finished", task
        found = parts_of(place, task_id)
        assert len(found) == PARTS
        assert {state for state, _, _ in found.values()} == {"Finished"}
        assert len({worker for _, worker, _ in found.values()}) > 1
        assert max(attempt for _, _, attempt in found.values()) == 2  # the one that was begun
        assert task["attempt"] == 1
    alone_id = place.submit(param_set=ASKED)
    (alone,) = place.wait(alone_id)
    assert {worker for _, worker, _ in parts_of(place, alone_id).values()} == {
        worker_of(place, alone_id)
    }
    assert result_of(place, task) == result_of(place, alone)
    assert task["task_result"]["metrics"]["cv"]["n"] == 40


@pytest.mark.nightly
def test_a_shared_task_that_is_cancelled_lets_all_go_and_keeps_its_model(place: Place) -> None:
    task_id = place.submit(param_set=ASKED | {"epochs": 100_000})
    deadline = time.monotonic() + GIVE_UP_SECONDS
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        while place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]["progress"]["epoch"] < 5:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        place.http.post(f"/api/v0/tasks/{task_id}/cancel")
        task = place.until(task_id, ENDED, deadline)
        while any(state != "Cancelled" for state, _, _ in parts_of(place, task_id).values()):
            assert time.monotonic() < deadline, parts_of(place, task_id)
            time.sleep(0.1)
    assert task["task_status"] == "Cancelled"
    assert task["task_result"]["model_state_path"]


@contextlib.contextmanager
def fleeting(log: Path, variables: dict[str, str]) -> Iterator[None]:
    """A worker that may be killed."""
    started = start(*WORKER, log=log, session=True, **variables)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.send_signal(signal.SIGTERM)
        try:
            started.wait(40)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
