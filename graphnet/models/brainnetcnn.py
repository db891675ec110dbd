"""BrainNetCNN: convolutions over the connectome itself."""

import math

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu

from graphnet.models.net import Net, Params, by_region, linear, no_graph, rows

EDGES, NODES, GRAPH = 8, 16, 32  # channels of edges, of regions, of the whole
SLOPE = 0.33


class BrainNetCNN(Net):
    """Edge-to-edge, edge-to-node, node-to-graph (Kawahara et al. 2017, NeuroImage 146:1038-1049).

    Only the weights of the graph go in, each subject's own; on a graph that all share there is
    nothing to learn. One layer of each kind, with fewer channels than the paper's, and without its
    dropout.
    """

    sees_measures = False
    readout = ("readout.weight", "readout.bias")
    last_layers = ("whole.weight", "whole.bias")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Cross-shaped filters of edges, rows of regions, and one of the whole."""
        regions, outputs = self.sizes.regions, self.sizes.classes
        return {
            "row.weight": (regions, EDGES),
            "column.weight": (regions, EDGES),
            "edge.bias": (EDGES,),
            "node.weight": (regions * EDGES, NODES),
            "node.bias": (NODES,),
            "whole.weight": (regions * NODES, GRAPH),
            "whole.bias": (GRAPH,),
            "readout.weight": (GRAPH, outputs),
            "readout.bias": (outputs,),
        }

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Default linear layers, biases of 0, a readout of 0."""
        if name.startswith("readout"):
            return torch.zeros(shape)
        return super().start(name, shape, generator)

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """The adjacency as inputs (…, S, N, N)."""
        return adjacency.expand(*x.shape[:-1], -1), no_graph(adjacency)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:  # noqa: ARG002
        """See :class:`Net`."""
        along = inputs @ rows(params["row.weight"])  # (K, B, N, E): over the edges of i
        across = inputs.mT @ rows(params["column.weight"])  # over the edges into j
        crossed = along.unsqueeze(3) + across.unsqueeze(2) + rows(rows(rows(params["edge.bias"])))
        edges = leaky_relu(crossed, SLOPE).flatten(-2)  # (K, B, N, N · E)
        nodes = linear(edges.flatten(1, 2), params["node.weight"], params["node.bias"])
        nodes = by_region(leaky_relu(nodes, SLOPE), edges).flatten(2)
        whole = leaky_relu(linear(nodes, params["whole.weight"], params["whole.bias"]), SLOPE)
        return linear(whole / math.sqrt(GRAPH), params["readout.weight"], params["readout.bias"])
