"""A sweep as a task: its form, its result, its page, and its end by somebody."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from graphnet.data.synthetic import Recipe, cohort_table
from tests.installations import Installation
from tests.service.forms import QUICK, body, form

ADDRESS = "/api/v0/new_task"
SETTINGS = {**QUICK, "cv_folds": 2}
LISTS = {"model": ["SGN", "Linear"], "learning_rate": [0.01, 0.1]}


def posted(small: Installation, **settings: Any) -> dict[str, Any]:
    content = body(param_set={**SETTINGS, **settings})
    answer: dict[str, Any] = small.http.post(ADDRESS, content=content).json()
    return answer


def test_a_sweep_runs_and_its_page_ranks_the_candidates(small: Installation) -> None:
    answer = posted(small, sweep=LISTS)
    assert answer["error_num"] == 0
    text = answer["task_form"]["param_set"]["sweep"]
    assert text == "model=SGN,Linear; learning_rate=0.01,0.1"
    # 4 candidates, 5 inner folds of 2 folds and of all subjects; then 2 folds and the model.
    assert any("about 63 trainings" in sentence for sentence in answer["warnings"])
    task = small.wait(answer["task_form"]["task_id"])
    assert task["task_status"] == "Finished"
    sweep = task["task_result"]["sweep"]
    assert (sweep["tried"], sweep["folds"], sweep["inner_folds"]) == (4, 2, 5)
    figures = [candidate["figure"] for candidate in sweep["candidates"]]
    assert figures == sorted(figures, reverse=True)
    manifest = small.get(f"/api/v0/tasks/{task['task_id']}/manifest")
    best = sweep["candidates"][0]["settings"]
    assert {name: manifest["settings"][name] for name in best} == best
    for language, title in (("en", "Comparison of candidates"), ("zh-CN", "候选的比较")):
        headers = {"Accept-Language": language, "Accept": "text/html"}
        page = small.http.get(f"/tasks/{task['task_id']}", headers=headers).text
        report = small.http.get(f"/api/v0/tasks/{task['task_id']}/report", headers=headers).text
        assert title in page
        assert title in report


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"sweep": {"seed": list(range(51))}}, "There are 51 combinations"),
        ({"sweep": "graph=web"}, "graph has web"),
        ({"sweep": {"adjust": ["none", "regress"]}}, "adjust is none of the settings"),
        ({"sweep": LISTS, "nested": True}, "sweep and nested cannot be combined"),
        ({"sweep": LISTS, "cv_folds": 0}, "sweep needs cross-validation"),
    ],
)
def test_a_sweep_that_cannot_be_used_is_refused(
    small: Installation, settings: dict[str, Any], sentence: str
) -> None:
    answer = posted(small, **settings)
    assert answer["error_num"] != 0
    (error,) = answer["errors"]
    assert error["field"] == "param_set.sweep"
    assert sentence in error["msg"]


def test_a_form_says_what_a_sweep_costs_before_it_is_sent(small: Installation) -> None:
    fields = {"proj_id": "P", "param_set:sweep": "seed=1,2,3", "param_set:cv_folds": "4"}
    shown = small.http.post("/tasks/new/preview", data=fields).text
    assert "up to 3 candidates in about 80 trainings" in shown


def test_a_sweep_can_be_cancelled_and_keeps_no_model(small: Installation) -> None:
    answer = posted(small, sweep={"seed": list(range(50))}, epochs=3000)
    task_id = answer["task_form"]["task_id"]
    small.wait_for(task_id, {"Running"})
    small.http.post(f"/api/v0/tasks/{task_id}/cancel").raise_for_status()
    task = small.wait_for(task_id, {"Cancelled"})
    assert not (task["task_result"] or {}).get("model_state_path")


# The subjects of small_SZ and small_NC again, in files of both classes: on regions that tell the
# classes apart, and on others that do not.
TELLING = Recipe(regions=8, affected=(0, 3), effect=3.0, corrupt=0)
SILENT = Recipe(regions=6, affected=(), effect=0.0, corrupt=0)


@pytest.fixture(scope="module")
def twin(small: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The dataset that tells the classes apart, beside ``flat``; without the first control."""
    folder = tmp_path_factory.mktemp("atlases")
    for name, recipe in (("twin", TELLING), ("flat", SILENT)):
        tables = [cohort_table("small", label, 20, seed=5, recipe=recipe) for label in (0, 1)]
        everybody = pd.concat(tables).iloc[int(name == "twin") :].sample(frac=1, random_state=0)
        everybody.to_csv(folder / f"{name}.csv", index=False)
        small.upload(folder / f"{name}.csv")
    return "twin"


