"""What was stored and is gone, or is not as it was written, is called so wherever one asks."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from graphnet.data.synthetic import cohort_table
from service.cli import main
from tests.installations import Installation
from tests.service.forms import SMALL, form

LOST = "is lost: it was stored and never cleaned away"
PEOPLE = cohort_table("small", 1, 3, seed=3, recipe=SMALL).to_csv(index=False).encode()


@contextmanager
def away(path: Path) -> Iterator[None]:
    """The file is gone for as long as the block lasts."""
    hidden = path.with_name(f".{path.name}.hidden")
    path.rename(hidden)
    try:
        yield
    finally:
        hidden.rename(path)


@contextmanager
def flipped(path: Path) -> Iterator[None]:
    """One bit of the file is another for as long as the block lasts."""
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        yield
    finally:
        path.write_bytes(content)


@pytest.fixture
def folder(small: Installation, trained: dict[str, Any]) -> Path:
    return small.home / "registry" / "models" / str(trained["task_id"])


def shown(installation: Installation, task_id: str, *, lost: bool) -> None:
    """The task says so, within seconds."""
    deadline = time.monotonic() + 30
    while installation.get(f"/api/v0/tasks/{task_id}")["task"]["model_lost"] is not lost:
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.parametrize("name", ["model.safetensors", "manifest.json"])
def test_a_model_that_is_gone_is_lost(
    small: Installation, trained: dict[str, Any], folder: Path, name: str
) -> None:
    task_id = str(trained["task_id"])
    with away(folder / name):
        reply = small.http.get(f"/api/v0/tasks/{task_id}/model")
        assert (reply.status_code, reply.json()["error_num"]) == (410, 24)
        assert f"The model of the task {task_id} {LOST}" in reply.json()["msg"]
        assert "Restore it from a backup" in reply.json()["msg"]
        tuned = form(task_type="dl_ft", trained_task_id=task_id)
        refused = small.http.post("/api/v0/new_task", content=json.dumps(tuned)).json()
        (error,) = refused["errors"]
        assert error["field"] == "param_set.trained_task_id"
        assert error["msg"].startswith(f"trained_task_id is {task_id}. The model of the task")
        assert LOST in error["msg"]
        shown(small, task_id, lost=True)
        page = small.http.get(f"/tasks/{task_id}", headers={"accept": "text/html"}).text
        assert LOST in page
    shown(small, task_id, lost=False)
    assert small.http.get(f"/api/v0/tasks/{task_id}/model").status_code == 200


def test_a_lost_model_predicts_nothing_and_says_why(small: Installation) -> None:
    """A model of its own: one that has predicted before is still in the worker's memory."""
    task_id = small.wait(small.post(form())["task_form"]["task_id"])["task_id"]
    folder = small.home / "registry" / "models" / str(task_id)
    url = f"/api/v0/tasks/{task_id}/predict"
    with away(folder / "manifest.json"):
        reply = small.http.post(url, content=PEOPLE)
        assert (reply.status_code, reply.json()["error_num"]) == (410, 24), reply.text
        assert LOST in reply.json()["msg"]
    with flipped(folder / "model.safetensors"):
        reply = small.http.post(url, content=PEOPLE)
        assert (reply.status_code, reply.json()["error_num"]) == (502, 17), reply.text
    assert small.http.post(url, content=PEOPLE).status_code == 200


def test_a_damaged_report_is_not_given_out_and_is_rendered_again(
    small: Installation, trained: dict[str, Any], folder: Path
) -> None:
    url = f"/api/v0/tasks/{trained['task_id']}/report"
    kept = small.http.get(url).content
    with flipped(folder / "report.html"):
        reply = small.http.get(url)
        assert (reply.status_code, reply.json()["error_num"]) == (502, 17)
        assert "add ?fresh=true" in reply.json()["msg"]
        fresh = small.http.get(url, params={"fresh": "true"})
        assert fresh.status_code == 200
        assert b"<html" in fresh.content
    with away(folder / "report.html"):
        assert small.http.get(url).status_code == 200, "it is rendered again from what is stored"
    assert small.http.get(url).content == kept


def test_what_is_lost_is_told_where_tasks_are_compared(
    small: Installation, trained: dict[str, Any], folder: Path
) -> None:
    other = small.wait(small.post(form())["task_form"]["task_id"])["task_id"]
    task_id = str(trained["task_id"])
    asked = {"task_ids": f"{task_id},{other}"}
    with away(folder / "evidence.json"):
        answer = small.http.get("/api/v0/compare", params=asked).json()
        assert answer["error_num"] == 0
        (sentence,) = answer["lost"]
        assert sentence.startswith(f"The evidence of the task {task_id} {LOST}")
        page = small.http.get("/compare", params=[("task", task_id), ("task", other)])
        assert f"The evidence of the task {task_id} {LOST}" in page.text
    answer = small.http.get("/api/v0/compare", params=asked).json()
    assert answer["lost"] == []
    assert [task["model_lost"] for task in answer["tasks"]] == [False, False]


def test_the_doctor_walks_everything_that_is_stored(
    small: Installation, trained: dict[str, Any], folder: Path
) -> None:
    task_id = trained["task_id"]

    def told(*more: str) -> dict[str, Any]:
        arguments = ["doctor", "--home", str(small.home), "--stored", "--json", *more]
        ran = CliRunner().invoke(main, arguments)
        found: dict[str, Any] = json.loads(ran.stdout)
        assert ran.exit_code == (0 if found["sound"] else 1)
        return found

    assert told("--deep")["sound"]
    with away(folder / "manifest.json"), flipped(folder / "report.html"):
        lost = {"task_id": task_id, "name": "manifest.json", "state": "lost"}
        damaged = {"task_id": task_id, "name": "report.html", "state": "damaged"}
        assert told()["stored"] == [lost]
        found = told("--deep")["stored"]
        assert sorted(found, key=str) == sorted([lost, damaged], key=str)
    with flipped(folder / "model.safetensors"):
        found = told("--deep")
        assert [each["name"] for each in found["stored"]] == ["model.safetensors"]
        assert found["looked_at"] >= 1
    arguments = ["doctor", "--home", str(small.home), "--stored"]
    with away(folder / "model.safetensors"):
        ran = CliRunner().invoke(main, arguments)
        assert f"{task_id}  lost: model.safetensors" in ran.stdout
        assert "Restore it from a backup" in ran.stdout
    assert CliRunner().invoke(main, [*arguments[:-1], "--deep"]).exit_code == 2
