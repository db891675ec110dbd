"""The training loop: K replicas at once, an epoch at a time."""

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from graphnet.config import TrainingSettings
from graphnet.errors import TrainingError
from graphnet.models import Net
from graphnet.training.cuda_graph import CudaGraphRunner
from graphnet.training.history import Epoch, Score
from graphnet.training.inputs import ModelInputs, class_scores
from graphnet.training.optimiser import AdamW, FlatParameters, factor

STATE = ("mean", "square")


@dataclass(frozen=True)
class Plan:
    """What may differ between the K replicas of one training.

    ``seeds`` draw the order of subjects; ``members`` are the rows that each replica trains on
    (None: all); ``rates`` and ``decays`` are its learning rate and weight decay (None: the
    settings').
    """

    seeds: Sequence[int]
    members: Sequence[Tensor] | None = None
    rates: Sequence[float] | None = None
    decays: Sequence[float] | None = None

    def digest(self) -> Tensor:
        """SHA-256 of all of it, as bytes."""
        members = [rows.tolist() for rows in self.members or ()]
        text = repr((list(self.seeds), members, self.rates, self.decays))
        return torch.tensor(list(hashlib.sha256(text.encode()).digest()), dtype=torch.uint8)


class Training:
    """Fit K replicas of ``net`` on the subjects ``train``.

    ``watched`` holds the subjects to score after each epoch by name. Where ``select`` names one
    of them, each replica keeps the parameters of the epoch with the lowest loss on it; otherwise
    those of the last epoch. The parameters named ``frozen`` stay as they start; ``moments`` are
    the optimiser's, of an earlier training (None: it starts afresh). One that is ``divisible`` is
    rather trained in parts than without being recorded.
    """

    def __init__(
        self,
        net: Net,
        start: Mapping[str, Tensor],
        train: ModelInputs,
        settings: TrainingSettings,
        plan: Plan,
        *,
        watched: Mapping[str, ModelInputs] | None = None,
        select: str | None = None,
        frozen: Collection[str] = (),
        moments: Mapping[str, Tensor] | None = None,
        divisible: bool = False,
    ) -> None:
        self.net = net
        self.train = train
        self.settings = settings
        self.watched = watched or {}
        self.select = select
        self.parameters = FlatParameters(start, frozen)
        flat = self.parameters.flat
        self.optimiser = AdamW(
            flat,
            torch.tensor(plan.rates or [settings.learning_rate] * len(flat), dtype=torch.float64),
            torch.tensor(plan.decays or [settings.weight_decay] * len(flat), dtype=torch.float64),
            self.parameters.mask({name: net.decayed(name) for name in start}),
        )
        self.optimiser.take(moments or {}, self.parameters)
        everyone = torch.arange(len(train))
        self.members = plan.members or [everyone] * len(flat)
        self.order = [torch.Generator().manual_seed(seed) for seed in plan.seeds]
        self.epoch = 0
        self.best = flat.clone()
        self.best_loss = torch.full((len(flat), 1), torch.inf, device=flat.device)
        self.best_epoch = torch.zeros((len(flat), 1), dtype=torch.int64, device=flat.device)
        self.total = flat.new_zeros(())
        self.scores = flat.new_full((len(self.watched), 2, len(flat)), torch.nan)
        state = (flat, self.optimiser.mean, self.optimiser.square, self.total, self.scores)
        self.plan = plan.digest()
        self.recorder = CudaGraphRunner(state, record=train.recordable, divisible=divisible)
        self.lines: list[str] = []

    def __iter__(self) -> Iterator[Epoch]:
        """Train epoch by epoch; stop iterating and training stops, iterate again and it goes on.

        Raises:
            TrainingError: the loss is no longer a number; the parameters kept are those of the
                last epoch in which it was.

        """
        while self.epoch < self.settings.epochs and not self._is_stale():
            number = self.epoch + 1
            self._train(factor(self.settings, number))
            self.recorder.run(self._watch, ("watch",), ())
            scores = dict(zip(self.watched, self.scores.tolist(), strict=True))
            self._check(number, [self.total, self.scores[:, 0]])
            self._keep(number)
            self.epoch = number
            epoch = Epoch(number, {name: _first(*score) for name, score in scores.items()})
            if self.watched:
                self.lines.append(epoch.line())
            yield epoch

    def result(self) -> dict[str, Tensor]:
        """The kept parameters, (K, …)."""
        return self.parameters.views(self.best)

    def moments(self) -> dict[str, Tensor]:
        """The optimiser's moments by parameter, as :meth:`AdamW.take` takes them."""
        parts = {"mean": self.optimiser.mean, "square": self.optimiser.square}
        named = {
            f"{part}.{name}": tensor
            for part, flat in parts.items()
            for name, tensor in self.parameters.named(flat).items()
        }
        return named | {"steps": self.optimiser.steps}

    def state(self) -> dict[str, Tensor]:
        """All that an interrupted training needs to go on as if it had not been."""
        kept = {name: getattr(self.optimiser, name).clone() for name in STATE}
        return kept | {
            "plan": self.plan,
            "steps": self.optimiser.steps,
            "epoch": torch.tensor(self.epoch),
            "flat": self.parameters.flat.clone(),
            "best": self.best.clone(),
            "best_loss": self.best_loss.clone(),
            "best_epoch": self.best_epoch.clone(),
            "order": torch.stack([generator.get_state() for generator in self.order]),
            "lines": torch.frombuffer(
                bytearray("\n".join(["curve", *self.lines]).encode()), dtype=torch.uint8
            ),
        }

    def takes(self, state: Mapping[str, Tensor]) -> bool:
        """Whether ``state`` is of a training of this plan and shape."""
        own = self.state()
        alike = own.keys() == state.keys() and all(
            state[name].shape == tensor.shape and state[name].dtype == tensor.dtype
            for name, tensor in own.items()
            if name != "lines"
        )
        return alike and torch.equal(state["plan"].cpu(), self.plan)

    @torch.no_grad()
    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what :meth:`state` gave, on a training that was begun alike."""
        self.epoch = int(state["epoch"])
        self.parameters.flat.copy_(state["flat"])
        for name in STATE:
            getattr(self.optimiser, name).copy_(state[name])
        self.optimiser.steps = state["steps"]
        for name in ("best", "best_loss", "best_epoch"):
            setattr(self, name, state[name].clone().to(self.best.device))
        for generator, drawn in zip(self.order, state["order"], strict=True):
            generator.set_state(drawn.clone())
        self.lines = bytes(state["lines"].cpu().numpy()).decode().split("\n")[1:]

    def _is_stale(self) -> bool:
        """Whether no replica has gained for ``early_stopping`` epochs."""
        patience = self.settings.early_stopping
        if not patience or self.select is None:
            return False
        return self.epoch - int(self.best_epoch.max()) >= patience

    def _train(self, rate: float) -> None:
        """One pass: every replica sees every member once, in its own order."""
        self.total.zero_()
        shuffled = [
            rows[torch.randperm(len(rows), generator=each)]
            for rows, each in zip(self.members, self.order, strict=True)
        ]
        for stretch in batch_blocks(shuffled, self.settings.batch_size):
            paces = self.optimiser.paces(rate, stretch.moving)
            inputs = [each.to(self.best.device) for each in (stretch.order, stretch.share)]
            work = partial(self._steps, stretch.plain)
            self.recorder.run(work, ("train", stretch.plain), (*inputs, paces))

    def _steps(self, plain: int, order: Tensor, share: Tensor, paces: Tensor) -> None:
        """The steps of one stretch; adds the batches' losses to the total."""
        size = self.settings.batch_size
        batches = zip(order.split(size, dim=1), share.split(size, dim=1), paces, strict=True)
        for number, (index, weight, pace) in enumerate(batches):
            inputs, graph, targets = self.train.batch(index)
            logits = self.net.logits(self.parameters.views(), inputs, graph)
            # The sum over replicas: each replica's gradient is its own.
            loss = total(logits, targets, None if number < plain else weight)
            self.optimiser.step(self.parameters.gradient(loss), pace)
            self.total += loss.detach()

    @torch.no_grad()
    def _watch(self) -> None:
        """Loss and accuracy of each replica on each group; the latter NaN of a score on a scale."""
        for room, group in zip(self.scores, self.watched.values(), strict=True):
            logits = class_scores(self.net, self.parameters.views(), group)
            targets = group.targets.expand(logits.shape[:2])
            room[0] = each(logits, targets).mean(dim=1)
            if not is_score(logits):
                room[1] = (logits.argmax(dim=-1) == targets).to(room.dtype).mean(dim=1)

    def _check(self, number: int, found: Sequence[Tensor]) -> None:
        if all(bool(torch.isfinite(loss).all()) for loss in found):
            return
        raise TrainingError(
            f"Training stopped in epoch {number}: the loss is no longer a number. The likely "
            f"cause is a learning_rate that is too high ({self.settings.learning_rate:g})."
        )

    def _keep(self, number: int) -> None:
        flat = self.parameters.flat
        if self.select is None:
            self.best.copy_(flat)
            self.best_epoch.fill_(number)
            return
        loss = self.scores[list(self.watched).index(self.select), 0][:, None]
        better = loss < self.best_loss
        self.best_loss = torch.where(better, loss, self.best_loss)
        self.best = torch.where(better, flat, self.best)
        self.best_epoch = torch.where(better, number, self.best_epoch)


