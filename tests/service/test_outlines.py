"""What a list shows of a result is read once a task."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from db.submissions import tasks
from db.submissions.form import StoredForm
from db.submissions.tasks import TaskRecord
from graphnet.evaluation.headline import Headline
from service.stores import views as room
from service.stores.views import TaskSummaries, TaskSummary

FIGURES = {"auc": 0.8, "ci": {"auc": [0.7, 0.9]}}
RESULT = {
    "model_state_path": "file:///m",
    "metrics": {"test": {"auc": 0.99}, "cv": FIGURES},
    "known_subjects": {"test": 4, "cv": 0},
}


def record(task_id: str, status: str = "Finished") -> TaskRecord:
    return TaskRecord(task_id, "P", "", "dl_ts", status, StoredForm(), None, None, version=3)


def test_an_outline_leads_with_subjects_whom_the_model_does_not_know() -> None:
    assert TaskSummary.of(RESULT) == TaskSummary(
        Headline("cv", "auc", 0.8, (0.7, 0.9)), stored=True
    )
    older = {"metrics": {"test": FIGURES, "cv": None}}
    assert TaskSummary.of(older) == TaskSummary.of(None) == TaskSummary()
    score = {"metrics": {"val": {"pearson": 0.5, "r2": 0.2}}, "known_subjects": {"val": 0}}
    assert TaskSummary.of(score).headline == Headline("val", "r2", 0.2, None)


def test_a_result_is_read_once_and_only_of_what_has_finished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []

    async def read(task_ids: Sequence[str], reduce: Callable[..., Any]) -> dict[str, Any]:
        asked.append(sorted(task_ids))
        return {task_id: reduce(RESULT) for task_id in task_ids if task_id != "GONE"}

    monkeypatch.setattr(tasks, "read_results", read)
    monkeypatch.setattr(room, "MOST", 3)
    outlines = TaskSummaries()

    def of(*names: str) -> dict[str, TaskSummary]:
        listed = [record(name, "Running" if name == "R" else "Finished") for name in names]
        return asyncio.run(outlines.of(listed))

    assert of("A", "B", "R") == {"A": TaskSummary.of(RESULT), "B": TaskSummary.of(RESULT)}
    assert of("A", "GONE") == {"A": TaskSummary.of(RESULT), "GONE": TaskSummary()}
    assert set(of("A", "C")) == {"A", "C"}
    assert asked == [["A", "B"], ["GONE"], ["A", "C"]]


def test_what_one_list_shows_stays_while_another_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def read(task_ids: Sequence[str], reduce: Callable[..., Any]) -> dict[str, Any]:
        await asyncio.sleep(0.05 if "B" in task_ids else 0)
        return {task_id: reduce(RESULT) for task_id in task_ids}

    monkeypatch.setattr(tasks, "read_results", read)
    monkeypatch.setattr(room, "MOST", 2)
    outlines = TaskSummaries()

    async def of(*names: str) -> dict[str, TaskSummary]:
        return await outlines.of([record(name, "Finished") for name in names])

    async def both() -> dict[str, TaskSummary]:
        await of("A")
        first, _ = await asyncio.gather(of("A", "B"), of("C", "D"))
        return first

    assert set(asyncio.run(both())) == {"A", "B"}
