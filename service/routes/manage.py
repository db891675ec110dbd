"""Datasets and tasks are changed and deleted, and subjects erased; each with a line for the audit.

What cannot be undone is done with ``confirm=true`` only; without it the answer says what depends on
it.
"""

import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import redis
from starlette.requests import Request
from starlette.responses import Response

from actors.log_context import request_id
from actors.tasks import streams
from db import audit, datasets, tidying
from db.audit import Action, Actor, AuditRecord, Deed
from db.datasets import DatasetRecord
from db.labels import Kind, get_label
from db.queue.states import Status
from db.submissions.tasks import TaskRecord, get_task
from db.tidying import Edit
from graphnet.messages import Message
from registry import RegistryError
from service.api.views import AuditView
from service.forms.edit import WantedErasure, read_edit, read_erasure
from service.http.auth import Caller, caller_of
from service.http.body import read_fields
from service.http.queries import DEFAULT_LIMIT, query_flag, query_limit, query_project
from service.http.responses import ApiError, ErrorNum, quoted, success
from service.predecessor import require_ours
from service.routes.datasets import dataset_of
from service.routes.tasks import answer as task_answer
from service.routes.tasks import task_of
from service.state import AppState, state_of
from service.stores import dependents
from service.stores.dependents import Dependents
from service.stores.views import dataset_view, instant

log = logging.getLogger(__name__)

PROGRAMS = "/api/"


async def edit_dataset(request: Request) -> Response:
    """Change a dataset's name, description, tags, or whether it is archived."""
    record = await dataset_of(request)
    fields = await read_fields(request, state_of(request).settings.max_form_bytes)
    name = await change_dataset(request, record, read_edit(fields, "data_name"))
    (renamed,) = await datasets.find_datasets([name])
    profile = await state_of(request).profiles.detailed(renamed)
    return success(dataset=await dataset_view(renamed, profile))


async def change_dataset(request: Request, record: DatasetRecord, edit: Edit) -> str:
    """Change a dataset; its name then. Raises ApiError, DatabaseError."""
    caller = caller_of(request)
    if edit.name not in ("", record.data_name):
        await _require_stored_here(record, "rename")
        label = await get_label(Kind.DATASET, record.data_id)
        (await dependents.of_dataset(record.data_name, label, caller)).refuse_waiting()
    name, _ = await tidying.edit_dataset(record, edit, actor_of(request))
    log.info("dataset %s: changed by %s", record.data_id, actor_of(request).name)
    return name


async def dataset_dependents(request: Request) -> Response:
    """The tasks that name a dataset; those that wait or run hinder its renaming and deletion."""
    record = await dataset_of(request)
    return success(**(await _of_dataset(request, record)).content())


async def delete_dataset(request: Request) -> Response:
    """Delete a dataset, its arrays and its profile; models that were trained on it stay."""
    record = await dataset_of(request)
    dependent_tasks = await remove_dataset(
        request, record, confirmed=query_flag(request, "confirm")
    )
    return success(deleted=record.data_name, **dependent_tasks.content())


async def remove_dataset(request: Request, record: DatasetRecord, *, confirmed: bool) -> Dependents:
    """Delete a dataset, if that is ``confirmed``; what had used it. Raises ApiError."""
    await _require_stored_here(record, "delete")
    users = await _of_dataset(request, record)
    users.refuse_waiting()
    if not confirmed:
        values = {"name": quoted(record.data_name), "count": users.count}
        raise users.refuse_unconfirmed(Message("tidy.confirm-delete-dataset", **values))
    actor, used_by = actor_of(request), [task.task_id for task in users.seen]
    await tidying.delete_dataset(record, actor, {"used_by": used_by})
    log.info("dataset %s: deleted by %s", record.data_id, actor.name)
    try:
        await state_of(request).arrays.delete(record.data_id)
    except RegistryError as error:  # a worker's garbage collection removes them
        log.warning("dataset %s: its arrays wait for removal: %s", record.data_id, error)
    return users


@dataclass(frozen=True)
class Erasure:
    """Subjects who were erased: how many rows went and are left, and what else knew them.

    ``not_found`` are ids that the dataset did not have; ``evidence_erased`` the tasks whose stored
    predictions were rewritten without them.
    """

    removed: int
    left: int
    not_found: tuple[str, ...]
    evidence_erased: tuple[str, ...]
    found: Dependents

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "removed": self.removed,
            "left": self.left,
            "not_found": list(self.not_found),
            "evidence_erased": list(self.evidence_erased),
            **self.found.content(),
        }


