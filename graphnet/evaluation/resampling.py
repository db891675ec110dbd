"""Intervals by drawing subjects again, class by class.

Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13: the percentile interval.
It says how much figures depend on which subjects were tested; not on which were trained on. A
subject of several scans is drawn with all of them (Field & Welsh 2007, Journal of the Royal
Statistical Society B 69:369-390), in the class and group of the first.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphnet.artifacts.metrics import UNKNOWN, WITHIN_SITES, Estimate, Permutation
from graphnet.artifacts.stored_json import Interval
from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.calibration import THRESHOLDS
from graphnet.evaluation.clusters import Subjects, counts_by_class, first_rows

RESAMPLES = 2000
LEAST = 5  # subjects of each class: of fewer, drawing again shows next to nothing of the spread
LEVELS = (2.5, 97.5)
CELLS = 4_000_000  # weights held at a time


def paired_difference(
    labels: IntArray,
    ours: FloatArray,
    theirs: FloatArray,
    *,
    ranked: tuple[FloatArray, FloatArray] | None = None,
    groups: Sequence[str] | None = None,
    subjects: Subjects = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Ours minus theirs, on the same subjects: AUC (of two classes), accuracy, balanced accuracy.

    Each repeat's metric has the same weight. Nothing is known where a class has fewer than five
    subjects, nor of the AUC of more than two classes. Of ``groups`` subjects are drawn within each
    class of each group, and ``auc_within_sites`` is the mean of AUCs within groups.

    Args:
        labels: (S,), the true classes, 0 to C-1.
        ours: (R, S, C), probabilities of R repeats.
        theirs: (R, S, C), likewise; R may differ.
        ranked: what the AUC ranks ours and theirs by, of the same shapes; None: the probabilities.
        groups: (S,), such as the site that was left out; None: all subjects are of one group.
        subjects: (S,), whose each row is; None where each is another's.
        resamples: how often subjects are drawn.
        seed: of the draws.

    """
    models = tuple(zip((ours, theirs), ranked or (ours, theirs), strict=True))
    mine, rival = drawn_metrics(
        labels, models, groups=groups, subjects=subjects, resamples=resamples, seed=seed
    )
    return {name: metric.minus(rival[name]) for name, metric in mine.items()}


class DrawnMetric(NamedTuple):
    """A metric of all subjects, NaN where it cannot be computed, and under each of W draws (W,).

    There is no draw where a class has too few subjects.
    """

    value: float
    draws: FloatArray

    @property
    def estimate(self) -> Estimate:
        """With its 95 % interval."""
        value = None if np.isnan(self.value) else self.value
        return Estimate.of(value, _percentiles(self.draws))

    def minus(self, other: "DrawnMetric") -> Estimate:
        """Its difference to that of another model under the same draws."""
        value = self.value - other.value
        if np.isnan(value) or not len(self.draws):
            return UNKNOWN
        return Estimate.of(value, _percentiles(self.draws - other.draws) or (value, value))


