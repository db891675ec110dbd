"""The AUC within each of several groups of subjects: its mean over groups, and whether it differs.

Models of several sites put their subjects on scales of their own. The AUC of all sites together
then compares a patient of one model with a control of another, and counts shifts between the
models; a mean of AUCs within sites does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from graphnet.artifacts.metrics import UNKNOWN, Estimate
from graphnet.data.cohort import FloatArray
from graphnet.evaluation.clusters import (
    Subjects,
    correlations,
    design_effect,
    influence_on_area,
    of_rows,
)
from graphnet.evaluation.intervals import (
    Z,
    area_under_curve,
    area_variance,
    bounded,
    effective,
    length,
)
from graphnet.evaluation.resampling import auc, group_weight


@dataclass(frozen=True)
class Heterogeneity:
    """Whether AUCs differ between M groups: Cochran's Q, chi-squared with ``df`` = M - 1."""

    q: float
    df: int
    p: float


@dataclass(frozen=True)
class GroupAreas:
    """The AUCs (M,) of M groups of different scans, and how many of each class they have.

    Where subjects have several scans, ``effects`` (M,) are the design effects of the AUCs, and
    ``correlations`` (M, M) those of groups that share subjects.
    """

    areas: FloatArray
    positives: FloatArray
    negatives: FloatArray
    effects: FloatArray | None = None
    correlations: FloatArray | None = None

    @classmethod
    def of(
        cls,
        positive: NDArray[np.bool_],
        scores: FloatArray,
        groups: Sequence[str],
        subjects: Subjects = None,
    ) -> "GroupAreas":
        """Of scans (S,) with these scores; a group of one class has no AUC and is left out.

        ``subjects`` (S,): whose each is; None where each is another's.
        """
        named = np.array(groups)
        members = [np.flatnonzero(named == name) for name in np.unique(named)]
        both = [rows for rows in members if 0 < positive[rows].sum() < len(rows)]
        return cls(
            np.array([auc(positive[rows], scores[rows]) for rows in both]),
            np.array([positive[rows].sum() for rows in both], dtype=np.float64),
            np.array([(~positive[rows]).sum() for rows in both], dtype=np.float64),
            *_dependence(positive, scores, both, subjects),
        )

    def __len__(self) -> int:
        return len(self.areas)

    @property
    def mean(self) -> Estimate:
        """The weighted mean of the AUCs with its 95 % interval; unknown without groups.

        The weight of a group is m·n / (m + n) of its m positives and n negatives (Kawaguchi et al.
        2011, Statistics in Biopharmaceutical Research 3:217-231). Newcombe's intervals of the AUCs
        are combined (Zou & Donner 2008). As other groups might have been tested, what the AUCs vary
        by beyond chance (the moment estimate of DerSimonian & Laird 1986, Controlled Clinical
        Trials 7:177-188) is added.
        """
        if not len(self):
            return UNKNOWN
        share = group_weight(self.positives, self.negatives)
        share = share / share.sum()
        value = float(share @ self.areas)
        each = [
            area_under_curve(float(area), m, n)
            for area, (m, n) in zip(self.areas, self._effective, strict=True)
        ]
        low, high = np.array([estimate.interval for estimate in each], dtype=np.float64).T
        between = Z**2 * self.variance_between * float(share @ share)
        below = _squared(share * (self.areas - low), self.correlations) + between
        above = _squared(share * (high - self.areas), self.correlations) + between
        return bounded(value, value - sqrt(below), value + sqrt(above))

    @property
    def _effective(self) -> list[tuple[float, float]]:
        """Of each group how many independent positives and negatives say as much."""
        effects = np.ones(len(self)) if self.effects is None else self.effects
        columns = (column.tolist() for column in (self.positives, self.negatives, effects))
        return [effective(*column) for column in zip(*columns, strict=True)]

    @property
    def variance_between(self) -> float:
        """Of the true AUCs of groups, by the moments of Q; 0 of one group, or if Q is below M-1."""
        found = self._cochran
        if found is None:
            return 0.0
        q, weight = found
        scale = weight.sum() - (weight**2).sum() / weight.sum()
        return max(0.0, (q - (len(self) - 1)) / float(scale))

    @property
    def heterogeneity(self) -> Heterogeneity | None:
        """Whether the AUCs differ; None of one group, or where no AUC is between 0 and 1."""
        found = self._cochran
        if found is None:
            return None
        from scipy.special import chdtrc  # noqa: PLC0415 - slow to import

        df = len(self) - 1
        return Heterogeneity(found[0], df, float(chdtrc(df, found[0])))

    @property
    def _cochran(self) -> tuple[float, FloatArray] | None:
        """Q and the weights (M,), the inverse variances of the AUCs.

        Variances are those of Hanley & McNeil at the mean AUC, as they would be if the AUCs were
        the same. Variances of DeLong, which depend on each group's own AUC, make every second
        comparison of twenty small groups significant (``tests/graphnet/test_areas.py``).
        """
        if len(self) < 2:
            return None
        share = group_weight(self.positives, self.negatives)
        common = float(share @ self.areas / share.sum())
        if not 0 < common < 1:
            return None
        weight = 1 / np.array([area_variance(common, m, n) for m, n in self._effective])
        apart = self.areas - float(weight @ self.areas / weight.sum())
        if self.correlations is None:
            return float(weight @ apart**2), weight
        # Groups that share subjects: the distance from a common AUC by their covariances.
        error = np.sqrt(1 / weight)
        inverse = np.linalg.pinv(self.correlations * np.outer(error, error))
        apart = self.areas - float((inverse @ self.areas).sum() / inverse.sum())
        return float(apart @ inverse @ apart), weight


def _dependence(
    positive: NDArray[np.bool_],
    scores: FloatArray,
    members: Sequence[NDArray[np.intp]],
    subjects: Subjects,
) -> tuple[FloatArray | None, FloatArray | None]:
    """Design effects (M,) of the AUCs of groups, and their correlations (M, M)."""
    if subjects is None:
        return None, None
    added, effects = np.zeros((len(members), len(scores))), np.ones(len(members))
    for place, rows in enumerate(members):
        own = of_rows(subjects, rows)
        added[place, rows] = influence_on_area(positive[rows], scores[rows], own)
        effects[place] = design_effect(added[place, rows], own)
    return effects, correlations(added, subjects) if len(members) else None


def _squared(distances: FloatArray, correlated: FloatArray | None) -> float:
    if correlated is None:
        return float((distances**2).sum())
    return length(distances, correlated) ** 2
