"""Two tasks on the same subjects: how far their figures differ, and how sure that is. Pure."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from graphnet.artifacts.result import Difference
from graphnet.data.identifiers import match_ids
from graphnet.evaluation.headline import FAIREST
from graphnet.evaluation.resampling import LEAST, paired_difference

Json = Mapping[str, Any]
Subject = tuple[str, str]  # id and site
Answers = dict[Subject, tuple[int, list[float]]]  # label and probability by class
BySplit = dict[str, dict[str, dict[str, Json]]]
NAMES = ("auc", "accuracy", "balanced_accuracy")

NO_EVIDENCE = "One of them has no predictions stored, as tasks of an older version have not."
SCORE = "A clinical score was predicted; only predicted classes are compared subject by subject."
CLASSES = "They do not predict the same classes."
FEW = f"Fewer than {LEAST} subjects of a class are new to both models."


def of_pair(ours: Json | None, theirs: Json | None) -> dict[str, Json]:
    """The difference of two tasks by split, of splits that both have."""
    return {split: difference(ours, theirs, split) for split in _shared_splits(ours, theirs)}


def by_split(pairs: Mapping[tuple[str, str], Mapping[str, Json]]) -> BySplit:
    """What was found of each pair, by split, then by the id of the first, then of the second."""
    found: BySplit = {}
    for (first, second), splits in pairs.items():
        for split, each in splits.items():
            found.setdefault(split, {}).setdefault(first, {})[second] = each
    return found


def difference(ours: Json | None, theirs: Json | None, split: str) -> dict[str, Any]:
    """Differences of AUC, accuracy and balanced accuracy over the subjects both have predicted.

    Only who is new to both models counts: matched by id, however that is spelled, and site, of the
    same class in both. ``n``
    is how many those are; where there are too few, ``reason`` says so and the rest is None.
    """
    problem = _problem(ours, theirs)
    if problem or ours is None or theirs is None:
        return _unknown(0, problem)
    mine, other = _new(ours, split), _matched(_new(ours, split), _new(theirs, split))
    shared = [who for who, each in mine.items() if other.get(who, (None,))[0] == each[0]]
    classes = {label: place for place, label in enumerate(ours["classes"])}
    labels = np.array([classes[mine[who][0]] for who in shared], dtype=np.int64)
    if np.bincount(labels, minlength=len(classes)).min() < LEAST:
        return _unknown(len(shared), FEW)
    pair = [np.array([[each[who][1] for who in shared]]) for each in (mine, other)]
    differences = paired_difference(labels, *pair)
    named = {name: difference.as_dict() for name, difference in differences.items()}
    return {"n": len(shared), "reason": None, **named}


def _shared_splits(ours: Json | None, theirs: Json | None) -> list[str]:
    if ours is None or theirs is None:
        return []
    each = (ours["predictions"], theirs["predictions"])
    return [split for split in FAIREST if all(found.get(split) for found in each)]


def _problem(ours: Json | None, theirs: Json | None) -> str:
    if ours is None or theirs is None:
        return NO_EVIDENCE
    if "score" in (ours["target"], theirs["target"]):
        return SCORE
    return "" if ours["classes"] == theirs["classes"] else CLASSES


def _new(found: Json, split: str) -> Answers:
    """Label and probabilities of whom the model has not trained on; without who stands twice."""
    listed = found["predictions"].get(split) or {"id": []}
    subjects = list(zip(listed["id"], listed.get("site", ()), strict=False))
    often = Counter(subjects)
    return {
        who: (listed["label"][row], listed["probability"][row])
        for row, who in enumerate(subjects)
        if often[who] == 1 and not listed["known"][row]
    }


def _matched(mine: Answers, theirs: Answers) -> Answers:
    """Those of ``theirs`` who are also in ``mine``, by the ids and sites there."""
    found: Answers = {}
    for site in {site for _, site in mine}:
        here, there = ([name for name, at in side if at == site] for side in (mine, theirs))
        found |= {(ours, site): theirs[other, site] for ours, other in match_ids(here, there).pairs}
    return found


def _unknown(shared: int, reason: str) -> dict[str, Any]:
    return {"n": shared, "reason": reason, **{name: Difference().as_dict() for name in NAMES}}


MOST = 2000  # pairs that are remembered
Evidence = Mapping[str, Any] | None
Pair = tuple[str, str]


class ComparisonCache:
    """What is stored of a finished task never changes, nor does what two of them differ in.

    A pair costs a second of a processor, as subjects are drawn two thousand times.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Pair, dict[str, Any]] = OrderedDict()
        self._turn = asyncio.Lock()

    async def differences(self, tasks: Sequence[tuple[str, Evidence]]) -> BySplit:
        """By split, then by task id, the difference to each later task: first minus second.

        ``tasks`` are ids with evidence, None where there is none.
        """
        found: dict[Pair, dict[str, Any]] = {}
        for (first, ours), (second, theirs) in combinations(tasks, 2):
            if ours is not None and theirs is not None:
                found[first, second] = await self._of(first, second, ours, theirs)
        return by_split(found)

    async def _of(self, first: str, second: str, *evidence: Evidence) -> dict[str, Any]:
        pair = first, second
        async with self._turn:
            if pair not in self._known:
                self._known[pair] = await asyncio.to_thread(of_pair, *evidence)
            self._known.move_to_end(pair)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            return self._known[pair]
