"""Whether covariates may explain a result: figures that hold them fixed.

Everything here looks at who was predicted; nothing is fitted that a model uses.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from graphnet.artifacts.confounds import (
    LEAST_COMPARED,
    Association,
    Confounds,
    GroupDifference,
    Matching,
    Stratum,
)
from graphnet.artifacts.metrics import UNKNOWN, Estimate, SplitMetrics
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import LEAVE_SITE_OUT
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.dataset import NUMERIC, Covariate
from graphnet.evaluation.areas import GroupAreas
from graphnet.evaluation.assessment import split_metrics
from graphnet.evaluation.clusters import Subjects, count, design_effect, of_rows
from graphnet.evaluation.covariate_table import groups_of, summary
from graphnet.preprocessing.covariates import Design, checked

LEAST = 10  # subjects of a stratum, and of a rank correlation
MOST_LEVELS = 6  # of a covariate by which subjects are parted
CALIPER = 0.2  # of the standard deviation of the logit (Austin 2011)
RANK_VARIANCE = 1.06  # of Fisher's z of Spearman's rho (Fieller et al. 1957)

Predicted = Mapping[str, tuple[Cohort, FloatArray]]  # by split: subjects (S), predictions (S, C)


def confounds(model: StoredModel, cohorts: Mapping[str, Cohort], predicted: Predicted) -> Confounds:
    """What is known of the covariates of these subjects.

    Args:
        model: whose classes or score are predicted.
        cohorts: the subjects by split, for the table.
        predicted: whom the model did not train on, with predictions (S, C), or scores (S, 1), NaN
            where nobody predicted.

    """
    held_out = {
        split: _Tested.of(model, *pair, by_site=split == LEAVE_SITE_OUT)
        for split, pair in predicted.items()
    }
    train = cohorts["train"]
    return Confounds(
        checked=train.confounds,
        summaries=tuple(
            row
            for split, cohort in cohorts.items()
            for covariate in cohort.covariates
            if (row := summary(model, split, cohort, covariate)) is not None
        ),
        associations=tuple(
            association
            for split, tested in held_out.items()
            for association in _associations(split, tested)
        ),
        strata=tuple(
            stratum for split, tested in held_out.items() for stratum in _strata(split, tested)
        ),
        matched=tuple(
            each
            for split, tested in held_out.items()
            if (each := _matched(split, tested)) is not None
        ),
    )


def group_differences(
    strata: Sequence[Stratum],
    sites: Mapping[str, Mapping[str, SplitMetrics]],
    model: StoredModel | None = None,
    predicted: Predicted = MappingProxyType({}),
) -> tuple[GroupDifference, ...]:
    """Whether the AUC differs between the strata of each covariate, and between sites.

    Groups with fewer than five subjects of a class are not compared, but named.

    Args:
        strata: of covariates, of all splits.
        sites: metrics by split and site; of training subjects nothing is said.
        model: what predicted these; None: ``predicted`` is not needed.
        predicted: as of :func:`confounds`, needed where subjects have several scans: groups may
            then share subjects.

    """
    found: list[GroupDifference | None] = []
    scanned = {
        split: _Tested.of(model, *pair, by_site=False)
        for split, pair in predicted.items()
        if model is not None and pair[0].subjects is not None
    }
    for split, name in dict.fromkeys((stratum.split, stratum.name) for stratum in strata):
        levels = [stratum for stratum in strata if (stratum.split, stratum.name) == (split, name)]
        groups = [
            (stratum.level, stratum.auc, stratum.positives, stratum.negatives or 0)
            for stratum in levels
            if stratum.positives is not None
        ]
        if groups and split in scanned:
            found.append(scanned[split].difference(split, "covariate", name))
            continue
        found.append(_difference(split, "covariate", name, groups))
    for split, by_name in sites.items():
        if split in scanned:
            found.append(scanned[split].difference(split, "site", ""))
        elif split != "train":
            counted = [
                (site, metrics["auc"], sum(metrics.confusion[1]), sum(metrics.confusion[0]))
                for site, metrics in by_name.items()
                if metrics.confusion is not None and len(metrics.confusion) == 2
            ]
            found.append(_difference(split, "site", "", counted))
    return tuple(difference for difference in found if difference is not None)


def _difference(
    split: str, kind: str, name: str, groups: Sequence[tuple[str, float | None, int, int]]
) -> GroupDifference | None:
    """Of groups by name, AUC, positives and negatives; None where less than two are compared."""
    enough = [
        (group, auc, m, n)
        for group, auc, m, n in groups
        if auc is not None and min(m, n) >= LEAST_COMPARED
    ]
    if len(enough) < 2:
        return None
    names, *columns = zip(*enough, strict=True)
    areas = GroupAreas(*(np.array(column, dtype=np.float64) for column in columns))
    left_out = [group for group, *_ in groups if group not in names]
    told = areas.heterogeneity
    if told is None:
        return None
    return GroupDifference(split, kind, name, list(names), left_out, told.q, told.df, told.p)


@dataclass(frozen=True)
class _Tested:
    """Who was predicted, and how: ``score`` (S,) is what the prediction goes by.

    ``by_site``: whether each site has a model of its own.
    """

    model: StoredModel
    cohort: Cohort
    predicted: FloatArray
    by_site: bool

    @classmethod
    def of(
        cls, model: StoredModel, cohort: Cohort, predicted: FloatArray, *, by_site: bool
    ) -> "_Tested":
        rows = np.flatnonzero(~np.isnan(predicted).any(axis=1))
        return cls(model, cohort.rows(rows), predicted[rows], by_site)

    @property
    def score(self) -> FloatArray:
        return self.predicted[:, -1]

    @property
    def is_positive(self) -> NDArray[np.bool_]:
        return np.asarray(self.cohort.labels == self.model.classes[-1])

    def people(self, rows: NDArray[np.intp]) -> int:
        """How many subjects these rows are."""
        return count(of_rows(self.cohort.subjects, rows), len(rows))

    def classes(self, rows: NDArray[np.intp]) -> tuple[int, int]:
        """How many subjects of them are positive, and how many negative."""
        positive = self.is_positive[rows]
        return self.people(rows[positive]), self.people(rows[~positive])

    def difference(self, split: str, kind: str, name: str) -> GroupDifference | None:
        """Whether the AUC differs between levels of a covariate, or sites, that share subjects.

        None of other than two classes, or where less than two groups are compared.
        """
        if self.model.scale is not None or len(self.model.classes) != 2:
            return None
        if kind == "site":
            sites = np.array(self.cohort.sites)
            groups = {str(site): np.flatnonzero(sites == site) for site in np.unique(sites)}
        else:
            (covariate,) = (
                covariate for covariate in checked(self.cohort) if covariate.name == name
            )
            groups = _levels(covariate)
        counts = {level: min(self.classes(rows)) for level, rows in groups.items()}
        compared = [level for level, fewest in counts.items() if fewest >= LEAST_COMPARED]
        left_out = [level for level in counts if level not in compared]
        if len(compared) < 2:
            return None
        rows = np.concatenate([groups[level] for level in compared])
        named = [level for level in compared for _ in groups[level]]
        subjects = of_rows(self.cohort.subjects, rows)
        areas = GroupAreas.of(self.is_positive[rows], self.score[rows], named, subjects)
        told = areas.heterogeneity
        if told is None:
            return None
        return GroupDifference(split, kind, name, compared, left_out, told.q, told.df, told.p)

    @property
    def groups(self) -> dict[str, NDArray[np.bool_]]:
        return groups_of(self.model, self.cohort)

    def auc(self, rows: NDArray[np.intp]) -> Estimate:
        """The AUC of some subjects with its interval; None of what cannot be computed.

        Where each site has a model of its own, the mean of the AUCs within sites.
        """
        if self.by_site and len(self.model.classes) == 2:
            cohort, positive = self.cohort.rows(rows), self.is_positive[rows]
            return GroupAreas.of(positive, self.score[rows], cohort.sites, cohort.subjects).mean
        metrics = split_metrics(self.model, self.cohort.rows(rows), self.predicted[rows])
        return metrics.estimate("auc")


def _associations(split: str, tested: _Tested) -> Iterator[Association]:
    """How the prediction goes with each covariate, within each class."""
    if tested.model.scale is None and len(tested.model.classes) != 2:
        return  # of several classes there is no one score
    for covariate in checked(tested.cohort):
        ranked = _ranked(covariate)
        if ranked is None:
            continue
        for label, rows in tested.groups.items():
            both = rows & ~np.isnan(ranked)
            own = of_rows(tested.cohort.subjects, both)
            correlation = astuple(_spearman(ranked[both], tested.score[both], own))
            number = count(own, int(both.sum()))
            yield Association(split, covariate.name, label, number, *correlation)


def _ranked(covariate: Covariate) -> FloatArray | None:
    """Numbers, or 0 and 1 of two words; None of more words, which have no order."""
    if covariate.kind == NUMERIC:
        return covariate.numbers
    words = sorted({word for word in covariate.words if word})
    if len(words) != 2:
        return None
    places = {"": np.nan, words[0]: 0.0, words[1]: 1.0}
    return np.array([places[word] for word in covariate.words])


def _spearman(one: FloatArray, other: FloatArray, subjects: Subjects) -> Estimate:
    """Rank correlation with its 95 % interval by Fisher's z."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    if count(subjects, len(one)) < LEAST or not one.std() or not other.std():
        return UNKNOWN
    ranks = stats.rankdata(one), stats.rankdata(other)
    rho = float(np.corrcoef(*ranks)[0, 1])
    x, y = ((rank - rank.mean()) / rank.std() for rank in ranks)
    effect = design_effect(x * y - rho * (x**2 + y**2) / 2, subjects)
    centre = np.arctanh(np.clip(rho, -1 + 1e-12, 1 - 1e-12))
    margin = 1.959964 * np.sqrt(RANK_VARIANCE / max(1.0, len(one) / effect - 3))
    return Estimate(rho, float(np.tanh(centre - margin)), float(np.tanh(centre + margin)))


