"""A model of the service before this one comes over, is fine-tuned, and predicts."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result
from torch import nn

from graphnet.data.synthetic import cohort_table
from service.cli import main
from tests.installations import Installation
from tests.service.forms import QUICK, SMALL, form

OLD, TUNED, FOREIGN = (f"TASK1906031200{place:02d}" for place in range(1, 4))
MEASURES = "GMV,ReHo,ALFF,DC"
LINES = [
    "Epoch 001, Train Loss: 0.6931, Train Accuracy: 0.5000, Test Loss: 0.6, Test Accuracy: 0.5"
]
CONFIG = {
    "proj_name": "SZ",
    "train_data": ["small_SZ.csv", "small_NC.csv"],  # as NEURO-LEARN's forms name them
    "val_data": [],
    "enable_test": False,
    "test_data": [],
    "model": [],
    "param_set": {"learning_rate": "0.05", "batch_size": 10, "epochs": 1},
}


@pytest.fixture(scope="module")
def old(small: Installation) -> Installation:
    """The installation with rows that the old service, and another of NEURO-LEARN's, have left."""
    result = json.dumps({"train_epochs": LINES, "model_state_path": f"/nld_sgn/{OLD}.pth"})
    rows = [
        (OLD, "dl_ts", CONFIG, "Success", result),
        (TUNED, "dl_ft", {"param_set": {"trained_task_id": OLD}}, "Running", ""),
        (FOREIGN, "ml_clf", {}, "Finished", "{}"),
    ]
    with closing(sqlite3.connect(small.home / "sgn.sqlite3", timeout=30)) as database, database:
        database.executemany(
            "INSERT INTO backend_submissions (task_id, proj_id, task_name, task_type, task_config,"
            " task_status, task_result) VALUES (?, 'P', 'old', ?, ?, ?, ?)",
            [(task, kind, json.dumps(told), *rest) for task, kind, told, *rest in rows],
        )
    return small


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the old service saved it: two convolutions, and the optimiser's state beside them."""
    shapes = {"conv1.weight": (4, 16), "conv1.bias": (16,)}
    shapes |= {"conv2.weight": (16, 64), "conv2.bias": (64,)}
    random = torch.Generator().manual_seed(1)
    found = {name: torch.randn(shape, generator=random) / 4 for name, shape in shapes.items()}
    path = tmp_path_factory.mktemp("state") / f"{OLD}.pth"
    optimiser = torch.optim.Adam([each.requires_grad_() for each in found.values()])
    torch.save({"state_dict": found, "optimizer": optimiser.state_dict()}, path)
    return path


def imported(installation: Installation, file: Path, task: str = OLD, *more: str) -> Result:
    arguments = ["model", "import", str(file), "--task", task, "--architecture", "GCN"]
    return CliRunner().invoke(main, [*arguments, "--home", str(installation.home), *more])


def row(installation: Installation, task_id: str) -> tuple[Any, ...]:
    with closing(sqlite3.connect(installation.home / "sgn.sqlite3", timeout=30)) as database:
        query = "SELECT * FROM backend_submissions WHERE task_id = ?"
        found: tuple[Any, ...] = database.execute(query, [task_id]).fetchone()
    return found


