"""Every bad body is a 4xx with plain sentences, and nothing of it is written."""

import json
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphnet.data.synthetic import Recipe, cohort_table
from graphnet.messages import LANGUAGES, Message, render
from tests.installations import Installation
from tests.service.forms import SMALL, body, form, tasks
from tests.shared_table import inserted, row, run_row

URL = "/api/v0/new_task"

UNREADABLE = {
    "empty": b"",
    "blank": b"  \n ",
    "wrong JSON": b'{"proj_id": ',
    "an array": b"[1, 2]",
    "a string": b'"form"',
    "NUL bytes": b"\x00\x00\x00",
    "neither UTF-8 nor JSON": b'{"proj_id": "\xff\xfe',
    "deep nesting": b"[" * 100_000,
    "huge integer": b'{"a": ' + b"9" * 10_000 + b"}",
    "plain text": b"train_data=small_SZ",
}


def refusal(
    installation: Installation, content: bytes | str, status: int, **headers: str
) -> dict[str, Any]:
    before = tasks(installation)
    reply = installation.http.post(URL, content=content, headers=headers)
    answer: dict[str, Any] = reply.json()
    assert reply.status_code == status, answer
    assert answer["error_num"] != 0
    assert plain(answer["msg"])
    assert all(plain(error["msg"]) and error["field"] for error in answer.get("errors", []))
    assert tasks(installation) == before
    return answer


def write(installation: Installation, statement: str) -> None:
    """Write into the installation's database as NEURO-LEARN would."""
    with closing(sqlite3.connect(installation.home / "sgn.sqlite3")) as connection, connection:
        connection.execute(statement)


def plain(sentence: str) -> bool:
    odd = ("Traceback", "Error(", "pydantic", "Exception", "\n")
    return bool(sentence) and not any(word in sentence for word in odd)


@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable_bodies(small: Installation, kind: str) -> None:
    refusal(small, UNREADABLE[kind], 400)


def test_a_broken_multipart_form(small: Installation) -> None:
    kind = "multipart/form-data; boundary=x"
    refusal(small, b"--x\r\nContent-Disposition: nonsense", 400, **{"content-type": kind})
    refusal(small, b"--x\r\n", 400, **{"content-type": "multipart/form-data"})


def test_fifty_megabytes(small: Installation) -> None:
    answer = refusal(small, b'{"proj_id": "' + b"x" * 50_000_000 + b'"}', 413)
    assert "1 MB" in answer["msg"]


def test_fifty_megabytes_that_never_end(small: Installation) -> None:
    host, port = small.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        head = f"POST {URL} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        connection.close()
    assert small.get("/healthz")["error_num"] == 0


BAD_FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "no task_type": ({"task_type": None}, "task_type"),
    "unknown task_type": ({"task_type": "dl_xx"}, "task_type"),
    "no proj_id": ({"proj_id": None}, "proj_id"),
    "long proj_id": ({"proj_id": "P" * 33}, "proj_id"),
    "NUL in a name": ({"task_name": "a\x00b"}, "task_name"),
    "lone surrogate": ({"task_name": "\ud800"}, "task_name"),
    "long task_name": ({"task_name": "n" * 65}, "task_name"),
    "no train_data": ({"train_data": []}, "train_data"),
    "an object as train_data": ({"train_data": {"a": 1}}, "train_data"),
    "long dataset name": ({"train_data": ["d" * 65]}, "train_data"),
    "unknown dataset": ({"train_data": ["small_SZ", "nowhere"]}, "train_data"),
    "unknown validation data": ({"val_data": "nowhere"}, "val_data"),
    "SQL as a dataset": ({"train_data": ["x' OR '1'='1"]}, "train_data"),
    "two models": ({"model": ["SGN", "GCN"]}, "model"),
    "unknown model": ({"model": "ResNet"}, "model"),
    "odd enable_test": ({"enable_test": "perhaps"}, "enable_test"),
    "param_set a list": ({"param_set": [1]}, "param_set"),
    "epochs 10^9": ({"param_set": {"epochs": 10**9}}, "param_set.epochs"),
    "epochs -1": ({"param_set": {"epochs": -1}}, "param_set.epochs"),
    "epochs 1.5": ({"param_set": {"epochs": 1.5}}, "param_set.epochs"),
    "epochs true": ({"param_set": {"epochs": True}}, "param_set.epochs"),
    "batch_size 0": ({"param_set": {"batch_size": 0}}, "param_set.batch_size"),
    "learning_rate 0": ({"param_set": {"learning_rate": 0}}, "param_set.learning_rate"),
    "learning_rate text": ({"param_set": {"learning_rate": "fast"}}, "param_set.learning_rate"),
    "learning_rate NaN": ({"param_set": {"learning_rate": np.nan}}, "param_set.learning_rate"),
    "learning_rate 1e999": ({"param_set": {"learning_rate": "1e999"}}, "param_set.learning_rate"),
    "lr_decay 2": ({"param_set": {"lr_decay": 2}}, "param_set.lr_decay"),
    "unknown graph": ({"param_set": {"graph": "star"}}, "param_set.graph"),
    "no parent": ({"task_type": "dl_ft"}, "param_set.trained_task_id"),
    "unknown parent": (
        {"task_type": "dl_ft", "trained_task_id": "TASK00000000000000"},
        "param_set.trained_task_id",
    ),
    "one class only": ({"train_data": ["small_SZ"]}, "train_data"),
    "4,097 characters": (
        {"proj_name": "n" * 256, "val_data": [f"{i:063d}" for i in range(64)]},
        "task_config",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FIELDS)
