"""What is to be known of the results of several tasks, without holding them all at once."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from db.errors import translated
from db.neurolearn import Submission
from db.tasks import json_object

AT_ONCE = 20  # results, of 100 kB each
T = TypeVar("T")


@translated()
async def read_results(
    task_ids: Sequence[str], reduce: Callable[[dict[str, Any] | None], T]
) -> dict[str, T]:
    """What ``reduce`` makes of each task's result, None of one that has none; in a thread."""
    found: dict[str, T] = {}
    for first in range(0, len(task_ids), AT_ONCE):
        query = Submission.filter(task_id__in=list(task_ids[first : first + AT_ONCE]))
        for row in await query.values("task_id", "task_result"):
            found[row["task_id"]] = await asyncio.to_thread(_reduced, row["task_result"], reduce)
    return found


def _reduced(text: str, reduce: Callable[[dict[str, Any] | None], T]) -> T:
    return reduce(json_object(text))
