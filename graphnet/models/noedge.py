"""SGN without its graph: what the graph is worth is what SGN does better."""

import torch
from torch import Tensor

from graphnet.models.sgn import SGN


class NoEdge(SGN):
    """The same net with each region for itself: its only neighbour is itself."""

    edge_aware = False

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """As SGN on a graph without edges."""
        return super().prepare(x, torch.zeros_like(adjacency[..., :1, :, :]))
