"""The same subjects on several atlases: matched by their ids, never by the order of rows.

The form's own datasets say who is trained on, validated and tested on, of which class and site, and
with which covariates. Another atlas adds measurements of the same subjects, looked up by id. Only
those who are on all atlases stay, so that every candidate is trained and tested on the same people.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphnet.data import provenance
from graphnet.data.class_names import Names, shared_names
from graphnet.data.cohort import NO_CLASS, Cohort, FloatArray, IntArray, Layout
from graphnet.data.dataset import NUMERIC, Covariate
from graphnet.data.identifiers import match_ids
from graphnet.data.quality import Finding
from graphnet.data.splits import Splits
from graphnet.errors import CohortError
from graphnet.messages import Message, Several, every, first_of
from graphnet.names import class_name

MOST_NAMED = 3  # subjects that a message names
CLOSE = 1e-9  # relative: a number that was written as text and read again
SITE, SCORE = Message("data.atlas-site"), Message("data.atlas-score")


@dataclass(frozen=True)
class AtlasSource:
    """The datasets of one atlas; ``read`` gives all of their subjects, also without a class."""

    datasets: tuple[str, ...]
    read: Callable[[], Cohort]

    @property
    def name(self) -> str:
        """What the atlas is called where candidates are listed."""
        return ", ".join(self.datasets)


class Shelf:
    """Holds the atlas that was read last: one at a time is in memory beside the form's own."""

    def __init__(self) -> None:
        self._name = ""
        self._splits: Splits | None = None

    def take(self, name: str, read: Callable[[], Splits]) -> Splits:
        """The splits of that name, read where they are not those at hand."""
        if self._splits is None or self._name != name:
            self._splits = None  # its memory is free for the next
            self._splits, self._name = read(), name
        return self._splits


@dataclass(frozen=True)
class Alternative:
    """The form's subjects on another atlas; ``rows`` (S,) are theirs in its datasets, by split.

    ``own`` are the form's splits, whose ids, classes, scores, sites and covariates it takes over.
    ``content`` names its datasets by all that they hold, for a manifest.
    """

    source: AtlasSource
    layout: Layout
    rows: Mapping[str, IntArray]
    own: Splits
    content: Sequence[Mapping[str, Any]] = ()
    shelf: Shelf = field(default_factory=Shelf, repr=False)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.source.name

    def splits(self) -> Splits:
        """The subjects of each split, in the order of the form's own. Raises CohortError."""
        return self.shelf.take(self.name, self._read)

    def fingerprints(self) -> dict[str, Any]:
        """What it holds, by split: of other measurements another. Raises CohortError."""
        present = self.splits().present()
        return {split: provenance.fingerprints(cohort) for split, cohort in present.items()}

    def _read(self) -> Splits:
        everybody = self.source.read()
        cohorts = {
            split: _taken_over(everybody, rows, self.own.present()[split])
            for split, rows in self.rows.items()
        }
        return Splits(**cohorts)


def matched(
    own: Splits, sources: Sequence[AtlasSource], *, by_score: bool = False
) -> tuple[Splits, tuple[Alternative, ...]]:
    """The form's splits and those of all other atlases, of the subjects whom all of them have.

    Whom that leaves out, and where covariates differ, is said in the notes of each split.

    Args:
        own: the form's splits.
        sources: the other atlases.
        by_score: whether a clinical score is predicted.

    Raises:
        CohortError: subjects without ids or on several rows, an atlas that has none of them, or
            another class, site or score of the same subject; with all that is wrong.

    """
    problems = [*_named_twice(own, sources)]
    for cohort in own.present().values():
        problems += [*_without_ids(cohort), *_on_several_rows(cohort)]
    links = [_Link.of(own, source, by_score=by_score) for source in sources]
    problems += [problem for link in links for problem in link.problems]
    if problems:
        raise CohortError(*dict.fromkeys(problems))
    words, _ = shared_names([*own.named(), *((link.name, link.class_names) for link in links)])
    kept = {
        split: np.flatnonzero(np.all([link.rows[split] >= 0 for link in links], axis=0))
        for split in own.present()
    }
    restricted = _restricted(own, kept, links, words)
    shelf = Shelf()
    return restricted, tuple(
        Alternative(
            source,
            link.layout,
            {split: link.rows[split][rows] for split, rows in kept.items()},
            restricted,
            link.content,
            shelf,
        )
        for source, link in zip(sources, links, strict=True)
    )


