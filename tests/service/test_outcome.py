"""What a task's page says of its figures, without a browser."""

from typing import Any

import pytest

from graphnet.report.facts import Facts
from service.pages import outcome

CURVE = ["Epoch 001, Train Loss: 0.6931", "Epoch 002, Train Loss: 0.6931"]


def facts(metrics: dict[str, Any], *, score: bool = False, val: str = "b") -> Facts:
    """Of a task that was trained on ``a``, and whose validation subject is ``val``."""
    people = {
        split: {"id": [name], "site": ["x"], "label": [1], "known": [name == "a"],
                "probability": [[0.5, 0.5]]}
        for split, name in (("train", "a"), ("val", val))
    }  # fmt: skip
    stored = {"classes": [] if score else [0, 1], "predictions": people, "cohorts": {}}
    task = {"task_result": {"metrics": metrics, "train_epochs": CURVE, "selected_epoch": 2}}
    return Facts(task, {**stored, "target": "score" if score else "group"}, None, None)


@pytest.mark.parametrize(
    ("name", "interval", "said"),
    [
        ("auc", [0.4, 0.7], "holds 0.5"),
        ("auc", [0.2, 0.4], "worse than chance"),
        ("r2", [-0.2, 0.1], "holds 0:"),
        ("r2", [-0.3, -0.1], "worse than the mean score"),
    ],
)
def test_what_chance_could_do_is_said(name: str, interval: list[float], said: str) -> None:
    score = name == "r2"
    found = {"n": 20, name: 0.5, "ci": {name: interval}}
    assert said in outcome.headline(facts({"cv": found}, score=score))["chance"]
    beyond = {"n": 20, name: 0.8, "ci": {name: [0.6, 0.9]}}
    assert not outcome.headline(facts({"cv": beyond}, score=score))["chance"]


def test_validation_subjects_are_said_to_choose_only_where_they_did() -> None:
    found = {"val": {"n": 1, "auc": 0.8, "ci": {"auc": [0.6, 0.9]}}}
    assert (
        outcome.headline(facts(found))["where"]
        == "on validation subjects, which selected the epoch"
    )
    assert outcome.headline(facts(found, val="a"))["where"] == "on validation subjects"
