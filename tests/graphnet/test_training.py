"""The optimiser against torch's own, replicas against single fits, and which epoch is kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from bench.reference import double_precision
from graphnet.config import TrainingSettings
from graphnet.errors import TrainingError
from graphnet.messages import Message
from graphnet.models import NETS, Net, Sizes, build_net
from graphnet.training.devices import describe
from graphnet.training.history import Epoch, Score
from graphnet.training.inputs import ModelInputs, Whole
from graphnet.training.loop import MOST_STEPS, Plan, Training, batch_blocks
from graphnet.training.optimiser import AdamW, FlatParameters, factor

REGIONS, MEASURES = 10, 4
SEEDS = (3, 1, 4, 15, 9)
SETTINGS = TrainingSettings(
    epochs=6, batch_size=7, learning_rate=0.02, weight_decay=0.1, lr_step_size=4
)
OVERFITTED = replace(SETTINGS, epochs=40, lr_step_size=40)


def tensors(seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = {"weight": (3, 4, 5), "readout.bias": (3, 5), "bias": (3, 1)}
    return {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


def net(name: str) -> Net:
    return build_net(name, Sizes(REGIONS, MEASURES, 2))


def group(of: Net, subjects: int = 33, *, seed: int = 0, effect: float = 0.5) -> ModelInputs:
    """Subjects of whom every second one differs in half of the regions."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(subjects) % 2
    x = torch.randn((subjects, REGIONS, MEASURES), generator=generator)
    x[labels == 1, :5] += effect
    return ModelInputs.of(of, Whole(x[None], torch.ones(1, 1, REGIONS, REGIONS).tril()), labels)


def begun(  # noqa: PLR0917 - as the class it begins
    model: Net,
    start: Mapping[str, Tensor],
    groups: Mapping[str, ModelInputs],
    settings: TrainingSettings,
    seeds: Sequence[int],
    select: str | None = None,
) -> Training:
    return Training(
        model, start, groups["train"], settings, Plan(seeds), monitored=groups, select=select
    )


def fit(
    name: str,
    seeds: tuple[int, ...],
    groups: Mapping[str, ModelInputs] | None = None,
    settings: TrainingSettings = SETTINGS,
    select: str | None = None,
) -> tuple[Training, list[Epoch]]:
    model = net(name)
    groups = groups or {"train": group(model)}
    training = begun(model, model.initial(seeds), groups, settings, seeds, select)
    return training, list(training)


def test_flat_parameters_are_the_named_ones() -> None:
    named = tensors()
    flat = FlatParameters(named)
    assert flat.flat.shape == (3, 4 * 5 + 5 + 1)
    assert {name: view.shape for name, view in flat.views().items()} == {
        name: tensor.shape for name, tensor in named.items()
    }
    for name, view in flat.views().items():
        assert torch.equal(view, named[name])
    flat.gradients["bias"].copy_(2 * named["bias"])
    assert torch.equal(flat.gradient[:, -1:], 2 * named["bias"])
    assert (flat.gradient[:, :-1] == 0).all()
    turned_round = FlatParameters(dict(reversed(named.items())))
    assert torch.equal(turned_round.flat, flat.flat)


