"""A model that was cleaned away: every answer says so, and when."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import query
from tests.installations import Installation
from tests.service.forms import form

REMOVED_AT = 1_771_000_000_000  # 2026-02-13


@pytest.fixture
def removed(small: Installation, trained: dict[str, Any]) -> Iterator[str]:
    """The id of a task whose model is marked, for as long as the test goes on."""
    url, task_id = f"sqlite://{small.home / 'sgn.sqlite3'}", trained["task_id"]
    mark = "UPDATE sgn_runs SET removed_at = {} WHERE task_id = '{}'"
    query(url, mark.format(REMOVED_AT, task_id))
    yield task_id
    query(url, mark.format(0, task_id))


def test_its_bytes_are_not_given_out(small: Installation, removed: str) -> None:
    for what in ("model", "manifest"):
        reply = small.http.get(f"/api/v0/tasks/{removed}/{what}")
        assert (reply.status_code, reply.json()["error_num"]) == (404, 4)
        sentence = f"The model of the task {removed} was cleaned away on 2026-02-13."
        assert reply.json()["msg"] == sentence
    task = small.get(f"/api/v0/tasks/{removed}")["task"]
    assert task["task_status"] == "Finished"
    assert task["model_removed_at"].startswith("2026-02-13T")


def test_it_is_no_parent(small: Installation, removed: str) -> None:
    asked = form(task_type="dl_ft", trained_task_id=removed)
    reply = small.http.post("/api/v0/new_task", content=json.dumps(asked))
    assert (reply.status_code, reply.json()["error_num"]) == (422, 2)
    (error,) = reply.json()["errors"]
    assert error["field"] == "param_set.trained_task_id"
    assert "was cleaned away on 2026-02-13" in error["msg"]


def test_one_that_is_there_has_no_such_time(small: Installation, trained: dict[str, Any]) -> None:
    assert small.get(f"/api/v0/tasks/{trained['task_id']}")["task"]["model_removed_at"] is None
