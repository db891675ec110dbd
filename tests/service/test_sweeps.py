"""A sweep as a task: its form, its result, its page, and its end by somebody."""

from typing import Any

import pytest

from tests.installations import Installation
from tests.service.forms import QUICK, body

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
