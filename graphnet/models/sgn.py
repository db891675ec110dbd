"""The default net: a graph convolution that knows its regions, beside a linear path."""

import math

import torch
from torch import Tensor

from graphnet.models.net import Net, Params, by_region, glorot, normalised, rows

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
    exact_integral = True

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
        """``[A·X, X]`` of the graph path and ``[X, √X]`` of the linear path, each (…, S, N, 2F).

        X lies in both, so that neither path has to copy its part in each step.
        """
        roots = x / (x.abs() + SMOOTH).sqrt()
        return torch.cat([normalised(adjacency) @ x, x], dim=-1), torch.cat([x, roots], dim=-1)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:
        """See :class:`Net`; the graph is in ``inputs`` already, ``graph`` is the linear path's."""
        regions, measures = self.sizes.regions, self.sizes.measures
        weight = params["conv.weight"]
        stacked = inputs.flatten(1, 2).expand(len(weight), -1, -1)
        # What a stack of replicas costs is passes over memory: ReLU in place, but nothing in place
        # on a view, whose gradient is copied.
        hidden = (by_region(stacked @ weight, inputs) + rows(params["embedding"])).relu_()
        graph_path = hidden.flatten(2) @ params["readout.weight"]
        linear_path = graph.flatten(2) @ params["linear.weight"]
        return (
            graph_path / (regions * HIDDEN)
            + linear_path / math.sqrt(regions * measures)
            + rows(params["bias"])
        )

    def mean_gradient(
        self, params: Params, x: Tensor, adjacency: Tensor, weights: Tensor
    ) -> Tensor:
        """See :class:`Net`; exact, because between 0 and ``x`` each unit bends at most once."""
        regions, measures = self.sizes.regions, self.sizes.measures
        graph = normalised(adjacency)
        neighbours, own = params["conv.weight"].unsqueeze(1).split(measures, dim=2)
        moved = graph @ x @ neighbours + x @ own  # (K, B, N, H)
        readout = params["readout.weight"].unflatten(1, (regions, HIDDEN))
        by_unit = torch.einsum("knhc,bc->kbnh", readout, weights) / (regions * HIDDEN)
        by_unit = by_unit * mean_slope(rows(params["embedding"]), moved)
        linear = params["linear.weight"].unflatten(1, (regions, 2 * measures))
        by_input = torch.einsum("kngc,bc->kbng", linear, weights) / math.sqrt(regions * measures)
        plain, rooted = by_input.split(measures, dim=-1)
        graph_path = graph.mT @ (by_unit @ neighbours.mT) + by_unit @ own.mT
        gradient: Tensor = graph_path + plain + rooted / (x.abs() + SMOOTH).sqrt()
        return gradient


class NoEdge(SGN):
    """The same net with each region for itself: its only neighbour is itself."""

    edge_aware = False

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """As SGN on a graph without edges."""
        return super().prepare(x, _unlinked(adjacency))

    def mean_gradient(
        self, params: Params, x: Tensor, adjacency: Tensor, weights: Tensor
    ) -> Tensor:
        """As SGN on a graph without edges."""
        return super().mean_gradient(params, x, _unlinked(adjacency), weights)


def _unlinked(adjacency: Tensor) -> Tensor:
    """A graph without edges that all subjects share, (…, 1, N, N)."""
    return torch.zeros_like(adjacency[..., :1, :, :])


def mean_slope(start: Tensor, moved: Tensor) -> Tensor:
    """The mean slope of ReLU between ``start`` and ``start + moved``, without cancellation."""
    end = start + moved
    before, after = start > 0, end > 0
    part = torch.where(after, end, -start) / moved  # of the way beyond the bend
    return torch.where(before == after, before.to(part.dtype), part)
