"""Graph attention network whose attention sees the edges' weights."""

import math

import torch
from torch import Tensor
from torch.nn.functional import elu, leaky_relu

from graphnet.models.net import Net, Params, glorot, linear, looped, rows

HEADS, WIDTH, LAYERS = 4, 4, 2
SLOPE = 0.2
OUT = HEADS * WIDTH


class GAT(Net):
    """Two layers of four heads (Veličković et al. 2018, arXiv:1710.10903), ELU between.

    Attention of region i to its neighbour j: a leaky ReLU of a part of i, a part of j and one of
    the edge's weight, normalised over the neighbours; each region is its own neighbour by an edge
    of weight 1. The readout concatenates regions, scaled by their number, so that the net knows
    which is which. Without the paper's dropout.
    """

    readout = ("readout.weight", "readout.bias")
    last_layers = ("conv2.weight", "conv2.source", "conv2.target", "conv2.edge", "conv2.bias")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """A linear map, three attention vectors and a bias a layer, and the readout."""
        shapes: dict[str, tuple[int, ...]] = {}
        for layer, width in ((1, self.sizes.measures), (2, OUT)):
            shapes |= {
                f"conv{layer}.weight": (width, OUT),
                f"conv{layer}.source": (HEADS, WIDTH),
                f"conv{layer}.target": (HEADS, WIDTH),
                f"conv{layer}.edge": (1, HEADS),
                f"conv{layer}.bias": (OUT,),
            }
        outputs = self.sizes.classes
        width = self.sizes.regions * OUT
        return shapes | {"readout.weight": (width, outputs), "readout.bias": (outputs,)}

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Glorot layers, a readout of 0."""
        if name.startswith("readout") or name.endswith("bias"):
            return torch.zeros(shape)
        return glorot(shape, generator)

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """The measures, and the graph with self loops; no edge is NaN."""
        joined = looped(adjacency)
        return x, torch.where(joined == 0, torch.nan, joined)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:
        """See :class:`Net`."""
        edges = ~graph.isnan()
        weights = graph.nan_to_num()
        hidden = inputs
        for layer in range(1, LAYERS + 1):
            hidden = elu(self._attend(params, f"conv{layer}", hidden, weights, edges))
        scaled = hidden.flatten(2) / math.sqrt(self.sizes.regions * OUT)
        return linear(scaled, params["readout.weight"], params["readout.bias"])

    @staticmethod
    def _attend(
        params: Params, name: str, hidden: Tensor, weights: Tensor, edges: Tensor
    ) -> Tensor:
        """(K or 1, B, N, in) → (K, B, N, heads · width)."""
        mapped = hidden @ rows(params[f"{name}.weight"])
        mapped = mapped.view(*mapped.shape[:-1], HEADS, WIDTH)
        source = (mapped * rows(rows(params[f"{name}.source"]))).sum(-1)  # (K, B, N, heads)
        target = (mapped * rows(rows(params[f"{name}.target"]))).sum(-1)
        edge = weights.unsqueeze(-1) * rows(rows(params[f"{name}.edge"]))  # (K, B, N, N, heads)
        raw = leaky_relu(target.unsqueeze(3) + source.unsqueeze(2) + edge, SLOPE)
        attention = raw.masked_fill(~edges.unsqueeze(-1), -torch.inf).softmax(dim=3)
        gathered = torch.einsum("kbijh,kbjhw->kbihw", attention, mapped)
        return gathered.flatten(-2) + rows(rows(params[f"{name}.bias"]))
