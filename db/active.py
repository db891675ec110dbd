"""Tasks that wait or run, and how far they are: one query for everybody who watches."""

from collections.abc import Sequence
from typing import Any

from db.errors import translated
from db.models import Run
from db.neurolearn import Submission
from db.ownership import TYPES
from db.transitions import ACTIVE

MOST = 1000
FIELDS = ("task_id", "proj_id", "state", "epoch", "epochs", "permille", "remaining_ms", "version")


@translated()
async def active() -> list[dict[str, Any]]:
    """The newest of them, at most a thousand."""
    query = Run.filter(ACTIVE, part=0)
    return await query.order_by("-submitted_at").limit(MOST).values(*FIELDS)


@translated()
async def standing(task_ids: Sequence[str]) -> list[dict[str, Any]]:
    """How these stand, ended or not; without those whose submission was deleted."""
    if not task_ids:
        return []
    there = await Submission.filter(task_id__in=list(task_ids)).values_list("task_id", flat=True)
    return await Run.filter(task_id__in=list(there)).values(*FIELDS)


@translated()
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
