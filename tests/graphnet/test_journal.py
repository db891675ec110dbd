"""Interrupted anywhere, a task goes on to the same bits: its own training, its folds, its end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import merge
from graphnet.data.splits import Splits
from graphnet.distributed.serialisation import state_from_bytes, state_to_bytes
from graphnet.distributed.shards import model_at
from graphnet.errors import ModelError
from graphnet.experiment import run
from graphnet.outcome import Outcome
from graphnet.plan import ExperimentPlan
from graphnet.training import stacked
from graphnet.training.callbacks import Callback
from graphnet.training.history import Epoch
from graphnet.training.initialisation import initialise
from graphnet.training.loop import Plan, Training
from graphnet.training.progress import REPORT, Progress, Step
from tests.graphnet.people import cohort

ASKED = Evaluation(cv_folds=3, explain=False)
SETTINGS = TrainingSettings.for_model("SGN", epochs=6, batch_size=8)


class Interrupted(Exception):
    pass


class Keeping(Callback):
    """Keeps every stage's state as bytes, and breaks off after some epochs of all."""

    def __init__(self, kept: dict[int, bytes], epochs: int) -> None:
        super().__init__()
        self.states = kept
        self.left = epochs
        self.done: list[tuple[int, int]] = []

    def load_state(self, index: int) -> Mapping[str, Tensor] | None:
        content = self.states.get(index)
        return None if content is None else state_from_bytes(content)

    def on_epoch_end(self, training: Training, epoch: Epoch) -> None:
        self.done.append((self.index, epoch.number))
        self.states[self.index] = state_to_bytes(training.state())
        self.left -= 1
        if not self.left:
            raise Interrupted


def outcome(journal: Callback | None = None) -> Outcome:
    return run(Splits(cohort()), SETTINGS, evaluation=ASKED, callback=journal)


@pytest.mark.nightly
def test_a_task_that_breaks_off_again_and_again_ends_as_if_it_had_not() -> None:
    undisturbed = outcome()
    states: dict[int, bytes] = {}
    done: list[tuple[int, int]] = []
    for _ in range(100):
        journal = Keeping(states, epochs=4)
        try:
            again = outcome(journal)
        except Interrupted:
            done += journal.done
            continue
        done += journal.done
        break
    # The model, three folds, and those that calibrate: three for the folds, which serve the model.
    stages = 1 + max(stage for stage, _ in done)
    assert stages > 4
    assert done == [(stage, epoch) for stage in range(stages) for epoch in range(1, 7)]
    assert again.model.to_bytes()[0] == undisturbed.model.to_bytes()[0]
    assert again.result.as_dict() == undisturbed.result.as_dict()


class Counting(Progress):
    """Keeps what was expected and what was begun."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: list[str] = []
        self.begun: list[str] = []

    def expect(self, steps: Sequence[Step]) -> None:
        self.expected = [step.name for step in steps]
        super().expect(steps)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.begun.append(name)
        with super().step(name):
            yield


@pytest.mark.nightly(but=("asked0-1",))
@pytest.mark.parametrize("step", [1, 1 << 20])  # bytes that a cache holds: one fit at a time, many
@pytest.mark.parametrize(
    "asked",
    [
        ASKED,
        replace(ASKED, nested=True, explain=True),
        replace(ASKED, baselines=False),
        Evaluation(cv_folds=0),
        Evaluation(cv_folds=0, leave_site_out=True, permutations=20),
    ],
)
def test_every_step_of_a_task_is_expected(
    step: int, asked: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stacked, "STEP", step)
    progress = Counting()
    everyone = merge([cohort(), cohort("B")])
    settings = replace(SETTINGS, epochs=1)
    run(Splits(everyone), settings, evaluation=asked, callback=Callback(progress))
    # The last step is that of whoever writes the files.
    assert progress.expected == [*progress.begun, REPORT]


@pytest.mark.nightly
def test_a_task_does_not_depend_on_what_is_trained_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together = outcome()
    monkeypatch.setattr(stacked, "STEP", 1)
    apart = outcome()
    assert apart.model.to_bytes()[0] == together.model.to_bytes()[0]
    for split in ("train", "cv"):
        ours, theirs = apart.result.metrics[split], together.result.metrics[split]
        assert ours is not None
        assert theirs is not None
        assert ours.values == pytest.approx(theirs.values, rel=1e-4)


def test_a_state_of_another_shape_is_left_aside() -> None:
    states: dict[int, bytes] = {}
    with pytest.raises(Interrupted):
        run(Splits(cohort()), SETTINGS, callback=Keeping(states, 3))
    other = TrainingSettings.for_model("GCN", epochs=2)
    journal = Keeping(dict(states), 100)
    run(
        Splits(cohort()),
        replace(other, calibrate=False),
        evaluation=Evaluation(cv_folds=0, baselines=False),
        callback=journal,
    )
    assert journal.done == [(0, 1), (0, 2)]


def test_a_state_of_other_subjects_is_left_aside() -> None:
    """Folds have one shape; a fold that went on from another's would know its test subjects."""
    states: dict[int, bytes] = {}
    plan = Plan(seeds=[0], members=[torch.arange(10)])
    other = replace(plan, members=[torch.arange(10) + 1])
    for asked, epochs in ((plan, [1, 2]), (plan, [3, 4]), (other, [1, 2])):
        journal = Keeping(states, 2)
        with pytest.raises(Interrupted):
            list(journal.follow(training(asked)))
        assert journal.done == [(0, epoch) for epoch in epochs]


def training(plan: Plan) -> Training:
    model = initialise(cohort(), SETTINGS, (0, 1))
    prepared = model.prepare(cohort(), torch.device("cpu"))
    return Training(model.net, model.parameters, prepared, SETTINGS, plan)


def test_the_best_so_far_is_had_from_a_checkpoint() -> None:
    states: dict[int, bytes] = {}
    with pytest.raises(Interrupted):
        run(Splits(cohort()), SETTINGS, callback=Keeping(states, 3))
    state = state_from_bytes(states[0])
    found = model_at(work(SETTINGS), state)
    short = TrainingSettings.for_model("SGN", epochs=3, batch_size=8, calibrate=False)
    asked = Evaluation(cv_folds=0, baselines=False, explain=False)
    wanted = run(Splits(cohort()), short, evaluation=asked)
    assert found.history.lines() == wanted.result.history.lines()
    assert found.model.settings == SETTINGS
    assert found.model.predict(cohort()).tobytes() == wanted.model.predict(cohort()).tobytes()
    with pytest.raises(ModelError, match="another training"):
        model_at(work(TrainingSettings.for_model("GCN", epochs=6)), state)


def work(settings: TrainingSettings) -> ExperimentPlan:
    return ExperimentPlan.of(Splits(cohort()), settings, Evaluation(), None)


@pytest.mark.parametrize("damage", ["truncated", "changed", "foreign", "pickle", "empty"])
def test_what_is_no_checkpoint_is_refused(damage: str) -> None:
    states: dict[int, bytes] = {}
    with pytest.raises(Interrupted):
        run(Splits(cohort()), SETTINGS, callback=Keeping(states, 1))
    content = states[0]
    damaged = {
        "truncated": content[:-1],
        "changed": content[:-1] + bytes([content[-1] ^ 1]),
        "foreign": b"PK\x03\x04" * 20,
        "pickle": b"\x80\x04\x95.",
        "empty": b"",
    }[damage]
    with pytest.raises(ModelError, match="checkpoint"):
        state_from_bytes(damaged)