def test_bad_fields_are_named(small: Installation, kind: str) -> None:
    changes, field = BAD_FIELDS[kind]
    answer = refusal(small, json.dumps(form(**changes)), 422)
    assert field in [error["field"] for error in answer["errors"]], answer


def test_a_refusal_shows_the_form_it_got(small: Installation) -> None:
    answer = refusal(small, body(task_name="mine", proj_id=""), 422)
    assert answer["task_form"]["task_name"] == "mine"
    assert "task_id" not in answer["task_form"]
    assert refusal(small, b"", 400)["task_form"] == {}


def test_all_errors_at_once(small: Installation) -> None:
    bad = body(
        proj_id="", task_type="x", val_data=["nowhere"], param_set={"epochs": 0, "lr_decay": 9}
    )
    fields = {error["field"] for error in refusal(small, bad, 422)["errors"]}
    assert fields == {"proj_id", "task_type", "val_data", "param_set.epochs", "param_set.lr_decay"}


def test_an_unfinished_or_modelless_parent(small: Installation) -> None:
    kept_nothing = small.post(form(save_model_state=False))["task_form"]["task_id"]
    small.wait(kept_nothing)
    bad = body(task_type="dl_ft", trained_task_id=kept_nothing)
    assert "kept no parameters" in refusal(small, bad, 422)["msg"]
    write(small, inserted(row("TASK1", "dl_ts", "Cancelled", "", proj_id="P")))
    write(small, inserted(run_row("TASK1", "Cancelled", proj_id="P"), table="sgn_runs"))
    bad = body(task_type="dl_ft", trained_task_id="TASK1")
    assert "needs a task that is Finished" in refusal(small, bad, 422)["msg"]


def test_a_parent_of_another_layout_or_model(
    small: Installation, trained: dict[str, Any], tmp_path: Path
) -> None:
    for label in (0, 1):
        table = cohort_table("wide", label, 12, seed=4, recipe=Recipe(regions=14))
        path = tmp_path / f"wide_{label}.csv"
        table.to_csv(path, index=False)
        small.upload(path)
    parent = {"task_type": "dl_ft", "trained_task_id": trained["task_id"]}
    answer = refusal(small, body(**parent, train_data=["wide_0", "wide_1"]), 422)
    assert "Only the data has the regions 13 and 14" in answer["msg"]
    answer = refusal(small, body(train_data=["small_SZ", "wide_0"]), 422)
    assert "Only wide_0 has the regions 13 and 14" in answer["msg"]
    answer = refusal(small, body(**parent, model="GCN"), 422)
    assert [error["field"] for error in answer["errors"]] == ["model"]


