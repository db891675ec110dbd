"""How well predictions fit the truth: class probabilities, and clinical scores."""

from collections.abc import Iterator
from math import sqrt
from statistics import fmean, stdev

import numpy as np
from numpy.typing import NDArray

from graphnet.artifacts.metrics import UNKNOWN, Estimate, SplitMetrics
from graphnet.artifacts.stored_json import Interval
from graphnet.data.cohort import FloatArray, IntArray
from graphnet.data.quality import ROUNDING
from graphnet.evaluation.calibration import (
    calibration_error,
    calibration_intercept,
    calibration_slope,
    squared_errors,
)
from graphnet.evaluation.clusters import (
    Subjects,
    correlations,
    count,
    fewer,
    influence_on_mean,
    of_rows,
    sums,
)
from graphnet.evaluation.intervals import LEVEL, area, bounded, mean_of_proportions, share
from graphnet.evaluation.resampling import CELLS, LEVELS, RESAMPLES, auc, bootstrapped

ROW_SUM_TOLERANCE = 1e-4
LEAST_OF_MEAN = 3  # subjects
UNBOUNDED = {"brier_scaled", "calibration_slope", "calibration_intercept"}  # may be below 0


def evaluate(
    labels: IntArray,
    probabilities: FloatArray,
    ranked: FloatArray | None = None,
    subjects: Subjects = None,
) -> SplitMetrics:
    """Metrics of class probabilities with 95 % intervals; None where one cannot be computed.

    Every scan counts the same; where subjects have several, intervals are those of the subjects
    (:mod:`graphnet.evaluation.clusters`).

    The predicted class is the most probable one, the lower one of a tie. Of two classes, class 1 is
    the positive one: the patients.

    - ``accuracy``: share of right predictions; Wilson's interval.
    - ``balanced_accuracy``: mean recall, once every class occurs; Wilson's intervals combined.
    - ``sensitivity``, ``specificity``: recall of class 1, of class 0; of two classes only.
    - ``auc``: chance that a positive subject scores above a negative one, a tie counting half,
      once every class occurs; Newcombe's interval. Of more than two classes: the plain mean over
      each class against the rest, without interval.
    - ``brier``: mean squared error of the probability of class 1, from 0 to 1. Of more than two
      classes: summed over the classes, from 0 to 2, as in Brier 1950 (Monthly Weather Review
      78:1-3), which is twice the former where C = 2. Student's t interval.
    - ``brier_base``: the Brier score of giving everybody the share of these subjects' classes;
      ``brier_scaled``: 1 - brier / brier_base, 0 if no better than that, 1 at best, with the
      interval of ``brier`` (Steyerberg et al. 2010, Epidemiology 21:128-138).
    - ``calibration_slope``, ``calibration_intercept``: of two classes only; see
      :func:`graphnet.evaluation.calibration.calibration_slope`.
    - ``calibration_error``: expected calibration error, over the bins that the calibration curve
      draws (:func:`graphnet.evaluation.calibration.calibration_error`), of class 1; of more than
      two classes over each class against the rest, together.
    - ``ppv``, ``npv``: of those predicted to be of class 1, of class 0, the share that is, where
      the classes are as frequent as here; of two classes only; Wilson's interval.
    - ``confusion``: C rows of C counts; rows are true classes, columns predicted ones.

    Args:
        labels: (S,), the true classes, 0 to C-1.
        probabilities: (S, C), rows that sum to 1.
        ranked: (S, C), what the AUC ranks by; None: the probabilities.
        subjects: (S,), whose each row is; None where each is another's.

    Raises:
        ValueError: shapes that do not fit, fewer than two classes, labels outside them, or
            rows that are not probabilities.

    """
    _check(labels, probabilities)
    confusion = _confusion(labels, probabilities)
    predicted, classes = probabilities.argmax(axis=1), range(len(confusion))
    is_right = predicted == labels
    recalls = [_share(is_right, labels == label, subjects) for label in classes]
    specificity, sensitivity = recalls if len(recalls) == 2 else (UNKNOWN, UNKNOWN)
    estimates = {
        "accuracy": share(is_right, subjects),
        "balanced_accuracy": mean_of_proportions(
            recalls, _correlations(is_right, labels, len(recalls), subjects)
        ),
        "sensitivity": sensitivity,
        "specificity": specificity,
        "auc": _auc(labels, probabilities if ranked is None else ranked, subjects)
        if confusion.sum(axis=1).all()
        else UNKNOWN,
        **_brier_scores(labels, probabilities, subjects),
        **_calibration(labels, probabilities, subjects),
        **_predictive_values(is_right, predicted, len(recalls), subjects),
    }
    return SplitMetrics(
        n=len(labels),
        subjects=fewer(subjects),
        values={name: estimate.value for name, estimate in estimates.items()},
        ci={name: estimate.interval for name, estimate in estimates.items()},
        confusion=tuple(map(tuple, confusion.tolist())),
    )


