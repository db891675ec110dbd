"""Comparisons of tasks, each worked out once."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from graphnet.names import ACROSS
from service.stores.comparison import BySplit, Comparison, Pair, by_split, compare_splits
from service.stores.shared_subjects import POOLED
from service.stores.together import Evaluated, Together, add_tasks

MOST = 2000  # pairs that are remembered


@dataclass(frozen=True)
class PairOfTasks:
    """How two tasks differ, by split, and what they say together."""

    differences: dict[str, Comparison]
    together: list[Together]

    @classmethod
    def of(cls, ours: Evaluated, theirs: Evaluated) -> "PairOfTasks":
        """Together on new subjects only: those of validation may have chosen the epoch."""
        differences = compare_splits(ours.evidence, theirs.evidence)
        splits = [split for split in (ACROSS, *POOLED) if split in differences]
        return cls(differences, [add_tasks(ours, theirs, split) for split in splits])


@dataclass(frozen=True)
class AllPairs:
    """Each pair of several tasks: the differences by split, first and second; both together."""

    differences: BySplit
    together: list[Together]


class ComparisonCache:
    """Remembers comparisons: what is stored of a finished task never changes.

    A pair costs seconds of CPU time, because subjects are resampled two thousand times.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Pair, PairOfTasks] = OrderedDict()
        self._turn = asyncio.Lock()

    async def compared(self, tasks: Sequence[Evaluated]) -> AllPairs:
        """Each task beside each later one; a task without predictions beside none."""
        pairs: dict[Pair, PairOfTasks] = {}
        for ours, theirs in combinations(tasks, 2):
            if ours.evidence is not None and theirs.evidence is not None:
                pairs[ours.task_id, theirs.task_id] = await self._of(ours, theirs)
        together = [added for pair in pairs.values() for added in pair.together]
        return AllPairs(by_split({ids: pair.differences for ids, pair in pairs.items()}), together)

    async def _of(self, ours: Evaluated, theirs: Evaluated) -> PairOfTasks:
        pair = ours.task_id, theirs.task_id
        async with self._turn:
            if pair not in self._known:
                self._known[pair] = await asyncio.to_thread(PairOfTasks.of, ours, theirs)
            self._known.move_to_end(pair)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            return self._known[pair]
