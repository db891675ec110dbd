"""The training loop: K replicas at once, one epoch at a time."""

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from graphnet.config import TrainingSettings
from graphnet.errors import TrainingError
from graphnet.messages import Message
from graphnet.models import Net
from graphnet.training.cuda_graph import CudaGraphRunner
from graphnet.training.history import Epoch, History, Score
from graphnet.training.inputs import ModelInputs, class_scores
from graphnet.training.optimiser import AdamW, FlatParameters, factor

STATE = ("mean", "square")
LAYOUT = 2  # of the buffers in a state; 1 before readouts lay column by column


@dataclass(frozen=True)
class Plan:
    """What may differ between the K replicas of one training.

    ``seeds`` draw the order of subjects; ``members`` are the rows that each replica is trained on
    (None: all); ``rates`` and ``decays`` are its learning rate and weight decay (None: those of the
    settings). ``persons`` are those of all rows, for what is chosen by inner folds: rows of one
    person stay in one (None: each row is another person).
    """

    seeds: Sequence[int]
    members: Sequence[Tensor] | None = None
    rates: Sequence[float] | None = None
    decays: Sequence[float] | None = None
    persons: Sequence[str] | None = None

    def digest(self) -> Tensor:
        """SHA-256 of all of it and of how a state is laid out, as bytes."""
        members = [rows.tolist() for rows in self.members or ()]
        text = repr((LAYOUT, list(self.seeds), members, self.rates, self.decays))
        return torch.tensor(list(hashlib.sha256(text.encode()).digest()), dtype=torch.uint8)


