"""Tasks: submit, list, show, and what a finished one has stored."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db import tasks
from db.form import TaskForm
from db.states import Status
from db.tasks import NewTask, TaskRecord
from graphnet.catalogue import find_model
from graphnet.errors import ModelError
from graphnet.manifest import read_manifest
from registry import ObjectMissing
from service import checks
from service.body import read_fields
from service.house import House, house_of
from service.queries import LONGEST_ID, asked_limit, asked_project
from service.replies import ErrorNum, Refusal, invalid, success
from service.task_form import PostedForm, read_form


async def submit(request: Request) -> Response:
    """Check a form, write it, answer; the relay sends it on. A refusal shows the form it got."""
    house = house_of(request)
    fields: dict[str, Any] = {}
    try:
        fields = await read_fields(request, house.settings.max_form_bytes)
        return await _accept(house, fields)
    except Refusal as refusal:
        return refusal.reply(task_form=fields)


async def _accept(house: House, fields: dict[str, Any]) -> Response:
    form, errors = read_form(fields)
    if form is None:
        raise invalid([*errors, *await _unknown_names(fields, errors)])
    stored = form.stored()
    errors = await checks.check(stored, house.store)
    if errors:
        raise invalid(errors)
    name = form.task_name or _default_name(stored)
    task_id = await _insert(house, form, stored, name)
    shown = {**form.understood(), "task_name": name, "task_id": task_id}
    return success(task_form=shown, warnings=form.warnings())


async def _unknown_names(
    fields: dict[str, Any], errors: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    wrong = {field for field, _ in errors}
    return [error for error in await checks.check_names(fields) if error[0] not in wrong]


def _default_name(form: TaskForm) -> str:
    return f"{datetime.now(UTC):%Y-%m-%d} {form.model or find_model('').name}"


async def _insert(house: House, form: PostedForm, stored: TaskForm, name: str) -> str:
    task_id = await tasks.insert_new_task(
        NewTask(
            proj_id=form.proj_id,
            task_name=name,
            task_type=form.task_type,
            task_config=stored.config_text(),
            parent_task_id=stored.trained_task_id,
            epochs=stored.settings.get("epochs") or 0,
        )
    )
    house.wake.set()
    return task_id


async def list_tasks(request: Request) -> Response:
    """One page of tasks, newest first."""
    query = request.query_params
    status = query.get("status") or None
    if status is not None and status not in list(Status):
        known = ", ".join(Status)
        raise invalid([("status", f"status is {status[:40]!r}; it must be one of {known}.")])
    found, cursor = await tasks.list_tasks(
        proj_id=asked_project(request),
        status=status,
        limit=asked_limit(request),
        cursor=query.get("cursor") or None,
    )
    return success(tasks=[shown(task) for task in found], next_cursor=cursor)


async def show(request: Request) -> Response:
    """One task with its result."""
    return success(task=shown(await _task(request)))


async def lineage(request: Request) -> Response:
    """The task, its parent, the parent's parent, to the first."""
    task = await _task(request)
    chain = await tasks.lineage(task.task_id)
    return success(lineage=[shown(each) for each in [task, *chain]])


async def model(request: Request) -> Response:
    """The stored parameters as safetensors."""
    task = await _task(request)
    content = await _stored(request, task, "model.safetensors")
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{task.task_id}.safetensors"'},
    )


async def manifest(request: Request) -> Response:
    """The manifest beside the parameters."""
    content = await _stored(request, await _task(request), "manifest.json")
    try:
        return success(**read_manifest(content))
    except ModelError as error:
        raise Refusal(ErrorNum.NOT_FOUND, str(error)) from error


async def _stored(request: Request, task: TaskRecord, name: str) -> bytes:
    try:
        return await asyncio.to_thread(house_of(request).store.get, task.task_id, name)
    except ObjectMissing as error:
        raise Refusal(
            ErrorNum.NOT_FOUND,
            f"The task {task.task_id} is {task.task_status} and has no stored model.",
        ) from error


async def _task(request: Request) -> TaskRecord:
    task_id = request.path_params["task_id"]
    may_be = len(task_id) <= LONGEST_ID and task_id.isprintable()
    task = await tasks.get_task(task_id) if may_be else None
    if task is None:
        raise Refusal(ErrorNum.NOT_FOUND, f"There is no task {task_id[:40]!r}.")
    return task


def shown(task: TaskRecord) -> dict[str, Any]:
    """A task as an answer shows it."""
    return {
        "task_id": task.task_id,
        "proj_id": task.proj_id,
        "task_name": task.task_name,
        "task_type": task.task_type,
        "task_status": task.task_status,
        "task_config": task.task_config,
        "task_result": task.task_result,
        "error": task.error,
        "progress": _progress(task),
        "attempt": task.attempt,
        "parent_task_id": task.parent_task_id or None,
        "device": task.device or None,
        "submitted_at": _instant(task.submitted_at),
        "started_at": _instant(task.started_at),
        "finished_at": _instant(task.finished_at),
    }


def _progress(task: TaskRecord) -> dict[str, Any]:
    done = task.task_status == Status.FINISHED
    percent = 100.0 if done else 100.0 * task.epoch / task.epochs if task.epochs else 0.0
    return {
        "epoch": task.epochs if done else task.epoch,
        "epochs": task.epochs or None,
        "percent": round(percent, 1),
        "eta_seconds": _eta_seconds(task),
    }


def _eta_seconds(task: TaskRecord) -> float | None:
    """What is left at the speed so far; None before the first epoch and outside of running."""
    if task.task_status != Status.RUNNING or not task.epoch:
        return None
    spent = (task.progress_at - task.started_at) / 1000
    return round(max(0.0, spent / task.epoch * (task.epochs - task.epoch)), 1)


def _instant(milliseconds: int) -> str | None:
    """ISO 8601 in UTC; None for 0, which is not yet."""
    if not milliseconds:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