def test_atlases_of_the_same_subjects_are_compared_and_the_best_one_kept(
    small: Installation, twin: str
) -> None:
    solved = {"model": ["LogisticRegression", "LinearSVM"]}
    settings = {**SETTINGS, "atlases": f"{twin}.csv", "sweep": solved}
    answer = small.post(form(train_data="flat", param_set=settings))
    assert answer["error_num"] == 0
    assert answer["task_form"]["param_set"]["atlases"] == [[twin]]
    assert any("up to 4 candidates" in sentence for sentence in answer["warnings"])
    task_id = answer["task_form"]["task_id"]
    task = small.wait(task_id)
    assert task["task_status"] == "Finished", task["error"]
    assert task["task_config"]["param_set"]["atlases"] == [[twin]]
    sweep = task["task_result"]["sweep"]
    assert sweep["tried"] == 4
    assert {each["settings"]["atlas"] for each in sweep["candidates"][:2]} == {twin}
    assert {each["settings"]["atlas"] for each in sweep["candidates"]} == {twin, "flat"}
    assert any(
        "1 of 40 subjects of train_data is not in twin" in each
        for each in task["task_result"]["warnings"]
    )
    manifest = small.get(f"/api/v0/tasks/{task_id}/manifest")
    assert manifest["regions"] == [str(number) for number in range(1, 9)]
    assert [each["name"] for each in manifest["datasets"]["train"]] == [twin]
    for language, sentence in (
        ("en", "Of 2 atlases, twin was"),
        ("zh-CN", "2 个图谱中选用了 twin"),
    ):
        headers = {"Accept-Language": language, "Accept": "text/html"}
        page = small.http.get(f"/tasks/{task_id}", headers=headers).text
        report = small.http.get(f"/api/v0/tasks/{task_id}/report", headers=headers).text
        assert sentence in page
        assert sentence in report
    dependents = small.http.delete(f"/api/v0/datasets/{twin}").json()
    assert task_id in str(dependents)


def test_the_page_picks_atlases_by_their_numbers(small: Installation, twin: str) -> None:
    picked = ["3:small_NC", "2:" + twin, "3:small_SZ", ""]
    fields = {"proj_id": "P", "train_data": "flat", "atlas_of": picked}
    page = small.http.post("/tasks/new/preview", data=fields).text
    (text,) = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)[:1]
    sent = json.loads(html.unescape(re.sub(r"<[^>]*>", "", text)))
    assert sent["param_set"] == {"atlases": [[twin], ["small_NC", "small_SZ"]]}
    for language, label in (("en", "Other atlases"), ("zh-CN", "其他图谱")):
        shown = small.http.get("/tasks/new", params=fields, headers={"Accept-Language": language})
        assert label in shown.text
        chosen = re.findall(r'<option value="(\d:[^"]*)" selected>', shown.text)
        assert sorted(chosen) == sorted(filter(None, picked))


@pytest.mark.parametrize(
    ("atlases", "sentence"),
    [
        ([["nowhere"]], "'nowhere'"),
        (["small_SZ"], "small_SZ cannot be named twice"),
        ("twin; twin", "no dataset twice"),
        ({"a": ["twin"]}, "must be datasets of the same subjects"),
        ([["twin", "small_NC"]], "are named as one atlas, and do not fit together"),
    ],
)
def test_atlases_that_cannot_be_used_are_refused(
    small: Installation, twin: str, atlases: Any, sentence: str
) -> None:
    assert twin
    answer = posted(small, atlases=atlases)
    assert answer["error_num"] != 0
    assert {error["field"] for error in answer["errors"]} == {"param_set.atlases"}
    assert any(sentence in error["msg"] for error in answer["errors"])


def test_subjects_of_an_atlas_who_are_others_end_the_task_with_a_sentence(
    small: Installation, tmp_path: Path
) -> None:
    others = [cohort_table("else", label, 20, seed=3, recipe=SILENT) for label in (0, 1)]
    pd.concat(others).to_csv(tmp_path / "strangers.csv", index=False)
    small.upload(tmp_path / "strangers.csv")
    task = small.wait(posted(small, atlases="strangers")["task_form"]["task_id"])
    assert task["task_status"] == "Failed"
    assert "No subject of train_data is in strangers" in task["error"]
