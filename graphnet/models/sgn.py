"""The default net: a graph convolution that knows its regions, beside a linear path."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from graphnet.models.net import Net, Params, PullBack, by_region, glorot, normalised, rows, turned

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
        return torch.cat([normalised(adjacency) @ x, x], dim=-1), _with_roots(x)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:
        """See :class:`Net`; the graph is in ``inputs`` already, ``graph`` is the linear path's."""
        return self._scores(params, self._hidden(params, inputs), graph)

    def linearise(self, params: Params, inputs: Tensor, graph: Tensor) -> tuple[Tensor, PullBack]:
        """See :class:`Net`: the gradient in closed form, in few calls and passes over memory."""
        hidden = self._hidden(params, inputs)  # (K, B, N·H)

        def pull_back(by_scores: Tensor, into: Mapping[str, Tensor]) -> None:
            for name, wide, scale in self._paths(hidden, graph):
                if name in into:
                    into[name].mT.copy_(turned(by_scores * scale) @ wide)
            if "bias" in into:
                torch.sum(by_scores, dim=1, out=into["bias"])
            if "embedding" not in into and "conv.weight" not in into:
                return
            scale = 1 / (self.sizes.regions * HIDDEN)
            moved = (by_scores * scale) @ turned(params["readout.weight"])  # (K, B, N·H)
            moved.mul_(hidden.sign())  # of ReLU: 1 where it let pass
            if "embedding" in into:
                into["embedding"].copy_(moved.sum(dim=1).view_as(into["embedding"]))
            if "conv.weight" in into:
                stacked = inputs.flatten(1, 2).expand(len(moved), -1, -1)
                self._pull_conv(stacked.mT @ moved.view(len(moved), -1, HIDDEN), into)

        return self._scores(params, hidden, graph), pull_back

    def _hidden(self, params: Params, inputs: Tensor) -> Tensor:
        """What each region becomes, (K, B, N·H)."""
        weight = self._conv(params)
        stacked = inputs.flatten(1, 2).expand(len(weight), -1, -1)
        # What a stack of replicas costs is passes over memory.
        hidden = by_region(stacked @ weight, inputs)
        return hidden.add_(rows(params["embedding"])).relu_().flatten(2)

    def _conv(self, params: Params) -> Tensor:
        """What the inputs are multiplied by, (K, G, H)."""
        return params["conv.weight"]

    def _pull_conv(self, gradient: Tensor, into: Mapping[str, Tensor]) -> None:
        """Write the gradient by the convolution from that by :meth:`_conv`."""
        into["conv.weight"].copy_(gradient)

    def _paths(self, hidden: Tensor, graph: Tensor) -> tuple[tuple[str, Tensor, float], ...]:
        """The graph path and the linear path: their readout, what it reads (K, B, P), its scale."""
        regions, measures = self.sizes.regions, self.sizes.measures
        linear = graph.flatten(2).expand(len(hidden), -1, -1)
        return (
            ("readout.weight", hidden, 1 / (regions * HIDDEN)),
            ("linear.weight", linear, 1 / math.sqrt(regions * measures)),
        )

    def _scores(self, params: Params, hidden: Tensor, graph: Tensor) -> Tensor:
        scores = params["bias"].unsqueeze(2)
        for name, wide, scale in self._paths(hidden, graph):
            scores = torch.baddbmm(scores, turned(params[name]), wide.mT, alpha=scale)
        return scores.mT

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
        by_unit = by_unit * _mean_slope(rows(params["embedding"]), moved)
        linear = params["linear.weight"].unflatten(1, (regions, 2 * measures))
        by_input = torch.einsum("kngc,bc->kbng", linear, weights) / math.sqrt(regions * measures)
        plain, rooted = by_input.split(measures, dim=-1)
        graph_path = graph.mT @ (by_unit @ neighbours.mT) + by_unit @ own.mT
        gradient: Tensor = graph_path + plain + rooted / (x.abs() + SMOOTH).sqrt()
        return gradient


class NoEdge(SGN):
    """The same net with each region for itself: its only neighbour is itself."""

    edge_aware = False

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        """As SGN on a graph without edges, where A·X is X: the inputs hold it once."""
        return x, _with_roots(x)

    def _conv(self, params: Params) -> Tensor:
        weight = params["conv.weight"]
        measures = self.sizes.measures
        return weight[:, :measures] + weight[:, measures:]

    def _pull_conv(self, gradient: Tensor, into: Mapping[str, Tensor]) -> None:
        into["conv.weight"].copy_(gradient.repeat(1, 2, 1))

    def mean_gradient(
        self, params: Params, x: Tensor, adjacency: Tensor, weights: Tensor
    ) -> Tensor:
        """As SGN on a graph without edges."""
        return super().mean_gradient(params, x, _unlinked(adjacency), weights)


def _with_roots(x: Tensor) -> Tensor:
    """``[X, √X]``, roots with their sign, (…, S, N, 2F)."""
    return torch.cat([x, x / (x.abs() + SMOOTH).sqrt()], dim=-1)


def _unlinked(adjacency: Tensor) -> Tensor:
    """A graph without edges that all subjects share, (…, 1, N, N)."""
    return torch.zeros_like(adjacency[..., :1, :, :])


def _mean_slope(start: Tensor, moved: Tensor) -> Tensor:
    """The mean slope of ReLU between ``start`` and ``start + moved``, without cancellation."""
    end = start + moved
    before, after = start > 0, end > 0
    part = torch.where(after, end, -start) / moved  # of the way beyond the bend
    return torch.where(before == after, before.to(part.dtype), part)
