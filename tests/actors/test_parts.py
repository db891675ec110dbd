"""Parts that are lost, in every way, and the task that waits for them."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from graphnet.messages import Message
from tests.databases import query
from tests.installations import process, start
from tests.places import ENDED, PLAIN, WORKER, Place, place_at

pytestmark = pytest.mark.slow

SHARED = {**PLAIN, "model": "SGN", "epochs": 2, "cv_folds": 4, "fan_out": 2}
LONG = {**SHARED, "epochs": 300, "cv_folds": 8}
BRIEF = {**LONG, "epochs": 100}
SECONDS = 300  # on a loaded machine


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(
        tmp_path_factory.mktemp("parts"), SGN_LEASE_MS="1500", SGN_CHECKPOINT_MS="200"
    ) as found:
        yield found


def states(place: Place, task_id: str) -> dict[int, str]:
    database = place.variables["SGN_DATABASE_URL"]
    rows = query(database, f"SELECT part, state FROM sgn_runs WHERE part_of = '{task_id}'")
    return dict(rows)


def until(task_id: str, true: Callable[[], bool], place: Place) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, (states(place, task_id), log_of(place))
        time.sleep(0.02)


def log_of(place: Place) -> str:
    return (place.folder / "worker.log").read_text()


def ended(place: Place, task_id: str) -> dict[str, Any]:
    return place.until(task_id, ENDED, time.monotonic() + SECONDS)


@pytest.mark.nightly
def test_a_part_that_kills_its_workers_is_given_up_and_not_its_task(place: Place) -> None:
    task_id = place.submit(param_set=SHARED)
    command = ("dramatiq", "tests.actors.deadly:make_broker", *WORKER[2:])
    for _ in range(3):
        start(*command, log=place.folder / "deadly.log", session=False, **place.variables).wait(
            SECONDS
        )
    (task,) = place.wait(task_id, seconds=SECONDS)
    assert task["task_status"] == "Finished", task["error"]
    assert states(place, task_id) == {1: "Finished", 2: "Failed"}
    assert task["task_result"]["metrics"]["cv"] is None
    messages = task["task_result"]["warning_messages"]
    (failed,) = (each for each in messages if each["code"] == "evaluation.cv-failed")
    assert "The worker stopped unexpectedly 3 times" in str(Message.from_json(failed))


@pytest.mark.nightly
def test_what_the_storage_has_lost_of_a_part_is_done_again(place: Place) -> None:
    (whole,) = place.wait(place.submit(param_set=BRIEF), seconds=SECONDS)
    task_id = place.submit(param_set=BRIEF)
    kept = Path(place.variables["SGN_REGISTRY_URL"].removeprefix("file://")) / "checkpoints"
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        until(task_id, lambda: states(place, task_id).get(1) == "Finished", place)
        for stored in (kept / task_id).glob("*-part-0001"):
            stored.write_bytes(stored.read_bytes()[:-1])
        task = ended(place, task_id)
    assert f"task {task_id}: part 1 is not what was stored" in log_of(place)
    assert task["task_result"]["metrics"] == whole["task_result"]["metrics"]


@pytest.mark.nightly
def test_a_worker_that_ends_while_it_helps_hands_both_back(place: Place) -> None:
    task_id = place.submit(param_set=LONG)
    with ExitStack() as stack:
        first = stack.enter_context(
            process(*WORKER, log=place.folder / "worker.log", **place.variables)
        )
        until(task_id, lambda: "Running" in states(place, task_id).values(), place)
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0
    assert set(states(place, task_id).values()) <= {"Submitted", "Finished"}
    (task,) = place.wait(task_id, seconds=SECONDS)
    assert (task["task_status"], task["attempt"]) == ("Finished", 1)


@pytest.mark.nightly
def test_a_task_that_is_cancelled_while_its_worker_helps_keeps_its_model(place: Place) -> None:
    task_id = place.submit(param_set=LONG | {"seeds": 2})
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        until(task_id, lambda: "Running" in states(place, task_id).values(), place)
        place.http.post(f"/api/v0/tasks/{task_id}/cancel")
        task = ended(place, task_id)
        until(task_id, lambda: "Running" not in states(place, task_id).values(), place)
    assert task["task_status"] == "Cancelled"
    assert task["task_result"]["model_state_path"]
    assert "They are of 1 of the 2 seeds." in task["task_result"]["warnings"]
    assert "did not answer to being cancelled" not in log_of(place)
