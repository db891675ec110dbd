"""Memory that runs out: in parts where that gives the same, else one sentence."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.splits import Splits
from graphnet.errors import OutOfMemory
from graphnet.evaluation.attribution import integrated_gradients, occlusion
from graphnet.experiment import run
from graphnet.messages import Message
from graphnet.training import stacked
from graphnet.training.cuda_graph import CudaGraphRunner
from graphnet.training.history import Epoch
from graphnet.training.loop import Training
from graphnet.training.memory import halving, is_exhausted, translate_oom
from tests.graphnet.people import cohort

PEOPLE = cohort()
QUICK = TrainingSettings.for_model("SGN", epochs=4)
ALONE = Evaluation(cv_folds=0, baselines=False, explain=False)
TOO_MUCH = 1 << 54  # bytes; no machine can address them


def too_much_of_torch() -> None:
    torch.empty(TOO_MUCH)


def too_much_of_numpy() -> None:
    np.empty(TOO_MUCH)


def too_much_of_a_device() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")


@pytest.mark.parametrize(
    ("work", "where"),
    [
        (too_much_of_torch, "process"),
        (too_much_of_numpy, "process"),
        (too_much_of_a_device, "device"),
    ],
)
def test_what_allocators_say_becomes_a_sentence(work: Callable[[], None], where: str) -> None:
    with pytest.raises(OutOfMemory) as caught:
        translate_oom(work)()
    assert caught.value.messages == (Message("training.out-of-memory", where=where),)
    assert "batch_size" in str(caught.value)
    assert is_exhausted(caught.value.__cause__ or ValueError())


def test_other_errors_stay_what_they_are() -> None:
    def fail() -> None:
        raise RuntimeError("shapes")

    with pytest.raises(RuntimeError, match="shapes"):
        translate_oom(fail)()
    with pytest.raises(RuntimeError, match="shapes"):
        halving(lambda _: fail(), 8)


def test_it_is_tried_in_ever_smaller_parts_down_to_one() -> None:
    tried: list[int] = []

    def work(size: int) -> int:
        tried.append(size)
        if size > least:
            raise MemoryError
        return size

    least = 3
    assert (halving(work, 12), tried) == (3, [12, 6, 3])
    tried, least = [], 0
    with pytest.raises(MemoryError):
        halving(work, 4)
    assert tried == [4, 2, 1]


def narrowed(monkeypatch: pytest.MonkeyPatch, model: StoredModel, most: int) -> list[int]:
    """Let the model's net take no more than ``most`` subjects at a time; how many it took."""
    net, taken = type(model.net), []
    logits = net.logits

    def small(self: Any, params: Mapping[str, Tensor], inputs: Tensor, graph: Tensor) -> Tensor:
        if inputs.shape[1] > most:
            raise torch.OutOfMemoryError
        taken.append(inputs.shape[1])
        return logits(self, params, inputs, graph)

    monkeypatch.setattr(net, "logits", small)
    return taken


def test_predictions_and_explanation_are_the_same_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps = TrainingSettings.for_model("GCN", epochs=4)  # its integral has no exact form
    model = run(Splits(PEOPLE), in_steps, evaluation=ALONE).model
    predicted, moved = model.predict(PEOPLE), occlusion(model, PEOPLE)
    mean = integrated_gradients(model, PEOPLE).mean
    steps = narrowed(monkeypatch, model, 8 * 32)  # a path's 32 steps of eight subjects
    np.testing.assert_allclose(integrated_gradients(model, PEOPLE).mean, mean, atol=1e-6)
    assert max(steps) == 8 * 32
    taken = narrowed(monkeypatch, model, 13)
    np.testing.assert_allclose(model.predict(PEOPLE), predicted, atol=1e-6)
    np.testing.assert_allclose(occlusion(model, PEOPLE), moved, atol=1e-6)
    assert 1 < max(taken) <= 13


class Hungry(Training):
    """Runs out of memory after two epochs."""

    def __iter__(self) -> Iterator[Epoch]:
        for epoch in super().__iter__():
            yield epoch
            if epoch.number == 2:
                too_much_of_torch()


def test_a_training_that_does_not_fit_keeps_what_was_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacked, "Training", Hungry)
    with pytest.raises(OutOfMemory) as caught:
        run(Splits(PEOPLE), QUICK, evaluation=ALONE)
    monkeypatch.undo()
    settings = TrainingSettings.for_model("SGN", epochs=2, calibrate=False)
    two = run(Splits(PEOPLE), settings, evaluation=ALONE)
    kept = caught.value.kept
    assert kept.predict(PEOPLE).tobytes() == two.model.predict(PEOPLE).tobytes()


def test_folds_that_do_not_fit_one_by_one_leave_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = stacked._stack

    def small(*arguments: Any, **named: Any) -> Any:
        if len(arguments[1]) >= 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return stack(*arguments, **named)

    monkeypatch.setattr(stacked, "_stack", small)
    asked = Evaluation(cv_folds=3, baselines=False, explain=False)
    result = run(Splits(PEOPLE), QUICK, evaluation=asked).result
    assert result.as_dict()["metrics"]["cv"] is None
    reason = Message("training.out-of-memory", where="device")
    assert Message("evaluation.cv-failed", reason=reason) in result.warnings


@pytest.mark.parametrize("divisible", [True, False])
def test_a_recording_that_does_not_fit_is_left_out_where_nothing_is_smaller(
    monkeypatch: pytest.MonkeyPatch, *, divisible: bool
) -> None:
    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError

    monkeypatch.setattr("graphnet.training.cuda_graph.CudaGraph", full)
    total = torch.zeros(1)

    def add(one: Tensor) -> None:
        total.add_(one)

    recorder = CudaGraphRunner([total], record=True, divisible=divisible)
    if divisible:
        with pytest.raises(torch.OutOfMemoryError):
            recorder.run(add, ("add",), [torch.ones(1)])
        return
    recorder.run(add, ("add",), [torch.ones(1)])
    assert (float(total), recorder.record) == (1.0, False)


@pytest.mark.cuda
def test_a_device_is_free_again_after_it_was_full(cuda: torch.device) -> None:
    total = torch.cuda.get_device_properties(cuda).total_memory
    with pytest.raises(OutOfMemory, match="the CUDA device"):
        translate_oom(lambda: torch.empty(2 * total, dtype=torch.uint8, device=cuda))()
    on_device = run(Splits(PEOPLE), QUICK, evaluation=ALONE, device=cuda)
    assert on_device.result.as_dict()["device"] == "cuda"