@dataclass(frozen=True)
class _Link:
    """Where the form's subjects are in another atlas.

    ``rows`` (S,) are theirs by split, -1 of somebody whom it lacks. ``notes`` are what is to be
    said, by split.
    """

    name: str
    layout: Layout
    rows: Mapping[str, IntArray]
    problems: Sequence[Message]
    notes: Mapping[str, Sequence[Message]]
    class_names: Names
    content: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, own: Splits, source: AtlasSource, *, by_score: bool) -> "_Link":
        atlas = source.read()
        problems = _without_ids(atlas)
        if problems:
            return cls(source.name, atlas.layout, {}, problems, {}, {})
        rows: dict[str, IntArray] = {}
        notes: dict[str, Sequence[Message]] = {}
        for split, cohort in own.present().items():
            pair = _Pair(split, cohort, atlas, source.name)
            rows[split], how = pair.found()
            together = np.flatnonzero(rows[split] >= 0)
            problems += pair.several_rows(rows[split][together])
            if len(together):
                there = rows[split][together]
                problems += pair.disagreements(together, there, by_score=by_score)
                notes[split] = [*how, *pair.numbers_that_differ(together, there)]
            else:
                problems.append(pair.nobody())
        content = provenance.fingerprints(atlas)
        return cls(source.name, atlas.layout, rows, problems, notes, atlas.class_names, content)


@dataclass(frozen=True)
class _Pair:
    """A split of the form, and another atlas."""

    split: str
    own: Cohort
    atlas: Cohort
    name: str

    @property
    def own_name(self) -> Several:
        return _datasets(self.own)

    def found(self) -> tuple[IntArray, list[Message]]:
        """The row (S,) of each subject in the atlas, -1 of who is not there; how ids matched."""
        match = match_ids(self.own.ids, self.atlas.ids)
        first: dict[str, int] = {}
        for row, subject in enumerate(self.atlas.ids):
            first.setdefault(subject, row)
        there = match.as_dict
        rows = [first[there[subject]] if subject in there else -1 for subject in self.own.ids]
        datasets = every([*self.own_name.items, self.name])
        details = (*match.how, *match.collisions)
        how = [Message("data.ids-matched", datasets=datasets, detail=detail) for detail in details]
        return np.array(rows, dtype=np.int64), how

    def several_rows(self, rows: IntArray) -> Iterator[Message]:
        """Subjects of the split whom the atlas has more than once."""
        repeated = set(self.atlas.repeated_ids)
        ids = dict.fromkeys(self.atlas.persons[row] for row in rows.tolist())
        several = [person for person in ids if person in repeated]
        if several:
            yield _repeated(several, self.name)

    def nobody(self) -> Message:
        return Message(
            "data.atlas-nobody",
            split=self.split,
            atlas=self.name,
            here=first_of(self.own.ids, MOST_NAMED),
            there=first_of(self.atlas.ids, MOST_NAMED),
        )

    def disagreements(
        self, here: IntArray, there: IntArray, *, by_score: bool
    ) -> Iterator[Message]:
        """What a subject has only one of, and is another on the atlas."""
        yield from self._classes(here, there)
        yield from self._different(SITE, here, _sites(self.own, here), _sites(self.atlas, there))
        if by_score:
            scores = self.own.scores[here], self.atlas.scores[there]
            rows = np.flatnonzero(_differ(*scores))
            words = ([f"{value:g}" for value in part[rows]] for part in scores)
            yield from self._different(SCORE, here[rows], *words)
        for mine, other in self._covariates():
            if mine.kind == other.kind != NUMERIC:
                pair = mine.rows(here).words, other.rows(there).words
                if not _is_coding(*pair):
                    yield from self._different(mine.name, here, *pair)

    def numbers_that_differ(self, here: IntArray, there: IntArray) -> Iterator[Message]:
        """Covariates whose numbers are not the same, of which those of the form are used."""
        for mine, other in self._covariates():
            if mine.kind == other.kind == NUMERIC:
                ours, theirs = mine.rows(here).numbers, other.rows(there).numbers
                differ = _differ(ours, theirs)
                if differ.any():
                    yield Message(
                        "data.atlas-covariate-differs",
                        covariate=mine.name,
                        count=int(differ.sum()),
                        most=f"{np.abs(ours - theirs)[differ].max():.3g}",
                        own=self.own_name,
                        atlas=self.name,
                    )

    def _covariates(self) -> Iterator[tuple[Covariate, Covariate]]:
        theirs = {covariate.key: covariate for covariate in self.atlas.covariates}
        for covariate in self.own.covariates:
            if covariate.key in theirs:
                yield covariate, theirs[covariate.key]

    def _classes(self, here: IntArray, there: IntArray) -> Iterator[Message]:
        labels, others = self.own.labels[here], self.atlas.labels[there]
        differ = (labels != others) & (labels != NO_CLASS) & (others != NO_CLASS)
        if differ.any():
            pairs = [
                (
                    self.own.ids[here[place]],
                    class_name(self.own.class_names, int(labels[place])),
                    class_name(self.atlas.class_names, int(others[place])),
                )
                for place in np.flatnonzero(differ)[:MOST_NAMED].tolist()
            ]
            subjects = [
                Message(
                    "data.atlas-class-of",
                    subject=subject,
                    here=mine,
                    own=self.own_name,
                    there=other,
                    atlas=self.name,
                )
                for subject, mine, other in pairs
            ]
            yield Message(
                "data.atlas-classes",
                count=int(differ.sum()),
                subjects=subjects,
                own=self.own_name,
                atlas=self.name,
            )

    def _different(
        self,
        what: Message | str,
        here: IntArray,
        ours: Sequence[str],
        theirs: Sequence[str],
    ) -> Iterator[Message]:
        """Words that are known on both sides and not the same; "" where not known."""
        known = [
            (int(row), mine, other)
            for row, mine, other in zip(here, ours, theirs, strict=True)
            if mine and other
        ]
        differ = [pair for pair in known if _plain(pair[1]) != _plain(pair[2])]
        if differ:
            subjects = [
                Message(
                    "data.atlas-value-of",
                    subject=self.own.ids[row],
                    here=mine,
                    own=self.own_name,
                    there=other,
                    atlas=self.name,
                )
                for row, mine, other in differ[:MOST_NAMED]
            ]
            yield Message("data.atlas-values", what=what, count=len(differ), subjects=subjects)


