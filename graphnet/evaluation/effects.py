"""How far classes lie apart: in each measure of each region, and in what each region adds.

Nothing here is used by a model. Effect sizes describe the data, contributions the predictions; how
far models that were trained on other subjects agree in these is said here too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import isnan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from graphnet.artifacts.explanation import Stability
from graphnet.artifacts.predictions import ETA, HEDGES, PEARSON, Effect, Effects
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.quality import ROUNDING
from graphnet.evaluation.clusters import Subjects, averaged
from graphnet.evaluation.intervals import Z

if TYPE_CHECKING:
    from graphnet.artifacts.model import StoredModel

FEWEST = 3  # subjects of a class, or with a score, for an effect size
MOST_ROWS = 1000  # that are kept, those of the least p first
BLOCK = 4096  # measures that are tested at a time
TOP = 10  # regions by which rankings are compared


class Contribution(NamedTuple):
    """What each region adds, each (N,): the value and its 95 % interval over subjects."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


def contribution(
    by_subject: FloatArray, targets: FloatArray, outputs: int, subjects: Subjects = None
) -> Contribution | None:
    """How much of the model's telling subjects apart comes from each region.

    Of two classes: the mean attribution in class 1 minus that in class 0, with Welch's interval;
    over all regions it sums to the difference in mean score. Unlike a mean over all subjects it
    does not change with the mix of classes, nor with a shift that all subjects share, such as
    another scanner's. Of a clinical score: the slope of the attribution on the true score, in
    standard deviations of that score. Of more classes: the mean attribution to the likeliest class.

    Args:
        by_subject: (S, N), the attributions of each region, in units of the score explained.
        targets: (S,), class numbers from 0, or true scores, NaN where not known.
        outputs: C classes; 1 of a score.
        subjects: (S,), whose scan each row is, whose scans are averaged; None: each is another's.

    Returns:
        None where there are too few subjects of a class, or with a score.

    """
    from scipy import stats  # noqa: PLC0415 - slow to import

    by_subject, targets = averaged(by_subject, targets, subjects, of_classes=outputs != 1)
    if outputs == 1:
        return _slope(by_subject, targets)
    if outputs == 2:
        return _difference(by_subject[targets == 0], by_subject[targets == 1])
    if len(by_subject) < FEWEST:
        return None
    mean, error = by_subject.mean(axis=0), _standard_error(by_subject)
    half = stats.t.ppf(0.975, len(by_subject) - 1) * error
    return Contribution(mean, mean - half, mean + half)


