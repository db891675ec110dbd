"""The two forms of the contract on the real cohorts, over HTTP, with real processes."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphnet.artifacts.model import StoredModel
from graphnet.data.cohort import Cohort, merge
from graphnet.evaluation.metrics import evaluate
from graphnet.readers import from_table, read_table
from tests.databases import query
from tests.installations import Installation, end, sgn_up
from tests.shared_table import inserted, row, run_row

pytestmark = pytest.mark.slow

A_SZ, A_NC = "A_181210_140_SZ_sfMRI_AAL90", "A_181210_205_NC_sfMRI_AAL90"
B_NC, B_SZ = "B_190416_29_NC_sfMRI_AAL90", "B_190416_29_SZ_sfMRI_AAL90"

FRONT_END: dict[str, Any] = {
    "proj_id": "PROJ20191217104136",
    "proj_name": "SZ with sfMRI",
    "task_name": "",
    "task_type": "dl_ts",
    "train_data": [A_SZ, A_NC],
    "val_data": [B_NC, B_SZ],
    "enable_test": False,
    "test_data": [],
    "model": [],
    "param_set": {
        "learning_rate": 0.05,
        "batch_size": 10,
        "lr_step_size": 60,
        "lr_decay": 0.2,
        "epochs": 200,
    },
    "trained_task_id": "",
    "save_model_state": True,
}

SPECIFICATION: dict[str, Any] = {
    "proj_id": "PROJ20191217104136",
    "proj_name": "SZ with sfMRI",
    "task_name": "test",
    "task_type": "dl_ft",
    "train_data": [A_SZ],
    "val_data": [A_SZ],
    "enable_test": True,
    "test_data": [A_SZ],
    "model": "GNN",
    "param_set": {
        "learning_rate": 5e-2,
        "batch_size": 10,
        "lr_step_size": 60,
        "lr_decay": 0.2,
        "epochs": 1,
        "trained_task_id": "TASK20012912454500",
    },
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="module")
def running(home: Path, real_data: Path) -> Iterator[Installation]:
    with sgn_up(home) as installation:
        for name in (A_SZ, A_NC, B_NC, B_SZ):
            installation.upload(real_data / f"{name}.csv", FRONT_END["proj_id"])
        yield installation


@pytest.fixture(scope="module")
def first(running: Installation) -> dict[str, Any]:
    reply = running.post(FRONT_END)
    assert reply["error_num"] == 0, reply
    return running.wait(reply["task_form"]["task_id"])


@pytest.fixture(scope="module")
def second(running: Installation, first: dict[str, Any]) -> dict[str, Any]:
    inner = {**SPECIFICATION["param_set"], "trained_task_id": first["task_id"]}
    reply = running.post({**SPECIFICATION, "param_set": inner})
    assert reply["error_num"] == 0, reply
    return running.wait(reply["task_form"]["task_id"])


def cohort(folder: Path, *names: str) -> Cohort:
    return merge([from_table(read_table(folder / f"{name}.csv"), name) for name in names])


def downloaded(installation: Installation, task_id: str) -> StoredModel:
    parameters = installation.http.get(f"/api/v0/tasks/{task_id}/model").content
    manifest = installation.http.get(f"/api/v0/tasks/{task_id}/manifest").content
    return StoredModel.from_bytes(parameters, manifest)


def test_quality_of_site_b_is_reported(running: Installation) -> None:
    listed = {each["data_name"]: each for each in running.get("/api/v0/datasets")["datasets"]}
    assert listed[A_SZ]["subjects"] == 140
    assert listed[B_SZ]["classes"] == {"1": 29}
    assert listed[A_NC]["regions"] == 90
    assert listed[A_NC]["measures"] == ["ALFF", "DC", "GMV", "ReHo"]


def test_the_front_ends_form_trains(first: dict[str, Any]) -> None:
    assert first["task_status"] == "Finished", first["error"]
    assert first["task_name"].endswith("SGN")
    result = first["task_result"]
    assert len(result["train_epochs"]) == 200
    assert result["train_epochs"][0].startswith("Epoch 001, Train Loss: 0.")
    assert result["metrics"]["train"]["n"] == 345
    assert result["metrics"]["test"] is None
    val = result["metrics"]["val"]
    assert val["n"] == 58
    assert val["auc"] > 0.9
    assert val["ci"]["auc"][0] < val["auc"] < val["ci"]["auc"][1]
    assert any("SZP2018021" in sentence for sentence in result["warnings"])
    assert any("SZP2018007" in sentence for sentence in result["warnings"])


def test_the_specifications_form_fine_tunes(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert second["task_status"] == "Finished", second["error"]
    assert second["parent_task_id"] == first["task_id"]
    metrics = second["task_result"]["metrics"]
    assert metrics["test"]["n"] == 140
    assert metrics["test"]["auc"] is None
    assert metrics["test"]["specificity"] is None
    warnings = second["task_result"]["warnings"]
    assert any("train_data and test_data share 140 subjects" in each for each in warnings)
    assert any("has only class 1" in each for each in warnings)


@pytest.mark.nightly
def test_predictions_come_again_from_what_was_downloaded(
    running: Installation, first: dict[str, Any], second: dict[str, Any], real_data: Path
) -> None:
    held_out = cohort(real_data, B_NC, B_SZ)
    model = downloaded(running, first["task_id"])
    again = evaluate(held_out.labels, model.predict(held_out))
    assert json.loads(json.dumps(again.as_dict())) == first["task_result"]["metrics"]["val"]
    patients = cohort(real_data, A_SZ)
    tuned = downloaded(running, second["task_id"])
    again = evaluate(patients.labels, tuned.predict(patients))
    assert json.loads(json.dumps(again.as_dict())) == second["task_result"]["metrics"]["test"]
    assert np.abs(tuned.predict(held_out) - model.predict(held_out)).max() > 0


def test_lineage_and_manifest_name_the_parent(
    running: Installation, first: dict[str, Any], second: dict[str, Any]
) -> None:
    chain = running.get(f"/api/v0/tasks/{second['task_id']}/lineage")["lineage"]
    assert [task["task_id"] for task in chain] == [second["task_id"], first["task_id"]]
    manifest = running.get(f"/api/v0/tasks/{second['task_id']}/manifest")
    assert manifest["parent_task_id"] == first["task_id"]
    assert manifest["task_id"] == second["task_id"]
    assert manifest["classes"] == [0, 1]


@pytest.mark.nightly
def test_other_column_order_and_label_name_give_the_same_result(
    running: Installation, real_data: Path, tmp_path: Path
) -> None:
    order = np.random.default_rng(5)
    shuffled = []
    for name in (A_SZ, A_NC, B_NC, B_SZ):
        table = read_table(real_data / f"{name}.csv")
        table = table[[table.columns[i] for i in order.permutation(len(table.columns))]]
        table = table.rename(columns={"LABEL_GROUP": "LABEL"})
        path = tmp_path / f"S{name[:-1]}.csv"
        table.to_csv(path, index=False)
        running.upload(path)
        shuffled.append(path.stem)
    quick = {**FRONT_END, "param_set": {**FRONT_END["param_set"], "epochs": 10}}
    form = {**quick, "train_data": shuffled[:2], "val_data": shuffled[2:]}
    tasks = [running.wait(running.post(each)["task_form"]["task_id"]) for each in (quick, form)]
    results = [task["task_result"] for task in tasks]
    assert results[0]["train_epochs"] == results[1]["train_epochs"]
    assert results[0]["metrics"] == results[1]["metrics"]
    theirs, ours = (downloaded(running, task["task_id"]) for task in tasks)
    for name, tensor in theirs.parameters.items():
        assert bool((tensor == ours.parameters[name]).all())


def test_the_specifications_form_runs_as_it_stands(
    running: Installation, home: Path, first: dict[str, Any]
) -> None:
    """Its parent is a task of the service before this one, whose model was brought in."""
    old = SPECIFICATION["param_set"]["trained_task_id"]
    shutil.copytree(home / "registry/models" / first["task_id"], home / "registry/models" / old)
    query(
        f"sqlite://{home / 'sgn.sqlite3'}",
        inserted(row(old, "dl_ts", "Success", "{}", proj_id="P")),
        inserted(run_row(old, "Finished", imported_at=1, proj_id="P"), table="sgn_runs"),
    )
    reply = running.post(SPECIFICATION)
    assert reply["error_num"] == 0, reply
    task = running.wait(reply["task_form"]["task_id"])
    assert task["task_status"] == "Finished", task["error"]
    assert task["parent_task_id"] == old


@pytest.mark.nightly
def test_a_restart_finds_everything(
    running: Installation, home: Path, first: dict[str, Any], second: dict[str, Any]
) -> None:
    before = running.http.get(f"/api/v0/tasks/{first['task_id']}/model").content
    end(running)
    with sgn_up(home) as again:
        shown = again.get(f"/api/v0/tasks/{second['task_id']}")["task"]
        assert shown["task_status"] == "Finished"
        assert again.http.get(f"/api/v0/tasks/{first['task_id']}/model").content == before