class Training:
    """Fits K replicas of a network; iterating trains, one epoch per step.

    Args:
        net: the network.
        start: its initial parameters by name, (K, …).
        train: the training subjects.
        settings: batch size, epochs, learning rate and so on.
        plan: what differs between the replicas.
        monitored: subjects to score after each epoch, by split.
        select: the split whose lowest loss chooses the epoch that each replica keeps; None: the
            last epoch is kept.
        frozen: names of the parameters that stay as they start.
        moments: the optimiser's, of an earlier training; none: it starts afresh.
        divisible: whether the caller can train fewer replicas at a time when memory runs out.

    """

    def __init__(
        self,
        net: Net,
        start: Mapping[str, Tensor],
        train: ModelInputs,
        settings: TrainingSettings,
        plan: Plan,
        *,
        monitored: Mapping[str, ModelInputs] = MappingProxyType({}),
        select: str | None = None,
        frozen: Collection[str] = (),
        moments: Mapping[str, Tensor] = MappingProxyType({}),
        divisible: bool = False,
    ) -> None:
        self.net = net
        self.train = train
        self.settings = settings
        self.monitored = monitored
        self.select = select
        self.parameters = FlatParameters(start, frozen)
        flat = self.parameters.flat
        self.optimiser = AdamW(
            flat,
            torch.tensor(plan.rates or [settings.learning_rate] * len(flat), dtype=torch.float64),
            torch.tensor(plan.decays or [settings.weight_decay] * len(flat), dtype=torch.float64),
            self.parameters.mask({name: net.decayed(name) for name in start}),
        )
        self.optimiser.load_moments(moments, self.parameters)
        everyone = torch.arange(len(train))
        self.members = plan.members or [everyone] * len(flat)
        self.persons = plan.persons
        self.order = [torch.Generator().manual_seed(seed) for seed in plan.seeds]
        self.epoch = 0
        self.best = flat.clone()
        self.best_loss = torch.full((len(flat), 1), torch.inf, device=flat.device)
        self.best_epoch = torch.zeros((len(flat), 1), dtype=torch.int64, device=flat.device)
        self.total = flat.new_zeros(())
        self.scores = flat.new_full((len(self.monitored), 2, len(flat)), torch.nan)
        state = (flat, self.optimiser.mean, self.optimiser.square, self.total, self.scores)
        self.plan = plan.digest()
        self.runner = CudaGraphRunner(state, record=train.recordable, divisible=divisible)
        self.history: list[Epoch] = []

    def __iter__(self) -> Iterator[Epoch]:
        """Train one epoch per step; iterating again later continues.

        Raises:
            TrainingError: the loss is no longer finite; the parameters kept are those of the last
                epoch in which it was.

        """
        while self.epoch < self.settings.epochs and not self._is_stale():
            number = self.epoch + 1
            self._train(factor(self.settings, number))
            self.runner.run(self._monitor, ("watch",), ())
            scores = dict(zip(self.monitored, self.scores.tolist(), strict=True))
            self._check(number, [self.total, self.scores[:, 0]])
            self._keep(number)
            self.epoch = number
            epoch = Epoch(number, {name: _first(*score) for name, score in scores.items()})
            if self.monitored:
                self.history.append(epoch)
            yield epoch

    def result(self) -> dict[str, Tensor]:
        """The kept parameters, (K, …)."""
        views = self.parameters.views(self.best)
        return {name: tensor.contiguous() for name, tensor in views.items()}

    def moments(self) -> dict[str, Tensor]:
        """The optimiser's moments by parameter, as :meth:`AdamW.load_moments` takes them."""
        parts = {"mean": self.optimiser.mean, "square": self.optimiser.square}
        named = {
            f"{part}.{name}": tensor.contiguous()
            for part, flat in parts.items()
            for name, tensor in self.parameters.named(flat).items()
        }
        return named | {"steps": self.optimiser.steps}

    def state(self) -> dict[str, Tensor]:
        """All that an interrupted training needs to go on as if it had not been."""
        moments = {name: getattr(self.optimiser, name).clone() for name in STATE}
        return moments | {
            "plan": self.plan,
            "steps": self.optimiser.steps,
            "epoch": torch.tensor(self.epoch),
            "flat": self.parameters.flat.clone(),
            "best": self.best.clone(),
            "best_loss": self.best_loss.clone(),
            "best_epoch": self.best_epoch.clone(),
            "order": torch.stack([generator.get_state() for generator in self.order]),
            "lines": torch.frombuffer(
                bytearray("\n".join(["curve", *History(tuple(self.history)).lines()]).encode()),
                dtype=torch.uint8,
            ),
        }

    def accepts(self, state: Mapping[str, Tensor]) -> bool:
        """Whether ``state`` is of a training of this plan and shape."""
        current = self.state()
        alike = current.keys() == state.keys() and all(
            state[name].shape == tensor.shape and state[name].dtype == tensor.dtype
            for name, tensor in current.items()
            if name != "lines"
        )
        return alike and torch.equal(state["plan"].cpu(), self.plan)

    @torch.no_grad()
    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Continue from what :meth:`state` gave, of a training that started alike."""
        self.epoch = int(state["epoch"])
        self.parameters.flat.copy_(state["flat"])
        for name in STATE:
            getattr(self.optimiser, name).copy_(state[name])
        self.optimiser.steps = state["steps"]
        for name in ("best", "best_loss", "best_epoch"):
            setattr(self, name, state[name].clone().to(self.best.device))
        for generator, drawn in zip(self.order, state["order"], strict=True):
            generator.set_state(drawn.clone())
        lines = bytes(state["lines"].cpu().numpy()).decode().split("\n")[1:]
        self.history = list(History.from_lines(lines))

    def _is_stale(self) -> bool:
        """Whether no replica has improved for ``early_stopping`` epochs."""
        patience = self.settings.early_stopping
        if not patience or self.select is None:
            return False
        return self.epoch - int(self.best_epoch.max()) >= patience

    def _train(self, rate: float) -> None:
        """One pass: every replica sees every member once, in its own order."""
        self.total.zero_()
        shuffled = [
            rows[torch.randperm(len(rows), generator=generator)]
            for rows, generator in zip(self.members, self.order, strict=True)
        ]
        for block in batch_blocks(shuffled, self.settings.batch_size):
            step_sizes = self.optimiser.step_sizes(rate, block.moving)
            inputs = [tensor.to(self.best.device) for tensor in (block.order, block.share)]
            work = partial(self._steps, block.plain)
            self.runner.run(work, ("train", block.plain), (*inputs, step_sizes))

    @torch.no_grad()
    def _steps(self, plain: int, order: Tensor, share: Tensor, step_sizes: Tensor) -> None:
        """The steps of one block; adds the batches' losses to the total."""
        size = self.settings.batch_size
        batches = zip(order.split(size, dim=1), share.split(size, dim=1), step_sizes, strict=True)
        for number, (index, weight, step_size) in enumerate(batches):
            inputs, graph, targets = self.train.batch(index)
            logits, pull_back = self.net.linearise(self.parameters.views(), inputs, graph)
            # Summed over replicas: each replica's gradient is its own.
            loss, by_logits = _loss_gradient(logits, targets, None if number < plain else weight)
            pull_back(by_logits, self.parameters.gradients)
            self.optimiser.step(self.parameters.gradient, step_size)
            self.total += loss

    @torch.no_grad()
    def _monitor(self) -> None:
        """Loss and accuracy of each replica on each split; no accuracy of a clinical score: NaN."""
        for room, inputs in zip(self.scores, self.monitored.values(), strict=True):
            logits = class_scores(self.net, self.parameters.views(), inputs)
            targets = inputs.targets.expand(logits.shape[:2])
            room[0] = _subject_losses(logits, targets).mean(dim=1)
            if not _is_score(logits):
                room[1] = (logits.argmax(dim=-1) == targets).to(room.dtype).mean(dim=1)

    def _check(self, number: int, losses: Sequence[Tensor]) -> None:
        if all(bool(torch.isfinite(loss).all()) for loss in losses):
            return
        raise TrainingError(
            Message(
                "training.loss-not-finite",
                epoch=number,
                learning_rate=self.settings.learning_rate,
            )
        )

    def _keep(self, number: int) -> None:
        flat = self.parameters.flat
        if self.select is None:
            self.best.copy_(flat)
            self.best_epoch.fill_(number)
            return
        loss = self.scores[list(self.monitored).index(self.select), 0][:, None]
        better = loss < self.best_loss
        self.best_loss = torch.where(better, loss, self.best_loss)
        self.best = torch.where(better, flat, self.best)
        self.best_epoch = torch.where(better, number, self.best_epoch)


