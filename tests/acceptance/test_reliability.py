"""What is accepted ends, whatever dies in between: each promise, broken for real."""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from graphnet.artifacts.model import StoredModel
from tests.installations import GIVE_UP_SECONDS, Installation, end, run_sgn, sgn_up, stalled
from tests.places import ENDED, PLAIN
from tests.service.forms import add_datasets, form

pytestmark = pytest.mark.slow
LEASE_MS = 2000
EPOCHS = 1200
Undisturbed = tuple[list[str], bytes]


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Short leases, many checkpoints."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SGN_LEASE_MS", str(LEASE_MS))
        patch.setenv("SGN_CHECKPOINT_MS", "200")
        yield


@pytest.fixture(scope="module")
def shared(quick: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:  # noqa: ARG001
    """One installation for all tests that let it run on.

    It starts a worker again after 1, 2, 4 … seconds: who kills it often has one alone.
    """
    folder = tmp_path_factory.mktemp("shared")
    with sgn_up(folder / "home") as installation:
        add_datasets(installation, folder)
        yield installation


@pytest.fixture(scope="module")
def undisturbed(shared: Installation) -> Undisturbed:
    """What a training ends in to which nothing happens: lines, parameters."""
    task = shared.wait(submitted(shared, EPOCHS))
    return task["task_result"]["train_epochs"], parameters(shared, task["task_id"])


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Installation]:
    with sgn_up(tmp_path / "home") as installation:
        add_datasets(installation, tmp_path)
        yield installation


def submitted(installation: Installation, epochs: int, **more: Any) -> str:
    asked = form(param_set={**PLAIN, "epochs": epochs, **more})
    task_id: str = installation.post(asked)["task_form"]["task_id"]
    return task_id


def until_epoch(installation: Installation, task_id: str, epoch: int) -> dict[str, Any]:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        task: dict[str, Any] = installation.get(f"/api/v0/tasks/{task_id}")["task"]
        if task["progress"]["epoch"] >= epoch:
            return task
        time.sleep(0.05)
    raise AssertionError(task["progress"])


def parameters(installation: Installation, task_id: str) -> bytes:
    return installation.http.get(f"/api/v0/tasks/{task_id}/model").content


def workers(installation: Installation) -> list[psutil.Process]:
    found = []
    for each in installation.processes():
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is none either
            if "service.local.processes" in " ".join(each.cmdline()):
                found.append(each)
    return found


def kill_workers(installation: Installation) -> None:
    for each in workers(installation):
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()


def log_of(installation: Installation) -> str:
    return (installation.home / "log" / "worker.log").read_text()


