"""What is accepted ends, whatever dies in between: each promise, broken for real."""

import contextlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from graphnet.stored import StoredModel
from tests.databases import ServerSilent, mysql_database
from tests.faults.estate import Queue
from tests.houses import House, end, process, sgn_up
from tests.mariadb import mariadb_server
from tests.places import ENDED, WORKER, Place, place_at
from tests.servers import ServerMissing, free_ports
from tests.service.forms import add_datasets, form

pytestmark = pytest.mark.slow

LEASE_MS = 2000
PLAIN = {"baselines": False, "explain": False, "cv_folds": 0, "batch_size": 8}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short leases, many checkpoints."""
    monkeypatch.setenv("SGN_LEASE_MS", str(LEASE_MS))
    monkeypatch.setenv("SGN_CHECKPOINT_MS", "200")


@pytest.fixture
def fresh(quick: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with sgn_up(tmp_path / "home") as house:
        add_datasets(house, tmp_path)
        yield house


def submitted(house: House, epochs: int, **more: Any) -> str:
    asked = form(param_set={**PLAIN, "epochs": epochs, **more})
    task_id: str = house.post(asked)["task_form"]["task_id"]
    return task_id


def until_epoch(house: House, task_id: str, epoch: int, seconds: float = 60) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        task: dict[str, Any] = house.get(f"/api/v0/tasks/{task_id}")["task"]
        if task["progress"]["epoch"] >= epoch:
            return task
        time.sleep(0.05)
    raise AssertionError(task["progress"])


def parameters(house: House, task_id: str) -> bytes:
    return house.http.get(f"/api/v0/tasks/{task_id}/model").content


def workers(house: House) -> list[psutil.Process]:
    found = []
    for each in house.processes():
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is none either
            if "dramatiq" in " ".join(each.cmdline()):
                found.append(each)
    return found


def kill_workers(house: House) -> None:
    for each in workers(house):
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()


def log_of(house: House) -> str:
    return (house.home / "log" / "worker.log").read_text()


def test_a_killed_worker_s_task_goes_on_from_its_checkpoint_to_the_same_bits(fresh: House) -> None:
    undisturbed = fresh.wait(submitted(fresh, 1500))
    task_id = submitted(fresh, 1500)
    until_epoch(fresh, task_id, 500)
    killed = time.monotonic()
    kill_workers(fresh)
    fresh.wait_for(task_id, {"Running"})
    while f"task {task_id}: attempt 2" not in log_of(fresh):
        assert time.monotonic() - killed < LEASE_MS / 1000 + 10
        time.sleep(0.05)
    task = fresh.wait(task_id)
    assert task["attempt"] == 2
    assert f"task {task_id} goes on after epoch" in log_of(fresh)
    assert task["task_result"]["train_epochs"] == undisturbed["task_result"]["train_epochs"]
    assert parameters(fresh, task_id) == parameters(fresh, undisturbed["task_id"])
    assert not any((fresh.home / "registry" / "checkpoints").iterdir())


def test_ending_the_house_hands_back_and_the_next_goes_on_by_itself(fresh: House) -> None:
    undisturbed = fresh.wait(submitted(fresh, 1500))
    task_id = submitted(fresh, 1500)
    until_epoch(fresh, task_id, 500)
    began = time.monotonic()
    end(fresh)
    assert time.monotonic() - began < 30
    with sgn_up(fresh.home) as again:
        task = again.wait(task_id)
        assert task["attempt"] == 1
        assert f"task {task_id} goes on after epoch" in log_of(again)
        assert task["task_result"]["train_epochs"] == undisturbed["task_result"]["train_epochs"]
        assert parameters(again, task_id) == parameters(again, undisturbed["task_id"])


def test_a_task_that_kills_its_worker_is_given_up_and_the_next_one_trained(
    quick: None,  # noqa: ARG001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SGN_CHECKPOINT_MS", "600000")
    monkeypatch.setenv("SGN_MAX_ATTEMPTS", "2")
    with sgn_up(tmp_path / "home") as house:
        add_datasets(house, tmp_path)
        poison, other = submitted(house, 100_000), submitted(house, 2)
        for attempt in (1, 2):
            while house.get(f"/api/v0/tasks/{poison}")["task"]["attempt"] < attempt:
                time.sleep(0.05)
            kill_workers(house)
        task = house.wait(poison)
        assert task["task_status"] == "Failed"
        assert "stopped unexpectedly 2 times" in task["error"]
        assert house.wait(other)["task_status"] == "Finished"


def cancel(house: House, task_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = house.http.post(f"/api/v0/tasks/{task_id}/cancel").json()
    assert answer["error_num"] == 0, answer
    return answer["task"]  # type: ignore[no-any-return]


def test_cancelled_in_every_state(fresh: House) -> None:
    running, waiting = submitted(fresh, 100_000), submitted(fresh, 5)
    until_epoch(fresh, running, 200)
    assert cancel(fresh, waiting)["task_status"] == "Cancelled"
    asked = time.monotonic()
    cancel(fresh, running)
    task = fresh.wait_for(running, ENDED)
    assert time.monotonic() - asked < 5
    assert (task["task_status"], task["error"]) == ("Cancelled", "The task was cancelled.")
    lines = task["task_result"]["train_epochs"]
    assert [int(line[6 : line.index(",")]) for line in lines] == list(range(1, len(lines) + 1))
    manifest = fresh.http.get(f"/api/v0/tasks/{running}/manifest").content
    kept = StoredModel.from_bytes(parameters(fresh, running), manifest)
    assert kept.facts["cancelled_after_epoch"] == len(lines) >= 200
    assert f"trained for {len(lines)} epochs" in task["task_result"]["warnings"][1]
    assert cancel(fresh, running) == task
    done = fresh.wait(submitted(fresh, 2))
    assert cancel(fresh, done["task_id"]) == done


def test_cancelled_while_nobody_answers_the_checkpoint_is_what_is_kept(fresh: House) -> None:
    task_id = submitted(fresh, 100_000)
    until_epoch(fresh, task_id, 500)
    time.sleep(1)
    stalled = workers(fresh)
    for each in stalled:
        each.send_signal(signal.SIGSTOP)
    asked = time.monotonic()
    cancel(fresh, task_id)
    task = fresh.wait_for(task_id, ENDED)
    assert task["task_status"] == "Cancelled"
    assert time.monotonic() - asked < 6
    for each in stalled:
        each.send_signal(signal.SIGCONT)
    deadline = time.monotonic() + 40
    while not task["task_result"]["model_state_path"] and time.monotonic() < deadline:
        task = fresh.get(f"/api/v0/tasks/{task_id}")["task"]
        time.sleep(0.2)
    manifest = fresh.http.get(f"/api/v0/tasks/{task_id}/manifest").content
    kept = StoredModel.from_bytes(parameters(fresh, task_id), manifest)
    assert kept.facts["cancelled_after_epoch"] == len(task["task_result"]["train_epochs"]) > 100


@pytest.mark.parametrize("killed", [True, False])
def test_tried_again_a_cancelled_task_goes_on_where_it_was(fresh: House, *, killed: bool) -> None:
    undisturbed = fresh.wait(submitted(fresh, 1500))
    old = submitted(fresh, 1500)
    until_epoch(fresh, old, 500)
    if killed:
        kill_workers(fresh)  # what is left is a checkpoint
    cancel(fresh, old)
    fresh.wait_for(old, {"Cancelled"})
    again = fresh.http.post(f"/api/v0/tasks/{old}/retry").json()["task"]
    assert again["retry_of"] == old
    assert again["task_id"] != old
    task = fresh.wait(again["task_id"])
    assert f"task {task['task_id']} goes on after epoch" in log_of(fresh)
    assert task["task_result"]["train_epochs"] == undisturbed["task_result"]["train_epochs"]
    assert parameters(fresh, task["task_id"]) == parameters(fresh, undisturbed["task_id"])
    refused = fresh.http.post(f"/api/v0/tasks/{task['task_id']}/retry")
    assert (refused.status_code, refused.json()["error_num"]) == (409, 18)


def test_what_was_tried_again_and_again_goes_on_from_the_first(fresh: House) -> None:
    first = submitted(fresh, 3000)
    until_epoch(fresh, first, 1000)
    task_id = first
    for _ in range(3):
        cancel(fresh, task_id)
        fresh.wait_for(task_id, {"Cancelled"})
        task_id = fresh.http.post(f"/api/v0/tasks/{task_id}/retry").json()["task"]["task_id"]
        kill_workers(fresh)
    task = fresh.wait(task_id)
    assert len(task["task_result"]["train_epochs"]) == 3000
    went_on = re.search(rf"task {task_id} goes on after epoch (\d+)", log_of(fresh))
    assert went_on is not None
    assert int(went_on[1]) >= 1000


def test_the_command_cancels_and_tries_again(fresh: House) -> None:
    task_id = submitted(fresh, 100_000)
    until_epoch(fresh, task_id, 10)

    def sgn(*arguments: str) -> str:
        command = [sys.executable, "-m", "service.cli", "--url", fresh.url, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert sgn("cancel", task_id) == f"{task_id} Cancelled"
    again = sgn("retry", task_id)
    assert "Retry of" in sgn("show", again)
    assert sgn("cancel", again) == f"{again} Cancelled"


def stream(url: str, task_id: str, last: str = "") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Events as id, kind and content, until the connection ends."""
    headers = {"last-event-id": last} if last else {}
    with (
        contextlib.suppress(httpx.TransportError),
        httpx.stream(
            "GET", f"{url}/api/v0/tasks/{task_id}/events", headers=headers, timeout=60
        ) as reply,
    ):
        event: dict[str, str] = {}
        for line in reply.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                event[name] = value
                continue
            if "data" in event:
                yield event["id"], event["event"], json.loads(event["data"])
            event = {}


