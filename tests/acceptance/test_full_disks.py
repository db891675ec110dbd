"""A registry that is full: uploads are told so, what is trained waits, and nothing is lost."""

import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphnet.artifacts.model import StoredModel
from graphnet.data.synthetic import cohort_table
from tests.disks import fill, small_disk
from tests.installations import GIVE_UP_SECONDS, Installation, process, sgn_up
from tests.places import ENDED, PLAIN, WORKER, Place, place_at
from tests.service.forms import SMALL, add_datasets, form

pytestmark = pytest.mark.slow

TABLE = cohort_table("small", 1, 6, seed=1, recipe=SMALL).to_csv(index=False).encode()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("full")
    with small_disk(folder / "disk", 16) as disk:
        bounds = {
            "SGN_PATIENCE_MS": "1000",
            "SGN_CHECKPOINT_MS": "100",
            "SGN_SPOOL": str(folder / "spool"),
        }
        with place_at(folder, SGN_REGISTRY_URL=disk.as_uri(), **bounds) as found:
            yield found


@pytest.fixture
def filler(place: Place) -> Iterator[Path]:
    """The registry is full until the file is removed."""
    path = fill(place.folder / "disk")
    yield path
    path.unlink(missing_ok=True)


@pytest.mark.nightly
def test_an_upload_is_told_what_is_full(place: Place, filler: Path) -> None:
    query = {"proj_id": "P", "data_name": "large"}
    reply = place.http.post("/api/v0/datasets", params=query, content=TABLE)
    assert (reply.status_code, reply.json()["error_num"]) == (507, 23)
    assert f"The registry {place.folder / 'disk'} is full" in reply.json()["msg"]
    assert not list((place.folder / "disk").rglob("part-*"))
    ready = place.http.get("/readyz")
    assert ready.status_code == 503
    assert "is full" in ready.json()["dependencies"]["registry"]
    filler.unlink()
    again = place.http.post("/api/v0/datasets?preview=true", content=TABLE)
    assert again.json()["error_num"] != 23


@pytest.mark.nightly
def test_what_is_trained_waits_and_is_stored_once_there_is_room(place: Place, filler: Path) -> None:
    task_id, log = place.submit(param_set={**PLAIN, "epochs": 800}), place.folder / "worker.log"
    kept = place.folder / "spool" / task_id
    with process(*WORKER, log=log, **place.variables):
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while not (task := task_of(place, task_id))["error"]:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        assert task["task_status"] in {"Submitted", "Running"}
        assert task["error_messages"][0]["code"] == "api.two-sentences"
        assert "is full. Free some space" in task["error"]
        assert f"The trained model is kept in {kept}." in task["error"]
        files = [(kept / name).read_bytes() for name in ("model.safetensors", "manifest.json")]
        assert StoredModel.from_bytes(*files).facts["task_id"] == task_id
        assert not (place.folder / "disk" / "models" / task_id / "manifest.json").exists()
        filler.unlink()
        task = place.until(task_id, ENDED, time.monotonic() + GIVE_UP_SECONDS)
    assert (task["task_status"], task["error"]) == ("Finished", None)
    assert task["attempt"] == 1, "none was counted beside the one that ended it"
    assert place.http.get(f"/api/v0/tasks/{task_id}/model").content == files[0]
    assert not kept.exists()
    told = log.read_text()
    assert told.count(f"task {task_id}: the model is trained") == 1, "it was trained once"
    assert told.count("no checkpoint could be written") == 1, "it is said once"
    assert set(task["task_result"]["stored"]) >= {"model.safetensors", "report.html"}


@pytest.mark.nightly
def test_a_home_whose_disk_is_full_goes_on_once_there_is_room(tmp_path: Path) -> None:
    """Database, queue and registry are on it, and the logs."""
    with small_disk(tmp_path / "disk", 40) as disk, sgn_up(disk / "home") as installation:
        add_datasets(installation, tmp_path)
        filler = fill(disk)
        ready(installation, database="The database is full", registry="is full. Free some space")
        assert installation.post(form())["error_num"] != 0
        filler.unlink()
        ready(installation, database="ok", redis="ok", registry="ok")
        assert installation.http.get("/readyz").status_code == 200
        task = installation.wait(installation.post(form())["task_form"]["task_id"])
        assert task["task_status"] == "Finished"
        assert stat.S_IMODE((disk / "home" / "spool").stat().st_mode) == 0o700


def ready(installation: Installation, **words: str) -> None:
    """Wait until /readyz says these words of the dependencies."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while True:
        found = installation.http.get("/readyz").json()["dependencies"]
        if all(each in found[name] for name, each in words.items()):
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def task_of(place: Place, task_id: str) -> dict[str, Any]:
    found: dict[str, Any] = place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]
    return found
