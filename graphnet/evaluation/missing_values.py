"""Whether what is missing of subjects tells their class.

A missing value is imputed, and imputed values are alike. Where one class lacks more of them, a
model can learn who was measured in place of what was measured: noise of which all patients lack one
of four measures is told apart with an AUC of 0.98 in cross-validation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
        """The classes of which no subject has any value, where another class has some."""
        classes = _classes(labels)
        empty = [label for label in classes if (self.counts[labels == label] == self.values).all()]
        return empty if len(empty) < len(classes) else []

    def tells(self, labels: IntArray) -> bool:
        """Whether classes lack more or fewer values than chance would have it."""
        from scipy import stats  # noqa: PLC0415 - slow to import

        groups = [self.counts[labels == label] for label in _classes(labels)]
        counts = np.concatenate(groups) if groups else self.counts
        if len(groups) < 2 or (counts > 0).sum() < LEAST_LACKING or np.ptp(counts) == 0:
            return False
        return bool(stats.kruskal(*groups).pvalue < CERTAIN)

    def separation(self, labels: IntArray) -> float:
        """How well the number of missing values tells two classes apart: the largest AUC."""
        apart = []
        for pair in combinations(_classes(labels), 2):
            rows = np.isin(labels, pair)
            area = auc(labels[rows] == pair[1], self.counts[rows].astype(np.float64))
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


def missing_by_class(data: Splits) -> list[Message]:
    """A warning per split and measure of which classes lack more or less than chance has it."""
    return [
        _warning(split, lacking, labels, data.class_names)
        for split, cohort in data.present().items()
        for lacking, labels in _of_subjects(cohort)
        if lacking.tells(labels)
    ]


def _warning(split: str, lacking: Missing, labels: IntArray, names: Mapping[int, str]) -> Message:
    classes = _classes(labels)
    means = [lacking.counts[labels == label].mean() for label in classes]
    return Message(
        "warnings.measure-missing-by-class",
        split=split,
        measure=lacking.measure,
        classes=every(class_name(names, label) for label in classes),
        means=every(f"{mean:.1f}" for mean in means),
        values=lacking.values,
        auc=f"{lacking.separation(labels):.2f}",
    )


def _of_subjects(cohort: Cohort) -> Iterator[tuple[Missing, IntArray]]:
    """What subjects lack, by the first scan of each, and their labels."""
    rows = np.arange(len(cohort))
    if cohort.subjects is not None:
        rows = np.sort(np.unique(cohort.subjects, return_index=True)[1])
    for lacking in missing(cohort):
        yield replace(lacking, counts=lacking.counts[rows]), cohort.labels[rows]


def _classes(labels: IntArray) -> list[int]:
    return [int(label) for label in np.unique(labels) if label != NO_CLASS]
