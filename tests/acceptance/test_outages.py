"""Workers that stall or whose clocks are off, events over restarts: nothing is done twice."""

import contextlib
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.acceptance.disturbed import EPOCHS, Undisturbed, model_of, until_trained
from tests.installations import GIVE_UP_SECONDS, process, serving, stalled
from tests.places import ENDED, PLAIN, WORKER, Place, stream

pytestmark = pytest.mark.slow


@pytest.mark.nightly
def test_events_go_on_without_gap_or_repeat_over_restarts_and_a_lost_queue(
    quick: Place, tmp_path: Path
) -> None:
    place = quick
    with contextlib.ExitStack() as stack:
        task_id = place.submit(param_set={**PLAIN, "epochs": 1200})
        stack.enter_context(process(*WORKER, log=tmp_path / "worker.log", **place.variables))
        seen: list[tuple[str, str, dict[str, Any]]] = []
        url, last = str(place.http.base_url).rstrip("/"), ""
        (tmp_path / "second").mkdir()
        for round_ in range(200):
            for event in stream(url, task_id, last):
                seen.append(event)
                last = event[0]
                if len(seen) % 400 == 200:
                    break
            if round_ == 0:
                url = str(
                    stack.enter_context(serving(tmp_path / "second", **place.variables)).base_url
                ).rstrip("/")
            if round_ == 1:
                from actors.redis_connection import redis_client

                with contextlib.closing(redis_client(place.variables["SGN_REDIS_URL"])) as client:
                    client.flushall()
            if seen[-1][2].get("task_status") in ENDED:
                break
        epochs = [content for _, kind, content in seen if kind == "epoch"]
        assert [content["epoch"] for content in epochs] == list(range(1, 1201))
        task = place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]
        assert [content["line"] for content in epochs] == task["task_result"]["train_epochs"]
        assert 0 < epochs[0]["train_loss"] < 5
        statuses = [content["task_status"] for _, kind, content in seen if kind == "status"]
        assert statuses == list(dict.fromkeys(statuses))
        assert statuses[-1] == "Finished"
        progress = [content for _, kind, content in seen if kind == "progress"]
        assert any(0 < content["percent"] < 100 and content["eta_seconds"] for content in progress)
        assert not list(stream(url, task_id, last)), "204: there is nothing more to tell"


@pytest.mark.nightly
def test_a_worker_s_clock_may_be_a_minute_off(quick: Place, tmp_path: Path) -> None:
    shifted = tmp_path / "shifted"
    shifted.mkdir()
    (shifted / "sitecustomize.py").write_text(
        "import time\nreal = time.time\ntime.time = lambda: real() + 60\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    ahead = {**quick.variables, "PYTHONPATH": f"{shifted}:{root}"}
    with (
        process(*WORKER, log=tmp_path / "ahead.log", **ahead),
        process(*WORKER, log=tmp_path / "worker.log", **quick.variables),
    ):
        deadline = time.monotonic() + GIVE_UP_SECONDS
        for path in (tmp_path / "ahead.log", tmp_path / "worker.log"):
            while "ready for action" not in path.read_text():
                assert time.monotonic() < deadline, path.read_text()
                time.sleep(0.1)
        task_ids = [quick.submit(param_set={**PLAIN, "epochs": 200}) for _ in range(6)]
        tasks = [quick.until(task_id, ENDED, deadline) for task_id in task_ids]
    assert {task["task_status"] for task in tasks} == {"Finished"}
    assert {task["attempt"] for task in tasks} == {1}
    for log in ("ahead.log", "worker.log"):
        assert "attempt 1" in (tmp_path / log).read_text()


@pytest.mark.nightly
def test_a_worker_that_stalls_and_comes_back_changes_nothing(
    quick: Place, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    task_id = quick.submit(param_set={**PLAIN, "epochs": EPOCHS})
    log = tmp_path / "first.log"
    with process(*WORKER, log=log, **quick.variables) as first:
        until_trained(quick, task_id, 300)
        family = [psutil.Process(first.pid), *psutil.Process(first.pid).children(recursive=True)]
        with stalled(family, quick.folder / "sgn.sqlite3"):
            task = quick.wait(task_id)[0]
            manifest = quick.http.get(f"/api/v0/tasks/{task_id}/manifest").content
        deadline = time.monotonic() + 30
        while "belongs to another worker" not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert quick.http.get(f"/api/v0/tasks/{task_id}").json()["task"] == task
        assert (task["task_status"], task["attempt"]) == ("Finished", 2)
        assert quick.http.get(f"/api/v0/tasks/{task_id}/manifest").content == manifest
        assert (task["task_result"]["train_epochs"], model_of(quick, task_id)) == undisturbed
