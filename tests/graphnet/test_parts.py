"""A task whose work is shared: the same result as by one, whoever does what, in whatever order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import merge
from graphnet.data.splits import Splits
from graphnet.distributed import shards
from graphnet.distributed.serialisation import state_from_bytes, unpack_folds, unpack_replicas
from graphnet.distributed.shards import SEEDS, Shard, model_at
from graphnet.errors import GraphnetError, ModelError, TrainingError
from graphnet.experiment import run
from graphnet.messages import Message, finished
from graphnet.outcome import Outcome
from graphnet.plan import ExperimentPlan
from graphnet.training.callbacks import Callback
from tests.graphnet.people import cohort
from tests.graphnet.test_journal import Interrupted, Keeping

CPU = torch.device("cpu")
PEOPLE = cohort(controls=14, patients=14)
QUICK = TrainingSettings.for_model("SGN", epochs=2, batch_size=14, seeds=3)
ASKED = Evaluation(cv_folds=4, cv_repeats=2, fan_out=3, explain=False)


class Others:
    """Other workers: the parts are done, the last first, when they are asked for."""

    def __init__(self, data: Splits, settings: TrainingSettings, asked: Evaluation) -> None:
        self.given = (data, settings, asked)
        self.announced: list[int] = []
        self.contents: dict[int, bytes] = {}

    def dispatch(self, count: int) -> None:
        self.announced.append(count)
        for number in reversed(range(1, count + 1)):
            work = ExperimentPlan.of(*self.given, None)  # as each worker works it out for himself
            self.contents[number] = shards.run_shard(work, number, device=CPU, callback=Callback())

    def gather(self, numbers: Sequence[int]) -> list[bytes]:
        return [self.contents[number] for number in numbers]


def shared(
    settings: TrainingSettings = QUICK, asked: Evaluation = ASKED, data: Splits | None = None
) -> tuple[Outcome, Others]:
    people = data or Splits(PEOPLE)
    others = Others(people, settings, asked)
    return run(people, settings, evaluation=asked, sharing=others), others


def test_the_work_is_cut_evenly_and_nothing_is_left_out() -> None:
    work = ExperimentPlan.of(Splits(PEOPLE), QUICK, ASKED, None)
    assert shards.own_shard(work) == Shard(SEEDS, 0, 1)
    assert shards.shards(work) == [
        Shard(SEEDS, 1, 2), Shard(SEEDS, 2, 3),
        Shard("cv", 0, 2), Shard("cv", 2, 5), Shard("cv", 5, 8),
    ]  # fmt: skip


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, {"fan_out": 1}),  # nobody is asked to help
        ({"seeds": 1}, {"cv_folds": 0}),  # there is nothing to share
    ],
)
def test_where_there_is_nothing_to_share_nobody_is_called(
    settings: Mapping[str, Any], asked: Mapping[str, Any]
) -> None:
    _, others = shared(replace(QUICK, **settings), replace(ASKED, **asked))
    assert others.announced == []


def test_shared_work_gives_what_one_worker_finds() -> None:
    (together, others), alone = shared(), run(Splits(PEOPLE), QUICK, evaluation=ASKED)
    assert others.announced == [5]
    assert together.model.settings == alone.model.settings
    for name, tensor in alone.model.parameters.items():
        torch.testing.assert_close(together.model.parameters[name], tensor, atol=1e-4, rtol=1e-3)
    assert together.result.as_dict()["train_epochs"] == alone.result.as_dict()["train_epochs"]
    assert (
        together.result.as_dict()["cross_validation"] == alone.result.as_dict()["cross_validation"]
    )
    assert set(together.result.as_dict()["baselines"]) == set(alone.result.as_dict()["baselines"])
    ours, theirs = (each.result.as_dict()["metrics"]["cv"] for each in (together, alone))
    for name in ("n", "auc", "accuracy", "brier"):
        assert ours[name] == pytest.approx(theirs[name], abs=1e-3)
    ours, theirs = (
        each.result.as_dict()["baselines"]["no_edge"]["cv"] for each in (together, alone)
    )
    for name in ("auc", "brier"):
        assert ours[name] == pytest.approx(theirs[name], abs=1e-3)


@pytest.mark.nightly
def test_shared_work_gives_the_same_bits_again() -> None:
    first, again = shared()[0], shared()[0]
    assert first.model.to_bytes() == again.model.to_bytes()
    assert first.result == again.result


def test_nested_selection_is_shared_with_its_folds() -> None:
    asked = Evaluation(cv_folds=2, nested=True, explain=False, baselines=False, fan_out=2)
    settings = replace(QUICK, seeds=1, graph="none", epochs=2)
    together, _ = shared(settings, asked)
    alone = run(Splits(PEOPLE), settings, evaluation=asked)
    chosen = together.result.as_dict()["cross_validation"]["cv"]["chosen"]
    assert len(chosen) == 2
    assert chosen == alone.result.as_dict()["cross_validation"]["cv"]["chosen"]


def test_sites_and_folds_are_shared_both() -> None:
    people = merge([cohort("A", controls=10, patients=10), cohort("B", controls=8, patients=8)])
    both = Splits(replace(people, sites=tuple(site[0] for site in people.sites)))
    asked = Evaluation(cv_folds=2, leave_site_out=True, baselines=False, explain=False, fan_out=2)
    together, others = shared(replace(QUICK, seeds=1), asked, both)
    assert others.announced == [4]
    assert set(together.result.as_dict()["cross_validation"]["leave_site_out"]["sites"]) == {
        "A",
        "B",
    }
    assert together.result.as_dict()["metrics"]["cv"]["n"] == len(both.train)


@pytest.mark.nightly
def test_a_fine_tuning_is_shared_from_its_parent_s_replicas() -> None:
    plain = Evaluation(cv_folds=0, baselines=False, explain=False)
    parent = run(Splits(cohort("B", seed=3)), QUICK, evaluation=plain).model
    settings = replace(QUICK, optimiser="kept")
    asked = Evaluation(cv_folds=2, fan_out=3, explain=False)
    data = Splits(PEOPLE)

    class Tuning(Others):
        def dispatch(self, count: int) -> None:
            work = ExperimentPlan.of(data, settings, asked, parent)
            for number in range(1, count + 1):
                self.contents[number] = shards.run_shard(
                    work, number, device=CPU, callback=Callback()
                )

    others = Tuning(data, settings, asked)
    together = run(data, settings, evaluation=asked, parent=parent, sharing=others)
    alone = run(data, settings, evaluation=asked, parent=parent)
    for name, tensor in alone.model.parameters.items():
        torch.testing.assert_close(together.model.parameters[name], tensor, atol=1e-4, rtol=1e-3)
    for name, tensor in alone.model.moments.items():
        torch.testing.assert_close(together.model.moments[name], tensor, atol=1e-4, rtol=1e-3)
    ours, theirs = (each.result.as_dict()["fine_tuning"] for each in (together, alone))
    ((ours,), (theirs,)) = (each["comparisons"] for each in (ours, theirs))
    assert ours["tuned"]["auc"]["value"] == pytest.approx(theirs["tuned"]["auc"]["value"], abs=1e-3)
    assert ours["rivals"].keys() == theirs["rivals"].keys() >= {"parent", "scratch"}
    for name, rival in theirs["rivals"].items():
        auc = ours["rivals"][name]["metrics"]["auc"]["value"]
        assert auc == pytest.approx(rival["metrics"]["auc"]["value"], abs=1e-3)


class Failing(Others):
    """Parts of one kind could not be done."""

    def gather(self, numbers: Sequence[int]) -> list[bytes]:
        if numbers[0] > 2:
            raise GraphnetError("Training stopped in epoch 2.")
        return super().gather(numbers)


@pytest.mark.nightly
def test_folds_that_others_could_not_do_are_null_with_their_sentence() -> None:
    others = Failing(Splits(PEOPLE), QUICK, ASKED)
    outcome = run(Splits(PEOPLE), QUICK, evaluation=ASKED, sharing=others)
    assert outcome.result.as_dict()["metrics"]["cv"] is None
    reason = finished("Training stopped in epoch 2.")
    assert Message("evaluation.cv-failed", reason=reason) in outcome.result.warnings


def test_what_a_shared_task_had_trained_itself_is_recovered() -> None:
    states: dict[int, bytes] = {}
    others = Others(Splits(PEOPLE), QUICK, replace(ASKED, cv_folds=0))
    with pytest.raises(Interrupted):
        run(Splits(PEOPLE), QUICK, evaluation=others.given[2], sharing=others,
            callback=Keeping(states, 2))  # fmt: skip
    work = ExperimentPlan.of(*others.given, None)
    found = model_at(work, state_from_bytes(states[0]), shared=True)
    assert found.model.settings == replace(QUICK, seeds=1)
    assert len(found.history) == 2
    with pytest.raises(ModelError, match="another training"):
        model_at(work, state_from_bytes(states[0]))


@pytest.mark.nightly
@pytest.mark.parametrize("number", [1, 3])
def test_a_damaged_part_is_refused(number: int) -> None:
    others = Others(Splits(PEOPLE), QUICK, ASKED)
    others.dispatch(5)
    content = others.contents[number]
    for damaged in (content[:-1], content[:-1] + bytes([content[-1] ^ 1]), b""):
        others.contents[number] = damaged
        with pytest.raises(ModelError):
            unpack_folds([damaged], []) if number == 3 else unpack_replicas(damaged)


def test_a_part_that_diverges_says_so() -> None:
    work = ExperimentPlan.of(
        Splits(PEOPLE), replace(QUICK, learning_rate=10.0, model="GCN"), ASKED, None
    )
    wild = replace(work, start=replace(work.start, parameters={
        name: torch.full_like(tensor, np.inf) for name, tensor in work.start.parameters.items()
    }))  # fmt: skip
    with pytest.raises(TrainingError, match="not finite"):
        shards.run_shard(wild, 1, device=CPU, callback=Callback())
