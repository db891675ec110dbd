"""The training loop: K replicas at once, an epoch at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

from graphnet.config import Settings
from graphnet.errors import TrainingError
from graphnet.models import Net
from graphnet.optimiser import AdamW, FlatParameters

CHUNK = 512  # subjects times replicas


@dataclass(frozen=True)
class Prepared:
    """Subjects as a net sees them.

    ``inputs`` is (S, N, G), ``graph`` (1 or S, N, N), ``labels`` (S,) indices of classes.
    """

    inputs: Tensor
    graph: Tensor
    labels: Tensor

    @classmethod
    def of(cls, net: Net, x: Tensor, graph: Tensor, labels: Tensor) -> Self:
        """Do the work that depends on no parameter, once."""
        return cls(inputs=net.prepare(x, graph), graph=graph, labels=labels)

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs (K, B, N, G), graph and labels (K, B) of the subjects ``index`` (K, B)."""
        graph = self.graph[None] if len(self.graph) == 1 else self.graph[index]
        return self.inputs[index], graph, self.labels[index]


@dataclass(frozen=True)
class Score:
    """Mean loss (natural log) and accuracy of the first replica on one group of subjects."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class Epoch:
    """One finished epoch, counted from 1, and the scores after it by group."""

    number: int
    scores: Mapping[str, Score]

    def line(self) -> str:
        """As ``train_epochs`` shows it."""
        parts = [
            f"{group} Loss: {score.loss:.4f}, {group} Accuracy: {score.accuracy:.4f}"
            for group, score in self.scores.items()
        ]
        return f"Epoch {self.number:03d}, {', '.join(parts)}"


class Training:
    """Fit K replicas of ``net``, one for each seed, on the same subjects.

    ``groups`` holds the subjects to score after each epoch by name; ``"Train"`` is trained on.
    Where there is a group named ``select``, each replica keeps the parameters of the epoch
    with the lowest loss on it; otherwise those of the last epoch.
    """

    def __init__(
        self,
        net: Net,
        start: Mapping[str, Tensor],
        groups: Mapping[str, Prepared],
        settings: Settings,
        *,
        seeds: Sequence[int],
        select: str | None = None,
    ) -> None:
        self.net = net
        self.groups = groups
        self.settings = settings
        self.select = select
        self.parameters = FlatParameters(start)
        each = torch.ones((len(seeds), 1), device=self.parameters.flat.device)
        self.optimiser = AdamW(
            self.parameters.flat,
            settings.learning_rate * each,
            settings.weight_decay * each,
            self.parameters.mask({name: net.decayed(name) for name in start}),
        )
        self.replicas = torch.tensor(float(len(seeds)), device=self.parameters.flat.device)
        self.order = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.best = self.parameters.flat.detach().clone()
        self.best_loss = torch.full_like(each, torch.inf)
        self.best_epoch = torch.zeros_like(each, dtype=torch.int64)

    def __iter__(self) -> Iterator[Epoch]:
        """Train epoch by epoch; stop iterating and training stops.

        Raises:
            TrainingError: the loss is no longer a number.

        """
        for number in range(1, self.settings.epochs + 1):
            factor = self.settings.lr_decay ** ((number - 1) // self.settings.lr_step_size)
            self._train(factor)
            scores = {name: self._score(group) for name, group in self.groups.items()}
            self._keep(number, scores)
            yield Epoch(
                number, {name: self._first(loss, hit) for name, (loss, hit) in scores.items()}
            )

    def result(self) -> dict[str, Tensor]:
        """The kept parameters, (K, …)."""
        return self.parameters.views(self.best)

    def _train(self, factor: float) -> None:
        train = self.groups["Train"]
        for index in self._batches(len(train.labels)):
            inputs, graph, labels = train.batch(index)
            logits = self.net.logits(self.parameters.views(), inputs, graph)
            loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
            # The mean over replicas, times K: each replica's gradient is its own.
            (gradient,) = torch.autograd.grad(loss, self.parameters.flat, self.replicas)
            self.optimiser.step(gradient, factor)

    def _batches(self, subjects: int) -> tuple[Tensor, ...]:
        """Index tensors (K, B): every replica sees every subject once, in its own order."""
        orders = torch.stack([torch.randperm(subjects, generator=each) for each in self.order])
        moved = orders.to(self.parameters.flat.device)
        return torch.split(moved, self.settings.batch_size, dim=1)

    @torch.no_grad()
    def _score(self, group: Prepared) -> tuple[Tensor, Tensor]:
        """Loss and accuracy of each replica, both (K, 1)."""
        logits = class_scores(self.net, self.parameters.views(), group)
        labels = group.labels.expand(logits.shape[:2])
        losses = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
        hits = (logits.argmax(dim=-1) == labels).float()
        return losses.view_as(labels).mean(dim=1, keepdim=True), hits.mean(dim=1, keepdim=True)

    def _keep(self, number: int, scores: Mapping[str, tuple[Tensor, Tensor]]) -> None:
        if not torch.isfinite(scores["Train"][0]).all():
            raise TrainingError(
                f"Training stopped in epoch {number}: the loss is no longer a number. The likely "
                f"cause is a learning_rate that is too high ({self.settings.learning_rate:g})."
            )
        watched = None if self.select is None else scores[self.select][0]
        better = torch.ones_like(self.best_epoch, dtype=torch.bool)
        if watched is not None:
            better = watched < self.best_loss
            self.best_loss = torch.where(better, watched, self.best_loss)
        self.best = torch.where(better, self.parameters.flat.detach(), self.best)
        self.best_epoch = torch.where(better, number, self.best_epoch)

    @staticmethod
    def _first(loss: Tensor, accuracy: Tensor) -> Score:
        return Score(float(loss[0]), float(accuracy[0]))


def class_scores(net: Net, params: Mapping[str, Tensor], group: Prepared) -> Tensor:
    """Logits (K, S, C) of every replica for every subject, in chunks that fit a cache."""
    parts = []
    size = max(1, CHUNK // len(next(iter(params.values()))))
    for first in range(0, len(group.labels), size):
        part = slice(first, first + size)
        graph = group.graph if len(group.graph) == 1 else group.graph[part]
        parts.append(net.logits(params, group.inputs[None, part], graph[None]))
    return torch.cat(parts, dim=1)
