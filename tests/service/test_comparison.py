"""What differs between two tasks on the same subjects, as a pure function and over HTTP."""

import asyncio
from typing import Any

import numpy as np
import pytest

from graphnet.messages import CHINESE, render
from service.stores.comparison import compare, compare_splits, compared_names
from service.stores.comparison_cache import ComparisonCache
from service.stores.shared_subjects import CLASSES, FEW, NO_EVIDENCE, SCORE
from service.stores.together import Evaluated
from tests.installations import Installation
from tests.service.forms import JUDGED, form

LABELS = [0] * 8 + [1] * 8


def evidence(shares: list[float], **changes: Any) -> dict[str, Any]:
    """Evidence of a test split: the probability of class 1 of each subject."""
    split = {
        "id": [f"S{number}" for number in range(len(shares))],
        "site": ["A"] * len(shares),
        "label": LABELS[: len(shares)],
        "probability": [[1 - share, share] for share in shares],
        "known": [False] * len(shares),
    }
    return {
        "target": "group",
        "classes": [0, 1],
        "predictions": {"test": {**split, **changes.pop("split", {})}},
        **changes,
    }


GOOD = evidence([0.1] * 8 + [0.9] * 8)
BAD = evidence([0.6] * 8 + [0.4] * 8)


def test_the_first_minus_the_second() -> None:
    found = compare(GOOD, BAD, "test")
    assert (found.n, found.reason) == (16, None)
    assert found.as_dict()["auc"] == {"difference": 1.0, "ci": [1.0, 1.0], "excludes_zero": True}
    assert compare(BAD, GOOD, "test").differences["accuracy"].value == -1.0
    assert compare(GOOD, GOOD, "test").differences["auc"].value == 0.0


def test_left_out_sites_are_compared_within_sites_too() -> None:
    """One model ranks alike within sites and puts site B above site A as a whole."""
    sites = ["A", "B"] * 8
    scores = [0.2 + 0.03 * row + (0.3 if site == "B" else 0.0) for row, site in enumerate(sites)]
    level = [0.2 + 0.03 * row for row in range(16)]
    split = {"site": sites, "label": [0, 0, 1, 1] * 4}
    first, second = (evidence(each, split=split) for each in (scores, level))
    ours, theirs = (
        {**each, "predictions": {"leave_site_out": each["predictions"]["test"]}}
        for each in (first, second)
    )
    found = compare(ours, theirs, "leave_site_out")
    within = found.differences["auc_within_sites"]
    assert (within.value, within.low, within.high) == pytest.approx((0, 0, 0), abs=1e-12)
    assert found.differences["auc"].value != 0
    assert set(found.as_dict()) == {"n", "reason", *compared_names("leave_site_out")}
    assert "auc_within_sites" not in compare(first, second, "test").as_dict()


def test_subjects_are_matched_by_id_and_site_whatever_their_order() -> None:
    order = np.random.default_rng(3).permutation(16).tolist()
    found = BAD["predictions"]["test"]
    turned = {name: [column[row] for row in order] for name, column in found.items()}
    assert compare(GOOD, {**BAD, "predictions": {"test": turned}}, "test").n == 16
    elsewhere = evidence([0.5] * 16, split={"site": ["A"] * 15 + ["B"]})
    assert compare(GOOD, elsewhere, "test").n == 15


def test_several_scans_of_a_subject_are_drawn_together() -> None:
    twice = {"id": [f"S{number // 2}" for number in range(16)]}
    shares = [0.4, 0.2, 0.6, 0.1, 0.5, 0.3, 0.7, 0.2, 0.6, 0.7, 0.4, 0.9, 0.8, 0.6, 0.3, 0.7]
    ours, theirs = shares * 2, [0.5 + (share - 0.5) / 3 for share in shares[::-1] * 2]
    apart = {"id": [f"S{number}" for number in range(32)], "label": sorted(LABELS * 2)}
    ids = [f"S{number // 2}" for number in range(32)]
    together = {**apart, "id": ids}
    found = compare(evidence(ours, split=together), evidence(theirs, split=together), "test")
    alone = compare(evidence(ours, split=apart), evidence(theirs, split=apart), "test")
    assert (found.n, alone.n) == (16, 32)
    assert found.differences["auc"].value == pytest.approx(alone.differences["auc"].value)
    assert found.differences["auc"] != alone.differences["auc"]
    # Who has another number of scans there cannot be matched with them.
    fewer = {**together, "id": ["S0", "S0", "S0", *ids[3:]]}
    assert compare(evidence(ours, split=together), evidence(theirs, split=fewer), "test").n == 14
    assert (
        compare(evidence(shares, split=twice), evidence(shares, split=twice), "test").reason == FEW
    )


@pytest.mark.parametrize(
    ("here", "there"), [("S{}", "sub-S{}"), ("S{}", " S{}"), ("{}", "00{}"), ("sub-0{}", "{}")]
)
def test_subjects_are_matched_however_their_ids_are_spelled(here: str, there: str) -> None:
    ours, theirs = (
        evidence([0.5] * 16, split={"id": [spelling.format(row) for row in range(16)]})
        for spelling in (here, there)
    )
    assert compare(ours, theirs, "test").n == 16