@pytest.fixture(scope="module")
def thin(small: Installation, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two datasets of one measure, six subjects each, of one site."""
    for label in (0, 1):
        table = cohort_table("thin", label, 6, seed=4, recipe=SMALL)
        path = tmp_path_factory.mktemp("thin") / f"thin_{label}.csv"
        kept = [name for name in table if str(name).startswith(("ID", "LABEL", "GMV"))]
        table[kept].assign(SITE="Here").to_csv(path, index=False)
        small.upload(path)
    return THIN


THIN = ("thin_0", "thin_1")
GRAPH = "param_set.graph"


def one_site(field: str) -> tuple[str, Message]:
    return field, Message("forms.one-site", field=field, sites=["Here"])


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (
            {"graph": "similarity"},
            (GRAPH, Message("forms.graph-with-few-measures", least=3, count=1, measures=["GMV"])),
        ),
        (
            {"graph": "connectome"},
            (GRAPH, Message("forms.graph-without-connectome", graph="connectome", names=THIN)),
        ),
        ({"graph": "tangent"}, (GRAPH, Message("forms.graph-without-series", names=THIN))),
        (
            {"series_measures": "sd,degree"},
            (
                "param_set.series_measures",
                Message("forms.without-series", field="series_measures", names=THIN),
            ),
        ),
        (
            {"series_connectivity": "partial"},
            (
                "param_set.series_connectivity",
                Message("forms.without-series", field="series_connectivity", names=THIN),
            ),
        ),
        ({"graph": "spatial"}, (GRAPH, Message("forms.graph-without-coordinates", names=THIN))),
        (
            {"cv_folds": 7},
            (
                "param_set.cv_folds",
                Message("forms.folds-over-class", folds=7, label="0", count=6),
            ),
        ),
        ({"harmonise": True}, one_site("param_set.harmonise")),
        ({"leave_site_out": True}, one_site("param_set.leave_site_out")),
        (
            {"label": "score"},
            ("train_data", Message("forms.score-missing", name=THIN[0])),
        ),
        (
            {"covariates": ["AGE", "FD"]},
            (
                "param_set.covariates",
                Message(
                    "evaluation.covariate-unknown",
                    names=["AGE", "FD"],
                    known=Message("evaluation.no-covariates"),
                ),
            ),
        ),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_data_cannot_give_is_refused(
    small: Installation,
    thin: tuple[str, str],
    settings: dict[str, object],
    error: tuple[str, Message],
    language: str,
) -> None:
    field, message = error
    bad = body(train_data=list(thin), param_set=settings)
    reply = small.http.post(URL, content=bad, headers={"accept-language": language})
    answer = reply.json()
    assert (reply.status_code, answer["error_num"]) == (422, 2)
    assert answer["errors"][0] == {"field": field, "msg": render(message, language)}
    assert answer["msg"].startswith(render(message, language))


@pytest.fixture(scope="module")
def rated(small: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Sixteen patients, twelve of them with a clinical score."""
    table = cohort_table("rated", 1, 16, seed=5, recipe=SMALL)
    table["LABEL_SCORE"] = [20.0 + row if row < 12 else None for row in range(16)]
    path = tmp_path_factory.mktemp("rated") / "rated.csv"
    table.to_csv(path, index=False)
    small.upload(path)
    return "rated"


def test_a_score_needs_no_second_class_and_can_be_fine_tuned(
    small: Installation, rated: str
) -> None:
    asked = {"epochs": 2, "label": "score", "cv_folds": 2}
    alone = form(train_data=[rated], param_set=asked)
    too_many = body(train_data=[rated], param_set={**asked, "cv_folds": 13})
    assert "train_data has 12 subjects" in refusal(small, too_many, 422)["msg"]
    parent = small.wait(small.post(alone)["task_form"]["task_id"])
    assert parent["task_status"] == "Finished", parent["error"]
    tuned = {"task_type": "dl_ft", "trained_task_id": parent["task_id"]}
    child = small.post(form(**tuned, train_data=[rated], param_set={"epochs": 2}))
    ended = small.wait(child["task_form"]["task_id"])
    assert ended["task_status"] == "Finished", ended["error"]
    assert ended["task_result"]["metrics"]["cv"]["r2"] is not None
    said = refusal(small, body(**tuned, train_data=["small_NC"]), 422)["msg"]
    assert "trained a model of a clinical score, but small_NC has no subject with a" in said


def spoiled(kind: str) -> bytes:
    table = cohort_table("bad", 1, 3, seed=1, recipe=SMALL)
    if kind == "no label":
        table = table.drop(columns="LABEL_GROUP")
    elif kind == "text":
        table["GMV_1"] = ["0.4", "high", "0.5"]
    elif kind == "a region short":
        table = table.drop(columns="GMV_3")
    elif kind == "half labels":
        table["LABEL_GROUP"] = [0, 1, 0.5]
    return table.to_csv(index=False).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (spoiled("no label"), "has no class"),
        (spoiled("text"), "high"),
        (spoiled("a region short"), "no GMV column for region 3"),
        (spoiled("half labels"), "0.5"),
        (b"", "The file is empty"),
        (b"\x00\x01\x02", ""),
        (b"a,b\n1,2\n", ""),
        (b"\xff\xfe\x00", ""),
    ],
)
def test_files_that_are_no_dataset(small: Installation, content: bytes, said: str) -> None:
    before = small.get("/api/v0/datasets")["datasets"]
    query = {"proj_id": "P", "data_name": "bad"}
    reply = small.http.post("/api/v0/datasets", params=query, content=content)
    assert reply.status_code == 422, reply.text
    assert said in reply.json()["msg"]
    assert plain(reply.json()["msg"])
    assert small.get("/api/v0/datasets")["datasets"] == before


