"""Whether how subjects were measured tells their class: what is missing, how long series are.

A missing value is imputed, and imputed values are alike. Where one class lacks more of them, a
model can learn who was measured in place of what was measured: noise of which all patients lack one
of four measures is told apart with an AUC of 0.98 in cross-validation. Correlations over few time
points scatter more than over many.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from graphnet.data.cohort import NO_CLASS, Cohort, IntArray
from graphnet.data.splits import Splits
from graphnet.errors import CohortError
from graphnet.evaluation.resampling import auc
from graphnet.messages import Message, every
from graphnet.names import class_name

CERTAIN = 1e-3  # a p-value: a result has a test per measure
LEAST_LACKING = 5  # subjects


@dataclass(frozen=True)
class Missing:
    """How many of its ``values`` of one measure each of S subjects lacks: ``counts`` (S,)."""

    measure: str | Message
    counts: IntArray
    values: int

    def empty_classes(self, labels: IntArray) -> list[int]:
        """The classes of which no subject, of five or more, has any value, unless none has any."""
        classes = _classes(labels)
        own = {label: self.counts[labels == label] == self.values for label in classes}
        if all(lacks.all() for lacks in own.values()):
            return []
        return [c for c, lacks in own.items() if lacks.all() and len(lacks) >= LEAST_LACKING]


def tells(counts: IntArray, labels: IntArray) -> bool:
    """Whether numbers (S,) differ between classes by more than chance would have it."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    groups = [counts[labels == label] for label in _classes(labels)]
    if len(groups) < 2 or np.ptp(np.concatenate(groups)) == 0:
        return False
    return bool(stats.kruskal(*groups).pvalue < CERTAIN)


def separation(counts: IntArray, labels: IntArray) -> float:
    """How well numbers (S,) tell two classes apart: the largest AUC of any two."""
    apart = []
    for pair in combinations(_classes(labels), 2):
        rows = np.isin(labels, pair)
        area = auc(labels[rows] == pair[1], counts[rows].astype(np.float64))
        apart.append(max(area, 1 - area))
    return max(apart)


def missing(cohort: Cohort) -> Iterator[Missing]:
    """What each subject of a cohort lacks, by measure, and of the connectome."""
    regions = len(cohort.regions)
    edges = regions * (regions - 1) // 2
    weights = cohort.features if cohort.layout.is_connectome else cohort.connectomes
    if weights is not None:
        lacks = np.isnan(weights).sum(axis=(1, 2)) // 2  # an edge lies in two rows
        yield Missing(Message("evaluation.of-connectome"), lacks, edges)
    if not cohort.layout.is_connectome:
        lacks = np.isnan(cohort.features).sum(axis=1)
        for place, measure in enumerate(cohort.measures):
            yield Missing(measure, lacks[:, place], regions)


def check_missing(data: Splits) -> None:
    """Refuse a split of which one class has a measure and another lacks it altogether.

    Raises CohortError.
    """
    problems = []
    for split, cohort in data.present().items():
        names = data.class_names
        for lacking in missing(cohort):
            empty = lacking.empty_classes(cohort.labels)
            if empty:
                others = [label for label in _classes(cohort.labels) if label not in empty]
                problems.append(
                    Message(
                        "evaluation.measure-of-one-class",
                        split=split,
                        measure=lacking.measure,
                        empty=every(class_name(names, label) for label in empty),
                        others=every(class_name(names, label) for label in others),
                    )
                )
    if problems:
        raise CohortError(*problems)


def measured_differently(data: Splits) -> list[Message]:
    """A warning per split and measure of which classes lack more, and per split of their series."""
    return [
        warning
        for split, cohort in data.present().items()
        for warning in _of_split(split, cohort, data.class_names)
    ]


def _of_split(split: str, cohort: Cohort, names: Mapping[int, str]) -> Iterator[Message]:
    rows = _one_row_each(cohort)
    labels = cohort.labels[rows]
    classes = _classes(labels)
    said = {"split": split, "classes": every(class_name(names, label) for label in classes)}
    for lacking in missing(cohort):
        counts = lacking.counts[rows]
        if (counts > 0).sum() >= LEAST_LACKING and tells(counts, labels):
            yield Message(
                "warnings.measure-missing-by-class",
                **said,
                measure=lacking.measure,
                means=every(f"{counts[labels == label].mean():.1f}" for label in classes),
                values=lacking.values,
                auc=f"{separation(counts, labels):.2f}",
            )
    if cohort.series is None:
        return
    lengths = np.array([len(cohort.series[row]) for row in rows])
    if tells(lengths, labels):
        yield Message(
            "warnings.series-by-class",
            **said,
            medians=every(f"{np.median(lengths[labels == label]):.0f}" for label in classes),
            auc=f"{separation(lengths, labels):.2f}",
        )


def _one_row_each(cohort: Cohort) -> IntArray:
    """The first scan of each subject."""
    if cohort.subjects is None:
        return np.arange(len(cohort))
    return np.sort(np.unique(cohort.subjects, return_index=True)[1])


def _classes(labels: IntArray) -> list[int]:
    return [int(label) for label in np.unique(labels) if label != NO_CLASS]
