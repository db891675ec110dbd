"""What a worker claims that has got a message: of whole tasks, the one whose turn it is.

A message for a task that waits says no more than that one waits: as many lie on the queue as tasks
wait, and which of them is next is seen when a worker has time. Parts, and tasks whose worker was
lost, are claimed by their own messages.
"""

import random
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from db.claims import Claim, claim
from db.errors import translated
from db.fairness import next_tasks
from db.models import Run
from db.states import Status

TRIES = 20  # each may have been taken by another worker
MOST_CHOICE = 64


async def claim_next(
    task_id: str, *, worker: str, device: str, lease_ms: int, max_attempts: int
) -> Claim | None:
    """Claim what a message for ``task_id`` stands for; None if there is nothing to be claimed.

    None as well for a cancelled task of which something is still to be stored: that comes first.

    Raises:
        SchemaAhead: the database is of a newer version, whose workers train its tasks.

    """
    claiming = partial(
        claim, worker=worker, device=device, lease_ms=lease_ms, max_attempts=max_attempts
    )
    run = await _run(task_id)
    if run is None:
        return await _whole(claiming, "", task_id)
    if run.part:
        return await claiming(task_id)
    if run.state == Status.CANCELLED and run.checkpoint:
        return None
    found = await claiming(task_id) if run.state == Status.RUNNING else None
    return found or await _whole(claiming, run.kind, task_id)


async def _whole(
    claiming: Callable[[str], Coroutine[Any, Any, Claim | None]], kind: str, task_id: str
) -> Claim | None:
    """The task of this kind whose turn it is; others may choose it at the same time."""
    for attempt in range(TRIES):
        # The more workers have come before, the more of them may choose the same.
        choice = await next_tasks(kind, min(2**attempt, MOST_CHOICE))
        if not choice:
            return None
        found = await claiming(random.choice(choice))  # noqa: S311 - no secret
        if found is not None:
            return found
    return await claiming(task_id)


@translated()
async def _run(task_id: str) -> Run | None:
    return await Run.get_or_none(task_id=task_id).only(
        "task_id", "state", "part", "kind", "checkpoint"
    )
