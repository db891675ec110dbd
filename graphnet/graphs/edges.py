"""From the weights of all pairs of regions to edges: sign, threshold, density, neighbours, tree."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from graphnet.catalogue import WITHOUT_DENSITY
from graphnet.errors import SettingsError
from graphnet.messages import Message

FloatArray = NDArray[np.float64]
USUAL = 0.1  # share of pairs that are edges


@dataclass(frozen=True)
class GraphRule:
    """Which edges a graph has, see :data:`graphnet.catalogue.GRAPHS`.

    ``sign``: ``positive`` drops negative weights, ``absolute`` takes magnitudes, ``signed`` keeps
    the sign and ranks by magnitude. Edges are the pairs of weight ``threshold`` or more, where it
    is given, else the ``density`` strongest share of all pairs; a pair of weight 0 is never one.
    """

    kind: str = "covariance"
    density: float = USUAL
    threshold: float | None = None
    sign: str = "positive"
    neighbours: int = 8


def leaves_edges(rule: GraphRule, regions: int) -> bool:
    """Whether the density, where it counts, keeps any of the pairs of so many regions."""
    pairs = regions * (regions - 1) // 2
    free = rule.kind in {*WITHOUT_DENSITY, "mst"} or rule.threshold is not None
    return free or not pairs or round(rule.density * pairs) > 0


def check_density(rule: GraphRule, regions: int) -> None:
    """Refuse a density that leaves no edge, unless it is the usual one. Raises SettingsError."""
    if rule.density != USUAL and not leaves_edges(rule, regions):
        raise SettingsError(no_edges(rule, regions))


def no_edges(rule: GraphRule, regions: int) -> Message:
    """Say that the density leaves no edge between so many regions, and which density would."""
    pairs = regions * (regions - 1) // 2
    least = ceil(1000 * 0.501 / pairs) / 1000
    return Message(
        "graphs.density-without-edges",
        density=rule.density,
        pairs=pairs,
        regions=regions,
        least=least,
    )


def thin(weights: FloatArray, rule: GraphRule) -> FloatArray:
    """Keep the edges that ``rule`` asks for, of symmetric weights (…, N, N); diagonal 0."""
    signed = with_sign(weights, rule.sign)
    rows, columns = np.triu_indices(weights.shape[-1], k=1)
    pairs = signed[..., rows, columns]
    strength = np.abs(pairs)
    if rule.threshold is not None:
        kept = np.where(strength >= rule.threshold, pairs, 0.0)
    else:
        kept = _strongest(pairs, strength, round(rule.density * len(rows)))
    return _symmetric(kept, weights.shape[-1])


def with_sign(weights: FloatArray, sign: str) -> FloatArray:
    """Weights of any shape, under ``sign``: "positive", "absolute" or "signed".

    Negative weights become 0 under "positive", and their magnitudes under "absolute".
    """
    if sign == "positive":
        return np.maximum(weights, 0.0)
    return np.abs(weights) if sign == "absolute" else weights


def nearest(closeness: FloatArray, neighbours: int) -> NDArray[np.bool_]:
    """Pairs (N, N) where one is among the ``neighbours`` closest of the other."""
    regions = len(closeness)
    alone = np.where(np.eye(regions, dtype=bool), -np.inf, closeness)
    closest = np.argsort(-alone, axis=1, kind="stable")[:, : min(neighbours, regions - 1)]
    chosen = np.zeros((regions, regions), dtype=bool)
    np.put_along_axis(chosen, closest, values=True, axis=1)
    either: NDArray[np.bool_] = chosen | chosen.T
    return either


def tree(weights: FloatArray, rule: GraphRule) -> FloatArray:
    """The maximum spanning tree of (N, N), and the strongest other pairs up to the density.

    A tree has N - 1 edges, also where the density asks for fewer (Tewarie et al. 2015, NeuroImage
    104:177-188).
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, and seldom asked for
    from scipy.sparse.csgraph import minimum_spanning_tree  # noqa: PLC0415

    signed = with_sign(weights, rule.sign)
    strength = np.abs(signed)
    # The shortest tree over what decreases with strength and is never 0, which means no edge.
    length = np.triu(1.0 + strength.max() - strength, k=1)
    spanning = minimum_spanning_tree(csr_array(length)).toarray() != 0
    rows, columns = np.triu_indices(len(weights), k=1)
    inside = spanning[rows, columns]
    more = max(0, round(rule.density * len(rows)) - int(inside.sum()))
    pairs = signed[rows, columns]
    others = _strongest(np.where(inside, 0.0, pairs), np.where(inside, 0.0, np.abs(pairs)), more)
    return _symmetric(np.where(inside, pairs, others), len(weights))


def _strongest(pairs: FloatArray, strength: FloatArray, count: int) -> FloatArray:
    order = np.argsort(-strength, axis=-1, kind="stable")[..., :count]
    kept = np.zeros_like(pairs)
    np.put_along_axis(kept, order, np.take_along_axis(pairs, order, axis=-1), axis=-1)
    return kept


def _symmetric(pairs: FloatArray, regions: int) -> FloatArray:
    rows, columns = np.triu_indices(regions, k=1)
    adjacency = np.zeros((*pairs.shape[:-1], regions, regions))
    adjacency[..., rows, columns] = pairs
    adjacency += np.swapaxes(adjacency, -1, -2)
    return adjacency
