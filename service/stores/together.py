"""What two tasks say together: each subject's log odds beyond the class shares, added up.

Weights are equal and fixed beforehand, so nothing is chosen on the subjects who are tested. A
subject whom one task alone has predicted keeps that task's probability.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from graphnet.artifacts.metrics import Estimates, SplitMetrics
from graphnet.artifacts.result import LEAVE_SITE_OUT, TaskResult
from graphnet.artifacts.stored_json import as_mapping
from graphnet.data.cohort import FloatArray, numbered
from graphnet.evaluation.clusters import counts_by_class
from graphnet.evaluation.fusion import Judged, Predicted, fused
from graphnet.evaluation.resampling import LEAST
from graphnet.messages import Message, every, first_of
from service.stores.shared_subjects import (
    NAMED,
    Answer,
    Answers,
    Evidence,
    Json,
    Scan,
    SharedSubjects,
    incomparable,
    named_site,
    new_answers,
    unstated_sites,
)

TOGETHER, FIRST, SECOND = "together", "first", "second"
NO_SHARES = Message("api.together-without-shares")
SAME = Message("api.together-same-measures")


@dataclass(frozen=True)
class Evaluated:
    """A task with what it predicted, None where that is not stored."""

    task_id: str
    evidence: Evidence
    result: TaskResult = field(default_factory=TaskResult)

    def is_calibrated(self, split: str) -> bool:
        """Whether the probabilities of a split are: those of folds, each by its own factor."""
        folds = self.result.cross_validation.get(split)
        if folds is not None:
            return bool(folds.slopes) and None not in folds.slopes
        return self.result.calibration is not None and bool(self.result.calibration.source)


@dataclass(frozen=True)
class Together:
    """Two tasks added up, on the ``n`` subjects of a split that are new to both models.

    ``metrics`` of both together and of each alone, on these subjects; ``differences``: together
    minus the first, minus the second. ``only_first`` and ``only_second`` subjects were predicted by
    one task alone, ``left_out`` are of another class, or number of scans, in each. ``everybody``:
    the metrics of all but the latter; None where there is nobody but the ``n``. Nothing is known
    where a ``reason`` says why; ``notes`` say what limits the figures.
    """

    first: str
    second: str
    split: str
    n: int = 0
    metrics: Mapping[str, SplitMetrics] = field(default_factory=dict)
    differences: Mapping[str, Estimates] = field(default_factory=dict)
    only_first: int = 0
    only_second: int = 0
    left_out: int = 0
    everybody: SplitMetrics | None = None
    reason: Message | None = None
    notes: Sequence[Message] = ()


def add_tasks(ours: Evaluated, theirs: Evaluated, split: str) -> Together:
    """Two tasks together on the subjects of a split, which may be ``across``."""
    added = Together(ours.task_id, theirs.task_id, split)
    problem = incomparable(ours.evidence, theirs.evidence)
    if problem or ours.evidence is None or theirs.evidence is None:
        return replace(added, reason=problem)
    mine, other = new_answers(ours.evidence, split), new_answers(theirs.evidence, split)
    unstated = unstated_sites(ours.evidence), unstated_sites(theirs.evidence)
    matched = SharedSubjects.of(mine, other, unstated)
    added = replace(
        added,
        n=_people(matched.pairs),
        only_first=_people(matched.ours_alone),
        only_second=_people(matched.theirs_alone),
        left_out=len({*matched.other_class, *matched.other_scans}),
    )
    rows = _Rows(ours.evidence, theirs.evidence, split)
    both = [_Row(one, mine[one], other[another]) for one, another in matched.pairs.items()]
    if rows.too_few(both):
        return replace(added, reason=matched.too_few)
    if not rows.have_shares(mine, other):
        return replace(added, reason=NO_SHARES)
    found = rows.judged(both).estimates({TOGETHER: rows.together(both), **rows.alone(both)})
    everybody = both + _alone(matched, mine, other)
    return replace(
        added,
        metrics={name: found.metrics(name) for name in (TOGETHER, FIRST, SECOND)},
        differences={name: found.difference(TOGETHER, name) for name in (FIRST, SECOND)},
        everybody=rows.of_all(everybody) if len(everybody) > len(both) else None,
        notes=[*_uncalibrated((ours, mine), (theirs, other)), *rows.notes(), *_notes(matched)],
    )


class _Row(NamedTuple):
    """A scan with what each task gave for it, None of one that has not predicted it."""

    scan: Scan
    ours: Answer | None
    theirs: Answer | None

    @property
    def label(self) -> int:
        answer = self.ours or self.theirs
        assert answer is not None  # noqa: S101 - it comes from one of the two
        return answer.label


@dataclass(frozen=True)
class _Rows:
    """What two tasks stored, which makes arrays of rows."""

    ours: Json
    theirs: Json
    split: str

    def judged(self, rows: Sequence[_Row]) -> Judged:
        classes = {label: place for place, label in enumerate(self.ours["classes"])}
        return Judged(
            np.array([classes[row.label] for row in rows], dtype=np.int64),
            numbered([row.scan[0] for row in rows]),
            [row.scan[1] for row in rows] if self.split == LEAVE_SITE_OUT else None,
        )

    def too_few(self, rows: Sequence[_Row]) -> bool:
        """Whether the subjects of a class are too few to be drawn from."""
        judged = self.judged(rows)
        counts = counts_by_class(judged.labels, judged.subjects, len(self.ours["classes"]))
        return int(counts.min()) < LEAST

    def of_all(self, rows: Sequence[_Row]) -> SplitMetrics:
        """The metrics of both together, also on subjects of one task."""
        found = self.judged(rows).estimates({TOGETHER: self.together(rows)})
        return found.metrics(TOGETHER)

    def alone(self, rows: Sequence[_Row]) -> dict[str, Predicted]:
        """What each task gave, ranked as in its own result."""
        return {
            FIRST: _predicted([row.ours for row in rows if row.ours is not None]),
            SECOND: _predicted([row.theirs for row in rows if row.theirs is not None]),
        }

    def together(self, rows: Sequence[_Row]) -> Predicted:
        """Both added up; ranked by that, because only what is calibrated can be added."""
        given = [
            self._given(self.ours, [(row.scan[1], row.ours) for row in rows]),
            self._given(self.theirs, [(row.scan[1], row.theirs) for row in rows]),
        ]
        probabilities, shares = (np.array(each) for each in zip(*given, strict=True))
        values = fused(probabilities, shares)
        return Predicted(values, values)

    def _given(
        self, evidence: Json, answers: Sequence[tuple[str, Answer | None]]
    ) -> tuple[FloatArray, FloatArray]:
        """The probabilities at each site and the class shares behind them, (S, C); NaN of none."""
        unknown = [np.nan] * len(self.ours["classes"])
        values = [unknown if answer is None else answer.probability for _, answer in answers]
        shares = [
            unknown if answer is None else _shares(evidence, answer.split, site)
            for site, answer in answers
        ]
        return np.array(values, dtype=np.float64), np.array(shares, dtype=np.float64)

    def have_shares(self, *answered: Answers) -> bool:
        """Whether it is stored on how many of each class the models were trained."""
        for evidence, answers in zip((self.ours, self.theirs), answered, strict=True):
            wanted = {(answer.split, scan[1]) for scan, answer in answers.items()}
            if any(min(_shares(evidence, *each)) <= 0 for each in wanted):
                return False
        return True

    def notes(self) -> list[Message]:
        """That both saw the same measures of the same regions."""
        names = ("regions", "measures")
        same = all(self.ours.get(name) == self.theirs.get(name) for name in names)
        return [SAME] if same and self.ours.get("regions") else []


def _predicted(answers: Sequence[Answer]) -> Predicted:
    values, ranks = ([a.probability for a in answers], [a.ranked for a in answers])
    return Predicted(np.array(values, dtype=np.float64), np.array(ranks, dtype=np.float64))


def _shares(evidence: Json, split: str, site: str) -> list[float]:
    """Of the classes in what a model was trained on: without the site that was left out."""
    train = as_mapping(as_mapping(evidence.get("cohorts")).get("train"))
    labels = [str(label) for label in evidence["classes"]]
    counts = np.array([as_mapping(train.get("classes")).get(label, 0) for label in labels], float)
    if split == LEAVE_SITE_OUT:
        sites = as_mapping(train.get("sites"))
        others = [as_mapping(found) for name, found in sites.items() if name != site]
        counts = _counts(others, labels) if others else counts
    return [float(share) for share in counts / max(counts.sum(), 1.0)]


def _counts(sites: Sequence[Json], labels: Sequence[str]) -> FloatArray:
    return np.array([sum(found.get(label, 0) for found in sites) for label in labels], float)


def _alone(matched: SharedSubjects, mine: Answers, other: Answers) -> list[_Row]:
    """Whom one task alone has predicted; somebody at another site there has one id."""
    called = {theirs[0]: ours[0] for ours, theirs in matched.elsewhere}
    return [
        *(_Row(scan, mine[scan], None) for scan in matched.ours_alone),
        *(
            _Row((called.get(scan[0], scan[0]), *scan[1:]), None, other[scan])
            for scan in matched.theirs_alone
        ),
    ]


def _people(scans: Iterable[Scan]) -> int:
    return len({name for name, _, _ in scans})


def _uncalibrated(*sides: tuple[Evaluated, Answers]) -> list[Message]:
    """Which of the tasks are more certain than they may be."""
    named = [
        task.task_id
        for task, answers in sides
        if not all(map(task.is_calibrated, {answer.split for answer in answers.values()}))
    ]
    return [Message("api.together-uncalibrated", tasks=every(named))] if named else []


def _notes(matched: SharedSubjects) -> list[Message]:
    """Who could not be added up although both tasks have predicted them."""
    notes = [
        Message(code, count=len(ids), ids=first_of(ids, NAMED))
        for code, ids in (
            ("api.together-other-class", matched.other_class),
            ("api.together-other-scans", matched.other_scans),
        )
        if ids
    ]
    elsewhere = matched.elsewhere
    if elsewhere:
        one, other = elsewhere[0]
        sites = {"one": named_site(one), "other": named_site(other)}
        notes.append(Message("api.together-other-sites", count=len(elsewhere), id=one[0], **sites))
    return notes