def _strata(split: str, tested: _Tested) -> Iterator[Stratum]:
    """The AUC at each level of each covariate; numbers are parted at their median."""
    if tested.model.scale is not None:
        return
    counted = len(tested.model.classes) == 2 and not tested.by_site
    for covariate in checked(tested.cohort):
        for level, rows in _levels(covariate).items():
            auc = tested.auc(rows) if tested.people(rows) >= LEAST else UNKNOWN
            classes = tested.classes(rows) if counted else (None, None)
            yield Stratum(
                split, covariate.name, level, tested.people(rows), *astuple(auc), *classes
            )


def _levels(covariate: Covariate) -> dict[str, NDArray[np.intp]]:
    """The rows of each level, by name; {} of a covariate with too many."""
    if covariate.kind == NUMERIC:
        values = covariate.numbers
        present = values[~np.isnan(values)]
        if not len(present) or (present == present[0]).all():
            return {}
        middle = float(np.median(present))
        if (present > middle).any():
            parts = {f"≤ {middle:.3g}": values <= middle, f"> {middle:.3g}": values > middle}
        else:
            parts = {f"< {middle:.3g}": values < middle, f"≥ {middle:.3g}": values >= middle}
        return {name: np.flatnonzero(rows) for name, rows in parts.items()}
    words = np.array(covariate.words, dtype=object)
    levels = sorted({word for word in covariate.words if word})
    if not 1 < len(levels) <= MOST_LEVELS:
        return {}
    return {level: np.flatnonzero(words == level) for level in levels}