def _named_twice(own: Splits, sources: Sequence[AtlasSource]) -> Iterator[Message]:
    """Datasets of one name, of which nobody could say which is meant."""
    every = [name for cohort in own.present().values() for name in dict.fromkeys(cohort.datasets)]
    for source in sources:
        twice = [name for name in source.datasets if name in every]
        every += source.datasets
        if twice:
            yield Message("data.atlas-named-twice", names=twice)


def _without_ids(cohort: Cohort) -> list[Message]:
    return [
        Message("data.atlas-without-ids", dataset=name)
        for name, reading in cohort.interpretations.items()
        if reading.id is None
    ]


def _on_several_rows(cohort: Cohort) -> Iterator[Message]:
    if cohort.repeated_ids:
        yield _repeated(cohort.repeated_ids, _datasets(cohort))


def _repeated(ids: Sequence[str], where: str | Several) -> Message:
    return Message(
        "data.atlas-ids-repeated", count=len(ids), ids=first_of(ids, MOST_NAMED), where=where
    )


def _datasets(cohort: Cohort) -> Several:
    return every(dict.fromkeys(cohort.datasets))


def _sites(cohort: Cohort, rows: IntArray) -> list[str]:
    """Those that a dataset gives; "" where its name stands for one."""
    given = {name: reading.site is not None for name, reading in cohort.interpretations.items()}
    return [cohort.sites[row] if given.get(cohort.datasets[row]) else "" for row in rows.tolist()]


def _differ(ours: FloatArray, theirs: FloatArray) -> NDArray[np.bool_]:
    """(S,): where both numbers are known and not the same."""
    known = ~np.isnan(ours) & ~np.isnan(theirs)
    return np.asarray(known & ~np.isclose(ours, theirs, rtol=CLOSE, atol=0.0))


def _is_coding(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two columns say the same in other words: ``M`` and ``male``, ``F`` and ``female``."""
    pairs = zip(map(_plain, one), map(_plain, other), strict=True)
    distinct = {pair for pair in pairs if all(pair)}
    ours, theirs = {mine for mine, _ in distinct}, {their for _, their in distinct}
    return not ours & theirs and len(ours) == len(theirs) == len(distinct)


def _plain(word: str) -> str:
    return word.strip().casefold()


def _restricted(
    own: Splits, kept: Mapping[str, IntArray], links: Sequence[_Link], names: Names
) -> Splits:
    """The form's subjects whom all atlases have, with what is to be said of the others."""
    cohorts = {}
    for split, cohort in own.present().items():
        rows = kept[split]
        if not len(rows):
            atlases = [link.name for link in links]
            raise CohortError(Message("data.atlas-nobody-on-all", split=split, atlases=atlases))
        notes = [note for link in links for note in link.notes[split]]
        notes += [
            Message(
                "data.atlas-left-out",
                split=split,
                atlas=link.name,
                count=len(absent),
                total=len(cohort),
                subjects=first_of(absent, MOST_NAMED),
            )
            for link in links
            if (absent := [cohort.ids[row] for row in np.flatnonzero(link.rows[split] < 0)])
        ]
        whole = len(rows) == len(cohort)
        some = cohort if whole else cohort.rows(rows)
        cohorts[split] = replace(some, notes=(*some.notes, *notes), class_names=names)
    return Splits(**cohorts)


def _taken_over(atlas: Cohort, rows: IntArray, own: Cohort) -> Cohort:
    """Those rows of an atlas as the form's subjects: only what was measured is its own."""
    some = atlas.rows(rows)
    called = dict(zip(some.ids, own.ids, strict=True))
    return replace(
        some,
        ids=own.ids,
        sites=own.sites,
        labels=own.labels,
        scores=own.scores,
        covariates=own.covariates,
        class_names=own.class_names,
        findings=tuple(_renamed(finding, called) for finding in some.findings),
        notes=tuple(dict.fromkeys((*some.notes, *own.notes))),
        # By what the datasets hold, so that somebody who opens them again finds the same.
        recorded=tuple(provenance.fingerprints(atlas.rows(np.sort(rows)))),
    )


def _renamed(finding: Finding, called: Mapping[str, str]) -> Finding:
    """A finding by the ids that the form's datasets write."""
    others = tuple(called[subject] for subject in finding.others)
    return replace(finding, subject=called[finding.subject], others=others)
