"""A cohort: subjects with a label and one value a region and measure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from graphnet.errors import CohortError, shortened
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
            f"Only {where} has the {part} {shortened(only)}."
            for part, ours, theirs in parts
            for where, only in (
                (here, [name for name in ours if name not in theirs]),
                (there, [name for name in theirs if name not in ours]),
            )
            if only
        ]


NO_CLASS = -1  # the label of a subject who has a score only


@dataclass(frozen=True)
class Cohort:
    """S subjects in one order of regions and measures, whatever order the file had.

    ``features`` is (S, N, F) in the file's own units, NaN where a value is missing or cannot be
    used; ``labels`` is (S,), the classes as the file numbers them; ``scores`` (S,) a clinical
    score, NaN where missing. ``datasets`` and ``sites`` name where each subject comes from: the
    dataset, and the place of measurement. Regions stand in numeric, measures in alphabetical order.
    ``connectomes`` (S, N, N) are symmetric with a diagonal of 0, NaN where unusable; ``series``
    are time series (T, N) of each subject; ``coordinates`` (N, 3) the regions' centres in
    millimetres. These are None where they are not known.
    """

    ids: tuple[str, ...]
    datasets: tuple[str, ...]
    sites: tuple[str, ...]
    labels: IntArray
    features: FloatArray
    regions: tuple[str, ...]
    measures: tuple[str, ...]
    scores: FloatArray
    connectomes: FloatArray | None = None
    series: tuple[FloatArray, ...] | None = None
    coordinates: FloatArray | None = None
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

    def rows(self, index: IntArray) -> "Cohort":
        """The subjects ``index`` (B,), with the findings about them."""
        chosen = [int(row) for row in index]
        ids = tuple(self.ids[row] for row in chosen)
        kept = set(ids)
        return replace(
            self,
            ids=ids,
            datasets=tuple(self.datasets[row] for row in chosen),
            sites=tuple(self.sites[row] for row in chosen),
            labels=self.labels[index],
            features=self.features[index],
            scores=self.scores[index],
            connectomes=None if self.connectomes is None else self.connectomes[index],
            series=None if self.series is None else tuple(self.series[row] for row in chosen),
            findings=tuple(finding for finding in self.findings if finding.subject in kept),
        )


def merge(cohorts: Sequence[Cohort]) -> Cohort:
    """Stack cohorts of one layout. Connectomes and time series stay where all have them.

    Raises:
        CohortError: no cohort, or two with different regions or measures; the sentence names
            what only one of them has.

    """
    if not cohorts:
        raise CohortError("There is no dataset to read.")
    first = cohorts[0]
    names = [cohort.datasets[0] for cohort in cohorts]
    problems = [
        f"The datasets {names[0]} and {name} do not fit together. {difference}"
        for name, other in zip(names[1:], cohorts[1:], strict=True)
        for difference in first.layout.differences(other.layout, names[0], name)
    ]
    if problems:
        raise CohortError(*problems)
    return Cohort(
        ids=tuple(chain.from_iterable(c.ids for c in cohorts)),
        datasets=tuple(chain.from_iterable(c.datasets for c in cohorts)),
        sites=tuple(chain.from_iterable(c.sites for c in cohorts)),
        labels=np.concatenate([c.labels for c in cohorts]),
        features=np.concatenate([c.features for c in cohorts]),
        scores=np.concatenate([c.scores for c in cohorts]),
        connectomes=_all_connectomes(cohorts),
        series=_all_series(cohorts),
        coordinates=first.coordinates,
        regions=first.regions,
        measures=first.measures,
        findings=tuple(chain.from_iterable(c.findings for c in cohorts)),
        notes=(*chain.from_iterable(c.notes for c in cohorts), *_without_connectome(cohorts)),
    )


def _all_connectomes(cohorts: Sequence[Cohort]) -> FloatArray | None:
    found = [cohort.connectomes for cohort in cohorts if cohort.connectomes is not None]
    return np.concatenate(found) if len(found) == len(cohorts) else None


def _all_series(cohorts: Sequence[Cohort]) -> tuple[FloatArray, ...] | None:
    found = [cohort.series for cohort in cohorts if cohort.series is not None]
    return tuple(chain.from_iterable(found)) if len(found) == len(cohorts) else None


def _without_connectome(cohorts: Sequence[Cohort]) -> tuple[str, ...]:
    """Say which datasets have none where others have."""
    missing = [cohort.datasets[0] for cohort in cohorts if cohort.connectomes is None]
    if not missing or len(missing) == len(cohorts):
        return ()
    return (f"No connectome was used, as {shortened(missing)} has none.",)