def _matched(split: str, tested: _Tested) -> Matching | None:
    """Pairs of a subject of each class who are alike by propensity score; None but of two classes.

    Nearest neighbours without replacement within a caliper, the hardest to match first (Austin
    2011, Pharmaceutical Statistics 10:150).
    """
    covariates = checked(tested.cohort)
    if tested.model.scale is not None or len(tested.model.classes) != 2 or not covariates:
        return None
    is_patient = tested.is_positive
    everyone = np.arange(len(is_patient))
    if min(tested.classes(everyone)) < LEAST:
        return None
    x = Design.fit(covariates).marked(covariates, len(is_patient))
    rows = _pairs(_propensity(x, is_patient), is_patient)
    counts = tested.people(everyone), tested.people(rows)
    if counts[1] < 2 * LEAST:
        return Matching(split, *counts, None, None, None, None)
    kept = tested.cohort.rows(rows)
    apart = [
        abs(each.difference)
        for covariate in checked(kept)
        if (each := summary(tested.model, split, kept, covariate)) and each.difference is not None
    ]
    largest = max(apart, default=None)
    return Matching(split, *counts, largest, *astuple(tested.auc(rows)))


def _propensity(x: FloatArray, is_patient: NDArray[np.bool_]) -> FloatArray:
    """The logit (S,) of being a patient by the covariates (S, P)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    fitted = LogisticRegression(C=10.0, max_iter=2000).fit(x, is_patient)
    return np.asarray(fitted.decision_function(x), dtype=np.float64)


def _pairs(logit: FloatArray, is_patient: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The rows of subjects who have a partner, ascending."""
    caliper = CALIPER * float(logit.std())
    fewer, more = (np.flatnonzero(is_patient), np.flatnonzero(~is_patient))
    if len(fewer) > len(more):
        fewer, more = more, fewer
    order = fewer[np.argsort(-np.abs(logit[fewer] - logit[more].mean()), kind="stable")]
    free, kept = np.ones(len(more), dtype=bool), []
    for row in order:
        distance = np.where(free, np.abs(logit[more] - logit[row]), np.inf)
        best = int(distance.argmin())
        if distance[best] <= caliper:
            free[best] = False
            kept += [int(row), int(more[best])]
    return np.array(sorted(kept), dtype=np.intp)
