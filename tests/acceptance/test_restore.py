"""Back-up and restore as docs/operations.md says it: the database first, then the registry."""

import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.databases import ServerSilent, mysql_database, query
from tests.installations import GIVE_UP_SECONDS, process, serving
from tests.places import PLAIN, WORKER, Place, place_at
from tests.servers import queue_server

pytestmark = pytest.mark.slow
QUICK = {"SGN_LEASE_MS": "2000", "SGN_CHECKPOINT_MS": "50"}
LARGE = "--max-allowed-packet=1G"
DUMP = ("mariadb-dump", "--single-transaction", "--quick", LARGE)


@pytest.mark.nightly
def test_an_installation_is_restored_and_goes_on(tmp_path: Path) -> None:
    if shutil.which("mariadb-dump") is None:
        pytest.skip("The program mariadb-dump is not installed on this machine.")
    registry, copied = tmp_path / "registry", tmp_path / "copied"
    with ExitStack() as stack:
        try:
            url = stack.enter_context(mysql_database())
        except ServerSilent as silent:
            pytest.skip(str(silent))
        with place_at(tmp_path, SGN_DATABASE_URL=url, **QUICK) as place:
            finished, running, variables = backed_up(place, url, tmp_path / "dump.sql", copied)
            model = place.http.get(f"/api/v0/tasks/{finished}/model").content
        wipe(url, registry)
        with (tmp_path / "dump.sql").open("rb") as dump:
            subprocess.run(client("mariadb", LARGE, url), stdin=dump, check=True)
        shutil.copytree(copied, registry)

        (tmp_path / "new").mkdir()
        variables["SGN_REDIS_URL"] = stack.enter_context(queue_server(tmp_path / "new"))
        http = stack.enter_context(serving(tmp_path / "new", **variables))
        restored = Place(http, tmp_path / "new", variables)
        assert http.get("/readyz").json()["error_num"] == 0
        assert http.get(f"/api/v0/tasks/{finished}/model").content == model
        assert http.get(f"/api/v0/tasks/{finished}/manifest").json()["error_num"] == 0
        assert http.get(f"/api/v0/tasks/{running}").json()["task"]["task_status"] == "Running"
        (task,) = restored.wait(running)
        assert task["task_status"] == "Finished", task["error"]
        assert f"task {running} goes on after epoch" in (tmp_path / "new/worker.log").read_text()


def backed_up(place: Place, url: str, dump: Path, copied: Path) -> tuple[str, str, dict[str, str]]:
    """One task finished, one in hand with a checkpoint; database and registry copied meanwhile."""
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        finished = place.submit(param_set={**PLAIN, "epochs": 2})
        place.until(finished, {"Finished"}, time.monotonic() + GIVE_UP_SECONDS)
        running = place.submit(param_set={**PLAIN, "epochs": 500})
        deadline = time.monotonic() + GIVE_UP_SECONDS
        kept = f"SELECT checkpoint FROM sgn_runs WHERE task_id = '{running}'"
        while not query(url, kept)[0][0] and time.monotonic() < deadline:
            time.sleep(0.05)
        with dump.open("wb") as output:
            subprocess.run(client(*DUMP, url), stdout=output, check=True)
        shutil.copytree(place.folder / "registry", copied)
    return finished, running, place.variables


def client(*command: str) -> list[str]:
    """A client's command line; the URL comes last."""
    *program, url = command
    parts = urlsplit(url)
    server = [f"--host={parts.hostname}", f"--port={parts.port}", f"--user={parts.username}"]
    password = [f"--password={parts.password}"] if parts.password else []
    return [program[0], *server, *password, *program[1:], parts.path[1:]]


def wipe(url: str, registry: Path) -> None:
    """The machine is gone."""
    name = urlsplit(url).path[1:]
    server = url.rpartition("/")[0]
    query(server, f"DROP DATABASE {name}", f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    shutil.rmtree(registry)
