"""Two tasks on the same subjects: how far their metrics differ, and how sure that is."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from graphnet.artifacts.metrics import UNKNOWN, WITHIN_SITES, Estimates, difference_json
from graphnet.artifacts.result import LEAVE_SITE_OUT
from graphnet.data.cohort import FloatArray, numbered
from graphnet.data.identifiers import match_ids
from graphnet.evaluation.clusters import counts_by_class
from graphnet.evaluation.headline import FAIREST
from graphnet.evaluation.resampling import LEAST, paired_difference
from graphnet.messages import ENGLISH, Message, render
from graphnet.names import ACROSS

Json = Mapping[str, Any]
Scan = tuple[str, str, int]  # id, site, and which of the scans there, from 0
# Label, probability by class, and that by which subjects of several folds are ranked.
Answers = dict[Scan, tuple[int, list[float], list[float]]]
NAMES = ("auc", "accuracy", "balanced_accuracy")
MOST = 2000  # pairs that are remembered
POOLED = ("test", "cv", "leave_site_out")  # a subject counts in the first of these
Evidence = Mapping[str, Any] | None
Pair = tuple[str, str]

NO_EVIDENCE = Message("api.comparison-without-predictions")
SCORE = Message("api.comparison-of-scores")
CLASSES = Message("api.comparison-of-other-classes")
FEW = Message("api.comparison-of-few", least=LEAST)


def compared_names(split: str) -> tuple[str, ...]:
    """The metrics that are compared on a split."""
    return (WITHIN_SITES, *NAMES) if split == LEAVE_SITE_OUT else NAMES


@dataclass(frozen=True)
class Comparison:
    """Two tasks on the ``n`` subjects of a split that are new to both models, first minus second.

    ``differences`` by metric, unknown where a ``reason`` says why.
    """

    n: int
    differences: Estimates = field(default_factory=lambda: dict.fromkeys(NAMES, UNKNOWN))
    reason: Message | None = None

    def as_dict(self, language: str = ENGLISH) -> dict[str, Any]:
        """For JSON, with the reason in a language."""
        reason = None if self.reason is None else render(self.reason, language)
        named = {name: difference_json(difference) for name, difference in self.differences.items()}
        return {"n": self.n, "reason": reason, **named}


BySplit = dict[str, dict[str, dict[str, Comparison]]]


def compare_splits(ours: Json | None, theirs: Json | None) -> dict[str, Comparison]:
    """The comparison of two tasks by split, of splits that both have.

    Where more subjects are shared across test and folds, such as those on whom one model was
    fine-tuned in folds and the other tested, there is one over all of these, too.
    """
    compared = {split: compare(ours, theirs, split) for split in _shared_splits(ours, theirs)}
    across = compare(ours, theirs, ACROSS)
    alone = (metrics.n for split, metrics in compared.items() if split != "train")
    return {**compared, ACROSS: across} if across.n > max(alone, default=0) else compared


def by_split(pairs: Mapping[Pair, Mapping[str, Comparison]]) -> BySplit:
    """The comparisons by split, then by the id of the first task, then of the second."""
    result: BySplit = {}
    for (first, second), splits in pairs.items():
        for split, comparison in splits.items():
            result.setdefault(split, {}).setdefault(first, {})[second] = comparison
    return result


def compare(ours: Json | None, theirs: Json | None, split: str) -> Comparison:
    """Differences of AUC, accuracy and balanced accuracy over the subjects both have predicted.

    Only subjects new to both models count: matched by id, however that is spelled, and site, and of
    the same class in both. ``split`` may be ``across``. Of left-out sites, each of which has a
    model of its own, there is the difference of the AUC within sites, too.
    """
    problem = _problem(ours, theirs)
    if problem or ours is None or theirs is None:
        return Comparison(0, reason=problem)
    mine, other = _new(ours, split), _matched(_new(ours, split), _new(theirs, split))
    shared = [who for who, answer in mine.items() if other.get(who, (None,))[0] == answer[0]]
    classes = {label: place for place, label in enumerate(ours["classes"])}
    labels = np.array([classes[mine[who][0]] for who in shared], dtype=np.int64)
    subjects = numbered([name for name, _, _ in shared])
    number = len({name for name, _, _ in shared})
    if counts_by_class(labels, subjects, len(classes)).min() < LEAST:
        return Comparison(number, reason=FEW)
    return Comparison(
        number,
        paired_difference(
            labels,
            _stacked(mine, shared, 1),
            _stacked(other, shared, 1),
            ranked=(_stacked(mine, shared, 2), _stacked(other, shared, 2)),
            groups=[site for _, site, _ in shared] if split == LEAVE_SITE_OUT else None,
            subjects=subjects,
        ),
    )


def _stacked(answers: Answers, shared: Sequence[Scan], place: int) -> FloatArray:
    """What stands at a place of these subjects' answers: (1, S, C)."""
    return np.array([[answers[who][place] for who in shared]], dtype=np.float64)


