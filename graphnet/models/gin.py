"""Graph isomorphism network."""

import torch
from torch import Tensor

from graphnet.models.net import Net, Params, by_region, linear, rows

HIDDEN, LAYERS = 16, 2


class GIN(Net):
    """Two layers h ← MLP((1 + ε) h + A h) with learned ε (Xu et al. 2019, arXiv:1810.00826).

    The neighbours' sum is weighted by the edges. As in the paper each layer is read out over all
    regions, by the mean, which is the sum scaled, and the readouts are concatenated; so the net
    does not know which region is which.
    """

    readout = ("readout.weight", "readout.bias")
    last_layers = ("mlp2.0.weight", "mlp2.0.bias", "mlp2.1.weight", "mlp2.1.bias", "epsilon2")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Two linear maps and an ε a layer, and the readout."""
        shapes: dict[str, tuple[int, ...]] = {}
        width = self.sizes.measures
        for layer in range(1, LAYERS + 1):
            shapes |= {
                f"epsilon{layer}": (1,),
                f"mlp{layer}.0.weight": (width, HIDDEN),
                f"mlp{layer}.0.bias": (HIDDEN,),
                f"mlp{layer}.1.weight": (HIDDEN, HIDDEN),
                f"mlp{layer}.1.bias": (HIDDEN,),
            }
            width = HIDDEN
        outputs = self.sizes.classes
        return shapes | {"readout.weight": (LAYERS * HIDDEN, outputs), "readout.bias": (outputs,)}

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Default linear layers, ε of 0."""
        if name.startswith("epsilon"):
            return torch.zeros(shape)
        return super().start(name, shape, generator)

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """``[X, A·X]``, (…, S, N, 2F), and the graph for the second layer."""
        return torch.cat([x, adjacency @ x], dim=-1), adjacency

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:
        """See :class:`Net`."""
        own, gathered = torch.split(inputs, self.sizes.measures, dim=-1)
        first = self._mlp(params, 1, own, gathered)
        second = self._mlp(params, 2, first, graph @ first)
        pooled = torch.cat([first.mean(dim=-2), second.mean(dim=-2)], dim=-1)
        return linear(pooled, params["readout.weight"], params["readout.bias"])

    @staticmethod
    def _mlp(params: Params, layer: int, own: Tensor, gathered: Tensor) -> Tensor:
        """(K or 1, B, N, in) → (K, B, N, H)."""
        mixed = (1 + rows(rows(params[f"epsilon{layer}"]))) * own + gathered
        hidden = mixed.flatten(1, 2)
        for step in range(2):
            name = f"mlp{layer}.{step}"
            hidden = linear(hidden, params[f"{name}.weight"], params[f"{name}.bias"]).relu_()
        return by_region(hidden, mixed)

    def decayed(self, name: str) -> bool:
        """Whether weight decay pulls on this parameter: not on ε."""
        return super().decayed(name) and not name.startswith("epsilon")