async def erase(request: Request) -> Response:
    """Erase subjects from a dataset; with ``evidence`` also from what tasks have stored of them."""
    record = await dataset_of(request)
    fields = await read_fields(request, state_of(request).settings.max_form_bytes)
    return success(**(await erase_subjects(request, record, read_erasure(fields))).as_dict())


async def erase_subjects(request: Request, record: DatasetRecord, wanted: WantedErasure) -> Erasure:
    """Erase subjects, if that is confirmed. Raises ApiError."""
    from graphnet.data.provenance import digest_of  # noqa: PLC0415 - NumPy is not for the start

    ids = wanted.subjects
    await _require_stored_here(record, "erase")
    using = await _of_dataset(request, record)
    using.refuse_waiting()
    state, actor = state_of(request), actor_of(request)
    label = await get_label(Kind.DATASET, record.data_id)
    concerned = await dependents.of_subjects(
        record.data_name, label, caller_of(request), ids, state.artifacts
    )
    if not wanted.confirmed:
        values = {"name": quoted(record.data_name), "count": concerned.count}
        raise concerned.refuse_unconfirmed(Message("tidy.confirm-erase", **values))
    digests = {digest_of(subject): subject for subject in ids}
    noted = {"name": record.data_name, "subjects": sorted(digests), "evidence": wanted.evidence}
    deed = Deed(Action.ERASE, Kind.DATASET, record.data_id, record.proj_id, noted)
    await audit.note(actor, deed)
    erased = await state.reading_client.erase(record, list(digests))
    await _remove_checkpoints(state, using)
    rewritten = await _erase_evidence(state, concerned, list(digests)) if wanted.evidence else []
    done = {**noted, "removed": erased.removed, "tasks": rewritten}
    await audit.note(actor, Deed(Action.ERASED, Kind.DATASET, record.data_id, record.proj_id, done))
    log.info("dataset %s: subjects erased by %s", record.data_id, actor.name)
    missing = tuple(subject for digest, subject in digests.items() if digest not in erased.digests)
    return Erasure(erased.removed, erased.left, missing, tuple(rewritten), concerned)


async def _remove_checkpoints(state: AppState, using: Dependents) -> None:
    """Remove what tasks could be resumed from that were trained on the subjects too."""
    for view in using.seen:
        if view.task_status in (Status.FAILED, Status.CANCELLED):
            await state.checkpoints.delete(view.task_id)


async def _erase_evidence(state: AppState, concerned: Dependents, digests: list[str]) -> list[str]:
    """The tasks whose stored predictions were rewritten without these subjects."""
    rewritten = []
    for view in concerned.seen:
        task = await get_task(view.task_id)
        if task is None or task.by_predecessor or view.waiting:
            continue
        if await state.reading_client.erase_evidence(task, digests) or view.predicted:
            rewritten.append(task.task_id)
    return rewritten


async def edit_task(request: Request) -> Response:
    """Change a task's name, description, tags, or whether it is archived."""
    task = await task_of(request)
    fields = await read_fields(request, state_of(request).settings.max_form_bytes)
    await change_task(request, task, read_edit(fields, "task_name"))
    return await task_answer(await task_of(request))


async def change_task(request: Request, task: TaskRecord, edit: Edit) -> None:
    """Change a task. Raises ApiError, DatabaseError."""
    if edit.name not in ("", task.task_name):
        _require_written_here(task)
    await tidying.edit_task(task, edit, actor_of(request))
    log.info("task %s: changed by %s", task.task_id, actor_of(request).name)


async def task_dependents(request: Request) -> Response:
    """The tasks that were fine-tuned from a task, and from those."""
    task = await task_of(request)
    return success(**(await dependents.of_task(task.task_id, caller_of(request))).content())


async def delete_task(request: Request) -> Response:
    """Delete a task that has ended, with its model, its results and its log."""
    task = await task_of(request)
    descendants = await remove_task(request, task, confirmed=query_flag(request, "confirm"))
    return success(deleted=task.task_id, **descendants.content())