def _difference(one: FloatArray, other: FloatArray) -> Contribution | None:
    """Welch's: the second minus the first."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    if min(len(one), len(other)) < FEWEST:
        return None
    value = other.mean(axis=0) - one.mean(axis=0)
    errors = np.stack([_standard_error(sample) ** 2 for sample in (one, other)])
    total = errors.sum(axis=0)
    spread = (errors**2 / np.array([[len(one) - 1], [len(other) - 1]])).sum(axis=0)
    freedom = np.divide(total**2, spread, out=np.ones_like(total), where=spread > 0)
    half = stats.t.ppf(0.975, freedom) * np.sqrt(total)
    return Contribution(value, value - half, value + half)


def _slope(by_subject: FloatArray, scores: FloatArray) -> Contribution | None:
    from scipy import stats  # noqa: PLC0415 - slow to import

    known = np.isfinite(scores)
    y, x = by_subject[known], scores[known]
    if len(x) < FEWEST or not x.std():
        return None
    x = (x - x.mean()) / x.std(ddof=1)
    value = x @ (y - y.mean(axis=0)) / (x @ x)
    rest = y - y.mean(axis=0) - np.outer(x, value)
    error = np.sqrt((rest**2).sum(axis=0) / (len(x) - 2) / (x @ x))
    half = stats.t.ppf(0.975, len(x) - 2) * error
    return Contribution(value, value - half, value + half)


def _standard_error(values: FloatArray) -> FloatArray:
    error: FloatArray = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return error


def effect_sizes(train: Cohort, *, is_regression: bool) -> Effects:
    """Effect sizes of each measure of each region, on the training subjects alone.

    In the file's units as read: values that the quality rules took for missing are left out, and
    nothing is harmonised, adjusted, imputed or clipped. Of two classes Hedges' g (class 1 minus 0,
    corrected for small samples, Hedges 1981) with the interval of Hedges & Olkin (1985) and Welch's
    t test; of more classes eta squared with one-way analysis of variance; of a clinical score
    Pearson's r with Fisher's interval. ``q`` is p after Benjamini & Hochberg (1995), over all tests
    that could be made. The rows of a connectome give each pair of regions once. Several scans of a
    subject, in one class, are averaged first.

    Args:
        train: S subjects of N regions and F measures.
        is_regression: whether the target is the clinical score.

    """
    classes = None if is_regression else np.unique(train.labels)
    pairs = _pairs(train)
    rows = []
    for first in range(0, len(pairs), BLOCK):
        regions, measures = pairs[first : first + BLOCK].T
        values = train.features[:, regions, measures]
        for place, known, (value, low, high, p) in _tested(values, train, classes):
            names = train.regions[regions[place]], train.measures[measures[place]]
            rows.append(Effect(*names, known, value, low, high, p))
    kind = PEARSON if classes is None else HEDGES if len(classes) == 2 else ETA
    return Effects(kind, len(rows), tuple(_controlled(rows)[:MOST_ROWS]))


def _pairs(train: Cohort) -> IntArray:
    """Region and measure of each test, (T, 2)."""
    count = (len(train.regions), len(train.measures))
    if train.layout.is_connectome:
        return np.stack(np.triu_indices(count[0], 1), axis=1)
    return np.argwhere(np.ones(count, dtype=bool))


Tested = tuple[float, float | None, float | None, float]  # the effect, its interval, p


def _tested(
    values: FloatArray, train: Cohort, classes: IntArray | None
) -> Iterator[tuple[int, int, Tested]]:
    """Of each column of values (S, T) that can be tested: its place, the subjects, the figures.

    Columns that the same subjects lack are tested together, between classes or, where these are
    None, with the score.
    """
    targets = train.scores if classes is None else train.labels.astype(np.float64)
    values, targets = averaged(values, targets, train.subjects, of_classes=classes is not None)
    known = np.isfinite(values) & np.isfinite(targets)[:, None]
    masks, group_of = np.unique(known, axis=1, return_inverse=True)
    test = _pearson if classes is None else partial(_between, classes=classes)
    for group, mask in enumerate(masks.T):
        places = np.flatnonzero(group_of.ravel() == group)
        tests = test(values[np.ix_(mask, places)].astype(np.float64), targets[mask])
        if tests is None:
            continue
        count = int(mask.sum())
        for place, effect, low, high, p in zip(places.tolist(), *tests.tolist(), strict=True):
            if not isnan(p):
                bounds = (None, None) if isnan(low) else (low, high)
                yield place, count, (effect, *bounds, p)


def _between(values: FloatArray, labels: FloatArray, classes: IntArray) -> FloatArray | None:
    """Effect, interval and p, (4, T); NaN: no test."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    groups = [values[labels == label] for label in classes]
    estimates = np.full((4, values.shape[1]), np.nan)
    if len(groups) < 2 or min(map(len, groups)) < FEWEST:
        return None
    varies = np.any([_varies(group) for group in groups], axis=0)
    groups = [group[:, varies] for group in groups]
    if not varies.any():
        return None
    if len(groups) > 2:
        together = values[:, varies]
        within = np.sum([_squares(group) for group in groups], axis=0)
        estimates[0, varies] = 1 - within / _squares(together)
        estimates[3, varies] = stats.f_oneway(*groups, axis=0).pvalue
        return estimates
    estimates[:3, varies] = hedges_g(*groups)
    estimates[3, varies] = stats.ttest_ind(groups[1], groups[0], axis=0, equal_var=False).pvalue
    return estimates


def _squares(values: FloatArray) -> FloatArray:
    """Sum of squared distances from the mean, (T,)."""
    return np.asarray(np.square(values - values.mean(axis=0)).sum(axis=0))


def _varies(values: FloatArray) -> FloatArray:
    """Whether these (S, T) are more than one number and what is lost to rounding, (T,)."""
    return np.asarray(values.std(axis=0) > ROUNDING * np.abs(values).max(axis=0))


def hedges_g(one: FloatArray, other: FloatArray) -> FloatArray:
    """Hedges' g of the second group minus the first, and its 95 % interval (large samples), (3, T).

    Args:
        one: (S, T), values of at least two subjects, which vary.
        other: (S', T), likewise, of the second group.

    """
    n, m = len(one), len(other)
    freedom = n + m - 2
    squares = (n - 1) * one.var(axis=0, ddof=1) + (m - 1) * other.var(axis=0, ddof=1)
    distance = (other.mean(axis=0) - one.mean(axis=0)) / np.sqrt(squares / freedom)
    value = (1 - 3 / (4 * freedom - 1)) * distance
    half = Z * np.sqrt((n + m) / (n * m) + value**2 / (2 * (n + m)))
    return np.stack([value, value - half, value + half])


