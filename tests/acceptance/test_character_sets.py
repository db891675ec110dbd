"""NEURO-LEARN's database is latin1, as Django's often are, and its subjects and names are not."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pandas as pd
import pytest

from graphnet.data.synthetic import cohort_table
from tests.databases import ServerSilent, mysql_database, query
from tests.places import PLAIN, Place, place_at
from tests.reading import reading
from tests.service.forms import SMALL

pytestmark = pytest.mark.slow
PAGES = "https://sgn.example.org/nl"
BOLD = "<b>bold</b> & so"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("latin1")
    with ExitStack() as stack:
        try:
            url = stack.enter_context(mysql_database(charset="latin1"))
        except ServerSilent as silent:
            pytest.skip(str(silent))
        given = {"SGN_DATABASE_URL": url, "SGN_PUBLIC_URL": f"{PAGES}/"}
        yield stack.enter_context(place_at(folder, **given))


def chinese(subjects: int = 20) -> pd.DataFrame:
    """Patients and controls whose ids no latin1 column can hold."""
    tables = [cohort_table("small", label, subjects, seed=label, recipe=SMALL) for label in (1, 0)]
    found = pd.concat(tables, ignore_index=True)
    found["ID"] = [f"受试者{number}🧠" for number in range(len(found))]
    return found


def row(place: Place, table: str, where: str, *columns: str) -> list[str]:
    url = place.variables["SGN_DATABASE_URL"]
    (found,) = query(url, f"SELECT {', '.join(columns)} FROM {table} WHERE {where}")
    return [str(each) for each in found]


@pytest.mark.nightly
def test_subjects_in_chinese_and_names_with_markup_from_upload_to_result(place: Place) -> None:
    with reading(place.variables):
        given = {"proj_id": "P", "user_id": "ann", "data_name": BOLD}
        content = chinese().to_csv(index=False).encode()
        reply = place.http.post("/api/v0/datasets", params=given, content=content).json()
    assert reply["dataset"]["subjects"] == 40, reply
    (data,) = row(place, "backend_datasets", "user_id = 'ann'", "data_cont")
    assert data.isascii()
    assert json.loads(data)["ID"]["0"] == "受试者0🧠"

    names = {"train_data": [BOLD], "val_data": [], "enable_test": True, "test_data": [BOLD]}
    named = {"task_name": BOLD, "proj_name": "脑影像"}
    task_id = place.submit(**names, **named, param_set={**PLAIN, "epochs": 3})
    (task,) = place.wait(task_id)
    assert task["task_status"] == "Finished", task["error"]
    assert task["task_config"]["proj_name"] == "脑影像"
    whole = task["task_result"]
    assert any("受试者0🧠" in sentence for sentence in whole["warnings"]), whole["warnings"]

    config, text = row(
        place, "backend_submissions", f"task_id = '{task_id}'", "task_config", "task_result"
    )
    for written in (config, text):
        assert written.isascii()
        assert not set("<>&") & set(written)
        json.loads(written)
    shown = json.loads(text)
    assert shown["train_epochs"] == whole["train_epochs"]
    assert shown["model_state_path"] == whole["model_state_path"] != ""
    assert shown["number_of_warnings"] == len(whole["warnings"])
    assert shown["page"] == f"{PAGES}/tasks/{task_id}"
    report = place.http.get(f"/api/v0/tasks/{task_id}/report")
    assert report.status_code == 200


def refused(reply: httpx.Response) -> list[dict[str, Any]]:
    assert (reply.status_code, reply.json()["error_num"]) == (422, 2), reply.text
    return list(reply.json()["errors"])


@pytest.mark.nightly
def test_a_name_that_cannot_be_stored_is_named_with_all_else(place: Place) -> None:
    form = {"proj_id": "P", "task_type": "dl_ts", "train_data": ["nobody", "脑"], "task_name": "脑"}
    named = {
        "field": "task_name",
        "msg": "task_name holds '脑' (U+8111), which cannot be stored: "
        "NEURO-LEARN's database is latin1.",
    }
    errors = refused(place.http.post("/api/v0/new_task", content=json.dumps(form)))
    assert errors[0] == named
    assert [error["field"] for error in errors] == ["task_name", "train_data", "train_data"]
    wrong = {**form, "param_set": {"epochs": 0}}
    errors = refused(place.http.post("/api/v0/new_task", content=json.dumps(wrong)))
    assert named in errors
    assert len(errors) == 4

    given = {"proj_id": "影", "user_id": "安", "data_name": "脑"}
    errors = refused(place.http.post("/api/v0/datasets", params=given, content=b"x"))
    assert [error["field"] for error in errors] == ["proj_id", "user_id", "data_name"]
    for path in ("/api/v0/tasks?proj_id=影", "/api/v0/tasks?q=脑", "/api/v0/datasets?proj_id=影"):
        listed = place.http.get(path).json()
        assert listed.get("tasks", listed.get("datasets")) == []
    assert place.http.get("/readyz").json()["error_num"] == 0


@pytest.mark.nightly
def test_a_post_sent_again_under_its_key_gets_the_same_answer(place: Place) -> None:
    form = {"proj_id": "P", "task_type": "dl_ts", "train_data": ["small_SZ", "small_NC"],
            "proj_name": "脑<b>🧠", "param_set": {**PLAIN, "epochs": 1}}  # fmt: skip
    key = {"idempotency-key": "one"}
    both = [
        place.http.post("/api/v0/new_task", content=json.dumps(form), headers=key).content
        for _ in range(2)
    ]
    assert both[0] == both[1]
    assert json.loads(both[0])["task_form"]["proj_name"] == "脑<b>🧠"
    task_id = json.loads(both[0])["task_form"]["task_id"]
    place.http.post(f"/api/v0/tasks/{task_id}/cancel")
    (text,) = row(place, "backend_submissions", f"task_id = '{task_id}'", "task_result")
    assert json.loads(text)["page"] == f"{PAGES}/tasks/{task_id}"