async def remove_task(request: Request, task: TaskRecord, *, confirmed: bool) -> Dependents:
    """Delete a task, if that is ``confirmed``; what was fine-tuned from it. Raises ApiError."""
    _require_written_here(task)
    if not task.over:
        raise ApiError(ErrorNum.IN_USE, Message("tidy.task-not-ended", task=task.task_id))
    descendants = await dependents.of_task(task.task_id, caller_of(request))
    descendants.refuse_waiting()
    if not confirmed:
        values = {"task": task.task_id, "count": descendants.count}
        raise descendants.refuse_unconfirmed(Message("tidy.confirm-delete-task", **values))
    state, actor = state_of(request), actor_of(request)
    await tidying.begin_deletion(task)
    await state.artifacts.delete(task.task_id)
    await state.checkpoints.delete(task.task_id)
    await _quietly(
        state.redis.delete(
            state.names.key(streams.CURVE_STREAM, task.task_id),
            state.names.key(streams.LOG_STREAM, task.task_id),
        )
    )
    children = [child.task_id for child in descendants.seen]
    await tidying.delete_task(task, actor, {"fine_tuned": children})
    log.info("task %s: deleted by %s", task.task_id, actor.name)
    return descendants


async def list_audit(request: Request) -> Response:
    """One page of the audit, newest first."""
    lines, cursor = await audit_page(request)
    return success(audit=[line.as_dict() for line in lines], next_cursor=cursor)


async def audit_page(
    request: Request, usual: int = DEFAULT_LIMIT
) -> tuple[list[AuditView], str | None]:
    """What the query asks for, of what the caller sees; ``usual`` lines. Raises ApiError."""
    caller = caller_of(request)
    records, cursor = await audit.list_audit(
        proj_id=query_project(request, caller),
        limit=query_limit(request, usual),
        cursor=request.query_params.get("cursor") or None,
    )
    # A database may take names for equal that are not (PROJ1 and proj1).
    return [_view(record) for record in records if caller.sees(record.deed.proj_id)], cursor


def actor_of(request: Request) -> Actor:
    """Who asks, for the audit."""
    caller: Caller = caller_of(request)
    page = "" if request.url.path.startswith(PROGRAMS) else "page:"
    return Actor(f"{page}{caller.token_id or 'anonymous'}", request_id.get())


async def _of_dataset(request: Request, record: DatasetRecord) -> Dependents:
    label = await get_label(Kind.DATASET, record.data_id)
    return await dependents.of_dataset(record.data_name, label, caller_of(request))


async def _require_stored_here(record: DatasetRecord, what: str) -> None:
    """Raise ApiError if NEURO-LEARN has written the dataset's row."""
    profiles = await datasets.get_profiles([record.data_id])
    known = profiles.get(record.data_id)
    if known is None or not known.uploaded:  # an erasure meanwhile gives a dataset another id
        rows = await datasets.find_datasets([record.data_name])
        profiles = await datasets.get_profiles([row.data_id for row in rows])
        known = next(iter(profiles.values()), None)
    if known is not None and known.uploaded:
        return
    name = quoted(record.data_name)
    messages = {
        "rename": Message("tidy.not-ours-rename", name=name),
        "delete": Message("tidy.not-ours-delete", name=name),
        "erase": Message("tidy.not-ours-erase", name=name),
    }
    raise ApiError(ErrorNum.NOT_OURS, messages[what])


def _require_written_here(task: TaskRecord) -> None:
    """Raise ApiError if the task's row is the predecessor's."""
    require_ours(task)
    if task.imported_at:
        raise ApiError(ErrorNum.NOT_OURS, Message("tidy.task-imported", task=task.task_id))


async def _quietly(call: Awaitable[Any]) -> None:
    """What expires by itself is not waited for."""
    try:
        await call
    except (redis.RedisError, OSError) as error:
        log.debug("not removed from the queue: %s", error)


def _view(line: AuditRecord) -> AuditView:
    return AuditView(
        at=instant(line.created_at) or "",
        proj_id=line.deed.proj_id,
        actor=line.actor.name,
        action=line.deed.action.value,
        kind=line.deed.kind.value,
        object_id=line.deed.object_id,
        request_id=line.actor.request_id,
        details=line.deed.details,
    )
