"""A cohort: subjects with a label and one value a region and measure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphnet.data.atlas import Atlas, shown_title
from graphnet.data.class_names import shared_names
from graphnet.data.dataset import Covariate
from graphnet.data.identifiers import match_ids
from graphnet.data.interpretation import COUNTS, OTHER, Interpretation, Z
from graphnet.data.joined_covariates import joined_covariates
from graphnet.data.quality import Finding
from graphnet.data.units import CONNECTOME, are_signed, sizes_of, unit_conflicts
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """The regions and measures of a cohort or a model, by name."""

    regions: tuple[str, ...]
    measures: tuple[str, ...]

    @classmethod
    def of_connectome(cls, regions: tuple[str, ...]) -> "Layout":
        """Of a connectome alone: its rows are the measures."""
        return cls(regions, tuple(f"FC_{region}" for region in regions))

    @property
    def is_connectome(self) -> bool:
        """Whether the measures are the rows of a connectome: symmetric, with a diagonal of 0."""
        return self == Layout.of_connectome(self.regions)

    def differences(
        self, other: "Layout", here: Message | str, there: Message | str
    ) -> list[Message]:
        """Say which regions and measures only one side has; [] if they agree."""
        parts = (
            ("data.only-regions", self.regions, other.regions),
            ("data.only-measures", self.measures, other.measures),
        )
        return [
            Message(code, where=where, names=first_of(only))
            for code, ours, theirs in parts
            for where, only in (
                (here, [name for name in ours if name not in theirs]),
                (there, [name for name in theirs if name not in ours]),
            )
            if only
        ]


EDGES = {
    Z: Message("data.edges-z"),
    COUNTS: Message("data.edges-counts"),
    OTHER: Message("data.edges-other"),
}
NO_CLASS = -1  # the label of a subject who has a score only


@dataclass(frozen=True)
class Cohort:
    """S subjects in one order of regions and measures.

    ``features`` is (S, N, F) in the file's own units, NaN where a value is missing or cannot be
    used; ``labels`` is (S,), class numbers, ``class_names`` the words for them, as far as these are
    known; ``scores`` (S,) a clinical score, NaN where missing. ``datasets`` and ``sites`` name
    where each subject comes from: the dataset, and the place of measurement. ``connectomes``
    (S, N, N) are symmetric with a diagonal of 0, NaN where unusable, and ``edges`` says what they
    hold: ``z`` (Fisher's), ``counts`` or ``other``. ``series`` are time series (T, N) of each
    subject; ``coordinates`` (N, 3) the regions' centres in millimetres, as somebody gave them, and
    ``atlas`` where the regions lie by the dataset's atlas. These are None where they are not known.
    ``interpretations`` says, by dataset, how it was read. ``covariates`` are what else is known of
    each subject, such as age; ``confounds`` names those by which results are checked. ``recorded``
    is what a manifest says of the datasets, where these hold the subjects in another order.
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
    atlas: Atlas | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[Message, ...] = ()
    class_names: Mapping[int, str] = field(default_factory=dict)
    edges: str = Z
    interpretations: Mapping[str, Interpretation] = field(default_factory=dict)
    covariates: tuple[Covariate, ...] = ()
    confounds: tuple[str, ...] = ()
    recorded: tuple[Mapping[str, Any], ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def layout(self) -> Layout:
        """Its regions and measures."""
        return Layout(self.regions, self.measures)

    @property
    def places(self) -> FloatArray | None:
        """The centres of the regions (N, 3): as given, else those of the atlas."""
        if self.coordinates is not None or self.atlas is None:
            return self.coordinates
        return self.atlas.of(self.regions)

    @property
    def classes(self) -> tuple[int, ...]:
        """The labels that occur, ascending."""
        return tuple(int(label) for label in np.unique(self.labels))

    @cached_property
    def persons(self) -> tuple[str, ...]:
        """For each row its subject, by the id as the first of several datasets writes it."""
        return persons(self.ids, self.datasets)[0]

    @cached_property
    def subjects(self) -> IntArray | None:
        """Whose each row is (S,), numbered by first appearance; None if each is another's."""
        return numbered(self.persons)

    @property
    def repeated_ids(self) -> tuple[str, ...]:
        """Subjects who stand on more than one row."""
        return tuple(name for name, times in Counter(self.persons).items() if times > 1)

    @cached_property
    def sizes(self) -> Mapping[str, FloatArray]:
        """How large each subject's values (S,) typically are, of what has a unit, by its name."""
        if not self.layout.is_connectome:
            own = {name: self.features[:, :, at] for at, name in enumerate(self.measures)}
            return {name: sizes_of(some) for name, some in own.items() if not are_signed(some)}
        weights = self.features.reshape(len(self), -1)
        return {} if self.edges == Z else {CONNECTOME: sizes_of(weights)}

    def class_counts(self) -> dict[int, int]:
        """Subjects by class; one with scans of several counts in each."""
        counts = Counter(
            label for _, label in set(zip(self.persons, self.labels.tolist(), strict=True))
        )
        return {label: counts[label] for label in self.classes}

    def rows(self, index: IntArray) -> "Cohort":
        """The subjects ``index`` (B,), with the findings about them."""
        chosen = [int(row) for row in index]
        ids = tuple(self.ids[row] for row in chosen)
        kept = set(ids)
        findings = (finding.among(kept) for finding in self.findings)
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
            findings=tuple(finding for finding in findings if finding is not None),
            covariates=tuple(covariate.rows(index) for covariate in self.covariates),
            recorded=(),
        )

    def arranged(self, layout: Layout) -> "Cohort":
        """The same regions and measures in the order of ``layout``, which has just these."""
        if self.layout == layout:
            return self
        where = [self.regions.index(region) for region in layout.regions]
        which = [self.measures.index(measure) for measure in layout.measures]
        edges = self.connectomes
        return replace(
            self,
            features=self.features[:, where][:, :, which],
            regions=layout.regions,
            measures=layout.measures,
            connectomes=None if edges is None else edges[:, where][:, :, where],
            series=None if self.series is None else tuple(array[:, where] for array in self.series),
            coordinates=None if self.coordinates is None else self.coordinates[where],
        )


def merge(cohorts: Sequence[Cohort]) -> Cohort:
    """Stack cohorts of one layout, in the order of the first one's regions and measures.

    Connectomes and time series stay where all have them.

    Raises:
        CohortError: no cohort, or two with different regions or measures, connectomes of different
            kinds, or class names that contradict each other; the message names what differs.

    """
    if not cohorts:
        raise CohortError(Message("data.no-dataset"))
    first = cohorts[0]
    _check(cohorts)
    arranged = [cohort.arranged(first.layout) for cohort in cohorts]
    covariates, odd = joined_covariates([(c.covariates, len(c)) for c in cohorts])
    names, different = shared_names([(c.datasets[0], c.class_names) for c in cohorts])
    return Cohort(
        ids=tuple(chain.from_iterable(c.ids for c in cohorts)),
        datasets=tuple(chain.from_iterable(c.datasets for c in cohorts)),
        sites=tuple(chain.from_iterable(c.sites for c in cohorts)),
        labels=np.concatenate([c.labels for c in cohorts]),
        features=np.concatenate([c.features for c in arranged]),
        scores=np.concatenate([c.scores for c in cohorts]),
        connectomes=_all_connectomes(arranged),
        series=_all_series(arranged),
        coordinates=first.coordinates,
        atlas=next((c.atlas for c in cohorts if c.atlas is not None), None),
        regions=first.regions,
        measures=first.measures,
        findings=tuple(chain.from_iterable(c.findings for c in cohorts)),
        notes=(
            *chain.from_iterable(c.notes for c in cohorts),
            *_without_connectome(cohorts),
            *different,
            *_matched(cohorts),
            *odd,
        ),
        class_names=names,
        edges=first.edges,
        interpretations={
            name: found for cohort in cohorts for name, found in cohort.interpretations.items()
        },
        covariates=covariates,
    )


def _check(cohorts: Sequence[Cohort]) -> None:
    """Refuse what cannot be stacked. Raises CohortError."""
    first = cohorts[0]
    named = [(cohort.datasets[0], cohort) for cohort in cohorts]
    here = named[0][0]
    problems = [
        Message("data.layouts-differ", first=here, second=name, difference=difference)
        for name, other in named[1:]
        for difference in first.layout.differences(other.layout, here, name)
    ]
    kinds: dict[str, str] = {}
    for name, cohort in named:
        kinds.setdefault(cohort.edges, name)
    if len(kinds) > 1 and all(cohort.connectomes is not None for cohort in cohorts):
        found = [
            Message("data.edges-of-dataset", name=name, edges=EDGES[kind])
            for kind, name in kinds.items()
        ]
        problems.append(Message("data.edges-differ", datasets=found))
    problems += atlas_conflicts(named)
    problems += unit_conflicts([(name, cohort.sizes) for name, cohort in named])
    if problems:
        raise CohortError(*problems)


def atlas_conflicts(named: Iterable[tuple[str, Cohort]]) -> list[Message]:
    """Refuse cohorts whose regions are called the same and are of different atlases."""
    titles: dict[str, str] = {}
    for name, cohort in named:
        if cohort.atlas is not None:
            titles.setdefault(cohort.atlas.title, name)
    if len(titles) < 2:
        return []
    found = [
        Message("data.atlas-of-dataset", name=name, atlas=shown_title(title))
        for title, name in titles.items()
    ]
    return [Message("data.atlases-differ", datasets=found)]


def _matched(cohorts: Sequence[Cohort]) -> tuple[Message, ...]:
    """How subjects of one dataset were found in another, if not by the very same id."""
    ids = tuple(chain.from_iterable(c.ids for c in cohorts))
    datasets = tuple(chain.from_iterable(c.datasets for c in cohorts))
    names = first_of(dict.fromkeys(datasets))
    return tuple(
        Message("data.ids-matched", datasets=names, detail=detail)
        for detail in persons(ids, datasets)[1]
    )


def _all_connectomes(cohorts: Sequence[Cohort]) -> FloatArray | None:
    connectomes = [cohort.connectomes for cohort in cohorts if cohort.connectomes is not None]
    return np.concatenate(connectomes) if len(connectomes) == len(cohorts) else None


def _all_series(cohorts: Sequence[Cohort]) -> tuple[FloatArray, ...] | None:
    series = [cohort.series for cohort in cohorts if cohort.series is not None]
    return tuple(chain.from_iterable(series)) if len(series) == len(cohorts) else None


def _without_connectome(cohorts: Sequence[Cohort]) -> tuple[Message, ...]:
    """Say which datasets have none where others have."""
    missing = [cohort.datasets[0] for cohort in cohorts if cohort.connectomes is None]
    if not missing or len(missing) == len(cohorts):
        return ()
    message = Message("data.connectome-missing", datasets=first_of(missing), count=len(missing))
    return (message,)


def numbered(persons: Sequence[str]) -> IntArray | None:
    """Whose each row is (S,), by number from 0; None where each row is another subject's."""
    places = {person: place for place, person in enumerate(dict.fromkeys(persons))}
    if len(places) == len(persons):
        return None
    return np.array([places[person] for person in persons], dtype=np.int64)


def persons(
    ids: Sequence[str], datasets: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    """For each row the id by which its subject is first written, and how others were matched.

    Ids of one dataset are different people if they are written differently there.
    """
    names = list(dict.fromkeys(datasets))
    if len(names) < 2:
        return tuple(ids), ()
    first: dict[tuple[str, str], str] = {}
    known: dict[str, None] = {}  # an ordered set
    how: list[Message] = []
    for name in names:
        own = list(
            dict.fromkeys(subject for subject, of in zip(ids, datasets, strict=True) if of == name)
        )
        match = match_ids(own, list(known))
        how += match.how
        there = match.as_dict
        for subject in own:
            person = there.get(subject, subject)
            first[name, subject] = person
            known[person] = None
    rows = zip(datasets, ids, strict=True)
    return tuple(first[row] for row in rows), tuple(how)