def _pearson(values: FloatArray, scores: FloatArray) -> FloatArray | None:
    """Effect, interval and p, (4, T); NaN: no test."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    varies = values.std(axis=0) > 0
    if len(values) <= FEWEST or not scores.std() or not varies.any():
        return None
    tested = stats.pearsonr(values[:, varies], scores[:, None], axis=0)
    interval = tested.confidence_interval()
    estimates = np.full((4, len(varies)), np.nan)
    estimates[:, varies] = [tested.statistic, interval.low, interval.high, tested.pvalue]
    return estimates


def _controlled(rows: list[Effect]) -> list[Effect]:
    """With ``q``, the least p first."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    if not rows:
        return []
    q = stats.false_discovery_control([row.p for row in rows], method="bh")
    known = [row.with_q(float(value)) for row, value in zip(rows, q, strict=True)]
    return sorted(known, key=lambda row: row.p)


def class_numbers(cohort: Cohort, classes: tuple[int, ...]) -> IntArray:
    """Each subject's class by its place among the classes, (S,)."""
    return np.searchsorted(np.array(classes), cohort.labels)


@dataclass(frozen=True)
class SignAgreement:
    """The share of the folds' models that have the same sign, (N,) and (N, F); None of no folds."""

    contribution: FloatArray | None
    slope: FloatArray | None

    def arrays(self) -> dict[str, FloatArray]:
        """By their names in the stored importance."""
        named = {"agreement": self.contribution, "slope_agreement": self.slope}
        return {name: array for name, array in named.items() if array is not None}


@dataclass(frozen=True)
class SignedEffects:
    """What has a sign: the contributions of regions, and the slopes (N, F) of their measures.

    With more than two classes there is no slope: it would mix the evidence for several.
    """

    contribution: Contribution | None
    slope: FloatArray | None

    @classmethod
    def of(
        cls, model: "StoredModel", cohort: Cohort, by_subject: FloatArray, slope: FloatArray
    ) -> "SignedEffects":
        """That of a model, by what it adds to each subject's score (S, N) and its slopes (N, F)."""
        outputs = 1 if model.scale is not None else len(model.classes)
        targets = cohort.scores if outputs == 1 else class_numbers(cohort, model.classes)
        numbers = np.asarray(targets, dtype=np.float64)
        contributed = contribution(by_subject, numbers, outputs, cohort.subjects)
        return cls(contributed, slope if outputs <= 2 else None)

    def agreement(self, folds: "Sequence[SignedEffects]") -> SignAgreement:
        """How many of the folds' models have the same signs."""
        values = [fold.contribution.value for fold in folds if fold.contribution is not None]
        slopes = [fold.slope for fold in folds if fold.slope is not None]
        own = None if self.contribution is None else self.contribution.value
        return SignAgreement(_same_sign(own, values), _same_sign(self.slope, slopes))

    def arrays(self) -> dict[str, FloatArray]:
        """By their names in the stored importance."""
        stored = {} if self.slope is None else {"slope": self.slope}
        if self.contribution is None:
            return stored
        value, low, high = self.contribution
        return {"contribution": value, "low": low, "high": high, **stored}


def _same_sign(value: FloatArray | None, others: Sequence[FloatArray]) -> FloatArray | None:
    """The share of the others with the same sign; None where there is nothing to compare."""
    if value is None or not others:
        return None
    shares: FloatArray = np.mean([np.sign(other) == np.sign(value) for other in others], axis=0)
    return shares


def stability(importances: Sequence[FloatArray], top: int = TOP) -> Stability | None:
    """How far the rankings of regions by several models agree; None of fewer than two models.

    ``spearman``: the mean rank correlation of two models. ``overlap``: the mean share of the first
    ``top`` regions that two have in common, corrected for chance: 1 is full agreement, 0 chance
    (Kuncheva 2007).

    Args:
        importances: (N,) of each model.
        top: how many first regions are compared.

    """
    if len(importances) < 2:
        return None
    regions = len(importances[0])
    top = min(top, regions)
    firsts = [set(np.argsort(-one, kind="stable")[:top].tolist()) for one in importances]
    pairs = list(combinations(range(len(importances)), 2))
    common = np.mean([len(firsts[i] & firsts[j]) for i, j in pairs])
    chance = top * top / regions
    correlations = [rank_correlation(importances[i], importances[j]) for i, j in pairs]
    ranks = [value for value in correlations if value is not None]
    return Stability(
        models=len(importances),
        top=top,
        spearman=float(np.mean(ranks)) if ranks else None,
        overlap=float((common - chance) / (top - chance)) if top < regions else None,
    )


def rank_correlation(one: FloatArray, other: FloatArray) -> float | None:
    """Spearman's, of two rankings of regions (N,); None where one does not vary."""
    from scipy.stats import rankdata  # noqa: PLC0415 - slow to import

    ranks = np.stack([rankdata(one), rankdata(other)])
    if (ranks.std(axis=1) == 0).any():
        return None
    return float(np.corrcoef(ranks)[0, 1])