@pytest.mark.nightly
def test_an_old_model_is_imported_fine_tuned_and_asked(old: Installation, state: Path) -> None:
    before = row(old, OLD)
    reply = old.post(form(task_type="dl_ft", param_set={**QUICK, "trained_task_id": OLD}))
    assert reply["error_num"]  # there is no model yet
    asked = ("--scaler", "none", "--measures", MEASURES, "--classes", "control,patient", "--json")
    result = imported(old, state, OLD, *asked)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["unknown"] == ["cohort", "normalisation"]
    assert found["class_names"] == {"0": "control", "1": "patient"}
    assert any("small_SZ and small_NC" in each for each in found["warnings"])
    assert row(old, OLD) == before

    task = old.get(f"/api/v0/tasks/{OLD}")["task"]
    assert (task["task_status"], task["task_result"]["train_epochs"]) == ("Finished", LINES)
    assert task["task_result"]["model_state_path"] == found["model_state_path"]
    assert task["model_imported_at"]
    manifest = old.get(f"/api/v0/tasks/{OLD}/manifest")
    assert manifest["imported"]["file"] == f"{OLD}.pth"
    assert old.http.get(f"/api/v0/tasks/{OLD}/model").status_code == 200
    assert old.http.get(f"/tasks/{OLD}").status_code == 200
    shown = CliRunner().invoke(main, ["--url", old.url, "show", OLD])
    assert shown.exit_code == 0, shown.output
    assert "imported from the previous service" in shown.stdout

    tuning = form(
        task_type="dl_ft",
        train_data=["small_SZ", "small_NC"],
        param_set={**QUICK, "trained_task_id": OLD},
    )
    reply = old.post(tuning)
    assert reply["error_num"] == 0, reply
    ended = old.wait(reply["task_form"]["task_id"])
    assert ended["task_status"] == "Finished", ended["error"]
    codes = {message["code"] for message in ended["task_result"]["warning_messages"]}
    assert "warnings.parent-incomplete" in codes
    chain = old.get(f"/api/v0/tasks/{ended['task_id']}/lineage")["lineage"]
    assert [each["task_id"] for each in chain] == [ended["task_id"], OLD]

    new = cohort_table("new", 1, 3, seed=9, recipe=SMALL).to_csv(index=False)
    for task_id in (OLD, ended["task_id"]):
        answer = old.http.post(f"/api/v0/tasks/{task_id}/predict", content=new).json()
        assert answer["error_num"] == 0, answer
        assert answer["class_names"]["1"] == "patient"
        assert all(sum(each["probability"].values()) == pytest.approx(1, abs=1e-5)
                   for each in answer["predictions"])  # fmt: skip


@pytest.mark.nightly
def test_what_cannot_be_imported_is_said(old: Installation, state: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.pkl"
    torch.save(nn.Linear(2, 2), whole)
    scaled = ("--scaler", "none")
    for file, task, more, sentences in (
        (state, FOREIGN, scaled, [f"{FOREIGN} is a classification (ml_clf)"]),
        (state, TUNED, (), ["--scaler none (not at all"]),
        (state, TUNED, scaled, ["--regions aal90", "--measures A,B"]),
        (whole, TUNED, scaled, ["whole Python object of the class torch.nn.modules.linear.Linear"]),
    ):
        result = imported(old, file, task, *more)
        assert result.exit_code == 1, (sentences, result.output)
        assert all(sentence in result.stderr for sentence in sentences), result.stderr
    assert "    torch.save(model.state_dict(), 'STATE.pth')" in result.stderr.splitlines()
    assert old.get(f"/api/v0/tasks/{TUNED}")["task"]["model_imported_at"] is None


@pytest.mark.nightly
def test_a_model_is_replaced_and_one_without_data_is_unknown(
    old: Installation, state: Path
) -> None:
    known = ("--scaler", "none", "--measures", MEASURES, "--classes", "control,patient")
    told = imported(old, state, OLD, *known, "--replace", "--train-data", "small_NC")
    assert told.exit_code == 0, told.output
    assert "Not known   normalisation\n" in told.stdout
    first = old.get(f"/api/v0/tasks/{OLD}/manifest")
    assert (first["unknown"], [each["name"] for each in first["datasets"]["train"]]) == (
        ["normalisation"],
        ["small_NC"],
    )
    # A fine-tuned one of which neither data nor ancestors are known.
    alone = imported(old, state, TUNED, *known, "--regions", "12", "--json")
    assert alone.exit_code == 0, alone.output
    found = json.loads(alone.stdout)
    assert found["unknown"] == ["cohort", "normalisation"]
    assert f"was itself fine-tuned from task {OLD}" in " ".join(found["warnings"])
    assert "The training data of the model are unknown" in " ".join(found["warnings"])
    assert old.get(f"/api/v0/tasks/{TUNED}")["task"]["parent_task_id"] == OLD
