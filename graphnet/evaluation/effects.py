"""How far classes lie apart: in each measure of each region, and in what each region adds.

Nothing here is used by a model. Effect sizes describe the data, contributions the predictions.
"""

from typing import NamedTuple

import numpy as np

from graphnet.artifacts.predictions import ETA, HEDGES, PEARSON, Effect, Effects
from graphnet.data.cohort import Cohort, FloatArray, IntArray

ROUNDING = 1e-12  # of the largest value
FEWEST = 3  # subjects of a class, or with a score, for an effect size
MOST_ROWS = 1000  # that are kept, those of the least p first
NORMAL = 1.959963984540054  # of a 95 % interval


class Contribution(NamedTuple):
    """What each region adds, each (N,): the value and its 95 % interval over subjects."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


def contribution(by_subject: FloatArray, targets: FloatArray, outputs: int) -> Contribution | None:
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

    Returns:
        None where there are too few subjects of a class, or with a score.

    """
    from scipy import stats  # noqa: PLC0415 - slow to import

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
    errors = np.stack([_standard_error(each) ** 2 for each in (one, other)])
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
    that could be made. The rows of a connectome give each pair of regions once.

    Args:
        train: S subjects of N regions and F measures.
        is_regression: whether the target is the clinical score.

    """
    classes = [] if is_regression else np.unique(train.labels).tolist()
    rows = []
    for region, measure in _pairs(train):
        values = train.features[:, region, measure]
        found = (
            _pearson(values, train.scores)
            if is_regression
            else _between([values[train.labels == label] for label in classes])
        )
        if found is not None:
            rows.append(Effect(train.regions[region], train.measures[measure], *found))
    kind = PEARSON if is_regression else HEDGES if len(classes) == 2 else ETA
    return Effects(kind, len(rows), tuple(_controlled(rows)[:MOST_ROWS]))


Found = tuple[int, float, float | None, float | None, float]  # n, effect, interval, p


def _pairs(train: Cohort) -> list[tuple[int, int]]:
    count = (len(train.regions), len(train.measures))
    if train.layout.is_connectome:
        return [(int(i), int(j)) for i, j in zip(*np.triu_indices(count[0], 1), strict=True)]
    return [(region, measure) for region in range(count[0]) for measure in range(count[1])]


def _between(groups: list[FloatArray]) -> Found | None:
    from scipy import stats  # noqa: PLC0415 - slow to import

    known = [group[np.isfinite(group)] for group in groups]
    together = np.concatenate(known) if known else np.zeros(0)
    if len(known) < 2 or min(map(len, known)) < FEWEST or not any(map(_varies, known)):
        return None
    if len(known) > 2:
        p = float(stats.f_oneway(*known).pvalue)
        within = sum(float(((each - each.mean()) ** 2).sum()) for each in known)
        return (
            len(together),
            1 - within / float(((together - together.mean()) ** 2).sum()),
            None,
            None,
            p,
        )
    p = float(stats.ttest_ind(known[1], known[0], equal_var=False).pvalue)
    value, low, high = hedges_g(known[0], known[1])
    return len(together), value, low, high, p


def _varies(values: FloatArray) -> bool:
    """Whether these are more than one number and what is lost to rounding."""
    return bool(values.std() > ROUNDING * np.abs(values).max())


def hedges_g(one: FloatArray, other: FloatArray) -> tuple[float, float, float]:
    """Hedges' g of the second group minus the first, with its 95 % interval (large samples).

    Args:
        one: values of at least two subjects, which vary.
        other: likewise, of the second group.

    """
    n, m = len(one), len(other)
    freedom = n + m - 2
    pooled = np.sqrt(((n - 1) * one.var(ddof=1) + (m - 1) * other.var(ddof=1)) / freedom)
    value = float((1 - 3 / (4 * freedom - 1)) * (other.mean() - one.mean()) / pooled)
    half = NORMAL * float(np.sqrt((n + m) / (n * m) + value**2 / (2 * (n + m))))
    return value, value - half, value + half


def _pearson(values: FloatArray, scores: FloatArray) -> Found | None:
    from scipy import stats  # noqa: PLC0415 - slow to import

    known = np.isfinite(values) & np.isfinite(scores)
    x, y = values[known], scores[known]
    if len(x) <= FEWEST or not x.std() or not y.std():
        return None
    found = stats.pearsonr(x, y)
    low, high = found.confidence_interval()
    return len(x), float(found.statistic), float(low), float(high), float(found.pvalue)


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
