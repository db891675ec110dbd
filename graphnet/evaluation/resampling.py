"""Intervals by drawing subjects again, class by class.

Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13: the percentile interval.
It says how much figures depend on which subjects were tested; not on which were trained on.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from graphnet.data.cohort import FloatArray, IntArray

RESAMPLES = 2000
LEAST = 5  # subjects of each class: of fewer, drawing again shows next to nothing of the spread
LEVELS = (2.5, 97.5)
UNKNOWN = {"difference": None, "ci": None, "excludes_zero": None}
CELLS = 4_000_000  # weights held at a time


def paired_difference(
    labels: IntArray,
    ours: FloatArray,
    theirs: FloatArray,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Any]:
    """Ours minus theirs, on the same subjects: AUC (of two classes), accuracy, balanced accuracy.

    ``ours`` and ``theirs`` are probabilities (R, S, C) of R repeats; each repeat's figure counts
    alike. Each difference comes with its 95% interval and whether that ``excludes_zero``; all are
    None where a class has fewer than five subjects, or where there are more than two classes for
    an AUC.
    """
    counts = np.bincount(labels, minlength=ours.shape[2])
    here = {name: values - _estimates(labels, theirs)[name]
            for name, values in _estimates(labels, ours).items()}  # fmt: skip
    if counts.min() < LEAST:
        return {name: dict(UNKNOWN) for name in here}
    drawn = _drawn(labels, (ours, theirs), resamples, seed)
    return {
        name: _difference(float(value[0]), drawn[0][name] - drawn[1][name])
        for name, value in here.items()
    }


def intervals(
    labels: IntArray, probabilities: FloatArray, *, resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, list[float] | None]:
    """95% intervals of the figures of :func:`paired_difference`, each the mean over R repeats."""
    names = _estimates(labels, probabilities)
    if np.bincount(labels, minlength=probabilities.shape[2]).min() < LEAST:
        return dict.fromkeys(names)
    (drawn,) = _drawn(labels, (probabilities,), resamples, seed)
    return {name: _percentiles(values) for name, values in drawn.items()}


def weights(labels: IntArray, resamples: int, seed: int) -> Iterator[FloatArray]:
    """How often each subject is drawn, (≤ resamples, S) at a time; a class keeps its size."""
    random = np.random.default_rng(seed)
    size = max(1, CELLS // len(labels))
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    for first in range(0, resamples, size):
        found = np.zeros((min(size, resamples - first), len(labels)))
        for rows in members:
            share = np.full(len(rows), 1 / len(rows))
            found[:, rows] = random.multinomial(len(rows), share, size=len(found))
        yield found


def weighted_auc(positive: IntArray, scores: FloatArray, weight: FloatArray) -> FloatArray:
    """The AUC under each row of weights (W, S): (W,). A tie counts half."""
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    sorted_weight = weight[:, order]
    up = np.add.reduceat(sorted_weight * positive[order], starts, axis=1)
    down = np.add.reduceat(sorted_weight * (1 - positive[order]), starts, axis=1)
    below = np.cumsum(down, axis=1) - 0.5 * down
    return np.asarray((up * below).sum(axis=1) / (up.sum(axis=1) * down.sum(axis=1)))


def _drawn(
    labels: IntArray, each: tuple[FloatArray, ...], resamples: int, seed: int
) -> list[dict[str, FloatArray]]:
    parts: list[list[dict[str, FloatArray]]] = [[] for _ in each]
    for weight in weights(labels, resamples, seed):
        for found, probabilities in zip(parts, each, strict=True):
            found.append(_estimates(labels, probabilities, weight))
    return [
        {name: np.concatenate([part[name] for part in found]) for name in found[0]}
        for found in parts
    ]


def _estimates(
    labels: IntArray, probabilities: FloatArray, weight: FloatArray | None = None
) -> dict[str, FloatArray]:
    """Figures (W,) under weights (W, S), each the mean over repeats."""
    weight = np.ones((1, len(labels))) if weight is None else weight
    by_repeat = [_of_one(labels, repeat, weight) for repeat in probabilities]
    return {name: np.mean([one[name] for one in by_repeat], axis=0) for name in by_repeat[0]}


def _of_one(labels: IntArray, predicted: FloatArray, weight: FloatArray) -> dict[str, FloatArray]:
    classes = predicted.shape[1]
    hits = (predicted.argmax(axis=1) == labels).astype(np.float64)
    belongs = np.eye(classes)[labels]
    totals = np.maximum(weight @ belongs, 1e-300)
    found = {
        "accuracy": (weight @ hits) / weight.sum(axis=1),
        "balanced_accuracy": ((weight @ (belongs * hits[:, None])) / totals).mean(axis=1),
    }
    if classes == 2 and 0 < labels.sum() < len(labels):
        found["auc"] = weighted_auc(labels, predicted[:, 1], weight)
    else:
        found["auc"] = np.full(len(weight), np.nan)
    return found


def _difference(value: float, drawn: FloatArray) -> dict[str, Any]:
    if np.isnan(value):
        return dict(UNKNOWN)
    low, high = _percentiles(drawn) or [value, value]
    return {"difference": value, "ci": [low, high], "excludes_zero": bool(low > 0 or high < 0)}


def _percentiles(drawn: FloatArray) -> list[float] | None:
    if np.isnan(drawn).any():
        return None
    return [float(level) for level in np.percentile(drawn, LEVELS)]


def p_value(
    labels: IntArray,
    probabilities: FloatArray,
    *,
    permutations: int,
    strata: Sequence[str] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """The share of shuffled labels that the predictions (R, S, 2) fit as well as the true ones.

    The figure is the AUC, its mean over R repeats; the p-value is (b + 1) / (m + 1) (Phipson &
    Smyth 2010). The predictions stay as they are and the labels of the tested subjects are
    shuffled, within ``strata`` where they are given: this asks whether predictions and labels go
    together, not whether training on shuffled labels would do as well. None where there are not
    just two classes.
    """
    if probabilities.shape[2] != 2 or len(np.unique(labels)) != 2:
        return {"p": None, "permutations": permutations, "auc": None}
    random = np.random.default_rng(seed)
    named = [""] * len(labels) if strata is None else list(strata)
    groups: IntArray = np.unique(named, return_inverse=True)[1].astype(np.int64)
    actual = _auc(labels, probabilities)
    at_least = sum(
        _auc(_shuffled(labels, groups, random), probabilities) >= actual
        for _ in range(permutations)
    )
    return {"p": (at_least + 1) / (permutations + 1), "permutations": permutations, "auc": actual}


def _auc(labels: IntArray, probabilities: FloatArray) -> float:
    once = np.ones((1, len(labels)))
    return float(np.mean([weighted_auc(labels, one[:, 1], once)[0] for one in probabilities]))


def _shuffled(labels: IntArray, groups: IntArray, random: np.random.Generator) -> IntArray:
    """Labels in another order within each group."""
    mixed = random.permutation(len(labels))
    found = np.empty_like(labels)
    found[np.argsort(groups, kind="stable")] = labels[
        mixed[np.argsort(groups[mixed], kind="stable")]
    ]
    return found
