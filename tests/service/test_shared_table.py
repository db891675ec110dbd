"""Rows of other services and of the predecessor in the table: what is said of them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.client import Client, ClientError
from tests.databases import query
from tests.installations import Installation
from tests.service.forms import form
from tests.shared_table import FOREIGN, inserted, row, run_row

PROJECT = "PROJ_SHARED"
CURVES = {
    "train_epochs": [
        f"Epoch {n:03d}, Train Loss: 0.{9 - n}, Train Accuracy: 0.{n}, Test Loss: 0.{9 - n}, "
        f"Test Accuracy: 0.{n}"
        for n in range(1, 6)
    ]
    + ["what nobody can read"],
    "model_state_path": "/home/nl/models/TASKOLD1.pth",
}
WITHOUT_MODEL = {**CURVES, "model_state_path": "None"}
OLD = {
    "TASKOLD1": ("Success", json.dumps(CURVES)),
    "TASKOLD2": ("Finished", json.dumps(WITHOUT_MODEL)),
    "TASKOLD3": ("Running", ""),
    "TASKOLD4": ("Submitted", ""),
    "TASKOLD5": ("Failed", "It went wrong."),
    "TASKOLD6": ("Success", "no JSON at all"),
}
STRANGERS = {f"TASKFOREIGN{number}": kind for number, kind in enumerate(FOREIGN)}
T_TEST = next(task_id for task_id, kind in STRANGERS.items() if kind == "sa_da_ttest")
IS_A_T_TEST = (
    f"{T_TEST} is a t-test (sa_da_ttest) of another NEURO-LEARN service; it is not a training."
)
OF_A_TASK = (
    *("", "/events", "/lineage", "/model", "/manifest", "/report", "/predictions.csv", "/log"),
    *("/evidence", "/glass-brain.svg"),
)
OF_A_RESULT = ("/report", "/predictions.csv", "/evidence", "/glass-brain.svg")


@pytest.fixture(scope="module", autouse=True)
def shared(small: Installation) -> Iterator[None]:
    """The rows, for as long as this module goes on."""
    url = f"sqlite://{small.home / 'sgn.sqlite3'}"
    old = [row(task_id, "dl_ts", *each) for task_id, each in OLD.items()]
    foreign = [row(task_id, kind) for task_id, kind in STRANGERS.items()]
    query(url, *(inserted(each) for each in (*old, *foreign)))
    yield
    query(url, f"DELETE FROM backend_submissions WHERE proj_id = '{PROJECT}'")


def page_of(small: Installation, path: str) -> httpx.Response:
    return small.http.get(path, headers={"accept": "text/html", "accept-language": "en"})


def refused(reply: httpx.Response, status: int, number: int) -> str:
    assert (reply.status_code, reply.json()["error_num"]) == (status, number)
    return str(reply.json()["msg"])


def test_lists_leave_foreign_rows_out_and_say_whose_the_others_are(small: Installation) -> None:
    listed = small.get("/api/v0/tasks", proj_id=PROJECT)["tasks"]
    assert [each["task_id"] for each in listed] == [*reversed(OLD)]
    assert {each["owner"] for each in listed} == {"predecessor"}
    assert [each["task_status"] for each in listed] == [each for each, _ in reversed(OLD.values())]
    assert {each["headline"] for each in listed} == {None}
    found = small.get("/api/v0/tasks", proj_id=PROJECT, q="TASKFOREIGN")
    assert (found["tasks"], found["next_cursor"]) == ([], None)


def test_a_list_can_be_filtered_by_the_predecessors_success(small: Installation) -> None:
    listed = small.get("/api/v0/tasks", proj_id=PROJECT, status="Success")["tasks"]
    assert [each["task_id"] for each in listed] == ["TASKOLD6", "TASKOLD1"]
    reply = small.http.get("/api/v0/tasks?status=Succeeded")
    assert "Cancelled and Success." in refused(reply, 422, 2)


@pytest.mark.parametrize("what", OF_A_TASK)
def test_a_foreign_row_is_told_what_it_is(small: Installation, what: str) -> None:
    assert refused(small.http.get(f"/api/v0/tasks/{T_TEST}{what}"), 404, 4) == IS_A_T_TEST


@pytest.mark.parametrize("what", ["cancel", "retry", "predict"])
def test_nothing_is_done_with_a_foreign_row(small: Installation, what: str) -> None:
    assert refused(small.http.post(f"/api/v0/tasks/{T_TEST}/{what}"), 404, 4) == IS_A_T_TEST


@pytest.mark.parametrize("what", ["", "/live", "/predictions"])
def test_the_page_of_a_foreign_row_says_the_same(small: Installation, what: str) -> None:
    page = page_of(small, f"/tasks/{T_TEST}{what}")
    assert page.status_code == 404
    assert IS_A_T_TEST in page.text


def test_the_client_says_the_same(small: Installation) -> None:
    with Client(small.url) as client, pytest.raises(ClientError, match=r"a t-test \(sa_da_ttest\)"):
        client.task(T_TEST)


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        (T_TEST, f"which is {IS_A_T_TEST.removeprefix(f'{T_TEST} is ')}"),
        ("TASKOLD1", "is a task of this service's predecessor"),
        ("TASKNONE", "there is no task of that id"),
    ],
)
def test_neither_is_compared(
    small: Installation, trained: dict[str, Any], named: str, sentence: str
) -> None:
    ours = trained["task_id"]
    reply = small.http.get(f"/api/v0/compare?task_ids={ours},{named}")
    assert sentence in refused(reply, 422, 2)
    page = page_of(small, f"/compare?task={ours}&task={named}")
    assert sentence in page.text.replace("&#39;", "'")
    assert f'value="{named}"' not in page.text


@pytest.mark.parametrize(
    ("parent", "sentence"),
    [
        (T_TEST, "a t-test (sa_da_ttest) of another NEURO-LEARN service"),
        ("TASKOLD1", "'sgn model import'"),
        ("TASKOLD3", "'sgn model import'"),
    ],
)
def test_neither_is_fine_tuned(small: Installation, parent: str, sentence: str) -> None:
    asked = form(task_type="dl_ft", trained_task_id=parent)
    reply = small.http.post("/api/v0/new_task", content=json.dumps(asked))
    assert sentence in refused(reply, 422, 2)
    (error,) = reply.json()["errors"]
    assert error["field"] == "param_set.trained_task_id"
    assert error["msg"].startswith(f"trained_task_id is {parent}, which ")
    assert f'value="{parent}"' not in page_of(small, f"/tasks/new?parent={parent}").text


@pytest.mark.parametrize("task_id", OLD)
def test_a_task_of_the_predecessor_is_shown_as_it_stands(small: Installation, task_id: str) -> None:
    status, text = OLD[task_id]
    task = small.get(f"/api/v0/tasks/{task_id}")["task"]
    assert (task["owner"], task["task_status"]) == ("predecessor", status)
    assert task["task_result"] == (json.loads(text) if text.startswith("{") else None)
    assert task["progress"]["place"] is None
    assert task["progress"]["percent"] == (100.0 if status in ("Success", "Finished") else 0.0)
    with Client(small.url) as client:
        assert client.task(task_id).ended


@pytest.mark.parametrize(
    "left",
    [
        '{"train_epochs": ["Epoch 001, Train Loss: 1e999"], "metrics": {"test": {"auc": 1e999}}}',
        '{"train_epochs": ["Epoch 001 \\ud800"], "model_state_path": "\\ud800", "a": "\\ud800"}',
        '{"train_epochs": [NaN, {}], "metrics": 3, "baselines": "b", "headline": []}',
        '{"param_set": {"epochs": Infinity}, "train_data": {"a": 1}, "proj_name": "\\ud800"}',
    ],
)
def test_whatever_it_has_left_is_shown(small: Installation, left: str) -> None:
    url = f"sqlite://{small.home / 'sgn.sqlite3'}"
    query(url, inserted(row("TASKLEFT", "dl_ts", "Success", left, config=left)))
    try:
        paths = ("/api/v0/tasks/TASKLEFT", "/api/v0/tasks/TASKLEFT/lineage", "/tasks/TASKLEFT")
        shown = {path: page_of(small, path).status_code for path in paths}
    finally:
        query(url, "DELETE FROM backend_submissions WHERE task_id = 'TASKLEFT'")
    assert set(shown.values()) == {200}, shown


@pytest.mark.parametrize("what", [*OF_A_RESULT, "/model", "/manifest", "/log"])
@pytest.mark.parametrize("task_id", ["TASKOLD1", "TASKOLD2", "TASKOLD3"])
def test_what_the_predecessor_has_not_left_is_refused_in_words(
    small: Installation, task_id: str, what: str
) -> None:
    sentence = refused(small.http.get(f"/api/v0/tasks/{task_id}{what}"), 404, 4)
    assert sentence.startswith(f"{task_id} is a task of this service's predecessor")
    assert ("methods" in sentence) == (what in OF_A_RESULT)
    assert ("sgn model import" in sentence) == (what in ("/model", "/manifest"))


@pytest.mark.parametrize("task_id", ["TASKOLD1", "TASKOLD3"])
def test_the_predecessors_model_predicts_nothing(small: Installation, task_id: str) -> None:
    reply = small.http.post(f"/api/v0/tasks/{task_id}/predict", content=b"ID\n1\n")
    assert "sgn model import" in refused(reply, 404, 4)


@pytest.mark.parametrize("task_id", OLD)
def test_cancelling_what_nobody_trains_is_refused(small: Installation, task_id: str) -> None:
    sentence = refused(small.http.post(f"/api/v0/tasks/{task_id}/cancel"), 409, 22)
    assert ("sgn tasks end-orphans" in sentence) == (OLD[task_id][0] in ("Running", "Submitted"))
    page = small.http.post(f"/tasks/{task_id}/cancel", headers={"accept": "text/html"})
    assert page.status_code == 409
    assert small.get(f"/api/v0/tasks/{task_id}")["task"]["task_status"] == OLD[task_id][0]


def test_what_the_predecessor_failed_is_not_tried_again(small: Installation) -> None:
    assert "Submit its form again" in refused(
        small.http.post("/api/v0/tasks/TASKOLD5/retry"), 409, 22
    )


@pytest.mark.parametrize("task_id", OLD)
def test_its_events_end(small: Installation, task_id: str) -> None:
    with Client(small.url) as client:
        events = list(client.events(task_id))
    assert events[-1].kind == "status"
    assert events[-1].facts["task_status"] == OLD[task_id][0]
    epochs = [event for event in events if event.kind == "epoch"]
    assert len(epochs) == (6 if task_id in ("TASKOLD1", "TASKOLD2") else 0)


@pytest.mark.parametrize("task_id", OLD)
def test_its_page_says_whose_it_is_and_offers_nothing_else(
    small: Installation, task_id: str
) -> None:
    page = page_of(small, f"/tasks/{task_id}")
    assert page.status_code == 200
    assert "From the predecessor" in page.text
    assert ("<figure" in page.text) == (task_id in ("TASKOLD1", "TASKOLD2"))
    assert ("sgn tasks end-orphans" in page.text) == (OLD[task_id][0] in ("Running", "Submitted"))
    offers = ('/report"', "/model", "/manifest", "/predict", "/cancel", "/retry", "/log", "AdamW")
    assert [each for each in (*offers, "/compare?", "parent=") if each in page.text] == []


@pytest.fixture
def brought_in(small: Installation) -> Iterator[str]:
    """A task of the predecessor whose model was brought in, though it stands as it was left."""
    url, task_id = f"sqlite://{small.home / 'sgn.sqlite3'}", "TASKBROUGHTIN"
    run = run_row(task_id, "Finished", imported_at=1_771_000_000_000, proj_id=PROJECT)
    old = row(task_id, "dl_ts", "Success", json.dumps(CURVES))
    query(url, inserted(old), inserted(run, table="sgn_runs"))
    yield task_id
    tables = ("backend_submissions", "sgn_runs")
    query(url, *(f"DELETE FROM {table} WHERE task_id = '{task_id}'" for table in tables))


def test_a_model_that_was_brought_in_is_a_parent_but_claims_no_methods(
    small: Installation, trained: dict[str, Any], brought_in: str
) -> None:
    task = small.get(f"/api/v0/tasks/{brought_in}")["task"]
    assert (task["owner"], task["task_status"]) == ("ours", "Finished")
    assert task["model_imported_at"].startswith("2026-02-13T")
    page = page_of(small, f"/tasks/{brought_in}").text
    assert re.search(r"it was imported on <time [^>]+>2026-02-13 \d\d:\d\d UTC</time>", page)
    assert "<figure" in page
    assert f"/tasks/new?parent={brought_in}" in page
    assert f"/tasks/{brought_in}/report" not in page
    assert f'value="{brought_in}"' in page_of(small, "/tasks/new").text
    compared = page_of(small, f"/compare?task={trained['task_id']}&task={brought_in}").text
    assert "its methods are not known" in compared
    assert f'value="{brought_in}"' not in compared
    report = small.http.get(f"/api/v0/tasks/{brought_in}/report")
    assert "whose training methods are not known here" in refused(report, 404, 4)
    assert small.http.post(f"/api/v0/tasks/{brought_in}/cancel").status_code == 200


def test_the_first_page_marks_what_is_not_ours_and_offers_no_cancel(small: Installation) -> None:
    text = page_of(small, f"/?proj_id={PROJECT}").text
    assert text.count("from the predecessor") == len(OLD)
    assert "TASKFOREIGN" not in text
    assert "/cancel" not in text
    assert "/retry" not in text
    assert '<option value="Success"' in text


def test_the_command_says_the_same(small: Installation) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--url", small.url, *arguments])

    listed = run("tasks", "--proj", PROJECT)
    assert listed.stdout.count("of the predecessor") == len(OLD)
    assert "this service's predecessor" in run("show", "TASKOLD1").stdout
    assert [run("watch", task_id).exit_code for task_id in OLD] == [0, 0, 1, 1, 1, 0]
    for command, task_id, sentence in (
        ("show", T_TEST, IS_A_T_TEST),
        ("cancel", T_TEST, IS_A_T_TEST),
        ("cancel", "TASKOLD3", "sgn tasks end-orphans"),
        ("log", "TASKOLD1", "no log of it is stored here"),
    ):
        refused_by = run(command, task_id)
        assert (refused_by.exit_code, refused_by.stdout) == (1, "")
        assert sentence in refused_by.stderr
