"""Servers that go away and come back, and workers that stall: nothing is lost or done twice."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from db.server.connection import migrate, ping
from db.server.diagnosis import check_writable
from db.server.errors import DatabaseRefuses
from graphnet.artifacts.model import StoredModel
from graphnet.data.synthetic import cohort_table
from service.forms.reply import REFUSED
from service.serve import END_SECONDS as SERVICE_ENDS
from tests.databases import ServerSilent, blocking, mysql_database
from tests.db.opened import opened
from tests.db.samples import submitted
from tests.faults.disk import Disk, NotMounted, mounted
from tests.faults.estate import Queue
from tests.installations import GIVE_UP_SECONDS, process, serving, stalled
from tests.mariadb import MariaServer, mariadb_server
from tests.places import ENDED, PLAIN, WORKER, Place, add_small, place_at, stream
from tests.servers import ServerMissing, free_ports, queue_server
from tests.service.forms import SMALL, form, heard

pytestmark = pytest.mark.slow

LEASE_SECONDS = 2
QUICK = {"SGN_LEASE_MS": str(1000 * LEASE_SECONDS), "SGN_CHECKPOINT_MS": "200"}
EPOCHS = 1200
Undisturbed = tuple[list[str], bytes]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Short leases, many checkpoints, in a folder; each test has workers of its own."""
    with place_at(tmp_path_factory.mktemp("quick"), **QUICK) as found:
        yield found


@pytest.fixture(scope="module")
def undisturbed(quick: Place) -> Undisturbed:
    """What a training ends in to which nothing happens: lines, parameters."""
    (task,) = quick.wait(quick.submit(param_set={**PLAIN, "epochs": EPOCHS}))
    return task["task_result"]["train_epochs"], model_of(quick, task["task_id"])


def model_of(place: Place, task_id: str) -> bytes:
    return place.http.get(f"/api/v0/tasks/{task_id}/model").content


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
                from actors.messaging.redis_clients import redis_client

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


def until_trained(place: Place, task_id: str, epoch: int) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]["progress"]["epoch"] < epoch:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk | None]:
    """The disk of that MariaDB, where one can be mounted."""
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(mounted(tmp_path_factory.mktemp("disk") / "disk", 320))
        except NotMounted:
            made = None
        yield made


@pytest.fixture(scope="module")
def maria(tmp_path_factory: pytest.TempPathFactory, disk: Disk | None) -> Iterator[MariaServer]:
    """A MariaDB that is killed, filled and made read-only by those who share it."""
    folder = disk.folder if disk else tmp_path_factory.mktemp("maria")
    try:
        with mariadb_server(folder / "server") as server:
            yield server
    except ServerSilent as silent:
        pytest.skip(str(silent))


def test_a_full_disk_of_the_database_is_called_full(maria: MariaServer, disk: Disk | None) -> None:
    if disk is None:
        pytest.skip("No disk can be mounted here, which root may.")
    with mysql_database(server=maria.url) as url:
        asyncio.run(migrate(url))
        disk.fill()
        try:
            opened(url, filled())
        finally:
            disk.empty()
        opened(url, check_writable())


async def filled() -> None:
    """A table may have room of its own for some forms more."""
    with pytest.raises(DatabaseRefuses, match="The database is full"):
        await many_forms()
    await ping()


async def many_forms() -> None:
    for _ in range(1000):
        await submitted()


