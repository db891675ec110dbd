"""A graph rule with what was fitted on training subjects, ready for anyone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from graphnet.catalogue import FROM_CONNECTOMES
from graphnet.data.cohort import EDGES
from graphnet.data.interpretation import Z
from graphnet.errors import ModelError, SettingsError
from graphnet.graphs.edges import (
    FloatArray,
    GraphRule,
    Tangent,
    check_density,
    covariance,
    nearest,
    partial,
    profiles,
    similarity,
    thin,
    tree,
    with_sign,
)
from graphnet.messages import Message

Float32Array = NDArray[np.float32]
ROWS = 256  # subjects at a time, where all of them are looked at

GRAPH, MEAN, FISHER_Z = "graph", "mean", "fisher_z"
# The graphs of which each subject has their own, and what is fitted for them. A model of an older
# version says of partial correlations whether Fisher's z was undone; now it always is.
OWN: dict[str, list[set[str]]] = {
    "similarity": [set()],
    "connectome": [{MEAN}],
    "partial": [{MEAN}, {MEAN, FISHER_Z}],
    "tangent": [Tangent.NAMES],
}


@dataclass(frozen=True)
class Graphs:
    """Gives subjects their adjacency: row i holds the weights of the edges that end in region i.

    ``tensors`` is what was fitted: the ``graph`` (1, N, N) that all share, the ``mean``
    connectome (N, N) that fills gaps, or a tangent space.
    """

    rule: GraphRule
    tensors: Mapping[str, FloatArray | Float32Array] = field(default_factory=dict)

    @classmethod
    def fit(
        cls,
        rule: GraphRule,
        x: Float32Array,
        connectomes: FloatArray | None,
        *,
        series: Sequence[FloatArray] | None = None,
        coordinates: FloatArray | None = None,
        edges: str = Z,
    ) -> Self:
        """Fit on training subjects: scaled measures ``x`` (S, N, F), ``connectomes`` (S, N, N).

        ``coordinates`` (N, 3) are in millimetres; ``edges`` says what the connectomes hold.

        Raises:
            SettingsError: the data do not hold what the graph is made from, or no edge is left.

        """
        check_density(rule, x.shape[1])
        if rule.kind in FROM_CONNECTOMES and connectomes is None:
            raise SettingsError(Message("graphs.needs-connectomes", graph=rule.kind))
        if rule.kind == "tangent":
            return cls(rule, Tangent.fit(_complete(series)).as_tensors())
        if connectomes is not None and rule.kind == "connectome":
            return cls(rule, {MEAN: _mean(connectomes)})
        if connectomes is not None and rule.kind == "partial":
            _check_correlations(edges)
            return cls(rule, {MEAN: _mean(connectomes)})
        if rule.kind == "similarity":
            similarity(x[:1].astype(np.float64))  # refuses too few measures
            return cls(rule)
        shared = _shared(rule, x, connectomes, coordinates)
        return cls(rule, {GRAPH: shared[None].astype(np.float32)})

    @classmethod
    def without_edges(cls, rule: GraphRule, regions: int) -> Self:
        """A graph of so many regions that all subjects share, without an edge."""
        return cls(rule, {GRAPH: np.zeros((1, regions, regions), dtype=np.float32)})

    @property
    def shared(self) -> bool:
        """Whether all subjects have the same graph."""
        return self.rule.kind not in OWN

    @property
    def empty(self) -> bool:
        """Whether the graph that all subjects share has no edge."""
        return self.shared and not self.tensors[GRAPH].any()

    def adjacency(
        self,
        x: Float32Array,
        connectomes: FloatArray | None,
        series: Sequence[FloatArray] | None = None,
    ) -> Float32Array:
        """The adjacency of subjects: (1, N, N) if all share it, else (S, N, N).

        Raises:
            SettingsError: the subjects do not have what their graph is made from.

        """
        if self.shared:
            return self.tensors[GRAPH].astype(np.float32)
        return thin(self._own(x, connectomes, series), self.rule).astype(np.float32)

    def _own(
        self,
        x: Float32Array,
        connectomes: FloatArray | None,
        series: Sequence[FloatArray] | None,
    ) -> FloatArray:
        if self.rule.kind == "similarity":
            return similarity(x.astype(np.float64))
        if self.rule.kind == "tangent":
            return Tangent.from_tensors(self._doubles()).transform(_complete(series))
        if connectomes is None:
            raise SettingsError(Message("graphs.needs-connectomes", graph=self.rule.kind))
        filled = np.where(np.isnan(connectomes), self.tensors[MEAN], connectomes)
        if self.rule.kind == "connectome":
            return filled
        return partial(filled, fisher_z=self._undoes_z())

    def _undoes_z(self) -> bool:
        """Whether partial correlations are made of the hyperbolic tangent."""
        stored = self.tensors.get(FISHER_Z)
        return stored is None or bool(stored.any())

    def _doubles(self) -> dict[str, FloatArray]:
        return {name: array.astype(np.float64) for name, array in self.tensors.items()}

    def fits(self, regions: int) -> bool:
        """Whether every matrix that was fitted has one row for each of so many regions."""
        shapes = {(1, regions, regions), (regions, regions)}
        return all(
            array.shape in shapes or (name == FISHER_Z and array.shape == (1, 1))
            for name, array in self.tensors.items()
        )

    def as_tensors(self) -> dict[str, FloatArray | Float32Array]:
        """What was fitted, by name."""
        return dict(self.tensors)

    @classmethod
    def from_tensors(
        cls, rule: GraphRule, tensors: Mapping[str, FloatArray | Float32Array]
    ) -> Self:
        """Read back what :meth:`as_tensors` gave. Raises ModelError."""
        square = all(
            tensor.ndim >= 2 and tensor.shape[-1] == tensor.shape[-2] for tensor in tensors.values()
        )
        if set(tensors) not in OWN.get(rule.kind, [{GRAPH}]) or not square:
            raise ModelError(Message("graphs.stored-graph-damaged", graph=rule.kind))
        return cls(rule, dict(tensors))


def _shared(
    rule: GraphRule,
    x: Float32Array,
    connectomes: FloatArray | None,
    coordinates: FloatArray | None,
) -> FloatArray:
    """The adjacency (N, N) that all subjects share."""
    regions = x.shape[1]
    if rule.kind == "none":
        return np.zeros((regions, regions))
    if rule.kind == "full":
        return np.tril(np.ones((regions, regions)))
    if rule.kind == "spatial":
        return _spatial(rule, regions, coordinates)
    if connectomes is not None and rule.kind == "group_connectome":
        pairs = _mean(connectomes)
    else:
        weights = profiles if rule.kind == "knn" else covariance
        pairs = weights(x.astype(np.float64))
    return _with_edges(rule, pairs)


def _with_edges(rule: GraphRule, pairs: FloatArray) -> FloatArray:
    """The edges (N, N) that the rule keeps of the weights of all pairs (N, N)."""
    if rule.kind == "mst":
        edges = tree(pairs, rule)
    elif rule.kind == "knn":
        chosen = nearest(np.abs(with_sign(pairs, rule.sign)), rule.neighbours)
        edges = np.where(chosen, with_sign(pairs, rule.sign), 0.0)
    else:
        edges = thin(pairs, rule)
    if rule.threshold is not None and not edges.any():
        strongest = np.abs(np.triu(pairs, k=1)).max()
        raise SettingsError(
            Message(
                "graphs.threshold-without-edges",
                graph=rule.kind,
                threshold=rule.threshold,
                sign=rule.sign,
                strongest=f"{strongest:.2g}",
            )
        )
    return edges


def _check_correlations(edges: str) -> None:
    if edges != Z:
        raise SettingsError(Message("graphs.partial-needs-correlations", edges=EDGES[edges]))


def _spatial(rule: GraphRule, regions: int, coordinates: FloatArray | None) -> FloatArray:
    """Each region and those nearest to it, without weights."""
    if coordinates is None:
        raise SettingsError(Message("graphs.spatial-needs-atlas"))
    if len(coordinates) != regions:
        raise SettingsError(
            Message("graphs.atlas-of-other-size", atlas=len(coordinates), regions=regions)
        )
    distance = np.linalg.norm(coordinates[:, None] - coordinates[None], axis=-1)
    return nearest(-distance, rule.neighbours).astype(np.float64)


def _mean(connectomes: FloatArray) -> FloatArray:
    """The mean connectome (N, N), 0 where no subject has the edge; some subjects at a time."""
    total = np.zeros(connectomes.shape[1:])
    count = np.zeros(connectomes.shape[1:])
    for first in range(0, len(connectomes), ROWS):
        rows = connectomes[first : first + ROWS]
        present = ~np.isnan(rows)
        total += np.where(present, rows, 0.0).sum(axis=0)
        count += present.sum(axis=0)
    return np.divide(total, count, out=np.zeros_like(total), where=count > 0)


def _complete(series: Sequence[FloatArray] | None) -> Sequence[FloatArray]:
    """The series, of which none is missing. Raises SettingsError."""
    if series is None:
        raise SettingsError(Message("graphs.tangent-needs-series"))
    incomplete = sum(not np.isfinite(one).all() for one in series)
    if incomplete:
        raise SettingsError(
            Message("graphs.tangent-incomplete", count=incomplete, subjects=len(series))
        )
    return series