@pytest.mark.parametrize(
    "changes",
    [
        {"known": [True] * 2 + [False] * 14},  # a model has trained on them
        {"label": [1] * 2 + LABELS[2:]},  # they are not of one class in both
        {"id": ["S8", *(f"S{number}" for number in range(1, 16))]},  # S8 twice, S0 never
    ],
    ids=["known", "of another class", "twice"],
)
def test_who_is_not_new_and_one_and_the_same_does_not_count(changes: dict[str, Any]) -> None:
    found = compare(GOOD, evidence([0.5] * 16, split=changes), "test")
    assert (found.n, found.reason) == (14, None)


def test_what_cannot_be_compared_is_none_with_a_reason() -> None:
    few = evidence([0.5] * 12)  # four of class 1
    classes = evidence([0.5] * 16, classes=[0, 2])
    score = evidence([0.5] * 16, target="score", classes=[])
    for other, reason in ((few, FEW), (classes, CLASSES), (score, SCORE), (None, NO_EVIDENCE)):
        found = compare(GOOD, other, "test")
        assert found.reason == reason
        answer = found.as_dict(CHINESE)
        assert answer["reason"] == render(reason, CHINESE)
        assert answer["auc"] == {"difference": None, "ci": None, "excludes_zero": None}
        assert answer["balanced_accuracy"]["difference"] is None
    assert compare(GOOD, few, "test").n == 12


def test_each_pair_once_on_the_splits_that_both_have() -> None:
    both = {**GOOD, "predictions": {**GOOD["predictions"], "cv": GOOD["predictions"]["test"]}}
    tasks = [
        Evaluated(name, each) for name, each in zip("ABCD", (both, BAD, None, both), strict=True)
    ]
    found = asyncio.run(ComparisonCache().compared(tasks)).differences
    assert {split: {a: list(b) for a, b in each.items()} for split, each in found.items()} == {
        "test": {"A": ["B", "D"], "B": ["D"]},
        "cv": {"A": ["D"]},
    }


def test_subjects_are_shared_across_test_and_folds() -> None:
    """One model was tested on subjects whom the other was fine-tuned on, in folds."""
    split = GOOD["predictions"]["test"]
    folds = {**BAD, "predictions": {"cv": BAD["predictions"]["test"], "train": split}}
    found = compare_splits(GOOD, folds)
    assert list(found) == ["across"]
    assert (found["across"].n, found["across"].reason) == (16, None)
    assert found["across"].differences == compare(GOOD, BAD, "test").differences
    known = {**split, "known": [True] * 16}
    seen = {**GOOD, "predictions": {"test": known}}
    assert compare_splits(seen, folds) == {}
    half = {name: column[:8] for name, column in split.items()}
    rest = {name: column[8:] for name, column in split.items()}
    parts = {**GOOD, "predictions": {"test": half, "cv": rest}}
    assert {name: each.n for name, each in compare_splits(parts, GOOD).items()} == {
        "test": 8, "across": 16,
    }  # fmt: skip


def test_a_pair_is_worked_out_once_however_many_ask() -> None:
    async def asked() -> list[Any]:
        cache = ComparisonCache()
        tasks = [Evaluated("A", GOOD), Evaluated("B", BAD)]
        together = await asyncio.gather(*(cache.compared(tasks) for _ in range(3)))
        return [each.differences for each in (*together, await cache.compared(tasks))]

    first, *others = (each["test"]["A"]["B"] for each in asyncio.run(asked()))
    assert first == compare(GOOD, BAD, "test")
    assert all(other is first for other in others)


@pytest.mark.slow
def test_over_http(small: Installation, trained: dict[str, Any]) -> None:
    other = small.wait(small.post(form(model="Linear", param_set=JUDGED))["task_form"]["task_id"])
    ids = [trained["task_id"], other["task_id"]]
    body = small.get("/api/v0/compare", task_ids=",".join(ids))
    assert body["error_num"] == 0
    assert [task["task_id"] for task in body["tasks"]] == ids
    found = body["differences"]["cv"][ids[0]][ids[1]]
    assert found["n"] == 40
    ours, theirs = (task["task_result"]["metrics"]["cv"]["auc"] for task in body["tasks"])
    assert found["auc"]["difference"] == pytest.approx(ours - theirs, abs=1e-4)
    (together,) = (each for each in body["together"] if each["split"] == "cv")
    assert [together["first"], together["second"]] == ids
    assert (together["n"], together["only_first"], together["reason"]) == (40, 0, None)
    alone = together["metrics"]["second"]
    assert alone["auc"] == pytest.approx(theirs, abs=1e-4)
    assert alone["brier"] == pytest.approx(
        body["tasks"][1]["task_result"]["metrics"]["cv"]["brier"], abs=1e-4
    )
    gain = together["differences"]["second"]["auc"]["difference"]
    assert gain == pytest.approx(together["metrics"]["together"]["auc"] - alone["auc"])
    assert any("the same measures of the same regions" in note for note in together["notes"])


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["", "TASK1", "TASK1,TASK1", "TASK1,TASK2", ",".join("ABCDEFG")])
def test_what_cannot_be_asked_for_is_said(small: Installation, asked: str) -> None:
    body = small.get("/api/v0/compare", task_ids=asked)
    assert body["error_num"] == 2
    assert body["errors"][0]["field"] == "task_ids"
