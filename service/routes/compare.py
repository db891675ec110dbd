"""Several tasks side by side, and what differs between them on the same subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db.submissions.tasks import TaskRecord
from graphnet.messages import Message, rendered
from service.api.comparison_view import FEWEST_COMPARED, MOST_COMPARED, TogetherView
from service.http.auth import caller_of
from service.http.queries import LONGEST_ID
from service.http.responses import (
    ApiError,
    ErrorNum,
    FieldError,
    answer_language,
    field_error,
    form_error,
    quoted,
    success,
)
from service.predecessor import stranger_seen
from service.routes.stored import evidence_of
from service.routes.tasks import find_task
from service.state import state_of
from service.stores.comparison import BySplit
from service.stores.shared_subjects import Evidence
from service.stores.together import Evaluated
from service.stores.views import full_view

FIELD = "task_ids"
Json = Mapping[str, Any]


async def compare(request: Request) -> Response:
    """The tasks that ``task_ids`` names: how each two differ, and what they say together."""
    state = state_of(request)
    with state.admission.comparison():
        compared = await tasks_of(request, _task_ids(request))
        lost: list[Message] = []
        evaluated = [
            Evaluated(task.task_id, await evidence_if_there(request, task, lost), task.result)
            for task in compared
        ]
        views = [
            replace(
                await full_view(task),
                model_lost=await state.lost_models.is_lost(state.artifacts, task),
            )
            for task in compared
        ]
        language = answer_language(request)
        pairs = await state.comparison_cache.compared(evaluated)
        return success(
            tasks=[view.as_dict() for view in views],
            differences=_answer(pairs.differences, language),
            together=[TogetherView.of(added, language).as_dict() for added in pairs.together],
            lost=rendered(lost, language),
        )


def _answer(comparisons: BySplit, language: str) -> Json:
    """The comparisons by split, first and second task, as JSON."""
    return {
        split: {
            first: {second: comparison.as_dict(language) for second, comparison in others.items()}
            for first, others in by_first.items()
        }
        for split, by_first in comparisons.items()
    }


async def tasks_of(request: Request, task_ids: Sequence[str]) -> list[TaskRecord]:
    """The tasks of these ids. Raises ApiError, also where one is another project's."""
    if not FEWEST_COMPARED <= len(task_ids) <= MOST_COMPARED:
        values = {"count": len(task_ids), "least": FEWEST_COMPARED, "most": MOST_COMPARED}
        raise field_error(FIELD, Message("api.comparison-count", **values))
    tasks = [(task_id, await find_task(request, task_id)) for task_id in task_ids]
    problems = [
        FieldError(FIELD, problem)
        for task_id, task in tasks
        if (problem := await _problem(request, task_id, task)) is not None
    ]
    if problems:
        raise form_error(problems)
    return [task for _, task in tasks if task is not None]


async def _problem(request: Request, task_id: str, task: TaskRecord | None) -> Message | None:
    """Why a task cannot be compared; None where it can."""
    named = quoted(task_id, LONGEST_ID)
    if task is not None:
        return Message("api.comparison-predecessor", task=named) if task.by_predecessor else None
    stranger = await stranger_seen(caller_of(request), task_id)
    if stranger is None:
        return Message("api.comparison-no-task", task=named)
    return Message("api.comparison-other-service", task=named, kind=stranger.kind)


async def evidence_if_there(request: Request, task: TaskRecord, lost: list[Message]) -> Evidence:
    """The predictions and cohorts of a task; None if it has not finished or has none stored.

    None, too, where they are lost; ``lost`` then gets a message. Raises ApiError where they are
    damaged; RegistryError.
    """
    try:
        return await evidence_of(request, task)
    except ApiError as error:
        if error.number == ErrorNum.STORED_LOST:
            lost.append(error.message)
        elif error.number != ErrorNum.NOT_FOUND:
            raise
        return None


def _task_ids(request: Request) -> list[str]:
    text = request.query_params.get("task_ids", "")
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