def test_each_replica_has_torchs_adamw() -> None:
    named = tensors()
    rates, decays = torch.tensor([0.1, 0.01, 0.3]), torch.tensor([0.0, 0.5, 0.1])
    flat = FlatParameters(named)
    chosen = flat.mask({"weight": True, "readout.bias": False, "bias": False})
    ours = AdamW(flat.flat, rates, decays, chosen)
    theirs = [{name: tensor[k].clone() for name, tensor in named.items()} for k in range(3)]
    optimisers = [
        torch.optim.AdamW(
            [
                {"params": [params["weight"]], "weight_decay": float(decays[k])},
                {"params": [params["readout.bias"], params["bias"]], "weight_decay": 0.0},
            ],
            lr=float(rates[k]),
        )
        for k, params in enumerate(theirs)
    ]
    schedules = [torch.optim.lr_scheduler.StepLR(one, 10, gamma=0.2) for one in optimisers]
    for step in range(30):
        gradient = torch.randn(flat.flat.shape, generator=torch.Generator().manual_seed(step))
        (pace,) = ours.step_sizes(0.2 ** (step // 10), torch.ones((1, 3), dtype=torch.bool))
        ours.step(gradient, pace)
        pieces = flat.views(gradient)
        for k, (params, optimiser) in enumerate(zip(theirs, optimisers, strict=True)):
            for name, tensor in params.items():
                tensor.grad = pieces[name][k].clone()
            optimiser.step()
            schedules[k].step()
    for name, view in flat.views().items():
        expected = torch.stack([params[name] for params in theirs])
        torch.testing.assert_close(view.detach(), expected, atol=1e-6, rtol=1e-5)
        assert (expected - named[name]).abs().min() > 1e-4


@pytest.mark.nightly(but=("SGN", "GAT", "TopK", "BNT", "LinearSVM"))
@pytest.mark.parametrize("name", NETS)
def test_five_replicas_are_five_single_fits(name: str) -> None:
    with double_precision():  # where rounding does not grow from step to step
        together, _ = fit(name, SEEDS)
        singles = [fit(name, (seed,))[0].result() for seed in SEEDS]
    stacked = together.result()
    for k, alone in enumerate(singles):
        for key, tensor in alone.items():
            torch.testing.assert_close(stacked[key][k], tensor[0], atol=1e-7, rtol=1e-6)
    apart = [(tensor[0] - tensor[1]).abs().max() for tensor in stacked.values()]
    assert max(apart) > 0.01


def test_each_replica_keeps_the_epoch_that_is_best_for_it() -> None:
    model = net("SGN")
    groups = {"train": group(model), "val": group(model, 20, seed=9)}
    together, _ = fit("SGN", SEEDS, groups, OVERFITTED, "val")
    assert len(set(together.best_epoch.flatten().tolist())) > 1
    for k, seed in enumerate(SEEDS):
        alone, epochs = fit("SGN", (seed,), groups, OVERFITTED, "val")
        losses = [epoch.scores["val"].loss for epoch in epochs]
        assert int(together.best_epoch[k]) == int(alone.best_epoch) == 1 + int(np.argmin(losses))
        assert float(together.best_loss[k]) == pytest.approx(min(losses), rel=1e-3)
        for key, tensor in alone.result().items():
            torch.testing.assert_close(together.result()[key][k], tensor[0], atol=1e-4, rtol=1e-3)


def test_the_kept_epoch_is_what_stopping_there_gives() -> None:
    model = net("SGN")
    groups = {"train": group(model), "val": group(model, 20, seed=9)}
    selected, _ = fit("SGN", (1,), groups, OVERFITTED, "val")
    best = int(selected.best_epoch)
    assert 1 < best < 40
    stopped, _ = fit("SGN", (1,), groups, replace(OVERFITTED, epochs=best))
    for key, tensor in stopped.result().items():
        assert torch.equal(tensor, selected.result()[key])


def test_without_selection_the_last_epoch_is_kept_whatever_its_loss() -> None:
    model = net("SGN")
    groups = {"train": group(model), "val": group(model, 20, seed=9)}
    unselected, epochs = fit("SGN", (1,), groups, OVERFITTED)
    plain, _ = fit("SGN", (1,), settings=OVERFITTED)
    assert int(unselected.best_epoch) == 40
    assert epochs[-1].scores["val"].loss > min(epoch.scores["val"].loss for epoch in epochs)
    for key, tensor in plain.result().items():
        assert torch.equal(tensor, unselected.result()[key])


@pytest.mark.parametrize("name", NETS)
def test_a_seed_gives_the_same_bits_and_another_seed_others(name: str) -> None:
    first, second, other = (fit(name, (seed,))[0].result() for seed in (1, 1, 2))
    for key, tensor in first.items():
        assert torch.equal(tensor, second[key])
    assert any(not torch.equal(tensor, other[key]) for key, tensor in first.items())


def test_training_leaves_where_it_started_as_it_was() -> None:
    model = net("SGN")
    start = model.initial([1])
    list(begun(model, start, {"train": group(model)}, SETTINGS, [1]))
    for key, tensor in model.initial([1]).items():
        assert torch.equal(tensor, start[key])


@pytest.mark.parametrize("counts", [(1,), (7, 7), (22, 22), (22, 21, 3), (1000, 130)])
def test_an_epoch_takes_every_subject_once(counts: tuple[int, ...]) -> None:
    """And a replica's step is the mean over its own subjects, however many the others have."""
    members = [torch.randperm(count) + 100 * k for k, count in enumerate(counts)]
    taken: list[list[int]] = [[] for _ in counts]
    for stretch in batch_blocks(members, 7):
        assert stretch.order.shape == stretch.share.shape
        assert stretch.order.shape[1] <= 7 * MOST_STEPS
        batches = zip(stretch.order.split(7, dim=1), stretch.share.split(7, dim=1), strict=True)
        for number, (index, share) in enumerate(batches):
            for k, there in enumerate((share > 0).tolist()):
                taken[k] += index[k, there].tolist()
                assert stretch.moving[number, k] == any(there)
                expected = [1 / max(sum(there), 1) if each else 0 for each in there]
                assert share[k].tolist() == pytest.approx(expected)
            if number < stretch.plain:
                assert len(set(share.flatten().tolist())) == 1
    assert taken == [rows.tolist() for rows in members]


def test_a_replica_that_does_not_move_stays_bit_for_bit() -> None:
    named = tensors()
    flat = FlatParameters(named)
    ours = AdamW(
        flat.flat,
        torch.full((3,), 0.1),
        torch.full((3,), 0.1),
        flat.mask(dict.fromkeys(named, True)),
    )
    moving = torch.tensor([[True, True, True], [True, False, True]])
    states = []
    for pace, goes in zip(ours.step_sizes(1.0, moving), moving, strict=True):
        ours.step(torch.ones_like(flat.flat) * goes[:, None], pace)
        states.append([each.clone() for each in (flat.flat, ours.mean, ours.square)])
    assert ours.steps.tolist() == [2, 1, 2]
    for before, after in zip(*states, strict=True):
        assert torch.equal(before[1], after[1])
        assert not torch.equal(before[0], after[0])


def test_what_cannot_be_recorded_is_done_step_by_step(caplog: pytest.LogCaptureFixture) -> None:
    """As on this kind of device, which has no CUDA graphs; the result is the same."""
    model = net("SGN")
    groups = {"train": group(model)}
    plain = begun(model, model.initial([1]), groups, SETTINGS, [1])
    lines = [epoch.line() for epoch in plain]
    asked = begun(model, model.initial([1]), groups, SETTINGS, [1])
    asked.runner.record = True
    assert [epoch.line() for epoch in asked] == lines
    assert "step by step" in caplog.text
    assert not asked.runner.record


def test_a_batch_brings_each_subjects_own_graph_and_label() -> None:
    random = torch.Generator().manual_seed(0)
    everyone = ModelInputs(
        inputs=torch.randn((1, 9, REGIONS, MEASURES), generator=random),
        graph=torch.randn((1, 9, REGIONS, REGIONS), generator=random),
        targets=torch.arange(9),
    )
    index = torch.tensor([[5, 2, 7], [0, 8, 5]])
    inputs, graph, labels = everyone.batch(index)
    assert torch.equal(labels, index)
    for k, b in ((0, 0), (0, 2), (1, 1)):
        assert torch.equal(inputs[k, b], everyone.inputs[0, index[k, b]])
        assert torch.equal(graph[k, b], everyone.graph[0, index[k, b]])
    shared = replace(everyone, graph=everyone.graph[:, :1]).batch(index)[1]
    assert torch.equal(shared, everyone.graph[:, :1])


def test_scores_are_the_mean_loss_and_accuracy_after_the_epoch() -> None:
    model = net("GCN")
    train = group(model)
    training, epochs = fit("GCN", SEEDS, {"train": train, "test": group(model, 8, seed=5)})
    params = {name: tensor[:1] for name, tensor in training.parameters.views().items()}
    logits = model.logits(params, train.inputs, train.graph)[0].detach()
    score = epochs[-1].scores["train"]
    assert score.loss == pytest.approx(float(functional.cross_entropy(logits, train.targets)))
    assert score.accuracy == pytest.approx(
        float((logits.argmax(1) == train.targets).float().mean())
    )
    assert list(epochs[-1].scores) == ["train", "test"]
    assert [epoch.number for epoch in epochs] == [1, 2, 3, 4, 5, 6]


@pytest.mark.nightly
def test_training_lowers_the_loss() -> None:
    for name in set(NETS) - {"BrainNetCNN"}:  # which learns from own graphs alone
        _, epochs = fit(name, (1,), settings=replace(SETTINGS, epochs=30))
        losses = [epoch.scores["train"].loss for epoch in epochs]
        assert losses[-1] < 0.8 * losses[0]


def test_the_learning_rate_decays_step_by_step() -> None:
    stopped = replace(SETTINGS, lr_decay=1e-30)
    four, six = (fit("SGN", (1,), settings=replace(stopped, epochs=n))[0] for n in (4, 6))
    for key, tensor in four.result().items():
        assert torch.equal(tensor, six.result()[key])
    three, _ = fit("SGN", (1,), settings=replace(stopped, epochs=3))
    assert not torch.equal(three.best, four.best)


def test_who_stops_iterating_stops_training() -> None:
    model = net("SGN")
    training = begun(model, model.initial([1]), {"train": group(model)}, SETTINGS, [1])
    list(islice(training, 2))
    two, _ = fit("SGN", (1,), settings=replace(SETTINGS, epochs=2))
    assert torch.equal(training.best, two.best)


def test_a_loss_that_is_no_number_ends_it_and_names_the_epoch() -> None:
    model = net("GCN")
    train = group(model)
    training = begun(model, model.initial([1]), {"train": train}, SETTINGS, [1])
    epochs = iter(training)
    next(epochs)
    train.inputs[0, 3, 0, 0] = torch.inf
    with pytest.raises(TrainingError) as caught:
        next(epochs)
    message = Message("training.loss-not-finite", epoch=2, learning_rate=0.02)
    assert caught.value.messages == (message,)


def test_one_lost_replica_is_enough_to_end_it() -> None:
    model = net("GCN")
    start = model.initial(SEEDS)
    start["linear.weight"][2] = torch.nan
    training = begun(model, start, {"train": group(model)}, SETTINGS, SEEDS)
    with pytest.raises(TrainingError) as caught:
        next(iter(training))
    assert dict(caught.value.messages[0].values)["epoch"] == 1


def test_an_epoch_reads_as_the_contract_shows_it() -> None:
    epoch = Epoch(1, {"train": Score(0.693147, 0.5), "test": Score(0.6931, 0.49996)})
    assert epoch.line() == (
        "Epoch 001, Train Loss: 0.6931, Train Accuracy: 0.5000, "
        "Test Loss: 0.6931, Test Accuracy: 0.5000"
    )
    assert re.match(r"Epoch 1234, ", Epoch(1234, epoch.scores).line())


@pytest.mark.cuda
@pytest.mark.parametrize("name", NETS)
def test_cuda_and_cpu_agree(name: str, cuda: torch.device) -> None:
    model = net(name)
    on_cpu, epochs = fit(name, SEEDS)
    here = group(model)
    there = ModelInputs(here.inputs.to(cuda), here.graph.to(cuda), here.targets.to(cuda))
    start = {key: tensor.to(cuda) for key, tensor in model.initial(SEEDS).items()}
    training = begun(model, start, {"train": there}, SETTINGS, SEEDS)
    assert describe(cuda).startswith("cuda (")
    for ours, theirs in zip(training, epochs, strict=True):
        assert ours.scores["train"].loss == pytest.approx(theirs.scores["train"].loss, abs=1e-3)
    for key, tensor in training.result().items():
        assert tensor.device.type == "cuda"
        torch.testing.assert_close(tensor.cpu(), on_cpu.result()[key], atol=5e-3, rtol=1e-2)


def test_an_interrupted_training_goes_on_bit_for_bit() -> None:
    model = net("SGN")
    groups = {"train": group(model), "val": group(model, 20, seed=9)}
    whole, epochs = fit("SGN", SEEDS, groups, OVERFITTED, "val")
    first = begun(model, model.initial(SEEDS), groups, OVERFITTED, SEEDS, "val")
    curve = [epoch.line() for epoch in islice(first, 11)]
    again = begun(model, model.initial((7,) * 5), groups, OVERFITTED, (8,) * 5, "val")
    again.restore(first.state())
    curve += [epoch.line() for epoch in again]
    assert curve == [epoch.line() for epoch in epochs]
    for key, tensor in whole.result().items():
        assert torch.equal(tensor, again.result()[key])
    for key, one in whole.state().items():
        assert torch.equal(one, again.state()[key]) == (key != "plan"), key


def test_each_replica_learns_from_its_own_members_alone() -> None:
    """Folds of unlike size, stacked, are the single fits on those subjects."""
    model = net("SGN")
    everyone = group(model)
    members = [torch.arange(0, 20), torch.arange(5, 33), torch.arange(7, 22)]
    plan = Plan(SEEDS[:3], members)
    stacked = Training(model, model.initial(SEEDS[:3]), everyone, SETTINGS, plan)
    list(stacked)
    for k, rows in enumerate(members):
        own = ModelInputs(everyone.inputs[:, rows], everyone.graph[:, rows], everyone.targets[rows])
        alone, _ = fit("SGN", (SEEDS[k],), {"train": own})
        for key, tensor in alone.result().items():
            torch.testing.assert_close(stacked.result()[key][k], tensor[0], atol=2e-5, rtol=1e-4)


def test_each_replica_has_its_own_view_rate_and_decay() -> None:
    model = net("SGN")
    one, other = group(model), group(model, seed=4, effect=2.0)
    both = replace(
        one,
        inputs=torch.cat([one.inputs, other.inputs]),
        graph=torch.cat([one.graph, other.graph]),
        view=torch.tensor([1, 0]),
    )
    plan = Plan((3, 1), rates=[0.01, 0.03], decays=[0.2, 0.0])
    stacked = Training(model, model.initial((3, 1)), both, SETTINGS, plan)
    list(stacked)
    for k, (seed, own, rate, decay) in enumerate(((3, other, 0.01, 0.2), (1, one, 0.03, 0.0))):
        settings = replace(SETTINGS, learning_rate=rate, weight_decay=decay)
        alone, _ = fit("SGN", (seed,), {"train": own}, settings)
        for key, tensor in alone.result().items():
            torch.testing.assert_close(stacked.result()[key][k], tensor[0], atol=2e-5, rtol=1e-4)


def test_what_is_frozen_stays_and_the_rest_learns() -> None:
    model = net("SGN")
    start = model.initial([1])
    plan = Plan([1])
    training = Training(model, start, group(model), SETTINGS, plan, frozen={"conv.weight"})
    list(training)
    assert torch.equal(training.result()["conv.weight"], start["conv.weight"])
    assert not torch.equal(training.result()["embedding"], start["embedding"])
    assert set(training.result()) == set(start)


def test_moments_that_are_kept_are_those_of_a_longer_training() -> None:
    model = net("SGN")
    steady = replace(SETTINGS, lr_schedule="constant", batch_size=100)
    whole, _ = fit("SGN", (1,), settings=replace(steady, epochs=9))
    half, _ = fit("SGN", (1,), settings=replace(steady, epochs=4))
    rest = Training(model, half.result(), group(model), replace(steady, epochs=5), Plan([1]),
                    moments=half.moments())  # fmt: skip
    list(rest)
    for key, tensor in whole.result().items():
        # One batch an epoch, so the order of subjects only changes rounding.
        torch.testing.assert_close(tensor, rest.result()[key], atol=1e-5, rtol=1e-4)
    afresh = Training(model, half.result(), group(model), replace(steady, epochs=5), Plan([1]))
    list(afresh)
    assert (afresh.result()["bias"] - whole.result()["bias"]).abs().max() > 1e-4


def test_it_stops_early_where_validation_no_longer_gains() -> None:
    model = net("SGN")
    groups = {"train": group(model), "val": group(model, 20, seed=9)}
    patient = replace(OVERFITTED, early_stopping=5)
    stopped, epochs = fit("SGN", (1,), groups, patient, "val")
    whole, _ = fit("SGN", (1,), groups, OVERFITTED, "val")
    assert len(epochs) == int(stopped.best_epoch) + 5 < 40
    for key, tensor in whole.result().items():
        assert torch.equal(tensor, stopped.result()[key])
    assert len(fit("SGN", (1,), groups, patient)[1]) == 40  # nothing to look at


def test_schedules_are_what_they_are_called() -> None:
    asked = replace(SETTINGS, epochs=100)
    assert [factor(asked, epoch) for epoch in (1, 4, 5)] == [1, 1, 0.2]
    assert factor(replace(asked, lr_schedule="constant"), 99) == 1
    cosine = replace(asked, lr_schedule="cosine")
    assert factor(cosine, 1) == 1
    assert factor(cosine, 51) == pytest.approx(0.5)
    assert 0 < factor(cosine, 100) < 0.001
