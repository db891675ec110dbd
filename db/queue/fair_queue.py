"""Whose turn it is: projects take turns, however many tasks one of them has waiting.

First comes the project with the fewest tasks that run; among those, the one that was last given a
worker the longest ago; within a project, the task that was submitted first.
"""

import random
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tortoise.connection import get_connection

from db.models import Run
from db.queue.claims import Claim, claim
from db.queue.states import Status
from db.server.errors import translate_errors
from db.submissions.form import KINDS

WAITING = f"state = '{Status.SUBMITTED}' AND part = 0 AND cancel_at = 0"
# The times of the last starts come from an index, whatever a project has had trained before.
PROJECTS = """
SELECT w.proj_id, w.oldest, w.number,
    (SELECT COUNT(*) FROM sgn_runs r
        WHERE r.state = '{running}' AND r.proj_id = w.proj_id AND r.part = 0) AS running,
    (SELECT MAX(s.started_at) FROM sgn_runs s WHERE s.proj_id = w.proj_id) AS last
FROM (SELECT proj_id, MIN(submitted_at) AS oldest, COUNT(*) AS number FROM sgn_runs
    WHERE {waiting} GROUP BY proj_id) w
"""


@dataclass(frozen=True)
class Project:
    """A project with tasks that wait; ``last`` is when one of its tasks was last given a worker."""

    proj_id: str
    number: int
    running: int
    last: int
    oldest: int

    def turn(self, nth: int) -> tuple[int, int, int, int, str]:
        """When its ``nth`` waiting task, from 0 on, is due: the least of all is next.

        As if nothing ended meanwhile: at its ``nth`` task it has so many more that run. Of two
        that have come to the same number, the one that had more from the start was served longer
        ago.
        """
        return self.running + nth, -self.running, self.last, self.oldest, self.proj_id


@translate_errors()
async def waiting_projects(kind: str | None = None) -> list[Project]:
    """The projects of which tasks wait, the next one first; of tasks for one kind of device."""
    if kind not in {None, "", *KINDS}:
        return []
    of_kind = "" if kind is None else f" AND kind = '{kind}'"
    query = PROJECTS.format(running=Status.RUNNING, waiting=WAITING + of_kind)
    _, rows = await get_connection("default").execute_query(query)
    projects = [
        Project(
            proj_id=str(row["proj_id"]),
            number=int(row["number"]),
            running=int(row["running"]),
            last=int(row["last"] or 0),
            oldest=int(row["oldest"]),
        )
        for row in rows
    ]
    return sorted(projects, key=lambda project: project.turn(0))


@translate_errors()
async def next_tasks(kind: str, most: int) -> list[str]:
    """The tasks that the next project has waiting for this kind of device, oldest first."""
    of_kind = Run.filter(state=Status.SUBMITTED.value, part=0, cancel_at=0, kind=kind)
    for project in await waiting_projects(kind):
        waiting = of_kind.filter(proj_id=project.proj_id).order_by("submitted_at", "task_id")
        ids = await waiting.limit(most).values_list("task_id", flat=True)
        if ids:  # else other workers have taken its last ones meanwhile
            return [str(task_id) for task_id in ids]
    return []


def in_turn(projects: Iterable[Project], tasks: Sequence[tuple[str, str]]) -> list[str]:
    """Tasks in the order of their turns; they are given by id and project, oldest first."""
    by_id, seen, due = {project.proj_id: project for project in projects}, Counter[str](), []
    for task_id, proj_id in tasks:
        if proj_id in by_id:
            due.append((by_id[proj_id].turn(seen[proj_id]), task_id))
            seen[proj_id] += 1
    return [task_id for _, task_id in sorted(due)]


def place_of(projects: Iterable[Project], proj_id: str, nth: int) -> int:
    """How many tasks are due before the ``nth`` of a project, and itself."""
    every = {project.proj_id: project for project in projects}
    if proj_id not in every:  # it has been taken meanwhile
        return 1
    due = every.pop(proj_id).turn(nth)
    return nth + 1 + sum(_before(project, due) for project in every.values())


def _before(project: Project, due: tuple[int, int, int, int, str]) -> int:
    """How many tasks of a project are due before that."""
    level = due[0] - project.running
    before = level + (project.turn(level) < due if level >= 0 else 0)
    return min(project.number, max(0, before))


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
    claimed = await claiming(task_id) if run.state == Status.RUNNING else None
    return claimed or await _whole(claiming, run.kind, task_id)


async def _whole(
    claiming: Callable[[str], Coroutine[Any, Any, Claim | None]], kind: str, task_id: str
) -> Claim | None:
    """The task of this kind whose turn it is; others may choose it at the same time."""
    for attempt in range(TRIES):
        # The more workers have come before, the more of them may choose the same.
        choice = await next_tasks(kind, min(2**attempt, MOST_CHOICE))
        if not choice:
            return None
        claimed = await claiming(random.choice(choice))  # noqa: S311 - no secret
        if claimed is not None:
            return claimed
    return await claiming(task_id)


@translate_errors()
async def _run(task_id: str) -> Run | None:
    return await Run.get_or_none(task_id=task_id).only(
        "task_id", "state", "part", "kind", "checkpoint"
    )
