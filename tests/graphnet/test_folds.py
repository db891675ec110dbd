"""Folds: everyone tested once, nobody on both sides, classes spread evenly."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphnet.errors import CohortError
from graphnet.evaluation.folds import Fold, leave_one_out_by, stratified
from graphnet.messages import Message

unhurried = settings(deadline=None)


@unhurried
@given(
    folds=st.integers(2, 10),
    repeats=st.integers(1, 3),
    seed=st.integers(0, 99),
    rows=st.integers(0, 3),
)
def test_each_row_is_tested_once_a_repeat_and_people_stay_together(
    folds: int, repeats: int, seed: int, rows: int
) -> None:
    ids = [f"p{i}" for i in range(47)] + [f"p{i}" for i in range(rows)]
    labels = np.array([i % 3 == 0 for i in range(47)] + [i % 3 == 0 for i in range(rows)]).astype(
        int
    )
    found = stratified(labels, ids, folds=folds, repeats=repeats, seed=seed)
    assert len(found) == folds * repeats
    for repeat in range(repeats):
        tested = np.concatenate([fold.test for fold in found if fold.repeat == repeat])
        assert sorted(tested.tolist()) == list(range(len(ids)))
    for fold in found:
        assert sorted([*fold.train.tolist(), *fold.test.tolist()]) == list(range(len(ids)))
        assert not {ids[row] for row in fold.train} & {ids[row] for row in fold.test}
        patients = int(labels[fold.test].sum())
        assert abs(patients - 16 / folds) < 1 + rows
        assert abs(len(fold.test) - 47 / folds) < 1 + rows


def test_the_seed_decides_and_repeats_differ() -> None:
    labels, ids = np.arange(40) % 2, [str(i) for i in range(40)]

    def tests(seed: int) -> list[list[int]]:
        return [
            fold.test.tolist() for fold in stratified(labels, ids, folds=5, repeats=2, seed=seed)
        ]

    assert tests(1) == tests(1) != tests(2)
    assert tests(1)[:5] != tests(1)[5:]


def test_more_folds_than_subjects_of_a_class_are_refused() -> None:
    labels = np.array([0] * 20 + [1] * 3 + [1])
    ids = [str(i) for i in range(23)] + ["22"]  # the last is the same person
    with pytest.raises(CohortError) as caught:
        stratified(labels, ids, folds=10, repeats=1, seed=0)
    (message,) = caught.value.messages
    assert message.code == "evaluation.too-many-folds-of-class"
    assert dict(message.values)["subjects"] == 3
    assert len(stratified(labels, ids, folds=3, repeats=1, seed=0)) == 3
    assert len(stratified(None, ids, folds=10, repeats=1, seed=0)) == 10


def test_each_site_is_left_out_in_turn() -> None:
    sites, labels = ["b", "a", "a", "c", "b", "c"], np.array([0, 1, 0, 1, 1, 0])
    found = leave_one_out_by(sites, labels, "uvwxyz")
    assert [(fold.name, fold.test.tolist()) for fold in found] == [
        ("a", [1, 2]), ("b", [0, 4]), ("c", [3, 5]),
    ]  # fmt: skip
    assert Counter(row for fold in found for row in fold.train) == dict.fromkeys(range(6), 2)


def test_sites_that_cannot_be_left_out_are_named() -> None:
    with pytest.raises(CohortError) as caught:
        leave_one_out_by(["a", "a"], np.array([0, 1]), "xy")
    assert caught.value.messages == (Message("evaluation.one-site", site="a"),)
    with pytest.raises(CohortError) as caught:
        leave_one_out_by(["a", "b", "c"], np.array([0, 1, 0]), "xyz")
    assert caught.value.messages == (Message("evaluation.one-class-without-site", sites=["b"]),)


def test_who_was_measured_at_two_sites_is_on_no_side_twice() -> None:
    sites, persons = ["a", "a", "b", "b", "c", "c"], ["u", "v", "v", "w", "x", "y"]
    found = leave_one_out_by(sites, np.array([0, 1, 1, 0, 0, 1]), persons)
    assert [(fold.train.tolist(), fold.test.tolist()) for fold in found] == [
        ([3, 4, 5], [0, 1]), ([0, 4, 5], [2, 3]), ([0, 1, 2, 3], [4, 5]),
    ]  # fmt: skip


def test_folds_are_balanced_by_site_and_covariates_within_each_class() -> None:
    random = np.random.default_rng(0)
    count, folds = 203, 5
    labels = (random.random(count) < 0.4).astype(np.int64)
    sites = random.choice(list("ABC"), count, p=(0.6, 0.3, 0.1)).tolist()
    sexes = random.choice(["F", "M"], count).tolist()
    persons = [str(row) for row in range(count)]

    def worst(cut: Sequence[Fold], marks: Sequence[str]) -> int:
        """The largest spread over the folds of how many of a class have one word."""
        named = np.array(marks)
        cells = [(labels == label) & (named == word) for label in (0, 1) for word in set(marks)]
        return max(int(np.ptp([cell[fold.test].sum() for fold in cut])) for cell in cells)

    cut = partial(stratified, labels, persons, folds=folds, repeats=3, seed=4)
    plain, balanced, again = cut(), cut(marks=[sites, sexes]), cut(marks=[sites, sexes])
    for repeat in range(3):
        own = [fold for fold in balanced if fold.repeat == repeat]
        assert sorted(np.concatenate([fold.test for fold in own]).tolist()) == list(range(count))
        assert worst(own, ["class"] * count) <= 1
        assert max(worst(own, sites), worst(own, sexes)) <= 2
        before = [fold for fold in plain if fold.repeat == repeat]
        assert max(worst(before, sites), worst(before, sexes)) > 3
    same = all(np.array_equal(one.test, two.test) for one, two in zip(balanced, again, strict=True))
    assert same
    assert not np.array_equal(balanced[0].test, balanced[folds].test), "repeats are cut anew"
