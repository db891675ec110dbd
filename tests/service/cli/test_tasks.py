"""``sgn tasks``, ``sgn show`` and ``sgn lineage``."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.service.cli.command import Command, rows
from tests.service.fake_service import (
    FORM,
    FakeService,
    refused,
    running,
    task,
)

TASK = "TASK20012912454500"


def test_tasks_are_listed_newest_first(sgn: Command, fake: FakeService) -> None:
    fake.looks = {"TASK1": [task("TASK1", "Finished")], "TASK2": [running("TASK2", 3)]}

    ran = sgn("tasks", "--proj", "PROJ1", "--limit", "5")

    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        "Task   Status    Done  Result                      Type   Project             Name",
        "TASK2  Running   75 %                              dl_ts  PROJ20191217104136  "
        "schizophrenia, site A",
        "TASK1  Finished   0 %  AUC 0.93 [0.86, 0.98] test  dl_ts  PROJ20191217104136  "
        "schizophrenia, site A",
    ]
    assert fake.seen[0].query == {"proj_id": "PROJ1", "limit": "5"}


def test_tasks_are_chosen_by_status_and_given_as_json(sgn: Command, fake: FakeService) -> None:
    fake.looks = {"TASK1": [task("TASK1", "Failed")], "TASK2": [running("TASK2", 3)]}

    ran = sgn("tasks", "--status", "Running", "--json")

    assert json.loads(ran.stdout) == [running("TASK2", 3)]


def test_tasks_are_searched_by_the_service(sgn: Command, fake: FakeService) -> None:
    fake.looks = {"TASK1": [task("TASK1", task_name="ours")], "TASK2": [task("TASK2")]}

    ran = sgn("tasks", "--search", "our", "--json")

    assert [each["task_id"] for each in json.loads(ran.stdout)] == ["TASK1"]
    assert fake.seen[0].query == {"q": "our", "limit": "20"}


def test_cancelling_and_trying_again_give_the_task(sgn: Command, fake: FakeService) -> None:
    fake.looks[TASK] = [task(TASK, "Cancelled")]

    assert sgn("cancel", TASK).stdout == f"{TASK} Cancelled\n"
    assert json.loads(sgn("cancel", TASK, "--json").stdout)["task_status"] == "Cancelled"
    assert sgn("retry", TASK).stdout == "TASK9\n"
    assert json.loads(sgn("retry", TASK, "--json").stdout)["retry_of"] == TASK


def test_no_task_is_said_beside_the_output(sgn: Command) -> None:
    ran = sgn("tasks")

    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "no such task" in ran.stderr
    assert json.loads(sgn("tasks", "--json").stdout) == []


def test_a_task_is_shown_with_what_was_asked_and_what_came_of_it(
    sgn: Command, fake: FakeService
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished", parent_task_id="TASK1")]

    ran = sgn("show", TASK)

    shown = rows(ran.stdout)
    assert ran.exit_code == 0
    assert ["Project", "PROJ20191217104136", "SZ", "with", "sfMRI"] in shown
    assert ["Parent", "TASK1"] in shown
    assert ["Model", "SGN"] in shown
    assert ["Train", "data", *", ".join(FORM["train_data"]).split()] in shown
    assert ["Settings", "epochs", "4,", "learning_rate", "0.05"] in shown
    assert ["Sensitivity", "0.759", "[0.57-0.88]"] in [row[:3] for row in shown]
    assert not any(row[:1] == ["Validation"] for row in shown)


def test_a_result_stands_beside_simple_methods_on_unseen_data(
    sgn: Command, fake: FakeService
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]

    shown = sgn("show", TASK).stdout.partition("Compared with simple methods (test)\n")[2]

    assert rows(shown)[1:3] == [
        [
            "This",
            "model",
            *["0.810", "[0.69-0.90]", "0.810", "[0.70-0.91]", "0.930", "[0.85-0.99]"],
        ],
        ["Majority", "class", "0.500", "0.810", "-"],
    ]


@pytest.mark.parametrize(
    ("candidate", "model"), [("MLP", "MLP, the best of the sweep"), (None, "SGN")]
)
def test_the_model_of_a_sweep_is_the_one_that_won(
    sgn: Command, fake: FakeService, candidate: str | None, model: str
) -> None:
    settings = {"epochs": 2} if candidate is None else {"model": candidate, "epochs": None}
    loser = {"settings": {"model": "SGN", "epochs": 9}, "figure": 0.5}
    sweep = {"metric": "auc", "candidates": [{"settings": settings, "figure": 0.8}, loser]}
    finished = task(TASK, "Finished")
    fake.looks[TASK] = [{**finished, "task_result": {**finished["task_result"], "sweep": sweep}}]

    shown = rows(sgn("show", TASK).stdout)

    assert ["Model", *model.split()] in shown


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        {"metrics": None, "warnings": None},
        {"metrics": {"train": {}, "val": None, "test": {"auc": 0.5, "ci": None}}},
        {"metrics": {"train": {"n": 3}}, "baselines": {"majority": None, "svm": {"train": {}}}},
    ],
)
def test_a_result_that_says_little_is_shown_too(
    sgn: Command, fake: FakeService, result: Mapping[str, Any] | None
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished", task_result=result, progress=None)]

    assert sgn("show", TASK).exit_code == 0


def test_showing_a_failed_task_is_no_failure(sgn: Command, fake: FakeService) -> None:
    fake.looks[TASK] = [task(TASK, "Failed", error="It went wrong.")]

    ran = sgn("show", TASK)

    assert ran.exit_code == 0
    assert ["Error", "It", "went", "wrong."] in rows(ran.stdout)


def test_a_task_as_json_is_all_that_the_service_said(sgn: Command, fake: FakeService) -> None:
    fake.looks[TASK] = [task(TASK, "Finished", task_name="精神分裂症")]

    ran = sgn("show", TASK, "--json")

    assert json.loads(ran.stdout) == fake.looks[TASK][0]
    assert "精神分裂症" in ran.stdout


@pytest.mark.parametrize("arguments", [("show", "TASK9"), ("show", "TASK9", "--json")])
def test_no_such_task_is_the_services_sentence(sgn: Command, arguments: tuple[str, ...]) -> None:
    ran = sgn(*arguments)

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == "There is no task 'TASK9'.\n"


def test_a_name_cannot_steer_the_terminal(sgn: Command, fake: FakeService) -> None:
    fake.looks[TASK] = [task(TASK, task_name="\x1b[2J[red]\x07 \u202enil")]
    fake.forced = [refused(4, 404, "There is no task \x1b[2J.")]

    refusal = sgn("show", TASK).stderr
    shown = sgn("show", TASK).stdout

    assert "\x1b" not in shown + refusal
    assert "�[2J[red]� �nil" in shown


def test_a_lineage_begins_with_the_task(sgn: Command, fake: FakeService) -> None:
    fake.looks = {
        "TASK1": [task("TASK1", "Finished")],
        "TASK2": [task("TASK2", "Finished", parent_task_id="TASK1")],
    }

    text = sgn("lineage", "TASK2")
    as_json = sgn("lineage", "TASK2", "--json")

    assert [row[0] for row in rows(text.stdout)] == ["Task", "TASK2", "TASK1"]
    assert [each["task_id"] for each in json.loads(as_json.stdout)] == ["TASK2", "TASK1"]
