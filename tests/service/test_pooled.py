"""A worker fits the baselines of a fine-tuning to its parent's training subjects as well."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from graphnet.artifacts.fine_tuning import POOLED
from graphnet.artifacts.result import TaskResult
from graphnet.data.synthetic import Recipe, cohort_table
from tests.installations import Installation, run_sgn

pytestmark = pytest.mark.slow

RECIPE = Recipe(regions=10, affected=(2, 5, 7), effect=0.8, corrupt=0)
ASKED = {"epochs": 1, "batch_size": 8, "explain": False, "cv_folds": 0, "compare_scratch": False}
LOGISTIC = f"logistic_regression{POOLED}"
NUMBERS = itertools.count()


class Project:
    """A project of its own, with datasets of both classes."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation, self.folder = installation, folder
        self.name = f"POOL{next(NUMBERS)}"

    def add(self, name: str, each: int, first: int = 1) -> str:
        """Store a dataset, with ``each`` subjects of either class, and give its name."""
        called = f"{self.name}_{name}"
        both = [cohort_table(name, label, each, seed=first + label, first=first, recipe=RECIPE)
                for label in (0, 1)]  # fmt: skip
        path = self.folder / f"{called}.csv"
        text = both[0].to_csv(index=False) + both[1].to_csv(index=False, header=False)
        path.write_text(text)
        self.installation.upload(path, self.name)
        return called

    def run(self, train: str, parent: str = "", **changes: Any) -> tuple[str, TaskResult]:
        """A finished task and its result."""
        asked = {**ASKED, **changes.pop("param_set", {})}
        form = {
            "proj_id": self.name,
            "task_type": "dl_ft" if parent else "dl_ts",
            "train_data": [train],
            "param_set": {**asked, "trained_task_id": parent},
            **changes,
        }
        reply = self.installation.post(form)
        assert reply["error_num"] == 0, reply
        task = self.installation.wait(reply["task_form"]["task_id"])
        assert task["task_status"] == "Finished", task
        return task["task_id"], TaskResult.from_json(task["task_result"])

    def parent(self, train: str) -> str:
        return self.run(train, param_set={"baselines": False})[0]


@pytest.fixture
def project(installation: Installation, tmp_path: Path) -> Project:
    return Project(installation, tmp_path)


def told(result: TaskResult) -> list[str]:
    assert result.pooled is not None
    return [message.code for message in result.pooled.missing]


def test_a_fine_tuning_has_its_parent_s_training_subjects(project: Project) -> None:
    old, new = project.add("old", 30), project.add("new", 8)
    test = project.add("test", 12, first=200)
    parent = project.parent(old)
    name = f"{old}_renamed"
    renamed = project.installation.http.patch(
        f"/api/v0/datasets/{old}", content=json.dumps({"data_name": name})
    )
    assert renamed.json()["error_num"] == 0
    chosen = {"test_data": [test], "enable_test": True}
    task_id, result = project.run(new, parent, **chosen)
    assert result.pooled is not None
    assert (result.pooled.subjects, result.pooled.recorded, told(result)) == (60, 60, [])
    assert result.pooled.notes == ()
    assert result.baseline(LOGISTIC, "test") is not None
    assert result.difference("test", LOGISTIC).value is not None
    shown = run_sgn("show", task_id, SGN_URL=project.installation.url)
    assert "Logistic regression, with parent's data" in shown.stdout
    page = project.installation.http.get(f"/tasks/{task_id}", headers={"accept": "text/html"}).text
    assert "Logistic regression, with parent&#39;s data" in page
    report = project.installation.http.get(f"/api/v0/tasks/{task_id}/report").text
    assert "together with 60 training subjects of the parent model" in report
    kept = [project.installation.http.get(f"/api/v0/tasks/{task_id}/{each}").text
            for each in ("evidence", "report", "predictions.csv", "manifest")]  # fmt: skip
    assert not any("old_NC_" in each or "old_SZ_" in each for each in [*kept, shown.stdout, page])
    _, chained = project.run(project.add("third", 6), task_id, **chosen)
    assert chained.pooled is not None
    assert (chained.pooled.subjects, chained.pooled.recorded) == (76, 76)  # of both ancestors


@pytest.mark.nightly
def test_folds_on_several_workers_give_the_same(project: Project) -> None:
    old, new = project.add("old", 15), project.add("new", 8)
    parent = project.parent(old)
    results = [
        project.run(new, parent, param_set={"cv_folds": 2, "fan_out": fan_out})[1]
        for fan_out in (1, 2)
    ]
    assert results[0].baseline(LOGISTIC, "cv") is not None
    assert results[0].baselines == results[1].baselines
    assert results[0].differences == results[1].differences


def test_another_project_s_data_are_not_read_and_not_named(
    project: Project, installation: Installation, tmp_path: Path
) -> None:
    old = project.add("old", 8)
    parent = project.parent(old)
    other = Project(installation, tmp_path)
    task_id, result = other.run(other.add("new", 6), parent)
    assert told(result) == ["pooled.other-project"]
    assert result.baseline(LOGISTIC, "train") is None
    assert result.baseline("logistic_regression", "train") is not None
    assert "pooled.none" in {warning.code for warning in result.warnings}
    shown = run_sgn("show", task_id, SGN_URL=installation.url).stdout
    said = "Simple methods were fitted to the new training subjects only"
    assert said in " ".join(shown.split())
    page = installation.http.get(f"/tasks/{task_id}", headers={"accept": "text/html"}).text
    report = installation.http.get(f"/api/v0/tasks/{task_id}/report").text
    for each in (page, report):
        assert said in each
    assert not any(old in each for each in (shown, page, report))


def test_a_deleted_dataset_is_missed_and_an_erased_subject_is_not_used(project: Project) -> None:
    old, more = project.add("old", 8), project.add("more", 6, first=50)
    new = project.add("new", 6, first=100)
    parent = project.run(old, param_set={"baselines": False}, train_data=[old, more])[0]
    path = f"/api/v0/datasets/{old}"
    erased = {"subjects": ["old_NC_0001", "old_SZ_0002"], "confirm": True}
    answer = project.installation.http.post(f"{path}/erase", content=json.dumps(erased)).json()
    assert answer["error_num"] == 0, answer
    _, result = project.run(new, parent)
    assert result.pooled is not None
    assert (result.pooled.subjects, result.pooled.recorded) == (26, 28)
    assert told(result) == ["pooled.fewer"]
    part = next(each for each in result.warnings if each.code == "pooled.part")
    assert "could use 26 of the parent model's 28 training subjects" in str(part)
    assert project.installation.http.delete(path, params={"confirm": "true"}).status_code == 200
    _, result = project.run(new, parent)
    assert result.pooled is not None
    assert (result.pooled.subjects, told(result)) == (12, ["pooled.not-in-project"])


def test_a_dataset_of_another_project_is_not_read_though_the_parent_was_trained_on_it(
    project: Project, installation: Installation, tmp_path: Path
) -> None:
    theirs = Project(installation, tmp_path).add("old", 8)
    _, result = project.run(project.add("new", 6), project.parent(theirs))
    assert told(result) == ["pooled.not-in-project"]
    assert result.pooled is not None
    assert (result.pooled.subjects, result.pooled.recorded) == (0, 16)