def drawn_metrics(
    labels: IntArray,
    models: Sequence["Model"],
    *,
    groups: Sequence[str] | None = None,
    subjects: Subjects = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[dict[str, DrawnMetric]]:
    """The metrics of :func:`paired_difference` of each of several models, under the same draws."""
    members = None if groups is None else rows_by_group(groups)
    values = [_estimates(labels, *model, members=members) for model in models]
    drawn = [dict.fromkeys(metrics, np.zeros(0)) for metrics in values]
    if counts_by_class(labels, subjects, models[0][0].shape[2]).min() >= LEAST:
        draws = weights(labels, resamples, seed, members, subjects)
        drawn = _resampled(labels, models, draws, members)
    return [
        {name: DrawnMetric(float(value[0]), draws[name]) for name, value in metrics.items()}
        for metrics, draws in zip(values, drawn, strict=True)
    ]


def fold_widening(folds: int) -> float:
    """How much wider a difference of models of folds is than one of two models that stay.

    Folds share nearly all of their training subjects, so all of them err alike (Nadeau & Bengio
    2003, Machine Learning 52:239-281): variance over J folds is (1/J + tested/trained) and not 1/J.
    """
    return math.sqrt(1 + folds / (folds - 1))


def bootstrapped(
    labels: IntArray,
    probabilities: FloatArray,
    ranked: FloatArray | None = None,
    *,
    subjects: Subjects = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Accuracy, balanced accuracy and AUC with 95 % intervals, each the mean over R repeats.

    Percentiles of the bootstrap over subjects, drawn within each class (Efron & Tibshirani 1993,
    chapter 13); no interval where a class has too few subjects to be drawn from.

    Args:
        labels: (S,), the classes from 0 to C - 1.
        probabilities: (R, S, C), of each repeat.
        ranked: (R, S, C), what the AUC ranks by; None: the probabilities.
        subjects: (S,), whose each row is; None where each is another's.
        resamples: how often the subjects are drawn anew.
        seed: of the draws.

    """
    model = probabilities, probabilities if ranked is None else ranked
    (metrics,) = drawn_metrics(labels, [model], subjects=subjects, resamples=resamples, seed=seed)
    return {name: metric.estimate for name, metric in metrics.items()}


def benefit_band(
    probability: FloatArray,
    truth: FloatArray,
    thresholds: FloatArray = THRESHOLDS,
    *,
    subjects: Subjects = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[FloatArray, FloatArray] | None:
    """95 % interval of the net benefit at each threshold by itself: low and high, (T,) each.

    Percentiles of the bootstrap over subjects, drawn within each class, as :func:`intervals`. None
    where a class has too few subjects to be drawn from.

    Args:
        probability: (S,), of the positive class.
        truth: (S,), 1 for positive subjects, else 0.
        thresholds: (T,), each from 0 to below 1.
        subjects: (S,), whose each row is; None where each is another's.
        resamples: how often the subjects are drawn anew.
        seed: of the draws.

    """
    labels = truth.astype(np.int64)
    if counts_by_class(labels, subjects, 2).min() < LEAST:
        return None
    gain = np.where(truth[:, None] > 0, 1.0, -thresholds / (1 - thresholds))  # per treated subject
    gain = gain * (probability[:, None] >= thresholds) / len(truth)
    draws = weights(labels, resamples, seed, subjects=subjects)
    drawn = np.concatenate([draw @ gain for draw in draws])
    low, high = np.percentile(drawn, LEVELS, axis=0)
    return low, high


def weights(
    labels: IntArray,
    resamples: int,
    seed: int,
    groups: Sequence[IntArray] | None = None,
    subjects: Subjects = None,
) -> Iterator[FloatArray]:
    """How often each scan is drawn, (≤ resamples, S) at a time; a class keeps its subjects' number.

    So does each class of each of ``groups``, which are the rows of their subjects.
    """
    random = np.random.default_rng(seed)
    firsts = first_rows(subjects, len(labels))
    size = max(1, CELLS // len(labels))
    own = labels[firsts]
    classes = [np.flatnonzero(own == label) for label in np.unique(own)]
    members = classes if groups is None else [
        both
        for group in groups
        for members in classes
        if len(both := np.intersect1d(np.flatnonzero(np.isin(firsts, group)), members))
    ]  # fmt: skip
    for first in range(0, resamples, size):
        counts = np.zeros((min(size, resamples - first), len(firsts)))
        for drawn in members:
            share = np.full(len(drawn), 1 / len(drawn))
            counts[:, drawn] = random.multinomial(len(drawn), share, size=len(counts))
        yield counts if subjects is None else counts[:, subjects]


def auc(positive: NDArray[np.bool_], scores: FloatArray) -> float:
    """The area under the ROC curve: the chance that a positive subject has the higher score.

    Args:
        positive: (S,), true for at least one subject, false for at least one.
        scores: (S,); a tie counts half.

    """
    once = np.ones((1, len(scores)))
    return float(weighted_auc(positive.astype(np.int64), scores, once)[0])


def weighted_auc(positive: IntArray, scores: FloatArray, weight: FloatArray) -> FloatArray:
    """:func:`auc` under each row of weights (W, S), such as how often a subject was drawn: (W,)."""
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    sorted_weight = weight[:, order]
    up = np.add.reduceat(sorted_weight * positive[order], starts, axis=1)
    down = np.add.reduceat(sorted_weight * (1 - positive[order]), starts, axis=1)
    below = np.cumsum(down, axis=1) - 0.5 * down
    return np.asarray((up * below).sum(axis=1) / (up.sum(axis=1) * down.sum(axis=1)))


def rows_by_group(groups: Sequence[str]) -> list[IntArray]:
    """The rows of each of the groups (S,), by the order of their names."""
    named = np.array(groups)
    return [np.flatnonzero(named == name).astype(np.int64) for name in np.unique(named)]


def group_weight(positives: FloatArray, negatives: FloatArray) -> FloatArray:
    """What the AUC of a group counts for in a mean over groups (Kawaguchi et al. 2011)."""
    return positives * negatives / (positives + negatives)


def auc_within(
    positive: IntArray, scores: FloatArray, weight: FloatArray, groups: Sequence[IntArray]
) -> FloatArray:
    """The mean of the AUCs within ``groups`` (rows of each) under each row of weights: (W,).

    NaN where no group has both classes. A group counts by :func:`group_weight`.
    """
    both = [rows for rows in groups if 0 < positive[rows].sum() < len(rows)]
    if not both:
        return np.full(len(weight), np.nan)
    positives = np.array([positive[rows].sum() for rows in both], dtype=np.float64)
    share = group_weight(positives, np.array([len(rows) for rows in both]) - positives)
    areas = [weighted_auc(positive[rows], scores[rows], weight[:, rows]) for rows in both]
    return np.asarray(share @ np.stack(areas) / share.sum())


Model = tuple[FloatArray, FloatArray]  # probabilities (R, S, C), and what ranks the subjects


def _resampled(
    labels: IntArray,
    models: Sequence[Model],
    draws: Iterable[FloatArray],
    members: Sequence[IntArray] | None = None,
) -> list[dict[str, FloatArray]]:
    """The metrics of each model under each of the draws of :func:`weights`."""
    by_model: list[list[dict[str, FloatArray]]] = [[] for _ in models]
    for weight in draws:
        for estimates, model in zip(by_model, models, strict=True):
            estimates.append(_estimates(labels, *model, weight, members))
    return [
        {name: np.concatenate([part[name] for part in estimates]) for name in estimates[0]}
        for estimates in by_model
    ]


def _estimates(
    labels: IntArray,
    probabilities: FloatArray,
    ranked: FloatArray,
    weight: FloatArray | None = None,
    members: Sequence[IntArray] | None = None,
) -> dict[str, FloatArray]:
    """Metrics (W,) under weights (W, S), each the mean over repeats."""
    weight = np.ones((1, len(labels))) if weight is None else weight
    pairs = zip(probabilities, ranked, strict=True)
    repeats = [_of_repeat(labels, *pair, weight, members) for pair in pairs]
    return {name: np.mean([repeat[name] for repeat in repeats], axis=0) for name in repeats[0]}


def _of_repeat(
    labels: IntArray,
    predicted: FloatArray,
    ranked: FloatArray,
    weight: FloatArray,
    members: Sequence[IntArray] | None,
) -> dict[str, FloatArray]:
    classes = predicted.shape[1]
    hits = (predicted.argmax(axis=1) == labels).astype(np.float64)
    belongs = np.eye(classes)[labels]
    totals = np.maximum(weight @ belongs, 1e-300)
    metrics = {
        "accuracy": (weight @ hits) / weight.sum(axis=1),
        "balanced_accuracy": ((weight @ (belongs * hits[:, None])) / totals).mean(axis=1),
    }
    if classes == 2 and 0 < labels.sum() < len(labels):
        metrics["auc"] = weighted_auc(labels, ranked[:, 1], weight)
    else:
        metrics["auc"] = np.full(len(weight), np.nan)
    if members is not None and classes == 2:
        metrics[WITHIN_SITES] = auc_within(labels, ranked[:, 1], weight, members)
    return metrics


def _percentiles(resampled: FloatArray) -> Interval | None:
    if not len(resampled) or np.isnan(resampled).any():
        return None
    low, high = np.percentile(resampled, LEVELS)
    return float(low), float(high)


def p_value(
    labels: IntArray,
    probabilities: FloatArray,
    *,
    permutations: int,
    strata: Sequence[str] | None = None,
    subjects: Subjects = None,
    seed: int = 0,
) -> Permutation:
    """The share of shuffled labels that the predictions fit as well as the true ones.

    The statistic is the AUC, its mean over R repeats, and of ``strata`` that within these
    (:func:`auc_within`); the p-value is (b + 1) / (m + 1) (Phipson & Smyth 2010). Only the labels
    are shuffled: this tests whether predictions and labels go together, not whether a training on
    shuffled labels would do as well. None where there are not exactly two classes.

    Args:
        labels: (S,), the true classes, 0 or 1.
        probabilities: (R, S, 2), out-of-fold predictions of R repeats.
        permutations: how often the labels are shuffled, m.
        strata: (S,), within which labels are shuffled, such as sites; None: among all subjects.
        subjects: (S,), whose each row is; None where each is another's. Subjects swap their
            labels: one class each, or, where some have scans of two, those of all their scans with
            a subject who has as many (Winkler et al. 2015, NeuroImage 123:253-268).
        seed: of the shufflings.

    """
    if probabilities.shape[2] != 2 or len(np.unique(labels)) != 2:
        return Permutation(None, permutations, None)
    random = np.random.default_rng(seed)
    named = [""] * len(labels) if strata is None else list(strata)
    shuffling = _Shuffling.of(labels, named, subjects)
    members = rows_by_group(named)
    actual = _mean_auc(labels, probabilities, members)
    if np.isnan(actual):
        return Permutation(None, permutations, None)
    at_least = sum(
        not _mean_auc(shuffling.shuffled(random), probabilities, members) < actual
        for _ in range(permutations)
    )
    return Permutation((at_least + 1) / (permutations + 1), permutations, actual)


def _mean_auc(labels: IntArray, probabilities: FloatArray, members: Sequence[IntArray]) -> float:
    once = np.ones((1, len(labels)))
    repeats = [auc_within(labels, repeat[:, 1], once, members)[0] for repeat in probabilities]
    return float(np.mean(repeats))


@dataclass(frozen=True)
class _Shuffling:
    """Labels (S,) of subjects who swap them within groups.

    ``groups`` (K,) of the subjects; ``own`` are the rows of each.
    """

    labels: IntArray
    groups: IntArray
    own: Sequence[IntArray] | None

    @classmethod
    def of(cls, labels: IntArray, strata: Sequence[str], subjects: Subjects) -> "_Shuffling":
        """A subject who was scanned in several strata swaps with others of the same ones."""
        if subjects is None:
            return cls(labels, np.unique(strata, return_inverse=True)[1].astype(np.int64), None)
        own = [np.flatnonzero(subjects == subject) for subject in range(subjects.max() + 1)]
        several = any(len(set(labels[rows].tolist())) > 1 for rows in own)
        blocks: dict[tuple[object, ...], int] = {}
        groups = []
        for rows in own:
            where = [strata[row] for row in rows.tolist()]
            # Of one class each, how often somebody was scanned does not matter.
            block = tuple(where) if several else tuple(sorted(set(where)))
            groups.append(blocks.setdefault(block, len(blocks)))
        return cls(labels, np.array(groups, dtype=np.int64), own)

    def shuffled(self, random: np.random.Generator) -> IntArray:
        """The labels (S,) in another order."""
        source = _mixed(self.groups, random)
        if self.own is None:
            return self.labels[source]
        shuffled = np.empty_like(self.labels)
        for rows, other in zip(self.own, source.tolist(), strict=True):
            theirs = self.labels[self.own[other]]
            shuffled[rows] = theirs if len(theirs) == len(rows) else theirs[0]
        return shuffled


def _mixed(groups: IntArray, random: np.random.Generator) -> IntArray:
    """Whose place each takes (K,), within each group."""
    mixed = random.permutation(len(groups))
    source = np.empty_like(mixed)
    source[np.argsort(groups, kind="stable")] = mixed[np.argsort(groups[mixed], kind="stable")]
    return source
