"""What a person reads of a task's life, by HTTP and command, while it goes on and after."""

import time
from collections.abc import Iterator

import pytest

from actors.redis_connection import redis_client
from registry import LOG
from tests.installations import process, run_sgn
from tests.places import PLAIN, WORKER, Place, place_at

pytestmark = pytest.mark.slow
SECONDS = 60


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("log"), SGN_CHECKPOINT_MS="200") as found:
        yield found


def log_of(place: Place, task_id: str) -> str:
    reply = place.http.get(f"/api/v0/tasks/{task_id}/log")
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/plain")
    return reply.text


def shown(place: Place, task_id: str) -> str:
    """By the command."""
    ran = run_sgn("log", task_id, SGN_URL=str(place.http.base_url))
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def in_order(text: str, *words: str) -> None:
    places = [text.find(word) for word in words]
    assert -1 not in places, text
    assert places == sorted(places), text


@pytest.mark.nightly
def test_the_log_goes_on_from_worker_to_worker_and_stays(place: Place) -> None:
    task_id = place.submit(param_set={**PLAIN, "epochs": 100_000})
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        deadline = time.monotonic() + SECONDS
        place.until(task_id, {"Running"}, deadline)
        while "subjects: 40 train" not in (
            text := place.http.get(f"/api/v0/tasks/{task_id}/log").text
        ):
            assert time.monotonic() < deadline, text
            time.sleep(0.1)
    in_order(log_of(place, task_id), "begins", "subjects: 40 train", "handed back")
    with redis_client(place.variables["SGN_REDIS_URL"]) as client:
        client.flushdb()
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        place.until(task_id, {"Running"}, time.monotonic() + SECONDS)
        assert place.http.post(f"/api/v0/tasks/{task_id}/cancel").json()["error_num"] == 0
        place.until(task_id, {"Cancelled"}, time.monotonic() + SECONDS)
    text = log_of(place, task_id)
    in_order(text, "begins", "handed back", "goes on after epoch", "cancelled")
    assert text.count("begins, by") == 2
    assert len(set(text.splitlines())) == len(text.splitlines())
    assert (place.folder / "registry" / "models" / task_id / LOG).read_text() == text
    assert shown(place, task_id) == text


def test_a_failure_is_told_without_a_traceback(place: Place) -> None:
    task_id = place.submit(param_set={**PLAIN, "epochs": 3, "learning_rate": 1.0})
    (task,) = place.wait(task_id)
    text = log_of(place, task_id)
    assert "Traceback" not in text
    assert task["task_status"].lower() in text.splitlines()[-1]


def test_a_task_that_nobody_began_has_none(place: Place) -> None:
    task_id = place.submit(param_set={**PLAIN, "epochs": 3})
    reply = place.http.get(f"/api/v0/tasks/{task_id}/log")
    assert (reply.status_code, reply.json()["error_num"]) == (404, 4)
    assert reply.json()["msg"] == f"The task {task_id} is Submitted and has no stored log."
    assert place.http.get("/api/v0/tasks/TASK0/log").status_code == 404
