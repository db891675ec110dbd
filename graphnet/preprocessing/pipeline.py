"""From a cohort to what a net takes: harmonised, scaled, and a graph.

All of it is fitted on training subjects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.graphs import Float32Array, GraphRule, Graphs
from graphnet.preprocessing.harmonise import Harmoniser
from graphnet.preprocessing.scaling import Scaler

ROWS = 64  # subjects at a time


@dataclass(frozen=True)
class Preprocessing:
    """Site effects to take out (None: left in), scales of measures, and the graph."""

    scaler: Scaler
    graphs: Graphs
    harmoniser: Harmoniser | None = None

    @classmethod
    def fit(cls, train: Cohort, settings: TrainingSettings) -> Self:
        """Fit on the training subjects.

        Raises:
            CohortError: sites that cannot be harmonised.
            SettingsError: a graph that these data cannot have.

        """
        harmoniser = Harmoniser.fit(train.features, train.sites) if settings.harmonise else None
        features = _harmonised(harmoniser, train)
        scaler = Scaler.fit(features)
        graphs = Graphs.fit(
            rule(settings),
            scaler.transform(features),
            train.connectomes,
            series=train.series,
            coordinates=train.places,
            edges=train.edges,
        )
        return cls(scaler, graphs, harmoniser)

    def features(self, cohort: Cohort) -> FloatArray:
        """The measures (S, N, F) in their own units, without site effects, NaN where missing."""
        return _harmonised(self.harmoniser, cohort)

    def scaled(self, cohort: Cohort) -> Float32Array:
        """The measures (S, N, F) as a net takes them."""
        return self.scaler.transform(self.features(cohort))

    def without_edges(self, cohort: Cohort) -> int:
        """How many subjects have a graph of their own that holds no edge."""
        if self.graphs.shared:
            return 0
        views = PreprocessedViews(cohort, [self])
        parts = (slice(first, first + ROWS) for first in range(0, len(cohort), ROWS))
        return sum(int((~views.part(rows)[1][0].any(-1).any(-1)).sum()) for rows in parts)

    def as_dict(self) -> dict[str, Any]:
        """For a manifest; the graph's arrays are :meth:`Graphs.as_tensors`."""
        harmoniser = None if self.harmoniser is None else self.harmoniser.as_dict()
        return {"scaler": self.scaler.as_dict(), "harmoniser": harmoniser}

    @classmethod
    def from_dict(cls, stored: dict[str, Any], graphs: Graphs) -> Self:
        """From a manifest. Raises ModelError."""
        harmoniser = stored.get("harmoniser")
        return cls(
            Scaler.from_dict(stored["scaler"]),
            graphs,
            None if harmoniser is None else Harmoniser.from_dict(harmoniser),
        )


class PreprocessedViews:
    """A cohort seen through V preprocessings, some subjects at a time: see ``Source``."""

    def __init__(
        self,
        cohort: Cohort,
        through: Sequence[Preprocessing],
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.cohort = cohort
        self.through = through
        self.dtype = dtype
        self.x = np.stack([each.scaled(cohort) for each in through])

    def __len__(self) -> int:
        return len(self.cohort)

    def part(self, rows: slice) -> tuple[Tensor, Tensor]:
        """Features (V, B, N, F) and adjacency (V, 1 or B, N, N) of some subjects."""
        cohort = self.cohort
        connectomes = None if cohort.connectomes is None else cohort.connectomes[rows]
        series = None if cohort.series is None else cohort.series[rows]
        adjacency = np.stack(
            [
                each.graphs.adjacency(x[rows], connectomes, series)
                for each, x in zip(self.through, self.x, strict=True)
            ]
        )
        x = torch.from_numpy(self.x[:, rows]).to(self.dtype)
        return x, torch.from_numpy(adjacency).to(self.dtype)


def rule(settings: TrainingSettings) -> GraphRule:
    """How the settings ask for edges."""
    return GraphRule(
        kind=settings.graph,
        density=settings.density,
        threshold=settings.threshold,
        sign=settings.sign,
        neighbours=settings.neighbours,
    )


def _harmonised(harmoniser: Harmoniser | None, cohort: Cohort) -> FloatArray:
    if harmoniser is None:
        return cohort.features
    return harmoniser.transform(cohort.features, cohort.sites)
