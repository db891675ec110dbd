"""Data that leave little to learn from: each case is defined, and said in words."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from graphnet.catalogue import MODELS
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, Layout
from graphnet.data.splits import Splits
from graphnet.errors import TrainingError
from graphnet.experiment import run
from graphnet.messages import Message
from tests.graphnet.people import cohort

PEOPLE = cohort(controls=12, patients=12)
OTHERS = cohort(controls=6, patients=6, seed=5)
LIGHT = Evaluation(cv_folds=0, baselines=True, explain=False)


def settings(name: str = "SGN", **asked: Any) -> TrainingSettings:
    return replace(TrainingSettings.for_model(name), epochs=3, **asked)


def spoiled(people: Cohort, value: float) -> Cohort:
    """The first measure holds one value in everyone."""
    features = people.features.copy()
    features[:, :, 0] = value
    return replace(people, features=features)


def finite(result: Any) -> bool:
    if isinstance(result, dict):
        return all(finite(each) for each in result.values())
    if isinstance(result, list):
        return all(finite(each) for each in result)
    return not isinstance(result, float) or bool(np.isfinite(result))


@pytest.mark.nightly(
    but=("missing-SGN", "missing-GAT", "constant-SGN", "constant-LinearSVM", "constant-BNT")
)
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("value", [np.nan, 0.7], ids=["missing", "constant"])
def test_a_measure_without_information_is_left_out_and_said(name: str, value: float) -> None:
    others = spoiled(OTHERS, value)
    outcome = run(Splits(spoiled(PEOPLE, value), test=others), settings(name), evaluation=LIGHT)
    columns = len(PEOPLE.regions)
    assert Message("warnings.constant-columns", count=columns) in outcome.result.warnings
    assert finite(outcome.result.as_dict())
    # Whatever stands in such a column later says nothing either.
    other = OTHERS.features.copy()
    other[:, :, 0] = 123.0
    np.testing.assert_array_equal(
        outcome.model.predict(replace(OTHERS, features=other)), outcome.model.predict(others)
    )


def test_no_information_at_all_gives_chance_and_no_claim() -> None:
    people = replace(PEOPLE, features=np.full_like(PEOPLE.features, np.nan))
    result = run(Splits(people), settings(), evaluation=Evaluation(explain=True)).result
    assert finite(result.as_dict())
    assert result.as_dict()["metrics"]["cv"]["auc"] == pytest.approx(0.5, abs=0.2)


@pytest.mark.nightly(but=("SGN",))
@pytest.mark.parametrize("name", MODELS)
def test_batches_of_one_and_a_last_batch_of_one(name: str) -> None:
    for size in (1, 23):
        outcome = run(Splits(PEOPLE), settings(name, batch_size=size), evaluation=LIGHT)
        assert finite(outcome.result.as_dict())
        lines = outcome.result.as_dict()["train_epochs"]
        assert len(lines) == (1 if MODELS[name].is_solved else 3)


@pytest.mark.nightly(but=("SGN", "LinearSVM", "BrainNetCNN"))
@pytest.mark.parametrize("name", MODELS)
def test_one_subject_of_a_class_is_trained_on_and_what_cannot_be_said_is_null(name: str) -> None:
    few = PEOPLE.rows(np.array([*range(12), 12]))
    if name == "LinearSVM":  # whose probabilities need decisions on inner folds
        with pytest.raises(TrainingError, match="only one training subject"):
            run(Splits(few, test=OTHERS), settings(name), evaluation=LIGHT)
        return
    result = run(Splits(few, test=OTHERS), settings(name), evaluation=LIGHT).result
    assert result.as_dict()["metrics"]["test"]["n"] == 12
    assert finite(result.as_dict())
    alone = run(Splits(few), settings(name), evaluation=Evaluation(explain=False)).result
    assert alone.metrics["cv"] is None
    assert "evaluation.cv-impossible" in {warning.code for warning in alone.warnings}


@pytest.mark.nightly(but=("SGN", "BNT", "LogisticRegression"))
@pytest.mark.parametrize("name", MODELS)
def test_a_single_new_subject_is_judged_without_an_interval_that_pretends(name: str) -> None:
    alone = OTHERS.rows(np.array([0]))
    result = run(Splits(PEOPLE, test=alone), settings(name), evaluation=LIGHT).result
    assert result.as_dict()["metrics"]["test"]["n"] == 1
    assert result.as_dict()["metrics"]["test"]["auc"] is None
    low, high = result.as_dict()["metrics"]["test"]["ci"]["accuracy"]
    assert high - low > 0.7


def test_subjects_whose_last_edge_falls_below_the_threshold_are_counted() -> None:
    asked = settings(graph="similarity", threshold=0.999999)
    result = run(Splits(PEOPLE, test=OTHERS), asked, evaluation=LIGHT).result
    code = "warnings.subjects-without-edges"
    assert [warning for warning in result.warnings if warning.code == code] == [
        Message(code, split="train", count=24, subjects=24, threshold=0.999999),
        Message(code, split="test", count=12, subjects=12, threshold=0.999999),
    ]


def connected(people: Cohort, seed: int) -> Cohort:
    """The same subjects with connectomes and nothing else; one edge is the same in everyone."""
    regions = len(people.regions)
    edges = np.random.default_rng(seed).normal(0, 0.2, (len(people), regions, regions))
    edges = (edges + np.swapaxes(edges, 1, 2)) * (1 - np.eye(regions))
    edges[:, 1, 3] = edges[:, 3, 1] = 0.25
    layout = Layout.of_connectome(people.regions)
    return replace(people, features=edges, connectomes=edges, measures=layout.measures)


def test_edges_are_counted_once_and_without_the_diagonal() -> None:
    others = connected(OTHERS, seed=2)
    others.features[5, 2, 7] = others.features[5, 7, 2] = 40.0
    data = Splits(connected(PEOPLE, seed=1), test=others)
    warnings = run(data, settings(), evaluation=LIGHT).result.warnings
    assert Message("warnings.constant-columns", count=1) in warnings
    (clipped,) = [dict(each.values) for each in warnings if each.code == "warnings.clipped"]
    assert (clipped["split"], clipped["count"]) == ("test", 1)
