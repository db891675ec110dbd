"""Calibration: fitted on training subjects alone, stored, and better than certainty.

The definitions are compared with scikit-learn and SciPy on the same predictions.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.metrics import log_loss, roc_auc_score

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.artifacts.model import StoredModel, log_probabilities
from graphnet.artifacts.result import TaskResult
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.splits import Splits
from graphnet.errors import ModelError
from graphnet.evaluation.calibration import LEAST_SLOPE, Calibration
from graphnet.evaluation.cross_validation import CrossValidation, cross_validate
from graphnet.evaluation.folds import Fold, leave_one_out_by, stratified
from graphnet.evaluation.recalibration import inner_folds
from graphnet.experiment import run
from graphnet.outcome import Outcome
from tests.graphnet.people import cohort

CPU = torch.device("cpu")
PEOPLE = cohort(controls=24, patients=21)
QUICK = TrainingSettings.for_model("SGN", epochs=8, density=0.3)
BARE = Evaluation(baselines=False, explain=False)


def logs_of(score: FloatArray) -> FloatArray:
    """Log probabilities (S, 2) of a score that is the log odds of class 1."""
    return np.stack([-np.logaddexp(0, score), -np.logaddexp(0, -score)], axis=1)


def overconfident(n: int = 400, times: float = 4.0) -> tuple[FloatArray, IntArray]:
    """Log probabilities whose log odds are so many times too large, and the classes."""
    random = np.random.default_rng(3)
    odds = random.normal(0.0, 1.0, n)
    labels = (random.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    return logs_of(times * odds), labels


def test_the_slope_is_the_one_of_most_penalised_likelihood() -> None:
    logs, labels = overconfident()
    shares = np.bincount(labels) / len(labels)
    found = Calibration.fit(logs, labels, shares, "cv")
    assert found is not None

    def loss(slope: float) -> float:
        own = log_softmax(np.log(shares) + slope * (logs - np.log(shares)), axis=1)
        return float(-own[np.arange(len(labels)), labels].sum() + slope**2 / 2)

    best = minimize_scalar(loss, bounds=(0.01, 5), method="bounded", options={"xatol": 1e-9})
    assert found.slope == pytest.approx(best.x, abs=1e-5)
    assert found.slope == pytest.approx(1 / 4, rel=0.2)
    assert found.subjects == 400


def test_a_calibration_keeps_the_order_and_takes_back_certainty() -> None:
    logs, labels = overconfident()
    found = Calibration.fit(logs, labels, np.bincount(labels) / len(labels), "cv")
    assert found is not None
    before, after = np.exp(logs[:, 1]), found.apply(logs)[:, 1]
    assert roc_auc_score(labels, after) == roc_auc_score(labels, before)
    assert np.mean((after - labels) ** 2) < np.mean((before - labels) ** 2)
    np.testing.assert_allclose(found.apply(logs).sum(axis=1), 1, atol=1e-6)


def test_where_nothing_is_learnt_everybody_gets_the_base_rate() -> None:
    random = np.random.default_rng(0)
    labels = (np.arange(200) % 5 == 0).astype(np.int64)
    logs = logs_of(random.normal(-1.4, 3.0, 200))
    found = Calibration.fit(logs, labels, np.array([0.8, 0.2]), "cv")
    assert found is not None
    assert LEAST_SLOPE <= found.slope < 0.1
    brier = np.mean((found.apply(logs)[:, 1] - labels) ** 2)
    assert brier == pytest.approx(0.16, abs=0.003)
    assert np.mean((np.exp(logs[:, 1]) - labels) ** 2) > 0.25


def test_three_classes_are_calibrated_alike() -> None:
    random = np.random.default_rng(2)
    truth = random.dirichlet([1, 2, 3], 600)
    labels = np.array([random.choice(3, p=row) for row in truth])
    sharp = truth**3 / (truth**3).sum(axis=1, keepdims=True)
    shares = np.bincount(labels) / len(labels)
    found = Calibration.fit(np.log(sharp), labels, shares, "cv")
    assert found is not None
    after = found.apply(np.log(sharp))
    after /= after.sum(axis=1, keepdims=True)  # in double, as scikit-learn wants them
    assert log_loss(labels, after) < log_loss(labels, sharp) - 0.1


def test_few_subjects_of_a_class_are_not_calibrated_on() -> None:
    logs, labels = overconfident(20)
    labels[:] = 0
    labels[:4] = 1
    assert Calibration.fit(logs, labels, np.array([0.8, 0.2]), "cv") is None


def test_log_probabilities_are_those_of_the_mean_over_replicas() -> None:
    outputs = torch.randn((3, 7, 4), generator=torch.Generator().manual_seed(0))
    expected = outputs.double().softmax(dim=-1).mean(dim=0).log().numpy()
    np.testing.assert_allclose(log_probabilities(outputs), expected, atol=1e-12)


FOLDS = stratified(PEOPLE.labels, PEOPLE.ids, folds=10, repeats=2, seed=0)


@pytest.mark.parametrize("folds", [2, 3, 4, 7, 10])
def test_inner_folds_are_training_subjects_and_predict_none_that_they_train_on(folds: int) -> None:
    cut = stratified(PEOPLE.labels, PEOPLE.persons, folds=folds, repeats=2, seed=0)
    for fold, inner in zip(
        cut, inner_folds(cut, PEOPLE.labels, PEOPLE.persons, seed=0), strict=True
    ):
        train = set(fold.train.tolist())
        predicted = np.concatenate([each.test for each in inner])
        assert len(predicted) == len(set(predicted.tolist())) >= 0.66 * len(train)
        for each in inner:
            assert {*each.train.tolist(), *each.test.tolist()} <= train
            assert not {*each.train.tolist()} & {*each.test.tolist()}


def test_inner_models_are_shared_by_folds() -> None:
    cut = FOLDS[:10]
    inner = inner_folds(cut, PEOPLE.labels, PEOPLE.persons, seed=0)
    assert len({each.train.tobytes() for folds in inner for each in folds}) == 10


def test_a_person_at_two_sites_is_never_trained_on_and_predicted() -> None:
    sites = [f"site {number % 6}" for number in range(45)]
    persons = [f"P{number // 2}" for number in range(45)]
    folds = leave_one_out_by(sites, PEOPLE.labels, persons)
    for fold, inner in zip(folds, inner_folds(folds, PEOPLE.labels, persons, seed=0), strict=True):
        tested = {persons[row] for row in fold.test.tolist()}
        for each in inner:
            trained = {persons[row] for row in each.train.tolist()}
            assert not trained & tested
            assert not trained & {persons[row] for row in each.test.tolist()}


def crossed(people: Cohort, folds: tuple[Fold, ...] = FOLDS[:10], **asked: Any) -> CrossValidation:
    inner = inner_folds(folds, PEOPLE.labels, PEOPLE.persons, seed=0)
    return cross_validate(
        people, QUICK, folds, (0, 1), device=CPU, baselines=False, inner=inner, **asked
    )


def test_a_test_subject_changes_no_calibration() -> None:
    """Neither its measures nor its class: its fold's slope and other predictions stay, to the bit.

    In the folds that train on it, both change.
    """
    fold = FOLDS[0]
    row, others = int(fold.test[0]), fold.test[1:]
    features, labels = PEOPLE.features.copy(), PEOPLE.labels.copy()
    features[row] *= -3
    labels[row] = 1 - labels[row]
    before, after = crossed(PEOPLE), crossed(replace(PEOPLE, features=features, labels=labels))
    assert after.slopes[0] == before.slopes[0]
    assert after.predicted[0, others].tobytes() == before.predicted[0, others].tobytes()
    assert after.slopes[1:] != before.slopes[1:]


def test_some_folds_are_calibrated_as_all_are() -> None:
    """So that it makes no difference how workers share them."""
    whole = crossed(PEOPLE)
    inner = inner_folds(FOLDS[:10], PEOPLE.labels, PEOPLE.persons, seed=0)
    part = cross_validate(
        PEOPLE, QUICK, FOLDS[3:5], (0, 1), device=CPU, baselines=False, inner=inner[3:5]
    )
    assert part.slopes == pytest.approx(whole.slopes[3:5], rel=1e-4)


@cache
def trained(**asked: Any) -> Outcome:
    return run(Splits(PEOPLE), replace(QUICK, epochs=40, **asked), evaluation=BARE)


def test_the_model_is_calibrated_on_its_folds_and_keeps_that() -> None:
    model, told = trained().model, trained().result.calibration
    assert model.calibration is not None
    assert told is not None
    assert (told.source, told.subjects, told.slope) == ("cv", 45, model.calibration.slope)
    again = StoredModel.from_bytes(*model.to_bytes())
    assert again.calibration == model.calibration
    assert again.predict(PEOPLE).tobytes() == model.predict(PEOPLE).tobytes()
    read = TaskResult.from_json(trained().result.as_dict())
    assert read.calibration == told
    assert [*read.cross_validation["cv"].slopes] == [
        *trained().result.cross_validation["cv"].slopes
    ]


def test_a_model_without_calibration_predicts_as_it_did() -> None:
    """A manifest of an older version says nothing of it."""
    plain = trained(calibrate=False).model
    assert plain.calibration is None
    assert trained(calibrate=False).result.calibration is None
    parameters, manifest = plain.to_bytes()
    older = manifest.replace(b' "calibration": null,\n', b"")
    assert older != manifest
    expected = plain.outputs(PEOPLE).softmax(dim=-1).mean(dim=0).float().double().numpy()
    assert StoredModel.from_bytes(parameters, older).predict(PEOPLE).tobytes() == expected.tobytes()


def test_calibrating_leaves_parameters_and_ranking_as_they_are() -> None:
    with_, without = trained().model, trained(calibrate=False).model
    assert with_.digest == without.digest
    order = [np.argsort(each.predict(PEOPLE)[:, 1], kind="stable") for each in (with_, without)]
    assert order[0].tolist() == order[1].tolist()


def test_subjects_of_several_folds_are_ranked_as_the_networks_rank_them() -> None:
    """Each fold has a factor of its own, which must not decide who of two folds is ahead."""
    with_, without = trained(), trained(calibrate=False)
    ours, plain = with_.result.metrics["cv"], without.result.metrics["cv"]
    assert ours is not None
    assert plain is not None
    assert (ours["auc"], ours.interval("auc")) == (plain["auc"], plain.interval("auc"))
    assert ours["brier"] != plain["brier"]
    kept = with_.predictions["predictions"]["cv"]
    truth = [label == 1 for label in kept["label"]]
    before = [row[1] for row in kept["before_calibration"]]
    assert roc_auc_score(truth, before) == pytest.approx(ours["auc"])
    assert "before_calibration" not in without.predictions["predictions"]["cv"]


@pytest.mark.nightly
def test_the_network_without_its_graph_is_calibrated_like_the_one_with_it() -> None:
    """Or its probabilities would seem the worse; who is ahead of whom stays as trained."""

    def no_edge(split: str, **asked: Any) -> SplitMetrics:
        evaluation = replace(BARE, baselines=True, cv_folds=4)
        settings = replace(QUICK, epochs=60, **asked)
        data = Splits(PEOPLE, test=cohort("T", controls=12, patients=12))
        result = run(data, settings, evaluation=evaluation).result
        found = result.baselines["no_edge"][split]
        assert found is not None
        return found

    for split in ("cv", "test"):
        with_, without = no_edge(split), no_edge(split, calibrate=False)
        assert (with_["auc"], with_.interval("auc")) == (without["auc"], without.interval("auc"))
        assert with_["brier"] != without["brier"]


def test_a_damaged_calibration_is_refused() -> None:
    parameters, manifest = trained().model.to_bytes()
    for wrong in (b'"slope": -', b'"slope": "x", "was": '):
        with pytest.raises(ModelError):
            StoredModel.from_bytes(parameters, manifest.replace(b'"slope": ', wrong))


def test_without_folds_three_are_trained_for_it_and_no_other_subject_counts() -> None:
    held_out = cohort("B", controls=12, patients=12)
    first = run(Splits(PEOPLE, test=held_out), QUICK, evaluation=BARE)
    told = first.result.calibration
    assert told is not None
    assert (told.source, told.subjects) == ("inner", 45)
    wild = replace(held_out, features=-3 * held_out.features, labels=1 - held_out.labels)
    second = run(Splits(PEOPLE, test=wild), QUICK, evaluation=BARE)
    assert second.model.calibration == first.model.calibration
    chosen = run(Splits(PEOPLE, val=held_out), QUICK, evaluation=replace(BARE, cv_folds=4))
    assert chosen.result.calibration is not None
    assert chosen.result.calibration.source == "inner"  # the folds are trained to the last epoch


def test_nested_folds_are_calibrated_by_those_that_chose() -> None:
    told = run(
        Splits(PEOPLE), QUICK, evaluation=replace(BARE, nested=True, cv_folds=2)
    ).result  # fmt: skip
    slopes = told.cross_validation["cv"].slopes
    assert len(slopes) == 2
    assert None not in slopes
    assert told.calibration is not None
    assert told.calibration.source == "inner"  # the folds have other settings


def test_a_fine_tuned_model_is_calibrated_on_new_subjects_or_as_its_parent() -> None:
    parent = trained().model
    new = cohort("B", controls=15, patients=15)
    own = run(Splits(new), QUICK, parent=parent, evaluation=BARE)
    assert own.result.calibration is not None
    assert own.result.calibration.source == "cv"
    seen = run(Splits(PEOPLE), QUICK, parent=parent, evaluation=BARE)
    told = seen.result.calibration
    assert told is not None
    assert told.source == "parent"
    assert seen.model.calibration is not None
    assert parent.calibration is not None
    assert seen.model.calibration.slope == parent.calibration.slope
    assert "evaluation.calibration-inherited" in {each.code for each in seen.result.warnings}


def test_too_few_subjects_are_said_to_be_too_few() -> None:
    few = run(Splits(cohort(controls=9, patients=4)), QUICK, evaluation=BARE)
    assert few.model.calibration is None
    assert "evaluation.uncalibrated" in {each.code for each in few.result.warnings}


def test_a_score_is_not_calibrated() -> None:
    scored = replace(PEOPLE, scores=np.linspace(0, 30, 45))
    told = run(Splits(scored), replace(QUICK, label="score"), evaluation=BARE)
    assert told.model.calibration is None
    assert told.result.calibration is None


@pytest.mark.nightly
def test_probabilities_of_noise_are_no_worse_than_the_base_rate() -> None:
    """Where there is nothing to learn, an uncalibrated network is worse than the class ratio."""
    random = np.random.default_rng(7)
    people = cohort(controls=90, patients=30)
    noise = replace(people, labels=random.permutation(people.labels))
    settings = TrainingSettings.for_model("SGN", epochs=40)

    def brier(**asked: Any) -> float:
        found = run(Splits(noise), replace(settings, **asked), evaluation=BARE).result
        metrics = found.metrics["cv"]
        assert metrics is not None
        return metrics["brier"] or 0.0

    base = 0.25 * 0.75
    assert brier(calibrate=False) > base + 0.02
    assert brier() < base + 0.005