def evaluate_repeats(
    labels: IntArray,
    probabilities: FloatArray,
    ranked: FloatArray | None = None,
    *,
    subjects: Subjects = None,
) -> SplitMetrics:
    """Metrics of R repeats of out-of-fold probabilities (R, S, C), as :func:`evaluate` has them.

    Each is the mean over repeats; ``sd_over_repeats`` says how much it depends on how the folds
    were cut. Intervals of accuracy, balanced accuracy and AUC are the bootstrap's over subjects
    (:mod:`graphnet.evaluation.resampling`); of the others those of the first repeat, moved to the
    mean. ``confusion`` is summed over repeats, ``n`` are the scans. ``ranked`` (R, S, C) is what
    the AUC ranks by; None: the probabilities. ``subjects`` (S,): whose each row is; None where each
    is another's.
    """
    ranked = probabilities if ranked is None else ranked
    pairs = zip(probabilities, ranked, strict=True)
    repeats = [evaluate(labels, *pair, subjects) for pair in pairs]
    first = repeats[0]
    values: dict[str, float | None] = {}
    ci: dict[str, Interval | None] = {}
    for name in first.values:
        numbers = [value for repeat in repeats if (value := repeat[name]) is not None]
        values[name] = fmean(numbers) if len(numbers) == len(repeats) else None
        lowest = -np.inf if name in UNBOUNDED else 0.0
        ci[name] = _moved(first.ci[name], first[name], values[name], lowest)
    drawn = bootstrapped(labels, probabilities, ranked, subjects=subjects)
    ci |= {name: estimate.interval for name, estimate in drawn.items()}
    confusion = sum(_confusion(labels, repeat) for repeat in probabilities)
    return SplitMetrics(
        n=len(labels),
        subjects=fewer(subjects),
        values=values,
        ci=ci,
        confusion=tuple(map(tuple, np.asarray(confusion).tolist())),
        repeats=len(repeats),
        sd_over_repeats={name: _spread([repeat[name] for repeat in repeats]) for name in ci},
    )


def mean(scores: FloatArray, *, highest: float, subjects: Subjects = None) -> Estimate:
    """Mean of ``scores`` (S,), each from 0 to ``highest``, with Student's t interval, clipped.

    Unknown without scores; those of a single subject have no interval; equal ones have one of no
    width. ``subjects`` (S,): whose each is; None where each is another's.
    """
    if not len(scores):
        return UNKNOWN
    value = float(scores.mean())
    if count(subjects, len(scores)) == 1:
        return Estimate(value)
    half = _half(scores, subjects)
    return bounded(value, value - half, value + half, highest=highest)


def difference_of_means(
    ours: FloatArray, theirs: FloatArray, subjects: Subjects = None
) -> Estimate:
    """The mean of ours (S,) less that of theirs, with Student's t interval of the differences.

    Without interval of fewer than three subjects. ``subjects`` as of :func:`mean`.
    """
    if not len(ours):
        return UNKNOWN
    apart = ours - theirs
    value = float(apart.mean())
    if count(subjects, len(apart)) < LEAST_OF_MEAN:
        return Estimate(value)
    half = _half(apart, subjects)
    return Estimate(value, value - half, value + half)


