"""How many tasks wait, where in the queue one is, and which have nothing to wait for any more."""

from collections.abc import Sequence

from tortoise.expressions import Q

from db.clock import now_ms
from db.errors import translated
from db.fairness import in_turn, place_of, waiting_projects
from db.models import Run
from db.states import Status
from db.tasks import TaskRecord

LONGEST_LIST = 500  # ids in one query
MOST_LOOKED_AT = 20_000  # tasks that wait


@translated()
async def waiting(proj_id: str) -> tuple[int, int]:
    """How many tasks wait: of this project, and in all."""
    submitted = Run.filter(state=Status.SUBMITTED.value, part=0)
    return await submitted.filter(proj_id=proj_id).count(), await submitted.count()


@translated()
async def done_with(task_ids: Sequence[str], keep_ms: int) -> list[str]:
    """Those of these tasks that are Finished, or that failed or were cancelled that long ago."""
    now, found = await now_ms(), []
    for start in range(0, len(task_ids), LONGEST_LIST):
        some = Run.filter(task_id__in=list(task_ids[start : start + LONGEST_LIST]))
        finished = Q(state=Status.FINISHED.value)
        given_up = [Status.FAILED.value, Status.CANCELLED.value]
        old = Q(state__in=given_up, finished_at__lt=now - keep_ms)
        found += await some.filter(finished | old).values_list("task_id", flat=True)
    return [str(task_id) for task_id in found]


@translated()
async def known_ids(task_ids: Sequence[str]) -> set[str]:
    """Those of these tasks and parts that this database knows."""
    found: set[str] = set()
    for start in range(0, len(task_ids), LONGEST_LIST):
        some = Run.filter(task_id__in=list(task_ids[start : start + LONGEST_LIST]))
        found |= {str(task_id) for task_id in await some.values_list("task_id", flat=True)}
    return found


@translated()
async def place(task: TaskRecord) -> int:
    """How many tasks are due before this one, as projects take turns, and itself."""
    mine = Run.filter(state=Status.SUBMITTED.value, part=0, cancel_at=0, proj_id=task.proj_id)
    before = Q(submitted_at__lt=task.submitted_at)
    same = Q(submitted_at=task.submitted_at, task_id__lt=task.task_id)
    nth = await mine.filter(before | same).count()
    return place_of(await waiting_projects(), task.proj_id, nth)


@translated()
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
