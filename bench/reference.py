"""The net and the loop that this service replaces, written plainly with PyG's sparse layers.

It shares nothing with graphnet but the numbers that go in, so tests and benchmarks compare
the two.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import Sampler
from torch_geometric.data import Batch, Data
from torch_geometric.loader import DataLoader
from torch_geometric.nn import GCNConv, global_mean_pool

from graphnet.config import TrainingSettings


class ReferenceNet(nn.Module):
    """GCN F → 16 → 64 with ReLU between, mean over regions, linear to C classes."""

    def __init__(self, measures: int, classes: int) -> None:
        super().__init__()
        self.conv1 = GCNConv(measures, 16)
        self.conv2 = GCNConv(16, 64)
        self.linear = nn.Linear(64, classes)

    def forward(self, batch: Batch) -> Tensor:
        """Class scores, (B, C)."""
        hidden = self.conv1(batch.x, batch.edge_index).relu()
        hidden = self.conv2(hidden, batch.edge_index)
        pooled = global_mean_pool(hidden, batch.batch)
        return torch.as_tensor(self.linear(pooled))

    @torch.no_grad()
    def load(self, parameters: Mapping[str, Tensor]) -> None:
        """Take the first replica of graphnet's GCN: weights (K, in, out), biases (K, out)."""
        for conv, name in ((self.conv1, "conv1"), (self.conv2, "conv2")):
            conv.lin.weight.copy_(parameters[f"{name}.weight"][0].T)
            conv.bias.copy_(parameters[f"{name}.bias"][0])
        self.linear.weight.copy_(parameters["linear.weight"][0].T)
        self.linear.bias.copy_(parameters["linear.bias"][0])


class Order(Sampler[int]):
    """Every subject once an epoch, in the order that graphnet draws from the same seed."""

    def __init__(self, subjects: int, seed: int) -> None:
        self.subjects = subjects
        self.generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return self.subjects

    def __iter__(self) -> Iterator[int]:
        # torch's RandomSampler draws one permutation more an epoch than it gives.
        yield from torch.randperm(self.subjects, generator=self.generator).tolist()


def as_graphs(x: Tensor, labels: Tensor) -> list[Data]:
    """Subjects (S, N, F) and their classes (S,) as graphs with an edge i → j for each i ≤ j."""
    edges = torch.triu_indices(x.shape[1], x.shape[1])
    return [
        Data(x=one, edge_index=edges, y=label)
        for one, label in zip(x, labels[:, None], strict=True)
    ]


def fit(net: ReferenceNet, subjects: Sequence[Data], settings: TrainingSettings) -> Iterator[float]:
    """Train epoch by epoch with Adam; yield the mean loss over all subjects after each."""
    optimiser = torch.optim.Adam(net.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.StepLR(
        optimiser, settings.lr_step_size, gamma=settings.lr_decay
    )
    order = Order(len(subjects), settings.seed)
    training = DataLoader(subjects, settings.batch_size, sampler=order)
    scoring = DataLoader(subjects, settings.batch_size)
    for _ in range(settings.epochs):
        for batch in training:
            optimiser.zero_grad()
            functional.cross_entropy(net(batch), batch.y).backward()
            optimiser.step()
        schedule.step()
        yield score(net, scoring)


@torch.no_grad()
def score(net: ReferenceNet, subjects: DataLoader) -> float:
    """The mean loss over all subjects."""
    losses = [functional.cross_entropy(net(batch), batch.y, reduction="none") for batch in subjects]
    return float(torch.cat(losses).mean())


@contextmanager
def double_precision() -> Iterator[None]:
    """Let torch make double-precision tensors."""
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)