def test_events_go_on_without_gap_or_repeat_over_restarts_and_a_lost_queue(
    quick: None,  # noqa: ARG001
    tmp_path: Path,
) -> None:
    from tests.houses import serving

    with contextlib.ExitStack() as stack:
        place = stack.enter_context(place_at(tmp_path))
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
                from actors.queue import redis_client

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


def test_streams_do_not_hold_up_a_shutdown(fresh: House) -> None:
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


def test_a_worker_s_clock_may_be_a_minute_off(quick: None, tmp_path: Path) -> None:  # noqa: ARG001
    shifted = tmp_path / "shifted"
    shifted.mkdir()
    (shifted / "sitecustomize.py").write_text(
        "import time\nreal = time.time\ntime.time = lambda: real() + 60\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    with place_at(tmp_path) as place:
        ahead = {**place.variables, "PYTHONPATH": f"{shifted}:{root}"}
        with (
            process(*WORKER, log=tmp_path / "ahead.log", **ahead),
            process(*WORKER, log=tmp_path / "worker.log", **place.variables),
        ):
            task_ids = [place.submit(param_set={**PLAIN, "epochs": 800}) for _ in range(5)]
            deadline = time.monotonic() + 90
            tasks = [place.until(task_id, ENDED, deadline) for task_id in task_ids]
        assert {task["task_status"] for task in tasks} == {"Finished"}
        assert {task["attempt"] for task in tasks} == {1}
        for log in ("ahead.log", "worker.log"):
            assert "attempt 1" in (tmp_path / log).read_text()


def test_a_storage_that_stays_away_fails_the_task_and_keeps_the_parameters(tmp_path: Path) -> None:
    from tests.faults.proxy import proxy

    (port,) = free_ports(1)
    try:
        with contextlib.ExitStack() as stack:
            spool = tmp_path / "spool"
            place = stack.enter_context(place_at(tmp_path, "servers", SGN_SPOOL=str(spool)))
            host, _, upstream = place.variables["SGN_S3_ENDPOINT_URL"][7:].partition(":")
            storage = stack.enter_context(proxy(port, (host, int(upstream))))
            task_id = place.submit(param_set={**PLAIN, "epochs": 5})
            storage.fault("500")
            impatient = {
                **place.variables,
                "SGN_PATIENCE_MS": "3000",
                "SGN_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            }
            with process(*WORKER, log=tmp_path / "worker.log", **impatient):
                task = place.until(task_id, ENDED, time.monotonic() + 90)
            assert task["task_status"] == "Failed"
            assert "registry" in task["error"]
            assert "Traceback" not in task["error"]
            kept = spool / task_id
            assert str(kept) in (tmp_path / "worker.log").read_text()
            files = [(kept / name).read_bytes() for name in ("model.safetensors", "manifest.json")]
            assert StoredModel.from_bytes(*files).facts["task_id"] == task_id
            assert place.http.get(f"/api/v0/tasks/{task_id}/model").status_code == 404
    except ServerMissing as missing:
        pytest.skip(str(missing))


def test_a_silent_storage_does_not_hold_up_a_worker_that_is_to_end(
    quick: None,  # noqa: ARG001
    tmp_path: Path,
) -> None:
    from tests.faults.proxy import proxy

    (port,) = free_ports(1)
    with contextlib.ExitStack() as stack:
        try:
            place = stack.enter_context(place_at(tmp_path, "servers"))
        except ServerMissing as missing:
            pytest.skip(str(missing))
        host, _, upstream = place.variables["SGN_S3_ENDPOINT_URL"][7:].partition(":")
        storage = stack.enter_context(proxy(port, (host, int(upstream))))
        through = {**place.variables, "SGN_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        task_id = place.submit(param_set={**PLAIN, "epochs": 100_000})
        with process(*WORKER, log=tmp_path / "worker.log", **through) as worker:
            place.until(task_id, {"Running"}, time.monotonic() + 60)
            time.sleep(2)
            storage.fault("silent")
            time.sleep(2)
            began = time.monotonic()
            worker.terminate()
            place.until(task_id, {"Submitted"}, began + 30)
            storage.fault("cut")
            assert worker.wait(60) == 0
        assert place.http.post(f"/api/v0/tasks/{task_id}/cancel").json()["error_num"] == 0


def test_a_worker_that_stalls_beyond_its_lease_and_comes_back_changes_nothing(
    quick: None,  # noqa: ARG001
    tmp_path: Path,
) -> None:
    with place_at(tmp_path) as place, contextlib.ExitStack() as stack:
        undisturbed = place.wait(place.submit(param_set={**PLAIN, "epochs": 1500}))[0]
        task_id = place.submit(param_set={**PLAIN, "epochs": 1500})
        first = stack.enter_context(process(*WORKER, log=tmp_path / "first.log", **place.variables))
        until_trained(place, task_id, 300)
        family = [psutil.Process(first.pid), *psutil.Process(first.pid).children(recursive=True)]
        for each in family:
            each.send_signal(signal.SIGSTOP)
        task = place.wait(task_id)[0]
        manifest = place.http.get(f"/api/v0/tasks/{task_id}/manifest").content
        for each in family:
            each.send_signal(signal.SIGCONT)
        deadline = time.monotonic() + 30
        while "belongs to another worker" not in (tmp_path / "first.log").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert place.http.get(f"/api/v0/tasks/{task_id}").json()["task"] == task
        assert (task["task_status"], task["attempt"]) == ("Finished", 2)
        assert place.http.get(f"/api/v0/tasks/{task_id}/manifest").content == manifest
        same = [
            place.http.get(f"/api/v0/tasks/{each}/model").content
            for each in (task_id, undisturbed["task_id"])
        ]
        assert same[0] == same[1]
        assert task["task_result"]["train_epochs"] == undisturbed["task_result"]["train_epochs"]


def until_trained(place: Place, task_id: str, epoch: int) -> None:
    deadline = time.monotonic() + 60
    while place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]["progress"]["epoch"] < epoch:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_database_is_killed_in_mid_training_and_the_result_written_when_it_is_back(
    quick: None,  # noqa: ARG001
    tmp_path: Path,
) -> None:
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(mariadb_server(tmp_path / "mariadb"))
        except ServerSilent as silent:
            pytest.skip(str(silent))
        url = stack.enter_context(mysql_database(server=server.url))
        place = stack.enter_context(place_at(tmp_path, SGN_DATABASE_URL=url))
        undisturbed = place.wait(place.submit(param_set={**PLAIN, "epochs": 1500}))[0]
        task_id = place.submit(param_set={**PLAIN, "epochs": 1500})
        with process(*WORKER, log=tmp_path / "worker.log", **place.variables):
            until_trained(place, task_id, 200)
            server.kill()
            refused = place.http.post("/api/v0/new_task", content=json.dumps(form()))
            assert (refused.status_code, refused.json()["error_num"]) == (503, 8)
            time.sleep(5)  # long enough to be trained to its end meanwhile
            server.start()
            task = place.until(task_id, ENDED, time.monotonic() + 60)
        assert task["task_status"] == "Finished"
        assert task["task_result"]["train_epochs"] == undisturbed["task_result"]["train_epochs"]


def test_the_queue_is_away_for_a_minute_and_comes_back_empty(tmp_path: Path) -> None:
    """What is trained goes on, what waits is trained, what comes meanwhile is accepted."""
    (port,) = free_ports(1)
    queue = Queue(tmp_path / "own-queue", port)
    queue.folder.mkdir()
    queue.start()
    with contextlib.ExitStack() as stack:
        stack.callback(queue.stop)
        place = stack.enter_context(place_at(tmp_path, SGN_REDIS_URL=queue.url))
        worker = process(*WORKER, log=tmp_path / "worker.log", **place.variables)
        stack.enter_context(worker)
        before = [place.submit(param_set={**PLAIN, "epochs": 2000}), place.submit()]
        place.until(before[0], {"Running"}, time.monotonic() + 60)
        queue.stop()
        stopped = time.monotonic()
        meanwhile = place.submit()
        time.sleep(max(0.0, stopped + 60 - time.monotonic()))
        assert place.until(before[0], ENDED, time.monotonic() + 5)["task_status"] == "Finished"
        queue.restart_empty()
        deadline = time.monotonic() + 60
        for task_id in (*before, meanwhile):
            assert place.until(task_id, ENDED, deadline)["task_status"] == "Finished"


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
        assert "is not given out" in reply.json()["msg"]
    finally:
        (folder / name).write_bytes(content)
    assert place.http.get(f"/api/v0/tasks/{task_id}/model").status_code == 200


@pytest.fixture(scope="module")
def trained_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    with place_at(tmp_path_factory.mktemp("trained")) as place:
        task_id = place.submit()
        assert place.wait(task_id)[0]["task_status"] == "Finished"
        yield place, task_id
