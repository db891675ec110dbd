"""What does not answer is named, and a task that was accepted waits for it."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from db.datasets import insert_dataset
from graphnet.data.profile import Profile
from graphnet.data.synthetic import cohort_table
from graphnet.messages import Message, render
from graphnet.readers import from_json
from service.cli import main
from service.doctor import examination
from tests.databases import migrated, query
from tests.db.opened import opened
from tests.db.samples import new_dataset
from tests.installations import Installation, serving

NOBODY = "redis://127.0.0.1:1/0"


def variables(folder: Path) -> dict[str, str]:
    (folder / "registry").mkdir()
    return {
        "SGN_DATABASE_URL": f"sqlite://{folder / 'sgn.sqlite3'}",
        "SGN_REDIS_URL": NOBODY,
        "SGN_REGISTRY_URL": (folder / "registry").as_uri(),
    }


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[httpx.Client]:
    """The service with a database and a registry, and nobody at its queue's address."""
    given = variables(tmp_path)
    migrated(given["SGN_DATABASE_URL"])
    with serving(tmp_path, **given) as http:
        yield http


def test_a_whole_installation_is_ready(small: Installation) -> None:
    answer = small.get("/readyz")
    assert answer["dependencies"] == {"database": "ok", "redis": "ok", "registry": "ok"}
    assert small.http.get("/api/v0/test_db").text == "success"


def test_the_doctor_finds_a_running_installation_sound(
    small: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        examination, "check_device", lambda _: []
    )  # another process, and looked at elsewhere
    ran = CliRunner().invoke(main, ["doctor", "--home", str(small.home), "--json"])
    every = {each["check"]: each for each in json.loads(ran.stdout)["checks"]}
    assert ran.exit_code == 0, every
    assert every["workers"]["found_message"]["code"] == "doctor.workers"
    assert every["redis"]["state"] == every["appendonly"]["state"] == "ok"


def test_what_is_missing_is_named(alone: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "registry").rmdir()
    reply = alone.get("/readyz")
    assert reply.status_code == 503
    found = reply.json()["dependencies"]
    assert found["database"] == "ok"
    assert found["redis"] == "Redis does not answer at SGN_REDIS_URL."
    assert "registry" in found["registry"]
    assert alone.get("/healthz").json()["error_num"] == 0
    shown = alone.get("/metrics").text
    assert 'sgn_dependency_up{dependency="redis"} 0.0' in shown
    assert 'sgn_dependency_up{dependency="registry"} 0.0' in shown
    assert 'sgn_tasks{state="Submitted"} 0.0' in shown
    assert "sgn_workers" not in shown


def test_a_task_is_accepted_while_the_queue_is_away(alone: httpx.Client, tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'sgn.sqlite3'}"
    for label in (0, 1):
        text = cohort_table("s", label, 5, seed=label).to_json()
        profile = Profile.of(from_json(text, f"d{label}")).as_dict()
        opened(url, insert_dataset(new_dataset(f"d{label}", text, profile=profile)))
    query(url, "DELETE FROM sgn_profiles WHERE data_id IN (SELECT MAX(data_id) FROM sgn_profiles)")
    refused = alone.post("/api/v0/datasets", params={"preview": "true"}, content="ID\na\n").json()
    assert (refused["error_num"], "queue does not answer" in refused["msg"]) == (19, True)
    form = {"proj_id": "P", "task_type": "dl_ts", "train_data": ["d0", "d1"]}
    answer = alone.post("/api/v0/new_task", content=json.dumps(form)).json()
    assert answer["error_num"] == 0, answer
    assert answer["warnings"] == [
        "No worker has read the dataset d1 yet; it is checked before the training."
    ]
    task = alone.get(f"/api/v0/tasks/{answer['task_form']['task_id']}").json()["task"]
    assert task["task_status"] == "Submitted"


def test_a_database_without_its_tables_is_said(tmp_path: Path) -> None:
    with serving(tmp_path, **variables(tmp_path)) as http:
        reply = http.get("/api/v0/tasks")
        assert reply.status_code == 503
        assert "sgn migrate" in reply.json()["msg"]
        assert "sgn migrate" in http.get("/readyz").json()["dependencies"]["database"]


def test_sgn_up_says_where_everything_is_and_what_comes_next(installation: Installation) -> None:
    log = (installation.home / "up.log").read_text("utf-8")
    for message in (
        Message("local.up-page", url=installation.url),
        Message("local.up-data", folder=str(installation.home)),
        Message("local.up-logs", folder=str(installation.home / "log")),
        Message("local.up-next", url=installation.url),
    ):
        assert render(message) in log
    assert (installation.home / "log" / "worker.log").is_file()
