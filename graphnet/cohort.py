"""A cohort: subjects with a label and one value a region and measure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from graphnet.errors import CohortError
from graphnet.quality import Finding

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """The regions and measures of a cohort or a model, by name."""

    regions: tuple[str, ...]
    measures: tuple[str, ...]

    def differences(self, other: "Layout", here: str, there: str) -> list[str]:
        """Say which regions and measures only one side has, as sentences; [] if they agree."""
        parts = (
            ("regions", self.regions, other.regions),
            ("measures", self.measures, other.measures),
        )
        return [
            f"Only {where} has the {part} {_shortened(only)}."
            for part, ours, theirs in parts
            for where, only in (
                (here, [name for name in ours if name not in theirs]),
                (there, [name for name in theirs if name not in ours]),
            )
            if only
        ]


@dataclass(frozen=True)
class Cohort:
    """S subjects in one order of regions and measures, whatever order the file had.

    ``features`` is (S, N, F) in the file's own units, NaN where a value is missing or cannot be
    used; ``labels`` is (S,), the classes as the file numbers them; ``sites`` names each
    subject's dataset. Regions stand in numeric, measures in alphabetical order.
    """

    ids: tuple[str, ...]
    sites: tuple[str, ...]
    labels: IntArray
    features: FloatArray
    regions: tuple[str, ...]
    measures: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def layout(self) -> Layout:
        """Its regions and measures."""
        return Layout(self.regions, self.measures)

    @property
    def classes(self) -> tuple[int, ...]:
        """The labels that occur, ascending."""
        return tuple(int(label) for label in np.unique(self.labels))

    @property
    def repeated_ids(self) -> tuple[str, ...]:
        """Ids that stand on more than one row."""
        return tuple(name for name, times in Counter(self.ids).items() if times > 1)

    def class_counts(self) -> dict[int, int]:
        """Subjects by class."""
        return {label: int((self.labels == label).sum()) for label in self.classes}


def merge(cohorts: Sequence[Cohort]) -> Cohort:
    """Stack cohorts of one layout.

    Raises:
        CohortError: no cohort, or two with different regions or measures; the sentence names
            what only one of them has.

    """
    if not cohorts:
        raise CohortError("There is no dataset to read.")
    first = cohorts[0]
    problems = [
        f"The datasets {first.sites[0]} and {other.sites[0]} do not fit together. {difference}"
        for other in cohorts[1:]
        for difference in first.layout.differences(other.layout, first.sites[0], other.sites[0])
    ]
    if problems:
        raise CohortError(*problems)
    return Cohort(
        ids=tuple(chain.from_iterable(c.ids for c in cohorts)),
        sites=tuple(chain.from_iterable(c.sites for c in cohorts)),
        labels=np.concatenate([c.labels for c in cohorts]),
        features=np.concatenate([c.features for c in cohorts]),
        regions=first.regions,
        measures=first.measures,
        findings=tuple(chain.from_iterable(c.findings for c in cohorts)),
        notes=tuple(chain.from_iterable(c.notes for c in cohorts)),
    )


def _shortened(names: Sequence[str], most: int = 8) -> str:
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