def _first(loss: Sequence[float], accuracy: Sequence[float]) -> Score:
    """The score of the first replica."""
    return Score(loss[0], None if math.isnan(accuracy[0]) else accuracy[0])


MOST_STEPS = 64  # of a block


@dataclass(frozen=True)
class BatchBlock:
    """n consecutive steps of an epoch, each of a batch of B subjects; W subjects in all.

    ``order`` (K, W): rows of subjects, 0 where a replica has no more. In the first ``plain`` steps
    all replicas have equally many subjects; in those after them ``share`` (K, W) is each subject's
    weight in its replica's mean loss. ``moving`` (n, K): which replicas have a subject in a step.
    """

    order: Tensor
    share: Tensor
    moving: Tensor
    plain: int


def batch_blocks(members: Sequence[Tensor], batch: int) -> Iterator[BatchBlock]:
    """Cut the shuffled ``members`` of each replica into batches, 64 batches to a block.

    Args:
        members: (S of the replica,) for each of K, the places of its training subjects.
        batch: B, subjects in a step.

    """
    counts = torch.tensor([len(rows) for rows in members])
    order = pad_sequence(list(members), batch_first=True)
    width = order.shape[1]
    alike = bool((counts == width).all())
    for first in range(0, width, MOST_STEPS * batch):
        rows = order[:, first : first + MOST_STEPS * batch]
        steps = -(-rows.shape[1] // batch)
        # How many subjects of each replica stand in each step, (n, K).
        begins = first + batch * torch.arange(steps)
        sizes = (counts - begins[:, None]).clamp(0, batch)
        whole = int((sizes == batch).all(dim=1).sum())
        yield BatchBlock(
            order=rows,
            share=_share(sizes, rows.shape[1], batch),
            moving=sizes > 0,
            plain=steps if alike else whole,
        )


def _share(sizes: Tensor, width: int, batch: int) -> Tensor:
    """Each subject's weight in its batch, 0 beyond the replica's last: (n, K) → (K, W)."""
    place = torch.arange(batch)
    weights = (place < sizes[..., None]) / sizes.clamp(min=1)[..., None]
    return weights.transpose(0, 1).flatten(1)[:, :width]


def _is_score(logits: Tensor) -> bool:
    """Whether the network has one output, a clinical score, and not one per class: (…, C)."""
    return logits.shape[-1] == 1


def _subject_losses(logits: Tensor, targets: Tensor) -> Tensor:
    """The loss of every subject: (K, B, C) and (K, B) → (K, B)."""
    if _is_score(logits):
        return (logits[..., 0] - targets).square()
    flat = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return flat.view(targets.shape)


def _loss_gradient(logits: Tensor, targets: Tensor, share: Tensor | None) -> tuple[Tensor, Tensor]:
    """The mean loss of each replica, summed over replicas (), and its gradient (K, B, C).

    Args:
        logits: (K, B, C), or (K, B, 1) of a clinical score.
        targets: (K, B), class indices or scaled scores.
        share: (K, B), each subject's weight in its replica's mean; None: all the same.

    """
    weights = 1 / targets.shape[1] if share is None else share.to(logits.dtype)[..., None]
    if _is_score(logits):
        error = logits - targets[..., None]
        return (error.square() * weights).sum(), 2 * error * weights
    likelihoods = logits.log_softmax(dim=-1)
    gradient = likelihoods.exp() * weights
    true = targets[..., None]
    lowered = gradient.gather(-1, true) - weights
    gradient.scatter_(-1, true, lowered)
    return -(likelihoods.gather(-1, true) * weights).sum(), gradient
