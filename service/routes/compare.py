"""Several tasks side by side, and what differs between them on the same subjects."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db.tasks import TaskRecord
from service.house import house_of
from service.queries import LONGEST_ID
from service.replies import ErrorNum, FieldError, Refusal, invalid, success
from service.routes.evidence import evidence_of
from service.routes.tasks import find_task, progress_of, shown

FEWEST, MOST = 2, 6
Evidence = Mapping[str, Any] | None


async def compare(request: Request) -> Response:
    """The tasks that ``task_ids`` names, and their paired differences."""
    house = house_of(request)
    with house.admission.comparison():
        found = await tasks_of(request, _asked(request))
        known = [(task.task_id, await evidence_if_there(request, task)) for task in found]
        listed = [shown(task, await progress_of(task)) for task in found]
        return success(tasks=listed, differences=await house.comparer.differences(known))


async def tasks_of(request: Request, task_ids: Sequence[str]) -> list[TaskRecord]:
    """The tasks of these ids. Raises Refusal, also where one is another project's."""
    if not FEWEST <= len(task_ids) <= MOST:
        sentence = (
            f"task_ids names {len(task_ids)} tasks; it must name {FEWEST} to {MOST} different "
            "ones, with commas between."
        )
        raise invalid([("task_ids", sentence)])
    found = [(task_id, await find_task(request, task_id)) for task_id in task_ids]
    missing: list[FieldError] = [
        ("task_ids", f"task_ids names {task_id[:LONGEST_ID]!r}, but there is no task of that id.")
        for task_id, task in found
        if task is None
    ]
    if missing:
        raise invalid(missing)
    return [task for _, task in found if task is not None]


async def evidence_if_there(request: Request, task: TaskRecord) -> Evidence:
    """What the task's figures rest on; None of one that has not ended or was of an older version.

    Raises Refusal where what is stored is damaged; RegistryError.
    """
    try:
        return await evidence_of(request, task)
    except Refusal as refusal:
        if refusal.number == ErrorNum.NOT_FOUND:
            return None
        raise


def _asked(request: Request) -> list[str]:
    text = request.query_params.get("task_ids", "")
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
