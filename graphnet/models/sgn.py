"""The default net: a graph convolution that knows its regions, beside a linear path."""

import math

import torch
from torch import Tensor

from graphnet.models.net import Net, Params, glorot, rows

HIDDEN = 16


class SGN(Net):
    """Schizo Graph Net.

    Each region gathers its neighbours' measures beside its own, ``[X, A·X]`` (the mean of
    which GCN alone would keep), adds a learned embedding of which region it is, and passes a
    ReLU; the readout concatenates regions instead of averaging them. A linear path from the
    scaled measures stands beside it, so the net can do what a linear model can.

    Both readouts start at 0 and are scaled down by their width, so that one step of Adam moves
    the class scores about as far at any number of regions, and the recommended learning rate
    and a five times higher one behave alike (after Yang & Hu 2021, arXiv:2011.14522).
    """

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """``embedding`` is one vector a region; ``readout`` and ``linear`` go to the classes."""
        regions, measures, classes = self.sizes.regions, self.sizes.measures, self.sizes.classes
        return {
            "conv.weight": (2 * measures, HIDDEN),
            "embedding": (regions, HIDDEN),
            "readout.weight": (regions * HIDDEN, classes),
            "linear.weight": (regions * measures, classes),
            "bias": (classes,),
        }

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """A Glorot convolution, a small random embedding, readouts of 0."""
        if name == "conv.weight":
            return glorot(shape, generator)
        if name == "embedding":
            return 0.1 * torch.randn(shape, generator=generator)
        return torch.zeros(shape)

    def prepare(self, x: Tensor, graph: Tensor) -> Tensor:
        """``[X, A·X]``, (S, N, 2F)."""
        return torch.cat([x, graph @ x], dim=-1)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:  # noqa: ARG002
        """See :class:`Net`; the graph is in ``inputs`` already."""
        measures = self.sizes.measures
        hidden = inputs @ rows(params["conv.weight"])  # (K, B, N, H)
        # In place: what a stack of replicas costs is passes over memory.
        hidden.add_(rows(params["embedding"])).relu_()
        graph_path = hidden.flatten(2) @ params["readout.weight"]
        linear_path = inputs[..., :measures].flatten(2) @ params["linear.weight"]
        width = self.sizes.regions * measures
        return (
            graph_path / (self.sizes.regions * HIDDEN)
            + linear_path / math.sqrt(width)
            + rows(params["bias"])
        )
