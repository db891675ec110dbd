"""The learning curve over subjects: the same training on fewer of them, on the same others."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from graphnet.artifacts.further_trainings import CurvePoint, LearningCurve
from graphnet.artifacts.metrics import Estimate
from graphnet.artifacts.result import TaskResult
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.splits import Splits
from graphnet.data.synthetic import Recipe
from graphnet.errors import SettingsError
from graphnet.evaluation.learning_curve import SHARES, curve_subjects, share_of
from graphnet.evaluation.metrics import evaluate
from graphnet.experiment import run
from graphnet.figures import by_subjects
from graphnet.plan import ExperimentPlan
from graphnet.report.facts import Facts
from graphnet.report.training import learning_curve_table
from graphnet.steps import expected_steps
from graphnet.training.callbacks import Callback
from graphnet.training.progress import LEARNING_CURVE, Progress
from tests.graphnet.people import cohort

SETTINGS = TrainingSettings.for_model("LogisticRegression")
WEAK = Recipe(regions=30, affected=tuple(range(1, 16)), effect=0.25, networks=3, corrupt=0)
PEOPLE = cohort(controls=80, patients=80, recipe=WEAK)
OTHERS = cohort(controls=100, patients=100, seed=9, first=900, recipe=WEAK)


def curve(data: Splits, settings: TrainingSettings = SETTINGS, **asked: Any) -> LearningCurve:
    shown = {"explain": False, "baselines": False, "learning_curve": True, **asked}
    found = run(data, settings, evaluation=Evaluation(**shown)).result.learning_curve
    assert found is not None
    return found


@pytest.mark.nightly
def test_more_subjects_help_where_many_weak_effects_were_planted() -> None:
    found = curve(Splits(PEOPLE, test=OTHERS), cv_folds=0)
    assert (found.split, found.metric, found.n) == ("test", "auc", 200)
    assert [point.share for point in found.points] == [*SHARES, 1.0]
    assert [point.subjects for point in found.points] == [40, 80, 120, 160]
    first, last = found.points[0].metric.value, found.points[-1].metric.value
    assert first is not None
    assert last is not None
    assert last > first + 0.03
    assert found.gain.value is not None


def test_nothing_rises_where_there_is_nothing_to_learn() -> None:
    shuffled = replace(PEOPLE, labels=np.random.default_rng(0).permutation(PEOPLE.labels))
    found = curve(Splits(shuffled), cv_folds=4)
    assert found.gain.interval is not None
    assert found.gain.interval[0] < 0 < found.gain.interval[1]
    assert dict(found.message.values)["trend"] == "open"


def test_the_last_point_is_what_the_task_itself_predicts() -> None:
    plain = replace(SETTINGS, calibrate=False)
    asked = Evaluation(cv_folds=4, explain=False, baselines=False, learning_curve=True)
    result = run(Splits(PEOPLE), plain, evaluation=asked).result
    measured, found = result.metrics["cv"], result.learning_curve
    assert found is not None
    assert measured is not None
    assert found.split == "cv"
    assert found.points[-1].metric.value == pytest.approx(measured["auc"])
    assert found.points[-1].subjects == 120


@pytest.mark.nightly
def test_a_share_is_trained_as_somebody_would_train_on_these_subjects_alone() -> None:
    """The first quarter of one fold, by hand: same rows, same model, same predictions."""
    plain = replace(SETTINGS, calibrate=False)
    asked = Evaluation(cv_folds=2, explain=False, baselines=False, learning_curve=True)
    plan = ExperimentPlan.of(Splits(PEOPLE), plain, asked, None)
    found = curve_subjects(plan)
    assert found is not None

    predicted = np.full((len(PEOPLE), 2), np.nan)
    for fold in found[1]:
        quarter, half = share_of(plan, fold, 0.25), share_of(plan, fold, 0.5)
        assert set(quarter) < set(half) < set(fold.train)
        assert np.bincount(PEOPLE.labels[quarter]).tolist() == [10, 10]
        alone = Splits(PEOPLE.rows(quarter), test=PEOPLE.rows(fold.test))
        quick = Evaluation(cv_folds=0, explain=False, baselines=False)
        predicted[fold.test] = run(alone, plain, evaluation=quick).model.predict(alone.test)  # type: ignore[arg-type]
    expected = evaluate(PEOPLE.labels, predicted)["auc"]
    result = run(Splits(PEOPLE), plain, evaluation=asked).result.learning_curve
    assert result is not None
    assert result.points[0].metric.value == pytest.approx(expected, abs=2e-3)


@pytest.mark.nightly
def test_it_is_the_same_again_and_changes_nothing_else() -> None:
    network = TrainingSettings.for_model("MLP", epochs=4)
    with_curve = Evaluation(cv_folds=3, explain=False, baselines=False, learning_curve=True)
    small = Splits(cohort(controls=24, patients=24))
    first, again = (run(small, network, evaluation=with_curve) for _ in range(2))
    assert first.result.learning_curve == again.result.learning_curve
    without = run(small, network, evaluation=replace(with_curve, learning_curve=False))
    assert without.result.learning_curve is None
    assert without.model.digest == first.model.digest
    assert without.result.metrics == first.result.metrics


def test_too_few_subjects_of_a_share_are_said_and_not_trained_on() -> None:
    found = curve(Splits(cohort(controls=12, patients=12)), cv_folds=3)
    assert found.points[0].metric.value is None
    assert found.points[0].reason is not None
    assert "fewer than 5" in str(found.points[0].reason)
    assert found.points[-1].metric.value is not None
    task = {"task_result": TaskResult(learning_curve=found, metrics={"cv": None}).as_dict()}
    rows = learning_curve_table(Facts(task, None, None, None)).rows
    assert rows[0][-1] == found.points[0].reason


def test_without_anybody_to_test_on_there_is_none_and_it_is_said() -> None:
    small = cohort(controls=12, patients=12)
    found = curve(Splits(small, test=small), cv_folds=0)
    assert not found.points
    assert "needs folds" in str(found.message)
    with pytest.raises(SettingsError, match="nested"):
        curve(Splits(small), TrainingSettings.for_model("MLP"), nested=True, cv_folds=2)


@pytest.mark.nightly
def test_a_score_has_a_curve_of_r2_and_no_interval_of_its_gain() -> None:
    scored = TrainingSettings.for_model("Linear", label="score", epochs=3)
    scores = np.random.default_rng(1).normal(size=len(PEOPLE))
    found = curve(Splits(replace(PEOPLE, scores=scores)), scored, cv_folds=3)
    assert found.metric == "r2"
    assert found.gain.value is None
    assert "cannot be said" in str(found.message)


class _Steps(Progress):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def _begin(self, name: str) -> None:
        self.names.append(name)
        super()._begin(name)


def test_progress_names_it_and_expects_every_step() -> None:
    progress = _Steps()
    asked = Evaluation(cv_folds=3, explain=False, baselines=False, learning_curve=True)
    small = Splits(cohort(controls=24, patients=24))
    run(small, SETTINGS, evaluation=asked, callback=Callback(progress))
    assert progress.names.count(LEARNING_CURVE) == 1
    plan = ExperimentPlan.of(small, SETTINGS, asked, None)
    expected = [step.name for step in expected_steps(plan, torch.device("cpu"))]
    assert expected[:-1] == progress.names  # the last, a report, is the worker's


def test_stored_and_read_back_and_drawn() -> None:
    points = [
        CurvePoint(0.5, 20, Estimate(0.7, 0.6, 0.8)),
        CurvePoint(1.0, 40, Estimate(0.8, 0.7, 0.9)),
    ]
    stored = LearningCurve("cv", "auc", 40, points, Estimate(0.1, 0.02, 0.2))
    assert LearningCurve.from_json(stored.as_dict()) == stored
    assert dict(stored.message.values)["trend"] == "up"
    assert "by how much" in str(stored.message).lower()
    drawn = by_subjects(stored)
    assert drawn.count("<circle") == 2
    assert "n = 20: 0.700" in drawn
    assert by_subjects(LearningCurve("cv", "auc", 40, points[:1])) == ""
    assert LearningCurve.from_json(None) is None
    result = TaskResult(metrics={"cv": None}, learning_curve=stored)
    assert TaskResult.from_json(result.as_dict()).learning_curve == stored
