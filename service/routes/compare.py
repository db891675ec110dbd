"""Several tasks side by side, and what differs between them on the same subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db.tasks import TaskRecord
from service.http.auth import caller_of
from service.http.queries import LONGEST_ID
from service.http.responses import ApiError, ErrorNum, FieldError, form_error, success
from service.predecessor import PREDECESSOR, stranger_seen
from service.routes.evidence import evidence_of
from service.routes.tasks import find_task
from service.state import state_of
from service.stores.task_views import full_view

FEWEST, MOST = 2, 6
NO_TASK = "there is no task of that id."
UNKNOWN = f"which is a task of {PREDECESSOR}; its methods are not known, so it is not compared."
Evidence = Mapping[str, Any] | None


async def compare(request: Request) -> Response:
    """The tasks that ``task_ids`` names, and their paired differences."""
    state = state_of(request)
    with state.admission.comparison():
        found = await tasks_of(request, _asked(request))
        wrong: list[str] = []
        known = [(task.task_id, await evidence_if_there(request, task, wrong)) for task in found]
        views = [
            replace(
                await full_view(task),
                model_lost=await state.lost_models.is_lost(state.artifacts, task),
            )
            for task in found
        ]
        found_out = await state.comparison_cache.differences(known)
        return success(tasks=[view.as_dict() for view in views], differences=found_out, lost=wrong)


async def tasks_of(request: Request, task_ids: Sequence[str]) -> list[TaskRecord]:
    """The tasks of these ids. Raises ApiError, also where one is another project's."""
    if not FEWEST <= len(task_ids) <= MOST:
        sentence = (
            f"task_ids names {len(task_ids)} tasks; it must name {FEWEST} to {MOST} different "
            "ones, with commas between."
        )
        raise form_error([("task_ids", sentence)])
    found = [(task_id, await find_task(request, task_id)) for task_id in task_ids]
    problems: list[FieldError] = [
        ("task_ids", sentence)
        for task_id, task in found
        if (sentence := await _problem(request, task_id, task))
    ]
    if problems:
        raise form_error(problems)
    return [task for _, task in found if task is not None]


async def _problem(request: Request, task_id: str, task: TaskRecord | None) -> str:
    """Why a task cannot be compared; "" where it can."""
    named = f"task_ids names {task_id[:LONGEST_ID]!r},"
    if task is None:
        stranger = await stranger_seen(caller_of(request), task_id)
        return f"{named} which is {stranger}." if stranger else f"{named} but {NO_TASK}"
    return f"{named} {UNKNOWN}" if task.by_predecessor else ""


async def evidence_if_there(request: Request, task: TaskRecord, wrong: list[str]) -> Evidence:
    """What the task's figures rest on; None of one that has not ended or was of an older version.

    None, too, where it is lost, which is told in ``wrong``. Raises ApiError where what is stored is
    damaged; RegistryError.
    """
    try:
        return await evidence_of(request, task)
    except ApiError as refusal:
        if refusal.number == ErrorNum.STORED_LOST:
            wrong.append(refusal.msg)
        elif refusal.number != ErrorNum.NOT_FOUND:
            raise
        return None


def _asked(request: Request) -> list[str]:
    text = request.query_params.get("task_ids", "")
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
