"""The default net: a graph convolution that knows its regions, beside a linear path."""

import math

import torch
from torch import Tensor

from graphnet.models.net import Net, Params, by_region, glorot, no_graph, normalised, rows

HIDDEN = 16
SMOOTH = 1e-4  # so that the square root has a slope at 0


class SGN(Net):
    """Schizo Graph Net.

    Each region gathers its neighbours' measures beside its own, ``[A·X, X]`` (of which GCN alone
    would keep the first), adds a learned embedding of which region it is, and passes a ReLU; the
    readout concatenates regions instead of averaging them. A linear path stands beside it, from
    the scaled measures and from their square roots with sign, in which what lies far out, as at
    another scanner, weighs less; so the net can do what a linear model can, and more.

    Both readouts start at 0 and are scaled down by their width, so that one step of Adam moves
    the class scores about as far at any number of regions, and the recommended learning rate
    and a five times higher one behave alike (after Yang & Hu 2021, arXiv:2011.14522).
    """

    readout = ("readout.weight", "linear.weight", "bias")
    last_layers = ("embedding",)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """``embedding`` is one vector a region; ``readout`` and ``linear`` go to the classes."""
        regions, measures, classes = self.sizes.regions, self.sizes.measures, self.sizes.classes
        return {
            "conv.weight": (2 * measures, HIDDEN),
            "embedding": (regions, HIDDEN),
            "readout.weight": (regions * HIDDEN, classes),
            "linear.weight": (2 * regions * measures, classes),
            "bias": (classes,),
        }

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """A Glorot convolution, a small random embedding, readouts of 0."""
        if name == "conv.weight":
            return glorot(shape, generator)
        if name == "embedding":
            return 0.1 * torch.randn(shape, generator=generator)
        return torch.zeros(shape)

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """``[A·X, X, √X]``, (…, S, N, 3F)."""
        graph = normalised(adjacency)
        roots = x / (x.abs() + SMOOTH).sqrt()
        return torch.cat([graph @ x, x, roots], dim=-1), no_graph(graph)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:  # noqa: ARG002
        """See :class:`Net`; the graph is in ``inputs`` already."""
        regions, measures = self.sizes.regions, self.sizes.measures
        weight = params["conv.weight"]
        stacked = inputs[..., : 2 * measures].flatten(1, 2).expand(len(weight), -1, -1)
        hidden = by_region(stacked @ weight, inputs)  # (K, B, N, H)
        # In place: what a stack of replicas costs is passes over memory.
        hidden = hidden.add_(rows(params["embedding"])).relu_()
        graph_path = hidden.flatten(2) @ params["readout.weight"]
        linear_path = inputs[..., measures:].flatten(2) @ params["linear.weight"]
        return (
            graph_path / (regions * HIDDEN)
            + linear_path / math.sqrt(regions * measures)
            + rows(params["bias"])
        )


class NoEdge(SGN):
    """The same net with each region for itself: its only neighbour is itself."""

    edge_aware = False

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """As SGN on a graph without edges."""
        return super().prepare(x, torch.zeros_like(adjacency[..., :1, :, :]))
