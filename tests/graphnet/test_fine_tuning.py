"""Did a fine-tuning help? It is told where the truth is known, and not where nobody can know."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from graphnet import experiment
from graphnet.artifacts.fine_tuning import (
    CLASS_FIGURES,
    MOVED,
    PARENT,
    SCRATCH,
    FineTuning,
    TuningComparison,
)
from graphnet.artifacts.metrics import Estimate
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import TaskResult
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, merge
from graphnet.data.splits import Splits
from graphnet.data.synthetic import Recipe
from graphnet.evaluation.intervals import difference_of_areas, difference_of_shares
from graphnet.evaluation.metrics import difference_of_means, evaluate
from graphnet.names import metric_name
from tests.graphnet.people import cohort

# The parent learns what the disease does to three regions; elsewhere it does the same to others.
FIRST = Recipe(regions=16, affected=(2, 5, 9), effect=0.8, networks=3, corrupt=0)
ELSEWHERE = replace(FIRST, affected=(3, 7, 12, 14), effect=0.9)
PLAIN = Evaluation(cv_folds=0, baselines=False, explain=False)
JUDGED = Evaluation(explain=False)


def people(site: str, each: int, seed: int, recipe: Recipe, first: int = 1) -> Cohort:
    return cohort(site, controls=each, patients=each, seed=seed, first=first, recipe=recipe)


@cache
def parent() -> StoredModel:
    settings = TrainingSettings.for_model("SGN", epochs=60)
    return experiment.run(Splits(people("A", 80, 0, FIRST)), settings, evaluation=PLAIN).model


def tuned(data: Splits, evaluation: Evaluation = JUDGED, **asked: Any) -> FineTuning:
    settings = TrainingSettings.for_model("SGN", **{"epochs": 40, "learning_rate": 0.005, **asked})
    outcome = experiment.run(data, settings, parent=parent(), evaluation=evaluation)
    found = outcome.result.fine_tuning
    assert found is not None
    stored = outcome.result.as_dict()
    assert TaskResult.from_json(stored).as_dict() == stored  # as it is read back
    assert stored["fine_tuning"]["sentences"] == list(map(str, found.messages))
    return found


def codes(found: FineTuning) -> list[str]:
    return [message.code for message in found.messages]


def leading(found: FineTuning) -> TuningComparison:
    assert found.leading is not None
    return found.leading


def test_a_fine_tuning_that_learns_another_effect_helped_and_says_by_how_much() -> None:
    test = people("B", 60, 2, ELSEWHERE, first=500)
    found = tuned(Splits(people("B", 40, 1, ELSEWHERE), test=test))
    assert codes(found)[0] == "tuning.helped"
    assert found.helped is True
    best, rival = leading(found), leading(found).rivals[PARENT]
    assert (best.split, best.n, best.by_class) == ("test", 120, {"0": 60, "1": 60})
    theirs = evaluate(test.labels, parent().predict(test))
    for name in CLASS_FIGURES:
        ours = best.tuned[name].value
        assert rival.metrics[name].value == theirs[name]
        assert rival.differences[name].value == pytest.approx((ours or 0) - (theirs[name] or 0))
    assert (rival.differences["auc"].low or 0) > 0
    assert best.rivals[SCRATCH].metrics["auc"].value is not None


@pytest.mark.nightly
def test_labels_that_mean_nothing_are_not_learned_by_a_fine_tuning() -> None:
    plain = people("C", 30, 3, FIRST)
    shuffled = replace(plain, labels=np.random.default_rng(1).permutation(plain.labels))
    found = tuned(Splits(shuffled))
    assert found.helped is not True
    assert leading(found).split == "cv"
    assert codes(found)[0] != "tuning.helped"
    assert "tuning.beats-scratch" not in codes(found)


@pytest.mark.nightly
def test_of_a_parent_that_ranks_well_only_the_threshold_is_moved() -> None:
    """At the new site all values lie higher, so the parent calls all of them controls."""
    shift = 1.6
    site = people("B", 40, 1, FIRST)
    test = people("B", 60, 2, FIRST, first=500)
    spread = np.nanstd(site.features, axis=(0, 1))
    moved = [replace(each, features=each.features + shift * spread) for each in (site, test)]
    found = tuned(Splits(moved[0], test=moved[1]), epochs=5, fine_tune="readout")
    best = leading(found)
    rival = best.rivals[MOVED]
    assert rival.metrics["auc"] == best.rivals[PARENT].metrics["auc"]
    before, after = (
        abs((each["sensitivity"].value or 0) - (each["specificity"].value or 0))
        for each in (best.rivals[PARENT].metrics, rival.metrics)
    )
    assert before > 0.5
    assert after < 0.3  # a threshold of its own sets the parent right


def test_the_threshold_is_moved_by_training_subjects_alone() -> None:
    train, test = people("B", 30, 1, FIRST), people("B", 30, 2, FIRST, first=500)
    changed = replace(test, labels=1 - test.labels)
    one, other = (tuned(Splits(train, test=each), PLAIN) for each in (test, changed))
    figures = [leading(each).rivals[MOVED].metrics for each in (one, other)]
    share = [
        np.mean([figures[0]["sensitivity"].value, 1 - (figures[0]["specificity"].value or 0)]),
        np.mean([1 - (figures[1]["specificity"].value or 0), figures[1]["sensitivity"].value]),
    ]
    assert share[0] == pytest.approx(share[1])  # as many are called patients, whoever is one


def test_whom_the_parent_was_trained_on_is_left_out_and_counted() -> None:
    known = people("A", 80, 0, FIRST).rows(np.arange(70, 90))
    new = people("D", 12, 5, FIRST)
    found = tuned(Splits(merge([known, new])), replace(PLAIN, cv_folds=4))
    best = leading(found)
    assert (best.n, best.seen_by_parent) == (24, 20)
    assert "tuning.left-out" in codes(found)
    train = merge([new, known])
    by_test = leading(tuned(Splits(people("E", 10, 6, FIRST), test=train), PLAIN))
    assert (by_test.n, by_test.seen_by_parent, by_test.seen_in_training) == (24, 20, 0)
    twice = leading(tuned(Splits(new, test=merge([new, people("F", 9, 7, FIRST)])), PLAIN))
    assert (twice.n, twice.seen_in_training) == (18, 24)


@pytest.mark.nightly
def test_of_nobody_who_is_new_nothing_is_said() -> None:
    known = people("A", 80, 0, FIRST).rows(np.arange(60, 100))
    found = tuned(Splits(known), replace(PLAIN, cv_folds=2))
    assert (codes(found), found.helped, found.leading) == (["tuning.unknown"], None, None)
    assert found.comparisons[0].reason is not None
    assert found.comparisons[0].reason.code == "tuning.nobody-new"
    alone = tuned(Splits(people("G", 1, 8, FIRST)))
    assert codes(alone) == ["tuning.unknown"]
    none_left_out = tuned(Splits(people("G", 10, 8, FIRST)), PLAIN)
    assert none_left_out.comparisons[0].reason is not None
    assert none_left_out.comparisons[0].reason.code == "tuning.nobody-held-out"


@pytest.mark.parametrize("each", [2, 4, 10])
def test_few_new_subjects_have_wide_intervals_or_none(each: int) -> None:
    found = tuned(Splits(people("H", each, 9, FIRST)), replace(JUDGED, baselines=False))
    best = leading(found)
    assert best.n == 2 * each
    apart = best.rivals[PARENT].differences
    if each < 5:
        assert codes(found)[0] == "tuning.few"
        assert found.helped is None
        assert apart["auc"].low is None
    else:
        assert (apart["auc"].high or 0) - (apart["auc"].low or 0) > 0.05
    for name in ("sensitivity", "specificity"):
        assert (apart[name].high or 0) - (apart[name].low or 0) > 1 / (2 * each)


@pytest.mark.nightly
def test_the_calibration_of_each_fold_changes_no_auc() -> None:
    data = Splits(people("B", 12, 1, FIRST))
    asked = replace(JUDGED, cv_folds=4)
    plain, calibrated = (
        leading(tuned(data, asked, epochs=8, calibrate=calibrate)) for calibrate in (False, True)
    )
    assert calibrated.tuned["auc"] == plain.tuned["auc"]
    assert calibrated.tuned["brier"].value != plain.tuned["brier"].value
    scratch = calibrated.rivals[SCRATCH], plain.rivals[SCRATCH]
    assert scratch[0].metrics["auc"] == scratch[1].metrics["auc"]
    assert scratch[0].metrics["brier"] != scratch[1].metrics["brier"]
    for name in (PARENT, MOVED, SCRATCH):
        pair = calibrated.rivals[name], plain.rivals[name]
        assert pair[0].differences["auc"] == pair[1].differences["auc"]


@pytest.mark.nightly
def test_scratch_can_be_switched_off() -> None:
    data = Splits(people("B", 10, 1, FIRST))
    on = replace(JUDGED, cv_folds=2)
    assert SCRATCH in leading(tuned(data, on, epochs=2)).rivals
    off = replace(on, compare_scratch=False)
    assert SCRATCH not in leading(tuned(data, off, epochs=2)).rivals


def test_repeats_make_no_interval_narrower() -> None:
    data = Splits(people("B", 12, 1, FIRST))
    once, thrice = (
        leading(tuned(data, replace(PLAIN, cv_folds=4, cv_repeats=repeats))) for repeats in (1, 3)
    )
    width = [
        (each.rivals[PARENT].differences["sensitivity"].high or 0)
        - (each.rivals[PARENT].differences["sensitivity"].low or 0)
        for each in (once, thrice)
    ]
    assert width[1] > 0.7 * width[0]


def test_intervals_of_folds_are_widened_for_the_training_subjects_that_folds_share() -> None:
    train = people("B", 12, 1, FIRST)
    settings = TrainingSettings.for_model("SGN", epochs=5, calibrate=False)
    asked = replace(PLAIN, cv_folds=4)
    outcome = experiment.run(Splits(train), settings, parent=parent(), evaluation=asked)
    assert outcome.result.fine_tuning is not None
    found = leading(outcome.result.fine_tuning).rivals[PARENT].differences["brier"]
    ours = np.array(outcome.predictions["predictions"]["cv"]["probability"])
    errors = [(each[:, 1] - train.labels) ** 2 for each in (ours, parent().predict(train))]
    plain = stats.ttest_rel(*errors).confidence_interval()
    assert found.low is not None
    assert found.high is not None
    wider = (found.high - found.low) / (plain.high - plain.low)
    assert wider == pytest.approx(np.sqrt(1 + 4 / 3), rel=1e-3)  # predictions are stored rounded


def test_a_score_is_compared_by_its_error() -> None:
    def scored(each: Cohort) -> Cohort:
        signal = np.nanmean(each.features[:, :3, 0], axis=1)
        return replace(each, scores=40 + 6 * (signal - signal.mean()) / signal.std())

    settings = TrainingSettings.for_model("SGN", label="score", epochs=5)
    first = experiment.run(Splits(scored(people("A", 40, 0, FIRST))), settings, evaluation=PLAIN)
    outcome = experiment.run(
        Splits(scored(people("B", 20, 1, FIRST))),
        settings,
        parent=first.model,
        evaluation=replace(PLAIN, cv_folds=3),
    )
    found = outcome.result.fine_tuning
    assert found is not None
    best = leading(found)
    assert set(best.tuned) == {"mae"}
    assert best.tuned["mae"].value == pytest.approx(outcome.result.measured["cv"]["mae"])
    assert metric_name("mae").code == "names.metric-mae"


def test_paired_shares_are_newcombe_s() -> None:
    """His example of 50 subjects, of whom 36 are right by both, 12 by one and 2 by the other."""
    ours = np.repeat([True, True, False], [36, 12, 2])
    theirs = np.repeat([True, False, True], [36, 12, 2])
    found = difference_of_shares(ours, theirs)
    assert found.value == pytest.approx(0.2)
    assert found.interval == pytest.approx((0.0569, 0.3404), abs=1e-4)


def test_paired_means_are_student_s() -> None:
    random = np.random.default_rng(0)
    one, other = random.random((2, 9))
    expected = stats.ttest_rel(one, other).confidence_interval()
    assert difference_of_means(one, other).interval == pytest.approx((expected.low, expected.high))


def _draws(each: int, apart: tuple[float, float], count: int) -> Iterator[Estimate]:
    random = np.random.default_rng(each)
    patient = np.repeat([True, False], each)
    for _ in range(count):
        noise = random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 2 * each)
        yield difference_of_areas(patient, noise[:, 0] + apart[0] * patient,
                           noise[:, 1] + apart[1] * patient)  # fmt: skip


@pytest.mark.nightly
@pytest.mark.parametrize("apart", [(1.0, 1.0), (2.0, 1.0), (0.0, 0.0)])
@pytest.mark.parametrize("each", [5, 10, 20])
def test_intervals_of_areas_hold_the_truth_as_often_as_they_say(
    each: int, apart: tuple[float, float]
) -> None:
    truth = float(np.diff(stats.norm.cdf(np.array(apart) / np.sqrt(2)))[0]) * -1
    bounds = [found.interval for found in _draws(each, apart, 300)]
    held = [low - 1e-9 <= truth <= high + 1e-9 for low, high in filter(None, bounds)]
    assert len(held) == 300
    assert np.mean(held) > 0.90  # 0.95 less three standard errors and what five subjects cost


def test_two_perfect_models_are_not_said_to_be_equal_beyond_doubt() -> None:
    patient = np.repeat([True, False], 6)
    one, other = patient + np.linspace(0, 0.1, 12), patient - np.linspace(0, 0.2, 12)
    found = difference_of_areas(patient, one, other)
    assert found.value == 0
    assert found.interval is not None
    assert found.interval[0] < -0.2
    assert found.interval[1] > 0.2