def test_a_killed_worker_s_task_goes_on_from_its_checkpoint_to_the_same_bits(
    shared: Installation, undisturbed: Undisturbed
) -> None:
    task_id = submitted(shared, EPOCHS)
    until_epoch(shared, task_id, 200)
    killed = time.monotonic()
    kill_workers(shared)
    shared.wait_for(task_id, {"Running"})
    while f"task {task_id}: attempt 2" not in log_of(shared):
        assert time.monotonic() - killed < LEASE_MS / 1000 + 40
        time.sleep(0.05)
    task = shared.wait(task_id)
    assert task["attempt"] == 2
    assert f"task {task_id} goes on after epoch" in log_of(shared)
    assert (task["task_result"]["train_epochs"], parameters(shared, task_id)) == undisturbed
    deadline = time.monotonic() + 10  # a finished task's checkpoint goes after it is finished
    while any((shared.home / "registry" / "checkpoints").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.nightly
def test_ending_the_installation_hands_back_and_the_next_goes_on_by_itself(
    fresh: Installation, undisturbed: Undisturbed
) -> None:
    task_id = submitted(fresh, EPOCHS)
    until_epoch(fresh, task_id, 200)
    began = time.monotonic()
    end(fresh)
    assert time.monotonic() - began < 30
    with sgn_up(fresh.home) as again:
        task = again.wait(task_id)
        assert task["attempt"] == 1
        assert f"task {task_id} goes on after epoch" in log_of(again)
        assert (task["task_result"]["train_epochs"], parameters(again, task_id)) == undisturbed


@pytest.mark.nightly
def test_a_task_that_kills_its_worker_is_given_up_and_the_next_one_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGN_CHECKPOINT_MS", "600000")
    monkeypatch.setenv("SGN_MAX_ATTEMPTS", "2")
    with sgn_up(tmp_path / "home") as installation:
        add_datasets(installation, tmp_path)
        poison, other = submitted(installation, 100_000), submitted(installation, 2)
        for attempt in (1, 2):
            while installation.get(f"/api/v0/tasks/{poison}")["task"]["attempt"] < attempt:
                time.sleep(0.05)
            kill_workers(installation)
        task = installation.wait(poison)
        assert task["task_status"] == "Failed"
        assert "stopped unexpectedly 2 times" in task["error"]
        assert installation.wait(other)["task_status"] == "Finished"


def cancel(installation: Installation, task_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = installation.http.post(f"/api/v0/tasks/{task_id}/cancel").json()
    assert answer["error_num"] == 0, answer
    return answer["task"]  # type: ignore[no-any-return]


def test_cancelled_in_every_state(shared: Installation) -> None:
    running, waiting = submitted(shared, 100_000), submitted(shared, 5)
    until_epoch(shared, running, 200)
    assert cancel(shared, waiting)["task_status"] == "Cancelled"
    asked = time.monotonic()
    cancel(shared, running)
    task = shared.wait_for(running, ENDED)
    assert time.monotonic() - asked < 5
    assert (task["task_status"], task["error"]) == ("Cancelled", "The task was cancelled.")
    lines = task["task_result"]["train_epochs"]
    assert [int(line[6 : line.index(",")]) for line in lines] == list(range(1, len(lines) + 1))
    manifest = shared.http.get(f"/api/v0/tasks/{running}/manifest").content
    kept = StoredModel.from_bytes(parameters(shared, running), manifest)
    assert kept.facts["cancelled_after_epoch"] == len(lines) >= 200
    assert f"trained for {len(lines)} epochs" in task["task_result"]["warnings"][1]
    assert cancel(shared, running) == task
    done = shared.wait(submitted(shared, 2))
    assert cancel(shared, done["task_id"]) == done


@pytest.mark.nightly
def test_cancelled_while_nobody_answers_the_checkpoint_is_what_is_kept(
    shared: Installation,
) -> None:
    task_id = submitted(shared, 100_000)
    until_epoch(shared, task_id, 500)  # several checkpoints on
    time.sleep(1)
    with stalled(workers(shared), shared.home / "sgn.sqlite3"):
        asked = time.monotonic()
        cancel(shared, task_id)
        task = shared.wait_for(task_id, ENDED)
        assert task["task_status"] == "Cancelled"
        assert time.monotonic() - asked < 6
    deadline = time.monotonic() + 40
    while not task["task_result"]["model_state_path"] and time.monotonic() < deadline:
        task = shared.get(f"/api/v0/tasks/{task_id}")["task"]
        time.sleep(0.2)
    manifest = shared.http.get(f"/api/v0/tasks/{task_id}/manifest").content
    kept = StoredModel.from_bytes(parameters(shared, task_id), manifest)
    assert kept.facts["cancelled_after_epoch"] == len(task["task_result"]["train_epochs"]) > 100


@pytest.mark.nightly
@pytest.mark.parametrize("killed", [True, False])
def test_tried_again_a_cancelled_task_goes_on_where_it_was(
    shared: Installation, undisturbed: Undisturbed, *, killed: bool
) -> None:
    old = submitted(shared, EPOCHS)
    until_epoch(shared, old, 200)
    if killed:
        kill_workers(shared)  # what is left is a checkpoint
    cancel(shared, old)
    shared.wait_for(old, {"Cancelled"})
    again = shared.http.post(f"/api/v0/tasks/{old}/retry").json()["task"]
    assert again["retry_of"] == old
    assert again["task_id"] != old
    task = shared.wait(again["task_id"])
    assert f"task {task['task_id']} goes on after epoch" in log_of(shared)
    found = task["task_result"]["train_epochs"], parameters(shared, task["task_id"])
    assert found == undisturbed
    refused = shared.http.post(f"/api/v0/tasks/{task['task_id']}/retry")
    assert (refused.status_code, refused.json()["error_num"]) == (409, 18)


@pytest.mark.nightly
def test_what_was_tried_again_and_again_goes_on_from_the_first(fresh: Installation) -> None:
    first = submitted(fresh, 1500)
    until_epoch(fresh, first, 500)
    task_id = first
    for _ in range(3):
        cancel(fresh, task_id)
        fresh.wait_for(task_id, {"Cancelled"})
        task_id = fresh.http.post(f"/api/v0/tasks/{task_id}/retry").json()["task"]["task_id"]
        kill_workers(fresh)
    task = fresh.wait(task_id)
    assert len(task["task_result"]["train_epochs"]) == 1500
    went_on = re.search(rf"task {task_id} goes on after epoch (\d+)", log_of(fresh))
    assert went_on is not None
    assert int(went_on[1]) >= 500


@pytest.mark.nightly
def test_the_command_cancels_and_tries_again(shared: Installation) -> None:
    task_id = submitted(shared, 100_000)
    until_epoch(shared, task_id, 10)

    def ran(*arguments: str) -> str:
        return run_sgn("--url", shared.url, *arguments).stdout.strip()

    assert ran("cancel", task_id) == f"{task_id} Cancelled"
    again = ran("retry", task_id)
    assert "Retry of" in ran("show", again)
    assert ran("cancel", again) == f"{again} Cancelled"


@pytest.mark.nightly
def test_streams_do_not_hold_up_a_shutdown(fresh: Installation) -> None:
    task_id = submitted(fresh, 100_000)
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            reply = stack.enter_context(
                httpx.stream("GET", f"{fresh.url}/api/v0/tasks/{task_id}/events", timeout=60)
            )
            assert reply.status_code == 200
        began = time.monotonic()
        end(fresh)
        assert time.monotonic() - began < 25
