"""Which connections a model that sees connectomes alone relies on, from what is stored of it."""

from dataclasses import dataclass

import numpy as np

from graphnet.artifacts.evidence import Evidence
from graphnet.artifacts.explanation import STABLE
from graphnet.data.cohort import FloatArray, Layout


@dataclass(frozen=True)
class EdgeSlope:
    """By how much the score rises with one standard deviation of a connection.

    ``first`` < ``second`` are places of regions. ``agreement``: the share of the folds' models in
    which both ends' slopes have the stored sign; None without folds.
    """

    first: int
    second: int
    value: float
    agreement: float | None

    @property
    def is_stable(self) -> bool | None:
        """Whether the folds agree in the sign; None where there are none."""
        return None if self.agreement is None else self.agreement >= STABLE


def edge_slopes(evidence: Evidence, most: int) -> list[EdgeSlope]:
    """The ``most`` connections of the largest magnitude, the largest first.

    A connection is a measure of both its regions, and both change with it: its slope is the sum of
    the two. [] where measures are not the rows of a connectome, or no slopes are stored: of more
    than two classes, or by older versions. Connections without any effect are left out.
    """
    importance = evidence.importance
    layout = Layout(tuple(evidence.regions), tuple(evidence.measures))
    if importance is None or importance.slope is None or not layout.is_connectome:
        return []
    rows, columns = np.triu_indices(len(evidence.regions), k=1)
    value = _both(importance.slope, rows, columns).sum(axis=0)
    agreement = importance.slope_agreement
    least = None if agreement is None else _both(agreement, rows, columns).min(axis=0)
    order = np.argsort(-np.abs(value), kind="stable")[:most]
    return [
        EdgeSlope(
            int(rows[edge]),
            int(columns[edge]),
            float(value[edge]),
            None if least is None else float(least[edge]),
        )
        for edge in order
        if np.isfinite(value[edge]) and value[edge]
    ]


def _both(values: FloatArray, rows: np.ndarray, columns: np.ndarray) -> FloatArray:
    """The values (2, E) of each connection at both its regions."""
    return np.stack([values[rows, columns], values[columns, rows]])
