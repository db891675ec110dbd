"""Simulated cohorts of two classes of which the best possible AUC is known.

A map has one value for each region. A subject's maps are draws from the normal distribution of
their class, so the likelihood ratio of the classes is known, and nothing separates them better
(Neyman & Pearson 1933). Measures are a few maps; a connectome is made of many, its points of time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.data.cohort import Cohort, FloatArray, IntArray, Layout
from graphnet.evaluation.resampling import auc
from graphnet.graphs.edges import correlation

DRAWN = 2000  # subjects at a time
PATIENT = 1


@dataclass(frozen=True)
class Maps:
    """How the maps of N ``regions`` are drawn, ``count`` of each subject.

    Each region has a standard deviation of 1; those of one of the ``networks``, which are of one
    size, correlate by ``within``. In patients the ``affected`` regions, numbered from 0, lie
    ``region_effect`` standard deviations lower, and those of them in one network correlate by
    ``edge_effect`` less.
    """

    count: int
    region_effect: float = 0.0
    edge_effect: float = 0.0
    affected: tuple[int, ...] = tuple(range(5))
    regions: int = 20
    networks: int = 4
    within: float = 0.5

    def mean(self, label: int) -> FloatArray:
        """(N,) of a class: 0 controls, 1 patients."""
        mean = np.zeros(self.regions)
        if label == PATIENT:
            mean[list(self.affected)] = -self.region_effect
        return mean

    def covariance(self, label: int) -> FloatArray:
        """(N, N) of a class, with a diagonal of 1."""
        network = np.arange(self.regions) * self.networks // self.regions
        related = (network[:, None] == network).astype(np.float64)
        matrix: FloatArray = self.within * related
        if label == PATIENT:
            affected = np.isin(np.arange(self.regions), self.affected)
            matrix -= self.edge_effect * related * np.outer(affected, affected)
        np.fill_diagonal(matrix, 1.0)
        return matrix

    def draw(self, label: int, subjects: int, random: np.random.Generator) -> FloatArray:
        """The maps (S, count, N) of so many subjects of a class."""
        root = np.linalg.cholesky(self.covariance(label))
        standard = random.standard_normal((subjects, self.count, self.regions))
        return np.asarray(standard @ root.T + self.mean(label))

    def evidence(self, maps: FloatArray) -> FloatArray:
        """(S,) the log likelihood ratio of patients to controls, of maps (S, count, N)."""
        patients, controls = (self._log_likelihood(maps, label) for label in (PATIENT, 0))
        return patients - controls

    def _log_likelihood(self, maps: FloatArray, label: int) -> FloatArray:
        """(S,) but for a constant that both classes share."""
        covariance = self.covariance(label)
        deviation = maps - self.mean(label)
        distance = np.einsum("smn,smn->s", deviation @ np.linalg.inv(covariance), deviation)
        return np.asarray(-0.5 * (distance + self.count * np.linalg.slogdet(covariance)[1]))


@dataclass(frozen=True)
class Study:
    """What is known of each subject: measures, a connectome, or both; None where it is not."""

    measures: Maps | None = None
    series: Maps | None = None

    @property
    def sources(self) -> Sequence[Maps]:
        """The maps that there are."""
        return [maps for maps in (self.measures, self.series) if maps is not None]

    def best_auc(self, subjects: int = 20_000, seed: int = 0) -> float:
        """The AUC of the likelihood ratio of all maps, by so many simulated subjects per class.

        Of a connectome it is a bound: correlations hold less than the series.
        """
        random = np.random.default_rng(seed)
        evidence = [self._evidence(label, subjects, random) for label in (0, PATIENT)]
        return auc(np.repeat([False, True], subjects), np.concatenate(evidence))

    def _evidence(self, label: int, subjects: int, random: np.random.Generator) -> FloatArray:
        parts = []
        for first in range(0, subjects, DRAWN):
            size = min(DRAWN, subjects - first)
            drawn = [maps.evidence(maps.draw(label, size, random)) for maps in self.sources]
            parts.append(np.sum(drawn, axis=0))
        return np.concatenate(parts)

    def cohort(self, subjects: int, random: np.random.Generator) -> Cohort:
        """So many subjects, half of them patients, the classes in turn.

        The measures are scaled maps; without these, the rows of the connectome in Fisher's z.
        """
        labels: IntArray = np.arange(subjects) % 2
        measures, series = (
            None if maps is None else _drawn(maps, labels, random)
            for maps in (self.measures, self.series)
        )
        names = tuple(str(region + 1) for region in range(self.sources[0].regions))
        connectomes = None if series is None else _fisher_z(series)
        features = connectomes if measures is None else np.swapaxes(measures, 1, 2)
        if features is None:
            raise ValueError("a study without maps")
        own = tuple(f"M{number + 1}" for number in range(features.shape[2]))
        return Cohort(
            ids=tuple(f"S{number:05d}" for number in range(subjects)),
            datasets=("simulated",) * subjects,
            sites=("simulated",) * subjects,
            labels=labels,
            features=features,
            regions=names,
            measures=Layout.of_connectome(names).measures if measures is None else own,
            scores=np.full(subjects, np.nan),
            connectomes=connectomes,
        )


def _drawn(maps: Maps, labels: IntArray, random: np.random.Generator) -> FloatArray:
    """The maps (S, count, N) of subjects of these classes (S,)."""
    values = np.empty((len(labels), maps.count, maps.regions))
    for label in (0, PATIENT):
        rows = np.flatnonzero(labels == label)
        values[rows] = maps.draw(label, len(rows), random)
    return values


def _fisher_z(series: FloatArray) -> FloatArray:
    """Connectomes (S, N, N) with a diagonal of 0, of series (S, T, N)."""
    plain = correlation(np.swapaxes(series, 1, 2))
    diagonal = np.arange(plain.shape[-1])
    plain[:, diagonal, diagonal] = 0.0
    return np.arctanh(plain)
