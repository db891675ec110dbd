"""Works out how far tasks differ, for one who asks at a time, and remembers it."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from service.comparison import BySplit, by_split, of_pair

MOST = 2000  # pairs that are remembered
Evidence = Mapping[str, Any] | None
Pair = tuple[str, str]


class Comparer:
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
