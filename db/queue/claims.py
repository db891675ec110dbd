"""A task taken by a worker: whose turn it is, and one conditional UPDATE that takes it.

Projects take turns, however many tasks one of them has waiting. First comes the project with the
fewest tasks that run; among those, the one that was last given a worker the longest ago; within a
project, the task that was submitted first.

The UPDATE comes first in its transaction: SQLite cannot turn one that began by reading into a
writing one while another process writes.
"""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.expressions import F, Q

from db.models import Run
from db.neurolearn import Submission
from db.queue.states import (
    ACTIVE,
    NO_REASON,
    SHARD_RELEASED,
    Status,
    end_runs,
    reason_columns,
    release_shards,
    sync_submission,
)
from db.server.errors import translate_errors
from db.server.statements import now_ms, restart_on_deadlock, transaction
from db.server.versions import check_not_ahead
from db.submissions.form import KINDS
from db.texts import json_object
from graphnet.messages import Message

IN_ALL = 10  # times the attempts since the last checkpoint
LONGEST_CHAIN = 16
SUBMISSION_DELETED = Message("tasks.submission-deleted")
FORM_UNREADABLE = Message("tasks.form-unreadable")
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
class Claim:
    """A task that is ours until the lease runs out; ``lease_token`` fences every write.

    ``earlier`` are the tasks that it tries again, the last first. A ``part`` of a task, from 1 on,
    has the task's form; a whole task is number 0. ``permille`` is how far earlier attempts came.
    """

    task_id: str
    attempt: int
    lease_token: str
    proj_id: str
    task_name: str
    task_type: str
    task_config: dict[str, Any]
    parent_task_id: str
    earlier: tuple[str, ...] = ()
    request_id: str = ""
    traceparent: str = ""
    part_of: str = ""
    part: int = 0
    kind: str = ""
    permille: int = 0


@restart_on_deadlock
@translate_errors()
async def claim(
    task_id: str, *, worker: str, device: str, lease_ms: int, max_attempts: int
) -> Claim | None:
    """Take a submitted task, or a running one whose lease has run out; None if it is neither.

    A task that was tried ``max_attempts`` times since its last checkpoint, or ten times as often in
    all, fails with a sentence instead; one that somebody has cancelled is not tried again.

    Raises:
        SchemaAhead: the database is of a newer version, whose workers train its tasks.

    """
    await check_not_ahead()
    token = str(uuid.uuid4())
    now = await now_ms()
    async with transaction() as connection:
        taken = (
            await _free(task_id, now, connection)
            .filter(crashes__lt=max_attempts, attempt__lt=IN_ALL * max_attempts)
            .update(
                state=Status.RUNNING.value,
                attempt=F("attempt") + 1,
                lease_token=token,
                lease_until=now + lease_ms,
                **NO_REASON,
                worker=worker[:128],
                device=device[:64],
                started_at=now,
                progress_at=now,
                crashes=F("crashes") + 1,
                stage=None,
                version=F("version") + 1,
            )
        )
        if taken:
            await sync_submission(task_id, Status.RUNNING, connection)
            return await _taken(task_id, token, now, connection)
        # Taken or ended already, or tried too often. PostgreSQL does not lock the row that the
        # UPDATE left as it was, so it may have been handed back by now: look at the attempts again.
        for what, times in (("crashes", max_attempts), ("attempt", IN_ALL * max_attempts)):
            exhausted = _free(task_id, now, connection).filter(**{f"{what}__gte": times})
            reason = Message("tasks.given-up", count=times)
            await _drop(exhausted, task_id, reason, now, connection)
    return None


async def _drop(
    runs: Any, task_id: str, reason: Message, now: int, connection: BaseDBAsyncClient
) -> None:
    """End the task as Failed in both tables, if the run is still among these."""
    if await end_runs(runs, Status.FAILED, now, await reason_columns(reason)):
        await sync_submission(task_id, Status.FAILED, connection, result=str(reason))
        await release_shards(task_id, now, connection)


def _free(task_id: str, now: int, connection: BaseDBAsyncClient) -> Any:
    expired = Q(state=Status.RUNNING.value, lease_until__lt=now)
    free = Q(state=Status.SUBMITTED.value) | expired
    return Run.filter(free, task_id=task_id, cancel_at=0).using_db(connection)


async def _taken(task_id: str, token: str, now: int, connection: BaseDBAsyncClient) -> Claim | None:
    """The claim, or the end of a task that cannot be read."""
    run = await Run.get(task_id=task_id, using_db=connection)
    claim = await read_claim(run, token, connection)
    if claim is None:
        submitted = Submission.filter(task_id=run.part_of or task_id).using_db(connection)
        reason = FORM_UNREADABLE if await submitted.exists() else SUBMISSION_DELETED
        mine = Run.filter(task_id=task_id).using_db(connection)
        await _drop(mine, task_id, SHARD_RELEASED if run.part else reason, now, connection)
    return claim


async def read_claim(
    run: Run, token: str, connection: BaseDBAsyncClient | None = None
) -> Claim | None:
    """What a worker needs to know of a task; None if its form is gone or cannot be read.

    None also for a shard of a task that has ended.
    """
    whole: Run | None = run
    if run.part:
        active = Run.filter(ACTIVE, task_id=run.part_of).using_db(connection)
        whole = await active.get_or_none()
    if whole is None:
        return None
    submission = await Submission.get_or_none(task_id=whole.task_id, using_db=connection)
    config = json_object(submission.task_config) if submission else None
    if submission is None or config is None:
        return None
    return Claim(
        task_id=run.task_id,
        attempt=run.attempt,
        lease_token=token,
        proj_id=submission.proj_id,
        task_name=submission.task_name,
        task_type=submission.task_type,
        task_config=config,
        parent_task_id=run.parent_task_id,
        earlier=tuple(
            shard_id(task_id, run.part) if run.part else task_id
            for task_id in await _earlier(whole, connection)
        ),
        request_id=run.request_id,
        traceparent=run.traceparent,
        part_of=run.part_of,
        part=run.part,
        kind=run.kind,
        permille=run.permille,
    )


def shard_id(task_id: str, number: int) -> str:
    """The id of a shard's run; shards are numbered from 1 on."""
    return f"{task_id}-{number:04d}"


def is_shard(task_id: str) -> bool:
    """Return True if a run of this id is a shard."""
    return "-" in task_id


def task_id_of_shard(shard_id: str) -> str:
    """The id of the task that a shard of this id belongs to."""
    return shard_id.rpartition("-")[0]


def claimed_run(claim: Claim, connection: BaseDBAsyncClient | None = None) -> Any:
    """The run of a claim, as long as it is held."""
    held = {"lease_token": claim.lease_token, "state": Status.RUNNING.value}
    query = Run.filter(task_id=claim.task_id, **held)
    return query if connection is None else query.using_db(connection)


async def _earlier(run: Run, connection: BaseDBAsyncClient | None) -> tuple[str, ...]:
    chain: list[str] = []
    current: Run | None = run
    while current and current.retry_of and len(chain) < LONGEST_CHAIN:
        chain.append(current.retry_of)
        current = await Run.get_or_none(task_id=current.retry_of, using_db=connection)
    return tuple(chain)


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
async def _next_tasks(kind: str, most: int) -> list[str]:
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
        choice = await _next_tasks(kind, min(2**attempt, MOST_CHOICE))
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
