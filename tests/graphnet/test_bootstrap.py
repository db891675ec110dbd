"""The bootstrap against a plain loop over scikit-learn, theory, and its own symmetry."""

import math

import numpy as np
import pytest
from sklearn import metrics as reference

from graphnet.artifacts.metrics import UNKNOWN, Estimate
from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.resampling import (
    bootstrapped,
    fold_widening,
    p_value,
    paired_difference,
    weighted_auc,
    weights,
)


def people(subjects: int = 60, effect: float = 1.0, seed: int = 0) -> tuple[IntArray, FloatArray]:
    """Labels, and probabilities (1, S, 2) that know something of them, with ties."""
    random = np.random.default_rng(seed)
    labels = np.arange(subjects) % 2
    scores = 1 / (1 + np.exp(-(effect * (labels - 0.5) + random.standard_normal(subjects))))
    return labels, np.stack([1 - scores.round(2), scores.round(2)], axis=1)[None]


def test_a_class_keeps_its_size_in_every_resample() -> None:
    labels = np.array([0] * 7 + [1] * 4 + [2] * 9)
    (drawn,) = weights(labels, 500, 0)
    assert drawn.shape == (500, 20)
    for label, size in ((0, 7), (1, 4), (2, 9)):
        assert (drawn[:, labels == label].sum(axis=1) == size).all()
    assert drawn.mean() == 1
    assert drawn.std(axis=0).min() > 0.7


def test_a_weighted_auc_is_that_of_repeated_subjects() -> None:
    labels, (probabilities,) = people()
    (drawn,) = weights(labels, 20, 1)
    found = weighted_auc(labels, probabilities[:, 1], drawn)
    for value, weight in zip(found, drawn, strict=True):
        rows = np.repeat(np.arange(60), weight.astype(int))
        expected = reference.roc_auc_score(labels[rows], probabilities[rows, 1])
        assert value == pytest.approx(expected, abs=1e-12)


@pytest.mark.nightly
def test_a_paired_difference_is_that_of_a_plain_loop() -> None:
    labels, ours = people()
    theirs = people(effect=0.3, seed=1)[1]
    found = paired_difference(labels, ours, theirs, resamples=300, seed=4)
    drawn = np.concatenate(list(weights(labels, 300, 4)))
    loops: dict[str, list[float]] = {"auc": [], "accuracy": [], "balanced_accuracy": []}
    for weight in [np.ones(60), *drawn]:
        rows = np.repeat(np.arange(60), weight.astype(int))
        one, other = _judged(labels[rows], ours[0, rows]), _judged(labels[rows], theirs[0, rows])
        for name, values in loops.items():
            values.append(one[name] - other[name])
    for name, values in loops.items():
        assert found[name].value == pytest.approx(values[0])
        assert found[name].interval == pytest.approx(np.percentile(values[1:], (2.5, 97.5)))


def _judged(labels: IntArray, probabilities: FloatArray) -> dict[str, float]:
    predicted = probabilities.argmax(axis=1)
    return {
        "auc": reference.roc_auc_score(labels, probabilities[:, 1]),
        "accuracy": reference.accuracy_score(labels, predicted),
        "balanced_accuracy": reference.balanced_accuracy_score(labels, predicted),
    }


def test_the_other_way_round_is_the_opposite() -> None:
    labels, ours = people()
    theirs = people(effect=0.3, seed=1)[1]
    one, other = paired_difference(labels, ours, theirs), paired_difference(labels, theirs, ours)
    for name, found in one.items():
        assert found.value == pytest.approx(-(other[name].value or 0))
        assert found.interval == pytest.approx([-end for end in (other[name].interval or ())[::-1]])
    none = paired_difference(labels, ours, ours)["auc"]
    assert (none.value, none.interval, none.sign) == (0, (0, 0), 0)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    truth = 0.7602499  # Φ(1 / √2): the chance that N(1, 1) exceeds N(0, 1)
    inside = 0
    for seed in range(150):
        random = np.random.default_rng(seed)
        labels = np.arange(100) % 2
        scores = 1 / (1 + np.exp(-(labels + random.standard_normal(100))))
        probabilities = np.stack([1 - scores, scores], axis=1)[None]
        found = bootstrapped(labels, probabilities, resamples=400, seed=seed)["auc"]
        low, high = found.interval or (0, 0)
        inside += low <= truth <= high
    assert 0.88 <= inside / 150 <= 0.99


def test_repeats_count_alike() -> None:
    labels, ours = people()
    theirs = people(effect=0.3, seed=1)[1]
    both = paired_difference(labels, np.concatenate([ours, theirs]), np.concatenate([theirs] * 2))
    alone = paired_difference(labels, ours, theirs)
    assert both["auc"].value == pytest.approx((alone["auc"].value or 0) / 2)


def test_what_cannot_be_computed_is_null() -> None:
    _, ours = people()
    unknown = UNKNOWN
    lonely = np.zeros(60, dtype=np.int64)
    lonely[0] = 1
    assert all(each == unknown for each in paired_difference(lonely, ours, ours).values())
    three = np.arange(60) % 3
    spread = np.full((1, 60, 3), 1 / 3)
    found = paired_difference(three, spread, spread)
    assert found["auc"] == unknown
    assert found["accuracy"].value == 0
    alone = bootstrapped(lonely, ours)
    assert set(alone) == {"accuracy", "balanced_accuracy", "auc"}
    assert all(each.value is not None and each.interval is None for each in alone.values())
    assert bootstrapped(three, spread)["auc"] == unknown


def test_shuffled_labels_give_any_p_and_true_ones_a_small_one() -> None:
    labels, probabilities = people()
    found = p_value(labels, probabilities, permutations=199)
    assert found.p == pytest.approx(1 / 200)
    assert found.auc == pytest.approx(reference.roc_auc_score(labels, probabilities[0, :, 1]))
    random = np.random.default_rng(3)
    by_chance = [
        p_value(random.permutation(labels), probabilities, permutations=99).p or 0
        for _ in range(60)
    ]
    assert 0.35 < np.mean(by_chance) < 0.65
    assert min(by_chance) < 0.15
    assert max(by_chance) > 0.85


def test_within_strata_a_difference_between_them_is_no_evidence() -> None:
    """Two sites of one class each: predictions that know the site only say nothing."""
    labels = np.array([0] * 30 + [1] * 30)
    random = np.random.default_rng(0)
    scores = np.clip(labels * 0.5 + 0.25 + random.normal(scale=0.05, size=60), 0, 1)
    probabilities = np.stack([1 - scores, scores], axis=1)[None]
    sites = ["A"] * 30 + ["B"] * 30
    assert p_value(labels, probabilities, permutations=99).p == 0.01
    assert p_value(labels, probabilities, permutations=99, strata=sites).p is None
    assert p_value(labels % 1, probabilities, permutations=9).p is None


def test_differences_of_folds_are_wider_than_those_of_two_models() -> None:
    """By what training subjects in common hide: for ten folds nearly half as wide again."""
    difference = Estimate(0.1, 0.02, 0.2)
    wider = difference.widened(fold_widening(10))
    assert wider.value == 0.1
    by = math.sqrt(1 + 10 / 9)
    assert wider.interval == pytest.approx((0.1 - 0.08 * by, 0.1 + 0.1 * by))
    assert difference.sign == 1
    assert wider.sign == 0
    assert UNKNOWN.widened(2) == UNKNOWN