def test_a_result_is_written_when_the_killed_database_is_back(
    maria: MariaServer, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(mysql_database(server=maria.url))
        place = stack.enter_context(place_at(tmp_path, SGN_DATABASE_URL=url, **QUICK))
        task_id = place.submit(param_set={**PLAIN, "epochs": EPOCHS})
        with process(*WORKER, log=tmp_path / "worker.log", **place.variables):
            until_trained(place, task_id, 200)
            maria.kill()
            refused = place.http.post("/api/v0/new_task", content=json.dumps(form()))
            assert (refused.status_code, refused.json()["error_num"]) == (503, 8)
            assert refused.json()["code"] == REFUSED
            time.sleep(5)  # long enough to be trained to its end meanwhile
            maria.start()
            task = place.until(task_id, ENDED, time.monotonic() + GIVE_UP_SECONDS)
        assert heard(place.http, refused.headers["x-request-id"])["error_num"] == 8
        assert task["task_status"] == "Finished"
        assert (task["task_result"]["train_epochs"], model_of(place, task_id)) == undisturbed


def test_a_database_that_becomes_read_only_costs_no_attempt_and_no_result(
    maria: MariaServer, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """Also where the worker is ended meanwhile. One attempt is all there is."""
    spool, log = tmp_path / "spool", tmp_path / "worker.log"
    bounds = {"SGN_PATIENCE_MS": "1000", "SGN_MAX_ATTEMPTS": "1", "SGN_SPOOL": str(spool)}
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(mysql_database(server=maria.url, user="sgn"))
        stack.callback(maria.read_only, on=False)
        place = stack.enter_context(place_at(tmp_path, SGN_DATABASE_URL=url, **QUICK, **bounds))
        task_id = place.submit(param_set={**PLAIN, "epochs": EPOCHS})
        with process(*WORKER, log=log, **place.variables):
            until_trained(place, task_id, 200)
            maria.read_only(on=True)
            upload = assert_read_only(place, task_id)
            until_said(log, "has ended, which is written later: The database is read-only.")
        assert place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]["task_status"] == "Running"
        assert [path.suffix for path in (spool / ".endings").iterdir()] == [".json"]
        with process(*WORKER, log=log, **place.variables):
            maria.read_only(on=False)
            task = place.until(task_id, ENDED, time.monotonic() + GIVE_UP_SECONDS)
            kept = place.http.post("/api/v0/datasets", params={**OWNED, "upload": upload}).json()
            assert kept["error_num"] == 0, kept
            posted = [place.http.post("/api/v0/new_task", **POSTED).json() for _ in range(2)]
        assert posted[0]["task_form"]["task_id"] == posted[1]["task_form"]["task_id"], posted
        assert (task["task_status"], task["attempt"]) == ("Finished", 1), task["error"]
        assert (task["task_result"]["train_epochs"], model_of(place, task_id)) == undisturbed
        assert not list((spool / ".endings").iterdir())
        assert place.http.get("/readyz").status_code == 200


READ_ONLY = "The database is read-only."
OWNED = {"proj_id": "P", "user_id": "u", "data_name": "meanwhile"}
POSTED: dict[str, Any] = {
    "content": json.dumps(form(param_set={**PLAIN, "epochs": 2})),
    "headers": {"idempotency-key": "again"},
}


def assert_read_only(place: Place, task_id: str) -> str:
    """Whoever asks for a write is told why it cannot be, and when to come again; watching goes on.

    The id of an upload that waits.
    """
    cancel = f"/tasks/{task_id}/cancel"
    refused = (
        place.http.post("/api/v0/new_task", **POSTED),
        place.http.post(f"/api/v0{cancel}"),
        place.http.post(cancel, headers={"accept": "text/html"}),
    )
    for answer in refused:
        assert (answer.status_code, READ_ONLY in answer.text) == (503, True), answer.text
        assert int(answer.headers["retry-after"]) > 0
    assert [answer.json()["error_num"] for answer in refused[:2]] == [8, 8]
    assert refused[2].headers["content-type"].startswith("text/html")
    content = cohort_table("m", 1, 20, seed=5, recipe=SMALL).to_csv(index=False)
    sent = place.http.post("/api/v0/datasets", params=OWNED, content=content)
    assert (sent.status_code, READ_ONLY in sent.json()["msg"]) == (503, True), sent.text
    ready = place.http.get("/readyz")
    assert (ready.status_code, ready.json()["dependencies"]["database"]) == (503, READ_ONLY)
    assert next(stream(str(place.http.base_url).rstrip("/"), task_id))[1] in {"status", "epoch"}
    upload: str = sent.json()["upload"]
    return upload


def until_said(log: Path, words: str) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while words not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@contextlib.contextmanager
def variables_on(maria: MariaServer, folder: Path) -> Iterator[dict[str, str]]:
    """What processes need to know of a new, migrated database, a queue and a registry."""
    (folder / "registry").mkdir()
    with mysql_database(server=maria.url) as url, queue_server(folder) as queue:
        blocking(migrate(url))
        try:
            yield {
                "SGN_DATABASE_URL": url,
                "SGN_REDIS_URL": queue,
                "SGN_REGISTRY_URL": (folder / "registry").as_uri(),
            }
        finally:
            maria.start_again()


def test_processes_start_and_end_whether_their_database_is_there_or_not(
    maria: MariaServer, tmp_path: Path
) -> None:
    """Nothing is taken from a queue whose name only the database knows; a worker waits for it."""
    (port,) = free_ports(1)
    log = tmp_path / "worker.log"
    with variables_on(maria, tmp_path) as variables:
        maria.kill()
        of_worker = {**variables, "SGN_METRICS_PORT": str(port)}
        with serving(tmp_path, **variables) as http:
            refused = http.post("/api/v0/new_task", content=json.dumps(form()))
            assert (refused.status_code, refused.json()["error_num"]) == (503, 8)
            with process(*WORKER, log=log, **of_worker):  # which ends well, asked at once
                waiting_for(lambda: "no task is taken yet" in log.read_text())
                assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
            with process(*WORKER, log=log, **of_worker):
                maria.start()
                add_small(http)
                place = Place(http, tmp_path, variables)
                task = place.until(place.submit(), ENDED, time.monotonic() + GIVE_UP_SECONDS)
                assert task["task_status"] == "Finished", task["error"]


def waiting_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_service_ends_while_its_database_is_silent(maria: MariaServer, tmp_path: Path) -> None:
    """With streams and requests open that wait for it."""
    (port,) = free_ports(1)
    log = tmp_path / "ending.log"
    base = f"http://127.0.0.1:{port}"
    with (
        variables_on(maria, tmp_path) as variables,
        process("service.cli", "serve", log=log, **variables, SGN_PORT=str(port)) as service,
    ):
        waiting_for(lambda: "Running on" in log.read_text())
        with (
            httpx.stream("GET", f"{base}/api/v0/events", timeout=60) as events,
            ThreadPoolExecutor() as pool,
            maria.silent(),
        ):
            assert events.status_code == 200
            for _ in range(6):
                pool.submit(httpx.get, f"{base}/api/v0/tasks", timeout=60)
            time.sleep(0.5)  # they are under way; were they not, it would end sooner
            service.terminate()
            assert service.wait(SERVICE_ENDS + 5) == 0, log.read_text()
    assert "not ended" not in log.read_text()


def test_the_queue_is_away_for_longer_than_a_lease_and_comes_back_empty(tmp_path: Path) -> None:
    """What is trained goes on, what waits is trained, what comes meanwhile is accepted."""
    (port,) = free_ports(1)
    queue = Queue(tmp_path / "own-queue", port)
    queue.folder.mkdir()
    queue.start()
    with contextlib.ExitStack() as stack:
        stack.callback(queue.stop)
        place = stack.enter_context(place_at(tmp_path, SGN_REDIS_URL=queue.url, **QUICK))
        worker = process(*WORKER, log=tmp_path / "worker.log", **place.variables)
        stack.enter_context(worker)
        before = [place.submit(param_set={**PLAIN, "epochs": 1000}), place.submit()]
        place.until(before[0], {"Running"}, time.monotonic() + GIVE_UP_SECONDS)
        queue.stop()
        stopped = time.monotonic()
        meanwhile = place.submit()
        time.sleep(max(0.0, stopped + 3 * LEASE_SECONDS - time.monotonic()))
        assert (
            place.until(before[0], ENDED, time.monotonic() + GIVE_UP_SECONDS)["task_status"]
            == "Finished"
        )
        queue.restart_empty()
        deadline = time.monotonic() + GIVE_UP_SECONDS
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
