"""How many tasks are in which state, and how long the oldest has waited: for who watches."""

from dataclasses import dataclass
from typing import Any

from tortoise.functions import Count

from db.clock import now_ms
from db.errors import translated
from db.letters import in_its_letters
from db.models import Outbox, Run
from db.states import Status

# Since when a task has been in a state that it is not to stay in.
SINCE = {Status.SUBMITTED: "submitted_at", Status.RUNNING: "started_at"}


@dataclass(frozen=True)
class Figures:
    """Tasks and parts by state; the seconds of the oldest, where there is one; messages to send."""

    tasks: dict[str, int]
    parts: dict[str, int]
    oldest_seconds: dict[str, float]
    unsent: int


@dataclass(frozen=True)
class ProjectFigures:
    """The same of one project, whose parts and messages are nobody's business but the service's."""

    tasks: dict[str, int]
    oldest_seconds: dict[str, float]


@translated()
async def read_figures() -> Figures:
    """Count. Raises DatabaseError."""
    tasks, parts = Run.filter(part_of=""), Run.exclude(part_of="")
    return Figures(
        tasks=await _by_state(tasks),
        parts=await _by_state(parts),
        oldest_seconds=await _oldest(tasks),
        unsent=await Outbox.filter(sent_at=0).count(),
    )


@translated()
async def read_project_figures(proj_id: str) -> ProjectFigures:
    """Count the tasks of a project. Raises DatabaseError."""
    tasks = in_its_letters(Run.filter(part_of=""), "proj_id", proj_id)
    return ProjectFigures(await _by_state(tasks), await _oldest(tasks))


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
