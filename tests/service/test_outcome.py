"""What a task's page says of its figures, without a browser."""

from typing import Any

import pytest

from graphnet.messages import Message
from graphnet.report.facts import Facts
from service.pages.outcome import Headline

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


def headline(metrics: dict[str, Any], *, score: bool = False, val: str = "b") -> Headline:
    leading = Headline.of(facts(metrics, score=score, val=val))
    assert leading is not None
    return leading


@pytest.mark.parametrize(
    ("name", "interval", "code"),
    [
        ("auc", [0.4, 0.7], "report.could-be-chance"),
        ("auc", [0.2, 0.4], "report.worse-than-chance"),
        ("r2", [-0.2, 0.1], "report.could-be-chance"),
        ("r2", [-0.3, -0.1], "report.worse-than-chance"),
    ],
)
def test_what_chance_could_do_is_said(name: str, interval: list[float], code: str) -> None:
    score = name == "r2"
    poor = {"n": 20, name: 0.5, "ci": {name: interval}}
    target = "score" if score else "class"
    assert headline({"cv": poor}, score=score).chance == Message(code, target=target)
    beyond = {"n": 20, name: 0.8, "ci": {name: [0.6, 0.9]}}
    assert headline({"cv": beyond}, score=score).chance is None


def test_a_metric_that_is_not_known_gives_way_to_one_that_is() -> None:
    assert headline({"cv": {"n": 5, "auc": None, "accuracy": 0.8}}).metric.figure == "0.800"
    scored = headline({"cv": {"n": 5, "r2": None, "mae": 2.5}}, score=True)
    assert scored.metric.name == Message("names.metric-mae")
    assert Headline.of(facts({"cv": None})) is None


def test_validation_subjects_are_said_to_choose_only_where_they_did() -> None:
    found = {"val": {"n": 1, "auc": 0.8, "ci": {"auc": [0.6, 0.9]}}}
    assert headline(found).metric.where == Message("report.on-validation-that-selected")
    assert headline(found, val="a").metric.where == Message("report.on-validation")


def test_new_sites_at_chance_and_wrong_probabilities_stand_beside_the_metric() -> None:
    bounds = {"auc": [0.6, 0.9], "calibration_slope": [0.1, 0.6]}
    folds = {"n": 20, "auc": 0.8, "calibration_slope": 0.3, "ci": bounds}
    new = {"n": 20, "auc": 0.5, "ci": {"auc": [0.3, 0.7]}}
    found = headline({"cv": folds, "leave_site_out": new})
    assert [message.code for message in found.grave] == ["report.new-sites"]
    assert [message.code for message in found.cautions] == [
        "report.pooled-sites",
        "report.wrong-calibration-slope",
    ]
