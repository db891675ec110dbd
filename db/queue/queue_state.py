"""How many tasks wait, a task's place in the queue, how far tasks are, and which have ended."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count

from db.models import Outbox, Run
from db.neurolearn import Submission
from db.queue.claims import in_turn, place_of, waiting_projects
from db.queue.states import ACTIVE, TERMINAL, Status
from db.server.errors import translate_errors
from db.server.statements import exact_match, now_ms, pieces
from db.submissions.ownership import TYPES
from db.submissions.tasks import TaskRecord

MOST_LOOKED_AT = 20_000  # tasks that wait


@translate_errors()
async def waiting(proj_id: str) -> tuple[int, int]:
    """How many tasks wait: of this project, and in all."""
    submitted = Run.filter(state=Status.SUBMITTED.value, part=0)
    return await submitted.filter(proj_id=proj_id).count(), await submitted.count()


@translate_errors()
async def done_with(task_ids: Sequence[str], keep_ms: int) -> list[str]:
    """Those of these tasks that are Finished, or that failed or were cancelled that long ago."""
    now, done = await now_ms(), []
    for ids in pieces(task_ids):
        some = Run.filter(task_id__in=ids)
        finished = Q(state=Status.FINISHED.value)
        given_up = [Status.FAILED.value, Status.CANCELLED.value]
        old = Q(state__in=given_up, finished_at__lt=now - keep_ms)
        done += await some.filter(finished | old).values_list("task_id", flat=True)
    return [str(task_id) for task_id in done]


@translate_errors()
async def known_ids(task_ids: Sequence[str]) -> set[str]:
    """Those of these tasks and parts that this database knows."""
    known: set[str] = set()
    for ids in pieces(task_ids):
        some = Run.filter(task_id__in=ids)
        known |= {str(task_id) for task_id in await some.values_list("task_id", flat=True)}
    return known


@translate_errors()
async def place(task: TaskRecord) -> int:
    """How many tasks are due before this one, as projects take turns, and itself."""
    mine = Run.filter(state=Status.SUBMITTED.value, part=0, cancel_at=0, proj_id=task.proj_id)
    before = Q(submitted_at__lt=task.submitted_at)
    same = Q(submitted_at=task.submitted_at, task_id__lt=task.task_id)
    nth = await mine.filter(before | same).count()
    return place_of(await waiting_projects(), task.proj_id, nth)


@translate_errors()
async def places(most: int) -> dict[str, int]:
    """The first tasks that wait, by id: 1 for the next.

    What a project has waiting is due in its order, so its first ``most`` are enough.
    """
    submitted = Run.filter(state=Status.SUBMITTED.value, part=0, cancel_at=0)
    oldest = submitted.order_by("submitted_at", "task_id").limit(MOST_LOOKED_AT)
    tasks = [
        (str(id_), str(proj_id)) for id_, proj_id in await oldest.values_list("task_id", "proj_id")
    ]
    ordered = in_turn(await waiting_projects(), tasks)
    return {task_id: number for number, task_id in enumerate(ordered[:most], 1)}


MOST = 1000
MOST_ENDED = 10_000


@dataclass(frozen=True)
class RunProgress:
    """How far a task is: ``permille`` of all its work, ``remaining_ms`` left (-1: unknown)."""

    task_id: str
    proj_id: str
    state: str
    epoch: int
    epochs: int
    permille: int
    remaining_ms: int


PROGRESS = tuple(item.name for item in fields(RunProgress))


@translate_errors()
async def active() -> list[RunProgress]:
    """The newest tasks that wait or run, at most a thousand."""
    newest = Run.filter(ACTIVE, part=0).order_by("-submitted_at").limit(MOST)
    return [RunProgress(**row) for row in await newest.values(*PROGRESS)]


@translate_errors()
async def standing(task_ids: Sequence[str]) -> list[RunProgress]:
    """How far these tasks are, ended or not; without those whose submission was deleted."""
    if not task_ids:
        return []
    kept = await Submission.filter(task_id__in=list(task_ids)).values_list("task_id", flat=True)
    runs = Run.filter(task_id__in=list(kept))
    return [RunProgress(**row) for row in await runs.values(*PROGRESS)]


@translate_errors()
async def submitted(after: int | None) -> tuple[int, list[str]]:
    """The newest submission's number, and the trainings of those ``after`` one; of None, nobody's.

    Foreign rows are left out here and not by the query, which would look at them again and again.
    """
    if after is None:
        newest = await Submission.all().order_by("-id").limit(1).values("id")
        return (newest[0]["id"] if newest else 0), []
    later = Submission.filter(id__gt=after).order_by("id").limit(MOST)
    rows = await later.values("id", "task_id", "task_type")
    trainings = [row["task_id"] for row in rows if row["task_type"] in TYPES]
    return (rows[-1]["id"] if rows else after), trainings


@dataclass(frozen=True)
class EndedTask:
    """A task that has ended; ``finished_at`` in milliseconds since 1970."""

    task_id: str
    status: str
    finished_at: int


@translate_errors()
async def ended_since(since: int) -> list[EndedTask]:
    """The tasks that ended at that time or later, the first first, at most ten thousand; no shards.

    Without those whose submission was deleted.
    """
    states = sorted(status.value for status in TERMINAL)
    ended = Run.filter(state__in=states, part=0, finished_at__gte=since, imported_at=0)
    rows = ended.order_by("finished_at", "task_id").limit(MOST_ENDED)
    ended_tasks = [
        EndedTask(*row) for row in await rows.values_list("task_id", "state", "finished_at")
    ]
    task_ids = [task.task_id for task in ended_tasks]
    there: set[str] = set()
    for ids in pieces(task_ids):
        some = Submission.filter(task_id__in=ids)
        there |= {str(task_id) for task_id in await some.values_list("task_id", flat=True)}
    return [task for task in ended_tasks if task.task_id in there]


@dataclass(frozen=True)
class RunningTask:
    """What a worker does: a ``task`` or a shard of it, on its ``device``, for ``seconds``."""

    task: str
    worker: str
    device: str
    seconds: float


@translate_errors()
async def running() -> list[RunningTask]:
    """The tasks and shards that run, the longest first, at most a thousand."""
    now = await now_ms()
    runs = Run.filter(state=Status.RUNNING.value).order_by("started_at", "task_id").limit(MOST)
    rows = await runs.values("task_id", "part_of", "worker", "device", "started_at")
    return [
        RunningTask(
            row["part_of"] or row["task_id"],
            row["worker"],
            row["device"],
            max(0.0, (now - row["started_at"]) / 1000),
        )
        for row in rows
    ]


# Since when a task has been in a state that it is not to stay in.
SINCE = {Status.SUBMITTED: "submitted_at", Status.RUNNING: "started_at"}


@dataclass(frozen=True)
class TaskCounts:
    """Tasks and shards by state; seconds since the oldest; messages to send."""

    tasks: dict[str, int]
    shards: dict[str, int]
    oldest_seconds: dict[str, float]
    unsent: int


@dataclass(frozen=True)
class ProjectTaskCounts:
    """The same of one project, which is told nothing of shards and messages."""

    tasks: dict[str, int]
    oldest_seconds: dict[str, float]


@translate_errors()
async def count_tasks() -> TaskCounts:
    """Count. Raises DatabaseError."""
    tasks, shards = Run.filter(part_of=""), Run.exclude(part_of="")
    return TaskCounts(
        tasks=await _by_state(tasks),
        shards=await _by_state(shards),
        oldest_seconds=await _oldest(tasks),
        unsent=await Outbox.filter(sent_at=0).count(),
    )


@translate_errors()
async def count_project_tasks(proj_id: str) -> ProjectTaskCounts:
    """Count the tasks of a project. Raises DatabaseError."""
    tasks = exact_match(Run.filter(part_of=""), "proj_id", proj_id)
    return ProjectTaskCounts(await _by_state(tasks), await _oldest(tasks))


async def _oldest(tasks: Any) -> dict[str, float]:
    """The seconds since the oldest task of a state is in it, where there is one."""
    now = await now_ms()
    first = {
        state: await tasks.filter(state=state.value).order_by(since).limit(1).values_list(since)
        for state, since in SINCE.items()
    }
    return {state.value: max(0, now - rows[0][0]) / 1000 for state, rows in first.items() if rows}


async def _by_state(runs: Any) -> dict[str, int]:
    """A number for every state; one that no run is in is 0."""
    counted = runs.annotate(number=Count("task_id")).group_by("state")
    return dict.fromkeys(list(map(str, Status)), 0) | dict(
        await counted.values_list("state", "number")
    )