def test_an_upload_without_names_and_a_name_that_is_taken(small: Installation) -> None:
    reply = small.http.post("/api/v0/datasets", content=spoiled("nothing"))
    assert {error["field"] for error in reply.json()["errors"]} == {"proj_id", "data_name"}
    query = {"proj_id": "P", "data_name": "small_SZ"}
    reply = small.http.post("/api/v0/datasets", params=query, content=spoiled("nothing"))
    assert (reply.status_code, reply.json()["error_num"]) == (409, 6)


def test_odd_rows_are_said_not_refused(small: Installation) -> None:
    table = cohort_table("odd", 1, 4, seed=1, recipe=SMALL)
    table["ID"] = ["odd_1", "odd_1", "odd_3", "odd_4"]
    table.loc[2, "GMV_1"] = np.inf
    query = {"proj_id": "P", "user_id": "u"}
    file = {"datafile": ("odd.csv", table.to_csv(index=False).encode(), "text/csv")}
    answer = small.http.post("/api/v0/datasets", params=query, files=file).json()
    assert answer["error_num"] == 0
    assert answer["dataset"]["data_name"] == "odd"
    assert [f["rule"] for f in answer["dataset"]["findings"]] == ["infinite"]
    assert any("on more than one row" in note for note in answer["dataset"]["notes"])
    one = cohort_table("single", 0, 1, seed=1, recipe=SMALL).to_csv(index=False).encode()
    query |= {"data_name": "single"}
    answer = small.http.post("/api/v0/datasets", params=query, content=one).json()
    assert answer["dataset"]["subjects"] == 1
    train = ["odd", "single"]
    task = small.wait(small.post(form(train_data=train))["task_form"]["task_id"])
    assert task["task_status"] == "Finished", task["error"]
    warnings = " ".join(task["task_result"]["warnings"])
    assert "train_data has 5 scans of 4 subjects" in warnings
    assert "only 4 subjects" in warnings


def test_dataset_written_by_neuro_learn_that_cannot_be_used(small: Installation) -> None:
    write(
        small,
        "INSERT INTO backend_datasets (data_id, proj_id, user_id, data_name, data_cont, "
        "hdfs_path) VALUES ('D1', 'P', 'u', 'junk', '{\"GMV_1\": {\"0\": 1}}', '')",
    )
    # A form whose dataset nobody could read within a few seconds is accepted, and told so.
    while small.get("/api/v0/datasets/junk")["dataset"]["state"] == "unread":
        time.sleep(0.2)
    answer = refusal(small, body(train_data=["small_NC", "junk"]), 422)
    assert "has no class" in answer["msg"]


@pytest.mark.parametrize("inside", [{"\ud800": 1}, {"param_set": {"epochs": 1, "\ud800": {}}}])
def test_a_field_that_utf_8_cannot_name_is_one_that_is_not_known(
    small: Installation, inside: dict[str, Any]
) -> None:
    answer = refusal(small, json.dumps({**form(task_type="x"), **inside}), 422)
    assert {error["field"] for error in answer["errors"]} == {"task_type"}


@pytest.mark.parametrize("path", ["", "/model", "/manifest", "/lineage"])
@pytest.mark.parametrize("task_id", ["TASK0", "..%2f..%2fetc", "%00", "a" * 500])
def test_tasks_that_are_not_there(small: Installation, path: str, task_id: str) -> None:
    reply = small.http.get(f"/api/v0/tasks/{task_id}{path}")
    assert (reply.status_code, reply.json()["error_num"]) == (404, 4)


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "x"}, {"status": "x"}, {"cursor": "x"}]
)
def test_bad_queries(small: Installation, query: dict[str, str]) -> None:
    reply = small.http.get("/api/v0/tasks", params=query)
    assert reply.status_code == 422, reply.text
