"""The table of subjects: each covariate by class, its standardised difference and its test."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from graphnet.artifacts.confounds import CovariateSummary, GroupSummary
from graphnet.artifacts.model import StoredModel
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.dataset import NUMERIC, Covariate
from graphnet.evaluation.clusters import Subjects, first_rows, of_rows

ALL = "all"  # the one group of a clinical score
EXPECTED = 5  # of each cell, for a chi-squared test


def groups_of(model: StoredModel, cohort: Cohort) -> dict[str, NDArray[np.bool_]]:
    """The subjects of each class (S,); all of them where a score is predicted."""
    if model.scale is not None:
        return {ALL: np.ones(len(cohort), dtype=bool)}
    return {str(label): cohort.labels == label for label in model.classes}


def summary(
    model: StoredModel, split: str, cohort: Cohort, covariate: Covariate
) -> CovariateSummary | None:
    """A row of the table; None of a covariate that nobody of the split has.

    Of several scans of a subject in a class the first counts.
    """
    groups = {
        label: _firsts(rows, cohort.subjects) for label, rows in groups_of(model, cohort).items()
    }
    if covariate.kind == NUMERIC:
        samples = {label: covariate.numbers[rows] for label, rows in groups.items()}
        present = {label: values[~np.isnan(values)] for label, values in samples.items()}
        if not any(map(len, present.values())):
            return None
        summaries = {
            label: _of_numbers(values, len(samples[label]) - len(values))
            for label, values in present.items()
        }
        return CovariateSummary(
            split, covariate.name, covariate.kind, summaries, _cohen(list(present.values())),
            *_test_of_numbers(list(present.values())),
        )  # fmt: skip
    words = np.array(covariate.words, dtype=object)
    counts = {label: Counter(words[rows].tolist()) for label, rows in groups.items()}
    summaries = {label: _of_words(counted) for label, counted in counts.items()}
    if not any(summary.n for summary in summaries.values()):
        return None
    table = _table([summary.counts for summary in summaries.values()])
    return CovariateSummary(
        *(split, covariate.name, covariate.kind, summaries),
        *(_difference_of_words(table), *_test_of_words(table)),
    )


def _firsts(rows: NDArray[np.bool_], subjects: Subjects) -> NDArray[np.intp]:
    """Of some rows the first of each subject."""
    places = np.flatnonzero(rows)
    own = of_rows(subjects, places)
    return places if own is None else places[first_rows(own, len(places))]


def _of_numbers(values: FloatArray, missing: int) -> GroupSummary:
    sd = float(values.std(ddof=1)) if len(values) > 1 else None
    return GroupSummary(len(values), missing, float(values.mean()) if len(values) else None, sd)


def _of_words(counted: Mapping[str, int]) -> GroupSummary:
    present = {word: count for word, count in sorted(counted.items()) if word}
    return GroupSummary(sum(present.values()), counted.get("", 0), counts=present)


def _cohen(samples: Sequence[FloatArray]) -> float | None:
    """The second mean less the first, in pooled standard deviations; None but of two classes."""
    if len(samples) != 2 or min(map(len, samples)) < 2:
        return None
    variance = float(np.mean([sample.var(ddof=1) for sample in samples]))
    return float((samples[1].mean() - samples[0].mean()) / np.sqrt(variance)) if variance else None


def _test_of_numbers(samples: Sequence[FloatArray]) -> tuple[float | None, str]:
    """Welch's t of two classes, an analysis of variance of more."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    if len(samples) < 2 or min(map(len, samples)) < 2:
        return None, ""
    if not any(sample.std() for sample in samples):
        return None, ""
    if len(samples) == 2:
        return _finite(stats.ttest_ind(*samples, equal_var=False).pvalue), "welch"
    return _finite(stats.f_oneway(*samples).pvalue), "anova"


def _table(counts: Sequence[Mapping[str, int]]) -> NDArray[np.int64]:
    """Classes by words (C, L); without words that nobody has."""
    words = sorted({word for counted in counts for word in counted})
    return np.array([[counted.get(word, 0) for word in words] for counted in counts], np.int64)


def _difference_of_words(table: NDArray[np.int64]) -> float | None:
    """The standardised difference of proportions of two classes (Yang & Dalton 2012)."""
    if len(table) != 2 or table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return None
    shares = (table / table.sum(axis=1, keepdims=True))[:, 1:]
    apart = shares[1] - shares[0]
    spread = np.mean([np.diag(share) - np.outer(share, share) for share in shares], axis=0)
    size = float(apart @ np.linalg.pinv(spread) @ apart)
    sign = np.sign(apart[0]) if len(apart) == 1 else 1.0
    return float(sign * np.sqrt(max(size, 0.0)))


def _test_of_words(table: NDArray[np.int64]) -> tuple[float | None, str]:
    """Fisher's exact test of a fourfold table with small numbers, else chi-squared."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    if len(table) < 2 or table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return None, ""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if table.shape == (2, 2) and expected.min() < EXPECTED:
        return _finite(stats.fisher_exact(table).pvalue), "fisher"
    return _finite(stats.chi2_contingency(table, correction=False).pvalue), "chi2"


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
