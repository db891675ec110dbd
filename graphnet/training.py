"""The training loop: K replicas at once, an epoch at a time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from graphnet import losses
from graphnet.config import Settings
from graphnet.errors import TrainingError
from graphnet.models import Net
from graphnet.optimiser import AdamW, FlatParameters
from graphnet.prepared import Prepared, class_scores
from graphnet.schedules import factor

STATE = ("mean", "square")


@dataclass(frozen=True)
class Score:
    """Mean loss of the first replica on one group of subjects, and its accuracy.

    The loss is the cross-entropy (natural log); of a score on a scale, the mean squared error,
    and then the accuracy is None.
    """

    loss: float
    accuracy: float | None


@dataclass(frozen=True)
class Epoch:
    """One finished epoch, counted from 1, and the scores after it by group."""

    number: int
    scores: Mapping[str, Score]

    def line(self) -> str:
        """As ``train_epochs`` shows it."""
        parts = [f"Epoch {self.number:03d}"]
        for group, score in self.scores.items():
            parts.append(f"{group} Loss: {score.loss:.4f}")
            if score.accuracy is not None:
                parts.append(f"{group} Accuracy: {score.accuracy:.4f}")
        return ", ".join(parts)


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


class Training:
    """Fit K replicas of ``net`` on the subjects ``train``.

    ``watched`` holds the subjects to score after each epoch by name. Where ``select`` names one
    of them, each replica keeps the parameters of the epoch with the lowest loss on it; otherwise
    those of the last epoch. The parameters named ``frozen`` stay as they start; ``moments`` are
    the optimiser's, of an earlier training (None: it starts afresh).
    """

    def __init__(
        self,
        net: Net,
        start: Mapping[str, Tensor],
        train: Prepared,
        settings: Settings,
        plan: Plan,
        *,
        watched: Mapping[str, Prepared] | None = None,
        select: str | None = None,
        frozen: Collection[str] = (),
        moments: Mapping[str, Tensor] | None = None,
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
            _column(plan.rates or [settings.learning_rate] * len(flat), flat),
            _column(plan.decays or [settings.weight_decay] * len(flat), flat),
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

    def __iter__(self) -> Iterator[Epoch]:
        """Train epoch by epoch; stop iterating and training stops, iterate again and it goes on.

        Raises:
            TrainingError: the loss is no longer a number; the parameters kept are those of the
                last epoch in which it was.

        """
        while self.epoch < self.settings.epochs and not self._is_stale():
            number = self.epoch + 1
            trained = self._train(factor(self.settings, number))
            scores = {name: self._score(group) for name, group in self.watched.items()}
            self._check(number, [trained, *(loss for loss, _ in scores.values())])
            self._keep(number, scores)
            self.epoch = number
            yield Epoch(number, {name: _first(*score) for name, score in scores.items()})

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
            "steps": self.optimiser.steps,
            "epoch": torch.tensor(self.epoch),
            "flat": self.parameters.flat.clone(),
            "best": self.best.clone(),
            "best_loss": self.best_loss.clone(),
            "best_epoch": self.best_epoch.clone(),
            "order": torch.stack([generator.get_state() for generator in self.order]),
        }

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

    def _is_stale(self) -> bool:
        """Whether no replica has gained for ``early_stopping`` epochs."""
        patience = self.settings.early_stopping
        if not patience or self.select is None:
            return False
        return self.epoch - int(self.best_epoch.max()) >= patience

    def _train(self, rate: float) -> Tensor:
        """One pass; the sum of the batches' losses, ()."""
        total = torch.zeros((), device=self.best.device)
        for index, weight, idle in self._batches():
            inputs, graph, targets = self.train.batch(index)
            logits = self.net.logits(self.parameters.views(), inputs, graph)
            # The sum over replicas: each replica's gradient is its own.
            loss = losses.total(logits, targets, weight)
            self.optimiser.step(self.parameters.gradient(loss), rate, idle)
            total += loss.detach()
        return total

    def _batches(self) -> Iterator[tuple[Tensor, Tensor | None, Tensor | None]]:
        """Every replica sees every member once, in its own order.

        Index tensors (K, B), each subject's share of its replica's mean loss (K, B), and which
        replicas have no subject left (K,): None where all replicas have as many members.
        """
        drawn = [
            rows[torch.randperm(len(rows), generator=each)]
            for rows, each in zip(self.members, self.order, strict=True)
        ]
        counts = torch.tensor([len(rows) for rows in drawn])
        orders = pad_sequence(drawn, batch_first=True).to(self.best.device)
        size = self.settings.batch_size
        for first in range(0, orders.shape[1], size):
            index = orders[:, first : first + size]
            left = (counts - first).clamp(max=index.shape[1])
            if bool((left == index.shape[1]).all()):
                yield index, None, None
                continue
            there = torch.arange(index.shape[1]) < left[:, None]
            share = there / left.clamp(min=1)[:, None]
            yield index, share.to(index.device), left <= 0

    @torch.no_grad()
    def _score(self, group: Prepared) -> tuple[Tensor, Tensor | None]:
        """Loss and accuracy of each replica, both (K, 1)."""
        logits = class_scores(self.net, self.parameters.views(), group)
        each = losses.each(logits, group.targets.expand(logits.shape[:2]))
        mean = each.mean(dim=1, keepdim=True)
        if losses.is_score(logits):
            return mean, None
        hits = (logits.argmax(dim=-1) == group.targets).float()
        return mean, hits.mean(dim=1, keepdim=True)

    def _check(self, number: int, found: Sequence[Tensor]) -> None:
        if all(bool(torch.isfinite(loss).all()) for loss in found):
            return
        raise TrainingError(
            f"Training stopped in epoch {number}: the loss is no longer a number. The likely "
            f"cause is a learning_rate that is too high ({self.settings.learning_rate:g})."
        )

    def _keep(self, number: int, scores: Mapping[str, tuple[Tensor, Tensor | None]]) -> None:
        flat = self.parameters.flat
        if self.select is None:
            self.best.copy_(flat)
            self.best_epoch.fill_(number)
            return
        loss = scores[self.select][0]
        better = loss < self.best_loss
        self.best_loss = torch.where(better, loss, self.best_loss)
        self.best = torch.where(better, flat, self.best)
        self.best_epoch = torch.where(better, number, self.best_epoch)


def _column(values: Sequence[float], like: Tensor) -> Tensor:
    return torch.tensor(values, device=like.device, dtype=like.dtype)[:, None]


def _first(loss: Tensor, accuracy: Tensor | None) -> Score:
    return Score(float(loss[0]), None if accuracy is None else float(accuracy[0]))