def _shared_splits(ours: Json | None, theirs: Json | None) -> list[str]:
    if ours is None or theirs is None:
        return []
    both = (ours["predictions"], theirs["predictions"])
    return [split for split in FAIREST if all(predictions.get(split) for predictions in both)]


def _problem(ours: Json | None, theirs: Json | None) -> Message | None:
    if ours is None or theirs is None:
        return NO_EVIDENCE
    if "score" in (ours["target"], theirs["target"]):
        return SCORE
    return None if ours["classes"] == theirs["classes"] else CLASSES


def _new(evidence: Json, split: str) -> Answers:
    """Label and probabilities of each scan of subjects new to the model."""
    if split == ACROSS:
        pooled: Answers = {}
        for other_split in POOLED:
            pooled = {**_new(evidence, other_split), **pooled}
        return pooled
    listed = evidence["predictions"].get(split) or {"id": []}
    subjects = list(zip(listed["id"], listed.get("site", ()), strict=False))
    before: Counter[tuple[str, str]] = Counter()
    scans = []
    for who in subjects:
        scans.append((*who, before[who]))
        before[who] += 1
    ranked = listed.get("before_calibration") or listed.get("probability") or []
    return {
        scan: (listed["label"][row], listed["probability"][row], ranked[row])
        for row, scan in enumerate(scans)
        if not listed["known"][row]
    }


def _matched(mine: Answers, theirs: Answers) -> Answers:
    """Those of ``theirs`` who are also in ``mine``, by the ids and sites there.

    Of several scans of a subject at a site, all or none: as many in both.
    """
    matched: Answers = {}
    our_scans, their_scans = _by_subject(mine), _by_subject(theirs)
    for site in {site for _, site in our_scans}:
        here, there = (
            [name for name, at in side if at == site] for side in (our_scans, their_scans)
        )
        for ours, other in match_ids(here, there).pairs:
            pair = our_scans[ours, site], their_scans[other, site]
            if len(pair[0]) == len(pair[1]):
                matched |= {our: theirs[their] for our, their in zip(*pair, strict=True)}
    return matched


def _by_subject(answers: Answers) -> dict[tuple[str, str], list[Scan]]:
    """The scans of each subject at a site, in their order."""
    by_subject: dict[tuple[str, str], list[Scan]] = {}
    for scan in answers:
        by_subject.setdefault(scan[:2], []).append(scan)
    return by_subject


class ComparisonCache:
    """Remembers comparisons: what is stored of a finished task never changes.

    A pair costs a second of CPU time, because subjects are resampled two thousand times.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Pair, dict[str, Comparison]] = OrderedDict()
        self._turn = asyncio.Lock()

    async def differences(self, tasks: Sequence[tuple[str, Evidence]]) -> BySplit:
        """By split, then by task id, the comparison with each later task: first minus second.

        ``tasks`` are ids with evidence, None where there is none.
        """
        pairs: dict[Pair, dict[str, Comparison]] = {}
        for (first, ours), (second, theirs) in combinations(tasks, 2):
            if ours is not None and theirs is not None:
                pairs[first, second] = await self._of(first, second, ours, theirs)
        return by_split(pairs)

    async def _of(self, first: str, second: str, *evidence: Evidence) -> dict[str, Comparison]:
        pair = first, second
        async with self._turn:
            if pair not in self._known:
                self._known[pair] = await asyncio.to_thread(compare_splits, *evidence)
            self._known.move_to_end(pair)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            return self._known[pair]
