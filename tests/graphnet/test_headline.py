"""No list leads with figures of subjects whom a model, or its ancestor, was trained on."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from graphnet.artifacts.manifest import PARTIAL, TRAINED_ON
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import TaskResult
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import merge
from graphnet.data.splits import Splits
from graphnet.evaluation.headline import (
    by_leakage,
    seen_in_training,
    shared_by_leakage,
    unseen_splits,
)
from graphnet.experiment import run
from graphnet.outcome import Outcome
from graphnet.report.facts import Facts
from tests.graphnet.people import cohort

QUICK = TrainingSettings.for_model("Linear", epochs=2)
ASKED = Evaluation(baselines=False, explain=False, cv_folds=3, cv_repeats=1)
FIGURES = {split: {"auc": 0.9} for split in ("train", "val", "test", "cv")}
EVIDENCE = {"predictions": {"test": {"known": [True, False]}, "val": {"known": [False]}}}


def tuned(parent: StoredModel, data: Splits) -> Outcome:
    return run(data, QUICK, evaluation=ASKED, parent=parent)


@pytest.mark.parametrize(
    ("known", "fairest", "new"),
    [
        (
            {"train": 9, "val": 0, "test": 0, "cv": 0},
            ["test", "cv", "val", "train"],
            ["test", "cv", "val"],
        ),
        ({"train": 9, "val": 0, "test": 2, "cv": 0}, ["cv", "val", "test", "train"], ["cv", "val"]),
        ({"train": 9, "val": 4, "test": None}, ["test", "cv", "val", "train"], []),
        (None, ["cv", "test", "val", "train"], ["cv"]),
    ],
)
def test_new_subjects_come_first(
    known: dict[str, int | None] | None, fairest: list[str], new: list[str]
) -> None:
    result = TaskResult.from_json({"metrics": FIGURES, "known_subjects": known})
    assert by_leakage(result) == fairest
    assert unseen_splits(result) == new


def test_a_result_of_before_is_read_with_its_evidence() -> None:
    older = TaskResult.from_json({"metrics": {**FIGURES, "leave_site_out": None}})
    assert seen_in_training(older, EVIDENCE) == {"test": 1, "cv": 0, "val": 0, "train": None}
    assert by_leakage(older, EVIDENCE) == ["cv", "val", "test", "train"]
    for nothing in (None, {}, {"metrics": None}, {"metrics": [1]}, {"metrics": {"test": None}}):
        result = TaskResult.from_json(nothing)
        assert by_leakage(result) == unseen_splits(result) == []


def test_of_several_the_one_that_knows_most_decides() -> None:
    known: list[dict[str, int | None]] = [{"test": 0, "train": 5}, {"test": 3, "val": 0}]
    assert shared_by_leakage(known) == ["val", "test", "train"]


def test_a_fine_tuning_does_not_lead_with_whom_its_parent_was_trained_on() -> None:
    """Half of those who are tested trained the parent; the folds' models do not know theirs."""
    before, after, new = cohort("A"), cohort("B", seed=1), cohort("C", seed=2)
    parent = run(Splits(before), QUICK, evaluation=ASKED)
    half = before.rows(np.arange(0, len(before), 2))
    stale = tuned(parent.model, Splits(after, test=merge([half, new])))
    told = stale.result.seen_in_training
    assert told == {"train": len(after), "test": len(half), "cv": 0}
    assert unseen_splits(stale.result) == ["cv"]
    task = {"task_id": "T", "task_result": stale.result.as_dict()}
    facts = Facts(task, None, None, None)
    assert (facts.headline, facts.seen_in_training("test")) == ("cv", len(half))
    again = tuned(stale.model, Splits(new.rows(np.arange(20)), test=half))
    assert (again.result.seen_in_training or {})["test"] == len(half)
    fresh = tuned(parent.model, Splits(after, test=new))
    assert fresh.result.seen_in_training == {"train": len(after), "test": 0, "cv": 0}
    assert unseen_splits(fresh.result)[0] == "test"


def test_test_subjects_who_are_trained_on_are_counted() -> None:
    train = cohort("A")
    found = run(Splits(train, test=merge([cohort("B"), train.rows(np.arange(3))])), QUICK,
                evaluation=ASKED).result  # fmt: skip
    assert (found.seen_in_training or {})["test"] == 3
    assert "test" not in unseen_splits(found)


def test_what_an_ancestor_does_not_say_is_not_known_of_its_descendants() -> None:
    parent = run(Splits(cohort("A")), QUICK, evaluation=ASKED).model
    silent = {name: value for name, value in parent.facts.items() if name != TRAINED_ON}
    data = Splits(cohort("B", seed=1), test=cohort("C", seed=2))
    child = tuned(replace(parent, facts=silent), data)
    assert child.result.seen_in_training == {
        "train": len(data.train),
        "test": None,
        "cv": None,
    }
    assert unseen_splits(child.result) == []
    assert child.model.facts[PARTIAL] is True
    again = tuned(child.model, Splits(cohort("D"), test=cohort("C")))
    assert (again.result.seen_in_training or {})[
        "test"
    ] is None  # fmt: skip


def test_it_needs_nothing() -> None:
    code = "import sys, graphnet.evaluation.headline; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
