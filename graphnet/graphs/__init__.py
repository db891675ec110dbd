"""From subjects to the graph that a net propagates over, fitted on training subjects."""

from graphnet.graphs.edges import GraphRule
from graphnet.graphs.fitted import Float32Array, Graphs

__all__ = ["Float32Array", "GraphRule", "Graphs"]