def _first(loss: Sequence[float], accuracy: Sequence[float]) -> Score:
    """The score of the first replica."""
    return Score(loss[0], None if math.isnan(accuracy[0]) else accuracy[0])


LONGEST = 64  # steps


@dataclass(frozen=True)
class BatchBlock:
    """Some n steps of a pass, each of a batch of B subjects; W subjects in all.

    ``order`` (K, W) holds rows of subjects, 0 where a replica has no more. The first ``plain``
    steps have a whole batch for every replica, or as many subjects for each; for those after
    them ``share`` (K, W) is each subject's part of its replica's mean loss. ``moving`` (n, K)
    tells which replicas have a subject in a step.
    """

    order: Tensor
    share: Tensor
    moving: Tensor
    plain: int


def batch_blocks(members: Sequence[Tensor], batch: int) -> Iterator[BatchBlock]:
    """Cut the shuffled ``members`` of each replica into batches, 64 of them to a stretch."""
    counts = torch.tensor([len(rows) for rows in members])
    order = pad_sequence(list(members), batch_first=True)
    width = order.shape[1]
    alike = bool((counts == width).all())
    for first in range(0, width, LONGEST * batch):
        part = order[:, first : first + LONGEST * batch]
        steps = -(-part.shape[1] // batch)
        # How many subjects of each replica stand in each step, (n, K).
        begins = first + batch * torch.arange(steps)
        sizes = (counts - begins[:, None]).clamp(0, batch)
        whole = int((sizes == batch).all(dim=1).sum())
        yield BatchBlock(
            order=part,
            share=_share(sizes, part.shape[1], batch),
            moving=sizes > 0,
            plain=steps if alike else whole,
        )


def _share(sizes: Tensor, width: int, batch: int) -> Tensor:
    """Each subject's part of its batch, 0 beyond the replica's last: (n, K) → (K, W)."""
    place = torch.arange(batch)
    there = (place < sizes[..., None]) / sizes.clamp(min=1)[..., None]
    return there.transpose(0, 1).flatten(1)[:, :width]


def is_score(logits: Tensor) -> bool:
    """Whether the net gives one number, a score, and not one for each class: (…, C)."""
    return logits.shape[-1] == 1


def each(logits: Tensor, targets: Tensor) -> Tensor:
    """The loss of every subject: (K, B, C) and (K, B) → (K, B)."""
    if is_score(logits):
        return (logits[..., 0] - targets).square()
    flat = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return flat.view(targets.shape)


def total(logits: Tensor, targets: Tensor, share: Tensor | None) -> Tensor:
    """The mean loss of each replica, summed over replicas.

    ``share`` (K, B) is each subject's part of its replica's mean; None: all the same.
    """
    if share is not None:
        return (each(logits, targets) * share.to(logits.dtype)).sum()
    if is_score(logits):
        return torch.sum(each(logits, targets)) / targets.shape[1]
    summed = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
    return summed / targets.shape[1]
