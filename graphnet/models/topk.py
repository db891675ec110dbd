"""GraphConv layers with top-k pooling, as a later variant of the reference net had it."""

import math

import torch
from torch import Tensor

from graphnet.models.net import Net, Params, by_region, linear, rows

HIDDEN, LEVELS, RATIO = 128, 3, 0.8
MLP = (2 * HIDDEN, HIDDEN, HIDDEN // 2)


class TopK(Net):
    """Three times: GraphConv to 128 (Morris et al. 2019), ReLU, keep the best 80 % of regions.

    A region's score is its projection on a learned direction (Gao & Ji 2019, arXiv:1905.05178),
    and what is kept is scaled by its hyperbolic tangent. Each level is read out as maximum ‖ mean
    over regions, the readouts are summed (Cangea et al. 2018, arXiv:1811.01287) and go through an
    MLP 256 → 128 → 64 → C. Without dropout.
    """

    readout = ("mlp3.weight", "mlp3.bias")
    last_layers = ("mlp1.weight", "mlp1.bias", "mlp2.weight", "mlp2.bias")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """As PyG's ``GraphConv`` and ``TopKPooling`` hold them, weights transposed to (in, out)."""
        shapes: dict[str, tuple[int, ...]] = {}
        width = self.sizes.measures
        for level in range(1, LEVELS + 1):
            shapes |= {
                f"conv{level}.gathered.weight": (width, HIDDEN),
                f"conv{level}.own.weight": (width, HIDDEN),
                f"conv{level}.bias": (HIDDEN,),
                f"pool{level}.direction": (HIDDEN,),
            }
            width = HIDDEN
        widths = (*MLP, self.sizes.classes)
        for layer in range(1, len(widths)):
            shape = widths[layer - 1 : layer + 1]
            shapes |= {f"mlp{layer}.weight": shape, f"mlp{layer}.bias": shape[1:]}
        return shapes

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """``[X, A·X]``, (…, S, N, 2F), and the graph for the levels above."""
        return torch.cat([x, adjacency @ x], dim=-1), adjacency

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:
        """See :class:`Net`."""
        own, gathered = torch.split(inputs, self.sizes.measures, dim=-1)
        reads = []
        for level in range(1, LEVELS + 1):
            if level > 1:
                gathered = graph @ own
            hidden = _conv(params, f"conv{level}", own, gathered)
            own, graph = _pool(params[f"pool{level}.direction"], hidden, graph)
            reads.append(torch.cat([own.amax(dim=2), own.mean(dim=2)], dim=-1))  # (K, B, 256)
        total = torch.stack(reads).sum(dim=0)
        for layer in (1, 2):
            total = linear(total, params[f"mlp{layer}.weight"], params[f"mlp{layer}.bias"]).relu()
        return linear(total, params["mlp3.weight"], params["mlp3.bias"])


def _conv(params: Params, name: str, own: Tensor, gathered: Tensor) -> Tensor:
    """(K or 1, B, n, in) → (K, B, n, 128)."""
    both = torch.cat([gathered.expand_as(own), own], dim=-1).flatten(1, 2)
    weight = torch.cat([params[f"{name}.gathered.weight"], params[f"{name}.own.weight"]], dim=1)
    return by_region(linear(both, weight, params[f"{name}.bias"]).relu(), own)


def _pool(direction: Tensor, hidden: Tensor, graph: Tensor) -> tuple[Tensor, Tensor]:
    """Keep the highest 80 % of n regions, in the order of their score, and the edges among them."""
    unit = direction / direction.norm(dim=-1, keepdim=True)
    score = torch.tanh((hidden @ rows(unit.unsqueeze(-1))).squeeze(-1))  # (K, B, n)
    kept = score.topk(math.ceil(RATIO * hidden.shape[2]), dim=-1)
    width = kept.indices.unsqueeze(-1)
    own = hidden.gather(2, width.expand(-1, -1, -1, hidden.shape[3])) * kept.values.unsqueeze(-1)
    regions = hidden.shape[2]
    edges = graph.expand(*hidden.shape[:2], -1, -1)
    edges = edges.gather(2, width.expand(-1, -1, -1, regions))
    return own, edges.gather(3, kept.indices.unsqueeze(2).expand(-1, -1, edges.shape[2], -1))
