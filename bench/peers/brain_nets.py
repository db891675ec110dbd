"""The nets of BrainGB and BrainNetTF for connectomes, and a usual GCN, written plainly with torch.

They share nothing with graphnet but the numbers that go in. What was published with each (layers,
widths, steps, mixing of subjects, which epoch is kept) is here; ``bench.peers.connectomes`` runs
them on our folds.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

LEAK = 0.2


class GraphConvolution(nn.Module):
    """Kipf & Welling 2017 on weighted graphs (B, N, N) that have every edge."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.xavier_uniform_(self.weight)


def normalised(edges: Tensor) -> Tensor:
    """D^-1/2 (A + I) D^-1/2 of magnitudes (B, N, N), whose diagonal is 0."""
    looped = edges.abs() + torch.eye(edges.shape[-1])
    root = looped.sum(dim=-1).rsqrt()
    return root[:, :, None] * looped * root[:, None, :]


class BrainGB(nn.Module):
    """BrainGB's GCN (Cui et al. 2023, IEEE TMI 42:493-506), version 1.0.4 of its package.

    Two convolutions by edge weight, each followed by linear layers; regions side by side. A
    convolution and the linear layer behind it are multiplied first: the same function and the same
    gradients, with a third of the operations.
    """

    def __init__(self, regions: int, hidden: int = 360, narrow: int = 64, node: int = 8) -> None:
        super().__init__()
        self.first, self.second = (
            GraphConvolution(regions, hidden),
            GraphConvolution(hidden, hidden),
        )
        self.after_first, self.after_second = nn.Linear(hidden, hidden), nn.Linear(hidden, narrow)
        self.to_node = nn.Linear(narrow, node)
        self.norms = nn.ModuleList([nn.BatchNorm1d(hidden), nn.BatchNorm1d(node)])
        self.read = readout(regions * node)

    def forward(self, rows: Tensor, edges: Tensor) -> Tensor:
        """Class scores (B, 2) of features (B, N, N) and connectomes (B, N, N)."""
        graph = normalised(edges)
        x = functional.leaky_relu(_merged(graph, rows, self.first, self.after_first), LEAK)
        x = _over_regions(self.norms[0], x)
        x = functional.leaky_relu(_merged(graph, x, self.second, self.after_second), LEAK)
        x = _over_regions(self.norms[1], functional.leaky_relu(self.to_node(x), LEAK))
        return torch.as_tensor(self.read(x.flatten(1)))


def _merged(graph: Tensor, x: Tensor, convolution: GraphConvolution, layer: nn.Linear) -> Tensor:
    """``layer(graph @ x @ W + b)``, the two matrices multiplied first."""
    weight = convolution.weight @ layer.weight.T
    return graph @ (x @ weight) + (convolution.bias @ layer.weight.T + layer.bias)


def _over_regions(norm: nn.Module, x: Tensor) -> Tensor:
    return torch.as_tensor(norm(x.flatten(0, 1))).view_as(x)


def readout(width: int, slope: float = LEAK) -> nn.Sequential:
    """Three linear layers to two classes."""
    return nn.Sequential(
        nn.Linear(width, 256),
        nn.LeakyReLU(slope),
        nn.Linear(256, 32),
        nn.LeakyReLU(slope),
        nn.Linear(32, 2),
    )


class BrainNetTF(nn.Module):
    """Brain Network Transformer as published (Kan et al. 2022, arXiv:2210.06681).

    Two transformer layers over rows of the connectome; behind the second, regions are read out by
    100 orthonormal centres that are not trained.
    """

    def __init__(self, regions: int, feed: int = 1024, clusters: int = 100) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.TransformerEncoderLayer(regions, 4, feed, batch_first=True) for _ in range(2)]
        )
        width = regions * regions
        self.encoder = nn.Sequential(
            nn.Linear(width, 32),
            nn.LeakyReLU(),
            nn.Linear(32, 32),
            nn.LeakyReLU(),
            nn.Linear(32, width),
        )
        centres = torch.empty(clusters, regions)
        nn.init.orthogonal_(centres)
        self.register_buffer("centres", centres)
        self.reduce = nn.Sequential(nn.Linear(regions, 8), nn.LeakyReLU())
        self.read = readout(8 * clusters, 0.01)

    def forward(self, rows: Tensor, edges: Tensor) -> Tensor:  # noqa: ARG002
        """Class scores (B, 2) of features (B, N, N)."""
        for layer in self.layers:
            rows = layer(rows)
        encoded = self.encoder(rows.flatten(1)).view_as(rows)
        centres = self.get_buffer("centres")
        shares = ((encoded @ centres.T) ** 2 / centres.norm(dim=-1)).softmax(dim=-1)
        return torch.as_tensor(self.read(self.reduce(shares.mT @ encoded).flatten(1)))


class UsualGCN(nn.Module):
    """As many scripts have it: the strongest tenth of edges, two layers, the mean of regions."""

    def __init__(self, regions: int, hidden: int = 64, density: float = 0.1) -> None:
        super().__init__()
        self.first, self.second = (
            GraphConvolution(regions, hidden),
            GraphConvolution(hidden, hidden),
        )
        self.read = nn.Linear(hidden, 2)
        self.density = density

    def forward(self, rows: Tensor, edges: Tensor) -> Tensor:
        """Class scores (B, 2) of features (B, N, N) and connectomes (B, N, N)."""
        graph = normalised(strongest(edges, self.density))
        for convolution in (self.first, self.second):
            rows = (graph @ (rows @ convolution.weight) + convolution.bias).relu()
        hidden = functional.dropout(rows.mean(dim=1), 0.5, self.training)
        return torch.as_tensor(self.read(hidden))


def strongest(edges: Tensor, density: float) -> Tensor:
    """The share ``density`` of positive edges (B, N, N) with the greatest weight; others 0."""
    regions = edges.shape[-1]
    kept = round(density * regions * (regions - 1))
    least = edges.flatten(1).topk(kept, dim=1).values[:, -1]
    return torch.where(edges >= least[:, None, None], edges.clamp(min=0), 0.0)


@dataclass(frozen=True)
class Recipe:
    """How a peer is trained as published; ``mixes``: features of two subjects, and their losses.

    ``share`` of the training subjects chooses the epoch by its AUC; 0: the last epoch counts.
    """

    net: Callable[[int], nn.Module]
    epochs: int
    rate: float
    last_rate: float
    decay: float
    mixes: bool
    share: float
    batch: int = 16

    def rate_at(self, progress: float) -> float:
        """Half a cosine from ``rate`` to ``last_rate``."""
        low, high = self.last_rate, self.rate
        return low + (high - low) * (1 + math.cos(math.pi * progress)) / 2


RECIPES = {
    "BrainGB GCN": Recipe(BrainGB, 100, 1e-4, 1e-4, 1e-4, mixes=True, share=0.0),
    "BrainNetTF BNT": Recipe(BrainNetTF, 200, 1e-4, 1e-5, 1e-4, mixes=True, share=1 / 8),
    "usual GCN": Recipe(UsualGCN, 100, 1e-3, 1e-3, 5e-4, mixes=False, share=0.0),
}