def _half(values: FloatArray, subjects: Subjects) -> float:
    """Half the width of Student's t interval of a mean, by the sums of subjects' scans."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    number = count(subjects, len(values))
    level = stdtrit(number - 1, LEVEL)
    if subjects is None:
        return float(level * values.std(ddof=1) / sqrt(number))
    by_subject = sums(influence_on_mean(values), subjects)
    return float(level * sqrt(number / (number - 1)) * np.linalg.norm(by_subject))


def _moved(
    interval: Interval | None, was: float | None, now: float | None, lowest: float
) -> Interval | None:
    if interval is None or was is None or now is None:
        return None
    return min(now, max(lowest, interval[0] + now - was)), max(now, interval[1] + now - was)


def _spread(values: list[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return stdev(numbers) if 1 < len(numbers) == len(values) else None


def _check(labels: IntArray, probabilities: FloatArray) -> None:
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1]:
        raise ValueError(
            f"Labels of shape {labels.shape} and probabilities of shape {probabilities.shape} do "
            "not fit together; give (S,) and (S, C)."
        )
    classes = probabilities.shape[1]
    if classes < 2:
        raise ValueError(f"Probabilities of {classes} classes tell nothing; give at least two.")
    strange = labels[(labels < 0) | (labels >= classes)]
    if len(strange):
        raise ValueError(f"Label {strange[0]} is not one of the classes 0 to {classes - 1}.")
    off = np.abs(probabilities.sum(axis=1) - 1)
    sound = (probabilities >= 0).all(axis=1) & (off <= ROW_SUM_TOLERANCE)
    if not sound.all():
        row = int(np.argmin(sound))
        raise ValueError(
            f"Row {row} of the probabilities is {probabilities[row].tolist()}; give numbers from "
            "0 to 1 that sum to 1."
        )


def _confusion(labels: IntArray, probabilities: FloatArray) -> IntArray:
    classes = probabilities.shape[1]
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (labels, probabilities.argmax(axis=1)), 1)
    return counts


def _share(is_right: NDArray[np.bool_], rows: NDArray[np.bool_], subjects: Subjects) -> Estimate:
    """How many of some rows are right."""
    return share(is_right[rows], of_rows(subjects, rows))


def _correlations(
    is_right: NDArray[np.bool_], labels: IntArray, classes: int, subjects: Subjects
) -> FloatArray | None:
    """Of the recalls (C, C), where a subject has scans of several classes."""
    added = np.zeros((classes, len(labels)))
    for label in np.unique(labels):
        rows = labels == label
        added[label, rows] = influence_on_mean(is_right[rows].astype(np.float64))
    return correlations(added, subjects)


def _auc(labels: IntArray, probabilities: FloatArray, subjects: Subjects) -> Estimate:
    classes = probabilities.shape[1]
    if classes == 2:
        positive, scores = labels == 1, probabilities[:, 1]
        return area(positive, scores, auc(positive, scores), subjects)
    return Estimate(fmean(auc(labels == k, probabilities[:, k]) for k in range(classes)))


def _brier(labels: IntArray, probabilities: FloatArray, subjects: Subjects) -> Estimate:
    highest = 1.0 if probabilities.shape[1] == 2 else 2.0
    return mean(squared_errors(labels, probabilities), highest=highest, subjects=subjects)


def _brier_scores(
    labels: IntArray, probabilities: FloatArray, subjects: Subjects
) -> dict[str, Estimate]:
    """The Brier score, that of the base rate, and the share of the latter that is taken away."""
    brier = _brier(labels, probabilities, subjects)
    if brier.value is None:
        return {"brier": brier, "brier_base": UNKNOWN, "brier_scaled": UNKNOWN}
    classes = probabilities.shape[1]
    shares = np.bincount(labels, minlength=classes) / len(labels)
    base = float((shares * (1 - shares)).sum()) / (2 if classes == 2 else 1)
    if base == 0:
        return {"brier": brier, "brier_base": Estimate(0.0), "brier_scaled": UNKNOWN}
    bounds = brier.interval
    interval = None if bounds is None else (1 - bounds[1] / base, 1 - bounds[0] / base)
    scaled = Estimate.of(1 - brier.value / base, interval)
    return {"brier": brier, "brier_base": Estimate(base), "brier_scaled": scaled}


def _calibration(
    labels: IntArray, probabilities: FloatArray, subjects: Subjects
) -> dict[str, Estimate]:
    classes = probabilities.shape[1]
    of_classes = np.eye(classes)[labels]
    if classes != 2:
        return {
            "calibration_slope": UNKNOWN,
            "calibration_intercept": UNKNOWN,
            "calibration_error": calibration_error(probabilities.T.ravel(), of_classes.T.ravel()),
        }
    pair = probabilities[:, 1], of_classes[:, 1]
    return {
        "calibration_slope": calibration_slope(*pair, subjects),
        "calibration_intercept": calibration_intercept(*pair, subjects),
        "calibration_error": calibration_error(*pair),
    }


def _predictive_values(
    is_right: NDArray[np.bool_], predicted: IntArray, classes: int, subjects: Subjects
) -> dict[str, Estimate]:
    if classes != 2:
        return {"ppv": UNKNOWN, "npv": UNKNOWN}
    return {
        "ppv": _share(is_right, predicted == 1, subjects),
        "npv": _share(is_right, predicted == 0, subjects),
    }


SCORE_METRICS = ("mae", "rmse", "r2", "pearson", "spearman")
LEAST = 3  # subjects


def evaluate_scores(
    targets: FloatArray, predicted: FloatArray, *, subjects: Subjects = None, seed: int = 0
) -> SplitMetrics:
    """Metrics of predicted clinical scores, with 95 % bootstrap intervals.

    ``mae`` and ``rmse``: mean absolute and root mean squared error, in the score's units. ``r2``:
    the share of variance explained, below 0 where the mean would do better. ``pearson``,
    ``spearman``: correlations. None of fewer than three subjects, or where a value is constant.

    Args:
        targets: (S,), the true scores.
        predicted: (S,), in the same units.
        subjects: (S,), whose each row is, who are drawn with all their rows; None where each is
            another's.
        seed: of the bootstrap.

    """
    number = count(subjects, len(targets))
    if number < LEAST:
        unknown = dict.fromkeys(SCORE_METRICS)
        return SplitMetrics(len(targets), unknown, dict(unknown), subjects=fewer(subjects))
    values = {name: float(value) for name, value in _score_metrics(targets, predicted).items()}
    parts = [
        _score_metrics(targets[rows], predicted[rows])
        for rows in _drawn_rows(len(targets), subjects, seed)
    ]
    resampled = {
        name: np.concatenate([np.atleast_1d(part[name]) for part in parts])
        for name in SCORE_METRICS
    }
    return SplitMetrics(
        len(targets),
        {name: None if np.isnan(value) else value for name, value in values.items()},
        {name: _interval(values[name], resampled[name]) for name in SCORE_METRICS},
        subjects=fewer(subjects),
    )


def _drawn_rows(rows: int, subjects: Subjects, seed: int) -> Iterator[IntArray]:
    """Rows that are drawn: (W, S) at a time, or those of one draw of subjects at a time."""
    random = np.random.default_rng(seed)
    if subjects is not None:
        own = np.split(np.argsort(subjects, kind="stable"), np.cumsum(np.bincount(subjects))[:-1])
        for _ in range(RESAMPLES):
            yield np.concatenate([own[drawn] for drawn in random.integers(len(own), size=len(own))])
        return
    size = max(1, CELLS // rows)
    for first in range(0, RESAMPLES, size):
        yield random.integers(rows, size=(min(size, RESAMPLES - first), rows))


def _score_metrics(targets: FloatArray, predicted: FloatArray) -> dict[str, FloatArray]:
    """Each metric (...) of scores (..., S); NaN where it cannot be computed."""
    from scipy.stats import rankdata  # noqa: PLC0415 - slow to import

    error = predicted - targets
    squared = np.square(error)
    length = _deviations(targets)[1][..., 0]
    spread = np.where(length > 0, length**2, np.nan)
    explained = 1 - squared.sum(axis=-1) / spread
    return {
        "mae": np.abs(error).mean(axis=-1),
        "rmse": np.sqrt(squared.mean(axis=-1)),
        "r2": explained,
        "pearson": _correlation(targets, predicted),
        "spearman": _correlation(rankdata(targets, axis=-1), rankdata(predicted, axis=-1)),
    }


def _correlation(one: FloatArray, other: FloatArray) -> FloatArray:
    one, other = _unit(one), _unit(other)
    return np.asarray(np.clip((one * other).sum(axis=-1), -1.0, 1.0))


def _unit(values: FloatArray) -> FloatArray:
    """Deviations from the mean, their squares of sum 1, in whatever unit; NaN where all are one."""
    deviations, length = _deviations(values)
    return np.divide(deviations, length, out=np.full_like(deviations, np.nan), where=length > 0)


def _deviations(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """From the mean (..., S), and their length (..., 1): 0 where what varies is rounding."""
    deviations = values - values.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(deviations, axis=-1, keepdims=True)
    varies = length > ROUNDING * np.abs(values).max(axis=-1, keepdims=True)
    return deviations, np.where(varies, length, 0.0)


def _interval(value: float, resampled: FloatArray) -> Interval | None:
    numbers = resampled[~np.isnan(resampled)]
    if np.isnan(value) or len(numbers) < len(resampled) // 2:
        return None
    low, high = np.percentile(numbers, LEVELS)
    return float(low), float(high)
