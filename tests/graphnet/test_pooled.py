"""Baselines of a fine-tuning that are fitted to its parent's training subjects as well."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from graphnet import experiment
from graphnet.artifacts.fine_tuning import POOLED, PooledBaselines
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import TaskResult
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, Layout, merge
from graphnet.data.dataset import NUMERIC, Covariate
from graphnet.data.splits import Splits
from graphnet.data.synthetic import Recipe
from graphnet.distributed.serialisation import unpack_folds
from graphnet.distributed.shards import run_shard, shards
from graphnet.evaluation.assessment import pooled_baselines
from graphnet.evaluation.baselines import CLASSIFIERS, fit_baselines, fit_score_baselines
from graphnet.evaluation.cross_validation import cross_validate
from graphnet.evaluation.metrics import evaluate
from graphnet.evaluation.pooled import (
    AncestorSubjects,
    TrainedDataset,
    pooled,
    recorded_datasets,
    subjects_of,
    trained_on,
)
from graphnet.plan import ExperimentPlan
from graphnet.preprocessing.pipeline import Preprocessing
from graphnet.training.callbacks import Callback
from tests.graphnet.people import cohort

RECIPE = Recipe(regions=12, affected=(2, 5, 9), effect=0.7, networks=3, corrupt=0)
PLAIN = Evaluation(cv_folds=0, baselines=False, explain=False)
JUDGED = Evaluation(cv_folds=0, explain=False, compare_scratch=False)
LOGISTIC = "logistic_regression"
NAMES = {name + POOLED for name in CLASSIFIERS}


def people(site: str, each: int, seed: int, first: int = 1) -> Cohort:
    return cohort(site, controls=each, patients=each, seed=seed, first=first, recipe=RECIPE)


OURS = people("A", 60, 0)  # whom the parent is trained on
TEST = people("B", 30, 2, first=500)


@cache
def parent(**settings: Any) -> StoredModel:
    asked = TrainingSettings.for_model("SGN", **{"epochs": 2, **settings})
    return experiment.run(Splits(OURS), asked, evaluation=PLAIN).model


def ancestors(*cohorts: Cohort, recorded: int | None = 120) -> AncestorSubjects:
    return AncestorSubjects([trained_on(parent(), each) for each in cohorts or (OURS,)], recorded)


def tuned(
    data: Splits, known: AncestorSubjects | None, evaluation: Evaluation = JUDGED, **asked: Any
) -> TaskResult:
    settings = TrainingSettings.for_model("SGN", **{"epochs": 1, **asked})
    outcome = experiment.run(
        data, settings, parent=parent(), ancestors=known, evaluation=evaluation
    )
    stored = outcome.result.as_dict()
    assert TaskResult.from_json(stored).as_dict() == stored
    assert ("pooled_baselines" in stored) == (known is not None)
    return outcome.result


def plan_of(data: Splits, known: AncestorSubjects, **asked: Any) -> ExperimentPlan:
    settings = TrainingSettings.for_model("SGN", epochs=1)
    asked = {"explain": False, "compare_scratch": False, **asked}
    return ExperimentPlan.of(data, settings, Evaluation(**asked), parent(), ancestors=known)


def codes(result: TaskResult) -> set[str]:
    return {warning.code for warning in result.warnings}


def auc(result: TaskResult, name: str, split: str = "test") -> float:
    metrics = result.baseline(name, split)
    assert metrics is not None
    value = metrics["auc"]
    assert value is not None
    return value


@pytest.mark.nightly
def test_few_new_subjects_are_not_all_that_a_baseline_may_learn_from() -> None:
    data = Splits(people("B", 6, 1), test=TEST)
    result = tuned(data, ancestors())
    assert set(result.baselines) >= NAMES
    for name in (LOGISTIC, "svm_linear", "svm_rbf"):
        assert auc(result, name + POOLED) > auc(result, name) + 0.05
        ours = result.measured["test"]["auc"]
        difference = result.difference("test", name + POOLED)
        assert difference.value == pytest.approx((ours or 0) - auc(result, name + POOLED))
        assert difference.interval is not None
    assert result.pooled == PooledBaselines(120, 120)
    alone = tuned(data, None)
    assert not NAMES & set(alone.baselines)
    assert {name: result.baselines[name] for name in alone.baselines} == dict(alone.baselines)
    assert alone.metrics == result.metrics
    assert not {code for code in codes(result) if code.startswith("pooled.")}


def test_labels_that_mean_nothing_are_not_predicted() -> None:
    random = np.random.default_rng(4)
    known, train = (
        replace(each, labels=random.permutation(each.labels)) for each in (OURS, people("B", 10, 1))
    )
    found = pooled_baselines(parent(), train, [trained_on(parent(), known)], {"test": TEST})
    for name in (LOGISTIC, "svm_linear", "svm_rbf"):
        metrics = evaluate(TEST.labels, found[name + POOLED].predicted["test"])
        low, high = metrics.interval("auc") or (1.0, 0.0)
        assert low < 0.5 < high, name


def test_a_held_out_subject_changes_nothing_that_is_fitted() -> None:
    train, others = people("B", 8, 1), np.arange(1, len(TEST))
    strange = TEST.features.copy()
    strange[0] *= 50
    changed = replace(TEST, features=strange, labels=np.roll(TEST.labels, 7))
    found = []
    for test in (TEST, changed):
        plan = plan_of(Splits(train, test=test), ancestors())
        assert plan.ancestors
        predicted = pooled_baselines(plan.start, train, plan.ancestors, {"test": test})
        found.append({name: one.predicted["test"] for name, one in predicted.items()})
    for name in NAMES:
        assert np.array_equal(found[0][name][others], found[1][name][others]), name
    assert not np.array_equal(found[0][LOGISTIC + POOLED][0], found[1][LOGISTIC + POOLED][0])


@pytest.mark.parametrize("written", ["{}", "sub-{}", " {}"])
def test_whom_the_parent_has_seen_is_left_out_where_the_task_holds_them_out(written: str) -> None:
    def renamed(some: Cohort) -> Cohort:
        return replace(some, ids=tuple(map(written.format, some.ids)))

    test = merge([renamed(OURS.rows(np.arange(50, 70))), TEST])
    train = merge([people("B", 8, 1), renamed(OURS.rows(np.arange(5)))])
    plan = plan_of(Splits(train, test=test), ancestors(), cv_folds=0)
    assert plan.pool is not None
    assert plan.pool.facts == PooledBaselines(95, 120, held_out=20, in_training=5)
    assert plan.ancestors
    left = {each for some in plan.ancestors for each in some.ids}
    assert not left & {OURS.ids[row] for row in (*range(50, 70), *range(5))}


def test_folds_have_the_parent_s_subjects_and_their_own_training_subjects() -> None:
    train = people("B", 10, 1)
    plan = plan_of(Splits(train), ancestors(), cv_folds=4)
    (folds,), known = plan.fold_plans, plan.fold_ancestors
    assert known
    found = cross_validate(
        *(train, plan.start.settings, folds.folds, plan.start.classes),
        device=torch.device("cpu"),
        parent=plan.fold_parent,
        ancestors=known,
        callback=Callback(),
    )
    assert set(found.baselines) >= NAMES
    values = found.baselines["svm_rbf" + POOLED]
    assert values is not None
    for fold in folds.folds:
        everyone = pooled(train.rows(fold.train), known)
        assert len(everyone) == 120 + len(fold.train)
        through = Preprocessing.fit(everyone, replace(plan.start.settings, graph="none"))
        x = through.flat(everyone), {"t": through.flat(train.rows(fold.test))}
        expected = fit_baselines(x[0], everyone.labels, x[1], 2, everyone.persons)
        assert np.array_equal(values[0, fold.test], expected["svm_rbf"].predicted["t"])


@pytest.mark.nightly
def test_folds_that_are_shared_out_give_the_same() -> None:
    train, cpu = people("B", 8, 1), torch.device("cpu")
    plan = plan_of(Splits(train), ancestors(), cv_folds=4, fan_out=2)
    numbers = range(1, len(shards(plan)) + 1)
    contents = [run_shard(plan, each, device=cpu, callback=Callback()) for each in numbers]
    shared = unpack_folds(contents, plan.fold_plans[0].folds)
    whole = cross_validate(
        *(train, plan.start.settings, plan.fold_plans[0].folds, plan.start.classes),
        device=cpu,
        parent=plan.fold_parent,
        ancestors=plan.fold_ancestors,
    )
    for name in NAMES:
        ours, theirs = shared.baselines[name], whole.baselines[name]
        assert ours is not None
        assert theirs is not None
        assert np.array_equal(ours, theirs), name


def test_folds_that_do_not_begin_from_the_parent_are_not_compared_with_its_subjects() -> None:
    train = merge([people("B", 8, 1), OURS.rows(np.arange(50, 70))])
    plan = plan_of(Splits(train), ancestors(), cv_folds=3)
    assert plan.ancestors
    assert not plan.fold_ancestors
    assert plan.pool is not None
    assert [each.code for each in plan.pool.facts.warnings] == ["pooled.not-in-folds"]
    everyone = plan_of(Splits(OURS), ancestors(), cv_folds=2)
    assert everyone.pool is not None
    assert not everyone.ancestors
    assert [each.code for each in everyone.pool.facts.missing] == ["pooled.nobody-left"]
    assert [each.code for each in everyone.pool.facts.warnings] == ["pooled.none"]


def test_regions_and_measures_are_put_into_the_model_s_order() -> None:
    turned = OURS.arranged(Layout(OURS.regions[::-1], OURS.measures[::-1]))
    train = people("B", 6, 1)
    found = [
        pooled_baselines(parent(), train, [trained_on(parent(), each)], {"test": TEST})
        for each in (OURS, turned)
    ]
    for name in NAMES:
        first, second = (each[name].predicted["test"] for each in found)
        assert np.array_equal(first, second), name


def test_data_that_do_not_fit_are_not_fitted_to_and_it_is_said() -> None:
    fewer = replace(OURS, regions=OURS.regions[1:], features=OURS.features[:, 1:])
    listed = TrainedDataset("A", subjects=120)
    found = subjects_of(parent(), fewer, listed)
    assert (found.cohorts, [each.code for each in found.missing]) == ((), ["pooled.not-usable"])
    strangers = subjects_of(parent(), TEST, listed)
    assert [each.code for each in strangers.missing] == ["pooled.not-usable"]
    relabelled = subjects_of(parent(), replace(OURS, labels=OURS.labels + 1), listed)
    assert [each.code for each in relabelled.missing] == ["pooled.not-usable"]
    data = Splits(people("B", 6, 1), test=TEST)
    plan = plan_of(data, AncestorSubjects(found.cohorts, 120, found.missing))
    assert plan.pool is not None
    assert not plan.ancestors
    assert [each.code for each in plan.pool.facts.warnings] == ["pooled.none"]


def test_class_names_that_contradict_the_new_ones_are_no_pool() -> None:
    named = replace(OURS, class_names={0: "SZ", 1: "NC"})
    new = replace(people("B", 6, 1), class_names={0: "NC", 1: "SZ"})
    plan = plan_of(Splits(new, test=TEST), ancestors(named))
    assert plan.pool is not None
    assert not plan.ancestors
    assert [each.code for each in plan.pool.facts.missing] == ["pooled.unlike"]


def test_what_the_manifest_says_is_compared_with_what_is_there() -> None:
    model = parent()
    listed, complete = recorded_datasets(model.facts, "T1")
    assert complete
    assert [(each.name, each.task_id, each.subjects) for each in listed] == [
        ("A_NC", "T1", 60), ("A_SZ", "T1", 60),
    ]  # fmt: skip
    controls = OURS.rows(np.flatnonzero(OURS.labels == 0))
    same = subjects_of(model, controls, listed[0])
    assert (len(same.cohorts[0]), same.missing, same.notes) == (60, (), [])
    erased = subjects_of(model, controls.rows(np.arange(3, 60)), listed[0])
    assert len(erased.cohorts[0]) == 57
    (fewer,) = erased.missing
    assert (fewer.code, dict(fewer.values)["count"]) == ("pooled.fewer", 3)
    moved = replace(controls, features=controls.features + 1)
    assert [each.code for each in subjects_of(model, moved, listed[0]).notes] == ["pooled.changed"]
    more = merge([controls, replace(people("A", 4, 9, first=900), datasets=("A_NC",) * 8)])
    (kept,) = subjects_of(model, more, listed[0]).cohorts
    assert kept.ids == controls.ids  # whoever was added later was not trained on


def test_all_ancestors_are_recorded_with_their_tasks() -> None:
    settings = TrainingSettings.for_model("SGN", epochs=1)
    identity = {"task_id": "T2", "parent_task_id": "T1"}
    child = experiment.run(
        Splits(people("B", 6, 1)), settings, parent=parent(), evaluation=PLAIN, identity=identity
    ).model
    listed, complete = recorded_datasets(child.facts, "T2")
    assert complete
    assert [(each.name, each.subjects, bool(each.sha256)) for each in listed] == [
        ("A_NC", 60, False), ("A_SZ", 60, False), ("B_NC", 6, True), ("B_SZ", 6, True),
    ]  # fmt: skip
    assert len(trained_on(child, OURS)) == 120
    assert recorded_datasets({"parent_task_id": "T0"}, "T1") == ([], False)


@pytest.mark.nightly
def test_sites_are_harmonised_over_parent_s_and_new_subjects() -> None:
    two = merge([OURS, people("C", 10, 5, first=300)])
    settings = TrainingSettings.for_model("SGN", epochs=1, harmonise=True)
    model = experiment.run(Splits(two), settings, evaluation=PLAIN).model
    known = [trained_on(model, two)]
    train = people("B", 10, 1)
    spread = np.nanstd(train.features, axis=0)
    found = []
    for shift in (0.0, 3.0):
        moved = [replace(one, features=one.features + shift * spread) for one in (train, TEST)]
        predicted = pooled_baselines(model, moved[0], known, {"test": moved[1]})
        found.append(predicted[LOGISTIC + POOLED].predicted["test"][:, 1])
    assert np.corrcoef(found[0], found[1])[0, 1] > 0.95
    alone = pooled_baselines(model, train.rows(np.array([0, 10])), known, {"test": TEST})
    assert {one.reason.code for one in alone.values() if one.reason} == {
        "data.harmonise-few-subjects"
    }
    assert set(alone) == NAMES


def test_covariates_are_taken_out_as_they_are_for_the_model() -> None:
    def aged(some: Cohort) -> Cohort:
        ages = np.random.default_rng(len(some)).normal(40, 10, len(some))
        return replace(
            some,
            features=some.features + ages[:, None, None] * np.nanstd(some.features) / 5,
            covariates=(Covariate("age", NUMERIC, ages),),
            confounds=("age",),
        )

    ours, train, test = map(aged, (OURS, people("B", 8, 1), TEST))
    settings = TrainingSettings.for_model("SGN", epochs=1, adjust="regress", graph="full")
    model = experiment.run(Splits(ours), settings, evaluation=PLAIN).model
    found = pooled_baselines(model, train, [trained_on(model, ours)], {"test": test})
    values = found[LOGISTIC + POOLED].predicted["test"][:, 1]
    plain = replace(model, settings=replace(model.settings, adjust="none"))
    unadjusted = pooled_baselines(plain, train, [trained_on(model, ours)], {"test": test})
    ages = test.covariates[0].numbers
    as_is = unadjusted[LOGISTIC + POOLED].predicted["test"][:, 1]
    assert not np.array_equal(values, as_is)
    assert abs(np.corrcoef(ages, values)[0, 1]) < 0.3


def test_a_score_has_a_pooled_ridge() -> None:
    weights = np.random.default_rng(8).normal(size=12)

    def scored(each: Cohort) -> Cohort:
        spread = np.nanstd(OURS.features[:, :, 0], axis=0)
        signal = (each.features[:, :, 0] / spread) @ weights
        return replace(each, scores=40 + signal - signal.mean())

    settings = TrainingSettings.for_model("SGN", label="score", epochs=1)
    model = experiment.run(Splits(scored(OURS)), settings, evaluation=PLAIN).model
    train, test = scored(people("B", 4, 1)), scored(TEST)
    known = [trained_on(model, scored(OURS))]
    found = pooled_baselines(model, train, known, {"test": test})
    assert set(found) == {"mean" + POOLED, "ridge" + POOLED}
    x = {"test": model.preprocessing.flat(test)}
    alone = fit_score_baselines(model.preprocessing.flat(train), train.scores, x)["ridge"]
    errors = [
        np.abs(one.predicted["test"][:, 0] - test.scores).mean()
        for one in (found["ridge" + POOLED], alone)
    ]
    assert errors[0] < 0.7 * errors[1]
