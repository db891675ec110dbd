"""Databases that are killed, filled, made read-only, silent: nothing is lost or done twice."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from db.server.connection import migrate, ping
from db.server.diagnosis import check_writable
from db.server.errors import DatabaseRefuses
from graphnet.data.synthetic import cohort_table
from service.http.exception_handlers import REFUSED
from service.serve import END_SECONDS as SERVICE_ENDS
from tests.acceptance.disturbed import EPOCHS, QUICK, Undisturbed, model_of, until_trained
from tests.databases import ServerSilent, blocking, mysql_database
from tests.db.opened import opened
from tests.db.samples import submitted
from tests.faults.disk import Disk, NotMounted, mounted
from tests.installations import GIVE_UP_SECONDS, process, serving
from tests.mariadb import MariaServer, mariadb_server
from tests.places import ENDED, PLAIN, WORKER, Place, add_small, place_at, stream
from tests.servers import free_ports, queue_server
from tests.service.forms import SMALL, form, heard

pytestmark = pytest.mark.slow


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


@pytest.mark.nightly
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


@pytest.mark.nightly
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


@pytest.mark.nightly
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


@pytest.mark.nightly
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
