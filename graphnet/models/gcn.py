"""The reference net: F → 16 → 64 graph convolutions, mean over regions, linear to C."""

import torch
from torch import Tensor

from graphnet.models.net import Net, Params, by_region, glorot, linear, normalised, uniform

HIDDEN, OUT = 16, 64


class GCN(Net):
    """Two graph convolutions (Kipf & Welling 2017) with ReLU between, and a mean readout.

    A mean over regions commutes with the second convolution, which has no ReLU behind it, so
    that is done on one vector a subject instead of N.
    """

    readout = ("linear.weight", "linear.bias")
    last_layers = ("conv2.weight", "conv2.bias")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """As PyG's ``GCNConv`` and ``Linear`` hold them, weights transposed to (in, out)."""
        return {
            "conv1.weight": (self.sizes.measures, HIDDEN),
            "conv1.bias": (HIDDEN,),
            "conv2.weight": (HIDDEN, OUT),
            "conv2.bias": (OUT,),
            "linear.weight": (OUT, self.sizes.classes),
            "linear.bias": (self.sizes.classes,),
        }

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """As PyG starts them: Glorot convolutions without bias, a default linear layer."""
        if name.startswith("linear"):
            return uniform(shape, OUT, generator)
        return torch.zeros(shape) if name.endswith("bias") else glorot(shape, generator)

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """The first propagation, A·X, and the mean after the second: a row (…, 1 or S, 1, N)."""
        graph = normalised(adjacency)
        return graph @ x, graph.mean(dim=-2, keepdim=True)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:
        """See :class:`Net`."""
        hidden = linear(inputs.flatten(1, 2), params["conv1.weight"], params["conv1.bias"])
        # In place: what a stack of replicas costs is passes over memory.
        hidden = by_region(hidden.relu_(), inputs)  # (K, B, N, 16)
        pooled = (graph @ hidden).squeeze(-2)  # (K, B, 16)
        second = linear(pooled, params["conv2.weight"], params["conv2.bias"])
        return linear(second, params["linear.weight"], params["linear.bias"])
