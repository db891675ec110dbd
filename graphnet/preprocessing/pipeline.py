"""From a cohort to what a net takes: harmonised, scaled, and a graph.

All of it is fitted on training subjects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from graphnet.catalogue import UNADJUSTED
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.errors import CohortError, SettingsError
from graphnet.graphs import Float32Array, GraphRule, Graphs
from graphnet.messages import Message
from graphnet.models.net import packed
from graphnet.preprocessing.covariates import CovariateAdjuster, checked
from graphnet.preprocessing.harmonise import Harmoniser
from graphnet.preprocessing.scaling import CovariateInputs, Scaler

ROWS = 64  # subjects at a time
ADJUSTER, KEPT, INPUTS = (
    "adjuster",
    "kept_covariates",
    "covariate_inputs",
)  # their keys in a manifest
# Values of the setting ``adjust``.
NOTHING, REGRESS, OF_CONTROLS, COMBAT = "none", "regress", "regress_controls", "combat"


@dataclass(frozen=True)
class Preprocessing:
    """Site effects to take out (None: left in), scales of measures, and the graph.

    ``adjuster`` takes out what covariates explain, after the sites. ``kept`` is what covariates
    explain within sites, which harmonising leaves as it is. ``inputs`` are covariates that the
    model sees beside the measures.
    """

    scaler: Scaler
    graphs: Graphs
    harmoniser: Harmoniser | None = None
    adjuster: CovariateAdjuster | None = None
    kept: CovariateAdjuster | None = None
    inputs: CovariateInputs | None = None

    @classmethod
    def fit(cls, train: Cohort, settings: TrainingSettings) -> Self:
        """Fit on the training subjects.

        Raises:
            CohortError: sites that cannot be harmonised, covariates that cannot be taken out.
            SettingsError: a graph that these data cannot have.

        """
        _check_graph(settings)
        inputs = CovariateInputs.fit(train, settings.covariate_inputs)
        _check_inputs(inputs, train, settings)
        harmoniser: Harmoniser | None = None
        adjuster: CovariateAdjuster | None = None
        kept: CovariateAdjuster | None = None
        if settings.adjust == COMBAT:
            kept = CovariateAdjuster.fit(train.features, train, within_sites=True)
            harmoniser = Harmoniser.fit(kept.transform(train.features, train), train.sites)
        elif settings.harmonise:
            harmoniser = Harmoniser.fit(train.features, train.sites)
        features = _harmonised(harmoniser, kept, train)
        if settings.adjust in {REGRESS, OF_CONTROLS}:
            of_controls = settings.adjust == OF_CONTROLS
            adjuster = CovariateAdjuster.fit(features, train, controls_only=of_controls)
            features = adjuster.transform(features, train)
        of_connectomes = train.layout.is_connectome
        scaler = (Scaler.fit_connectomes if of_connectomes else Scaler.fit)(features)
        graphs = Graphs.fit(
            rule(settings),
            scaler.transform(features),
            train.connectomes,
            series=train.series,
            coordinates=train.places,
            edges=train.edges,
        )
        return cls(scaler, graphs, harmoniser, adjuster, kept, inputs)

    def features(self, cohort: Cohort) -> FloatArray:
        """The measures (S, N, F) in their own units, NaN where missing.

        Without what sites and covariates explain, as far as that is taken out.
        """
        features = _harmonised(self.harmoniser, self.kept, cohort)
        return features if self.adjuster is None else self.adjuster.transform(features, cohort)

    @property
    def uses_covariates(self) -> bool:
        """Whether it needs covariates of new subjects."""
        return any(part is not None for part in (self.adjuster, self.kept, self.inputs))

    @property
    def covariate_keys(self) -> frozenset[str]:
        """The keys of the covariates that are adjusted for, kept, or an input."""
        used = [part for part in (self.adjuster, self.kept, self.inputs) if part is not None]
        return frozenset(part.key for covariate in used for part in covariate.design.parts)

    def missing(self, cohort: Cohort) -> dict[str, int]:
        """How many subjects lack each covariate that is adjusted for, kept, or an input."""
        parts = [part for part in (self.adjuster, self.kept, self.inputs) if part is not None]
        return {name: count for part in parts for name, count in part.missing(cohort).items()}

    def fits(self, regions: int, measures: int) -> bool:
        """Whether it was fitted to so many regions and measures."""
        slopes = [part.slopes for part in (self.adjuster, self.kept) if part is not None]
        shapes = [self.scaler.center.shape, *(slope.shape[1:] for slope in slopes)]
        return all(shape == (regions, measures) for shape in shapes)

    def scaled(self, cohort: Cohort) -> Float32Array:
        """The measures (S, N, F) as a net takes them."""
        return self.scaler.transform(self.features(cohort))

    @property
    def columns(self) -> int:
        """How many inputs there are beside the measures: P."""
        return 0 if self.inputs is None else self.inputs.columns

    def covariates(self, cohort: Cohort) -> Float32Array:
        """The inputs beside the measures (S, P)."""
        if self.inputs is None:
            return np.zeros((len(cohort), 0), dtype=np.float32)
        return self.inputs.values(cohort)

    def flat(self, cohort: Cohort) -> Float32Array:
        """All that a model sees of each subject, in a row: (S, N · F + P)."""
        measures = self.scaled(cohort).reshape(len(cohort), -1)
        return measures if self.inputs is None else np.hstack([measures, self.covariates(cohort)])

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
        adjuster = None if self.adjuster is None else self.adjuster.as_dict()
        kept = None if self.kept is None else self.kept.as_dict()
        scaler = self.scaler.as_dict()
        stored = {"scaler": scaler, "harmoniser": harmoniser, ADJUSTER: adjuster, KEPT: kept}
        return stored | {INPUTS: None if self.inputs is None else self.inputs.as_dict()}

    @classmethod
    def from_dict(cls, stored: dict[str, Any], graphs: Graphs) -> Self:
        """From a manifest. Raises ModelError."""
        harmoniser, adjuster = stored.get("harmoniser"), stored.get(ADJUSTER)
        kept, inputs = stored.get(KEPT), stored.get(INPUTS)
        return cls(
            Scaler.from_dict(stored["scaler"]),
            graphs,
            None if harmoniser is None else Harmoniser.from_dict(harmoniser),
            None if adjuster is None else CovariateAdjuster.from_dict(adjuster),
            None if kept is None else CovariateAdjuster.from_dict(kept),
            None if inputs is None else CovariateInputs.from_dict(inputs),
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
        self.x = np.stack([pipeline.scaled(cohort) for pipeline in through])
        self.covariates = torch.from_numpy(
            np.stack([pipeline.covariates(cohort) for pipeline in through])
        )

    def __len__(self) -> int:
        return len(self.cohort)

    def part(self, rows: slice) -> tuple[Tensor, Tensor]:
        """Features (V, B, N, F) and adjacency (V, 1 or B, N, N) of some subjects.

        Covariates that a model sees are further rows of the features: :func:`packed`.
        """
        cohort = self.cohort
        connectomes = None if cohort.connectomes is None else cohort.connectomes[rows]
        series = None if cohort.series is None else cohort.series[rows]
        adjacency = np.stack(
            [
                pipeline.graphs.adjacency(x[rows], connectomes, series)
                for pipeline, x in zip(self.through, self.x, strict=True)
            ]
        )
        measures = torch.from_numpy(self.x[:, rows])
        x = packed(measures, self.covariates[:, rows]).to(self.dtype)
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


def _check_graph(settings: TrainingSettings) -> None:
    """Raise SettingsError for a graph that covariates would come back in by."""
    if settings.adjust not in {NOTHING, COMBAT} and settings.graph in UNADJUSTED:
        raise SettingsError(Message("graphs.not-adjusted", graph=settings.graph))


def _check_inputs(
    inputs: CovariateInputs | None, train: Cohort, settings: TrainingSettings
) -> None:
    """Raise CohortError for a covariate that is adjusted for and an input, too."""
    if inputs is None or settings.adjust == NOTHING:
        return
    both = [covariate.name for covariate in checked(train) if covariate.name in inputs.names]
    if both:
        message = Message("data.covariate-input-adjusted", names=both, adjust=settings.adjust)
        raise CohortError(message)


def _harmonised(
    harmoniser: Harmoniser | None, kept: CovariateAdjuster | None, cohort: Cohort
) -> FloatArray:
    """The measures without site effects; what covariates explain is set aside meanwhile."""
    if harmoniser is None:
        return cohort.features
    if kept is None:
        return harmoniser.transform(cohort.features, cohort.sites)
    without = kept.transform(cohort.features, cohort)
    moved: FloatArray = harmoniser.transform(without, cohort.sites) + (cohort.features - without)
    return moved
