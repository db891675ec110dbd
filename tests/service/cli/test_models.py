"""``sgn models`` and ``sgn model``."""

import json
from pathlib import Path

import pytest

from tests.service.cli.command import Command
from tests.service.fake_service import (
    PARAMETERS,
    FakeService,
    Reply,
    refused,
    success,
    task,
)

TASK = "TASK20012912454500"


def test_the_models_are_listed_with_names_for_a_form(sgn: Command) -> None:
    ran = sgn("models")

    shown = ran.stdout.splitlines()
    assert ran.exit_code == 0
    assert shown[1].startswith("SGN, GNN  Schizo Graph Net: keeps apart which region is which.")
    assert shown[1].endswith("  learning_rate 0.01, epochs 200, graph covariance")
    assert shown[2] == "GCN       The reference net: a mean over regions."
    assert shown[-1] == "full  Every pair of regions."
    listed = json.loads(sgn("models", "--json").stdout)
    assert [each["name"] for each in listed["models"]] == ["SGN", "GCN"]


def test_a_model_is_taken_home(sgn: Command, fake: FakeService, tmp_path: Path) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    folder = tmp_path / "models" / "mine"

    ran = sgn("model", TASK, "-o", str(folder))

    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        str(folder / "model.safetensors"),
        str(folder / "manifest.json"),
    ]
    assert (folder / "model.safetensors").read_bytes() == PARAMETERS
    assert json.loads((folder / "manifest.json").read_text()) == fake.manifest
    assert len(list(folder.iterdir())) == 2


def test_a_model_taken_home_is_said_in_json_too(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]

    said = json.loads(sgn("model", TASK, "-o", str(tmp_path), "--json").stdout)

    names = ("model.safetensors", "manifest.json")
    assert said == {"task_id": TASK, "files": [str(tmp_path / name) for name in names]}


def test_a_model_takes_an_older_ones_place(sgn: Command, fake: FakeService, tmp_path: Path) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    (tmp_path / "manifest.json").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")

    assert sgn("model", TASK, "-o", str(tmp_path)).exit_code == 0
    assert json.loads((tmp_path / "manifest.json").read_text()) == fake.manifest
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_model_that_arrives_damaged_is_not_kept(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    fake.manifest["parameters_sha256"] = "0" * 64

    ran = sgn("model", TASK, "-o", str(tmp_path / "mine"))

    assert ran.exit_code == 1
    assert "SHA-256" in ran.stderr
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    "second",
    [
        refused(9, 503, "The model registry does not answer."),
        Reply(PARAMETERS, kind="application/octet-stream", length=1000),
    ],
)
def test_a_model_that_does_not_arrive_whole_leaves_nothing(
    sgn: Command, fake: FakeService, tmp_path: Path, second: Reply
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    fake.forced = [success(**fake.manifest), second]

    ran = sgn("model", TASK, "-o", str(tmp_path / "mine"))

    assert ran.exit_code == 1
    assert ran.stderr.count("\n") == 1
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    (tmp_path / "file").write_text("")

    ran = sgn("model", TASK, "-o", str(tmp_path / "file" / "mine"))

    assert ran.exit_code == 1
    assert ran.stderr == f"{tmp_path}/file/mine cannot be written: Not a directory.\n"
