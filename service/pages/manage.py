"""What is kept is changed and deleted on pages; what cannot be undone is confirmed first."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.forms.edit import read_edit, read_erasure, read_flag
from service.http.body import read_fields
from service.http.responses import MEANINGS, SEE_OTHER, ApiError, ErrorNum
from service.pages.formats import path_of
from service.pages.site import page
from service.routes.datasets import dataset_of
from service.routes.manage import (
    audit_page,
    change_dataset,
    change_task,
    erase_subjects,
    remove_dataset,
    remove_task,
)
from service.routes.tasks import task_of
from service.state import state_of

LINES = 100
DELETE_DATASET, DELETE_TASK, ERASE = "delete-dataset", "delete-task", "erase"


async def edit_dataset(request: Request) -> Response:
    """Change a dataset as the form says, and show it."""
    record = await dataset_of(request)
    edit = read_edit(await _fields(request), "data_name")
    name = await change_dataset(request, record, edit)
    return RedirectResponse(f"/datasets/{path_of(name)}", SEE_OTHER)


async def delete_dataset(request: Request) -> Response:
    """Say what depends on a dataset; once that is confirmed, delete it."""
    record = await dataset_of(request)
    fields = await _fields(request)
    try:
        await remove_dataset(request, record, confirmed=_is_confirmed(fields))
    except ApiError as error:
        back = f"/datasets/{path_of(record.data_name)}"
        return _confirmation(request, error, DELETE_DATASET, record.data_name, back)
    return RedirectResponse("/datasets", SEE_OTHER)


async def erase(request: Request) -> Response:
    """Say who has seen subjects; once that is confirmed, erase them and say what is left."""
    record = await dataset_of(request)
    wanted = read_erasure(await _fields(request))
    back = f"/datasets/{path_of(record.data_name)}"
    try:
        erased = await erase_subjects(request, record, wanted)
    except ApiError as error:
        asked = {"subjects": wanted.subjects, "evidence": wanted.evidence}
        return _confirmation(request, error, ERASE, record.data_name, back, **asked)
    return page(request, "erased.html", name=record.data_name, back=back, **erased.as_dict())


async def edit_task(request: Request) -> Response:
    """Change a task as the form says, and show it."""
    task = await task_of(request)
    await change_task(request, task, read_edit(await _fields(request), "task_name"))
    return RedirectResponse(f"/tasks/{path_of(task.task_id)}", SEE_OTHER)


async def delete_task(request: Request) -> Response:
    """Say what was fine-tuned from a task; once that is confirmed, delete it."""
    task = await task_of(request)
    fields = await _fields(request)
    try:
        await remove_task(request, task, confirmed=_is_confirmed(fields))
    except ApiError as error:
        back = f"/tasks/{path_of(task.task_id)}"
        return _confirmation(request, error, DELETE_TASK, task.task_name or task.task_id, back)
    return RedirectResponse("/", SEE_OTHER)


async def audit(request: Request) -> Response:
    """A page of the audit, newest first, of one project if the query names one."""
    lines, cursor = await audit_page(request, LINES)
    query = request.query_params
    return page(
        request,
        "audit.html",
        lines=lines,
        proj_id=query.get("proj_id", ""),
        cursor=cursor,
        first=not query.get("cursor"),
    )


async def _fields(request: Request) -> Mapping[str, Any]:
    return await read_fields(request, state_of(request).settings.max_form_bytes)


def _is_confirmed(fields: Mapping[str, Any]) -> bool:
    return read_flag("confirm", fields.get("confirm", ""))


def _confirmation(
    request: Request, error: ApiError, what: str, name: str, back: str, **asked: Any
) -> Response:
    """What depends on it, and the button that does it. Raises any other error."""
    if error.number != ErrorNum.UNCONFIRMED:
        raise error
    status = MEANINGS[error.number][0]
    content = {"what": what, "name": name, "back": back, **error.content, **asked}
    return page(request, "confirm.html", status, **content)
