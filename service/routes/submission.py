"""A new task: from a posted form, or from a task that failed or was cancelled; refused forms."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
from starlette.requests import Request
from starlette.responses import Response

from actors.log_context import TRACING, request_id
from actors.queue import count_workers
from db.queue.states import Status
from db.server.errors import KeyUsed, ModelRemoved
from db.server.limits import unstorable_of_task
from db.submissions import tasks
from db.submissions.form import RefusedFormRecord, TaskForm, list_refused_forms
from db.submissions.intake import NewKey, NewTask, find_key
from db.submissions.tasks import TaskRecord
from db.texts import in_ascii
from graphnet.catalogue import find_model
from graphnet.messages import ENGLISH, Message, rendered
from graphnet.names import status_name
from service.api.views import RefusedFormView
from service.forms import validation
from service.forms.compatibility import PARENT
from service.forms.schema import PostedForm, in_place, read_form
from service.forms.validation import resolve_dataset_names, understood, with_present_names
from service.http.auth import Caller, caller_of
from service.http.body import read_posted
from service.http.exception_handlers import ACCEPTED, note_form
from service.http.queries import DEFAULT_LIMIT, query_limit, query_project
from service.http.responses import (
    ApiError,
    ErrorNum,
    FieldError,
    answer_language,
    field_error,
    field_errors,
    form_error,
    quoted,
    stored_response,
    success,
    success_text,
)
from service.predecessor import require_ours
from service.routes.tasks import answer, task_of
from service.state import AppState, state_of
from service.stores.views import instant

log = logging.getLogger(__name__)

KEY_HEADER = "idempotency-key"
LONGEST_KEY = 255
RETRIABLE = (Status.FAILED, Status.CANCELLED)


async def submit(request: Request) -> Response:
    """Check a form, write it, answer; the relay sends it on. An error shows the form as it came."""
    state = state_of(request)
    posted = await read_posted(request, state.settings.max_form_bytes)
    note_form(request, posted)
    for warning in posted.warnings:
        log.warning("%s", warning)
    form = NewForm(
        posted.fields,
        key=request.headers.get(KEY_HEADER),
        warnings=posted.warnings,
        language=answer_language(request),
    )
    return stored_response(await accepted(state, caller_of(request), form))


async def retry(request: Request) -> Response:
    """A new task like one that failed or was cancelled; it resumes from that one's checkpoint."""
    task = await tasks.get_task(await submit_again(request, await task_of(request)))
    assert task is not None  # noqa: S101 - just written
    return await answer(task)


async def submit_again(request: Request, old: TaskRecord) -> str:
    """The id of a new task like an old one. Raises ApiError."""
    state, caller = state_of(request), caller_of(request)
    require_ours(old)
    if old.task_status not in RETRIABLE:
        status = status_name(old.task_status)
        message = Message("forms.not-retriable", task=old.task_id, status=status)
        raise ApiError(ErrorNum.NOT_RETRIABLE, message)
    try:
        form = TaskForm.from_config(old.task_type, old.form.fields)
    except (KeyError, TypeError, ValueError) as error:
        message = Message("forms.stored-form-unreadable", task=old.task_id)
        raise ApiError(ErrorNum.NOT_RETRIABLE, message) from error
    form = await with_present_names(form, old.submitted_at)
    new = _new_task(form, old.proj_id, old.task_name, retry_of=old.task_id)
    await _check(state, caller, form, new)
    return await _insert(state, new, None)


@dataclass(frozen=True)
class NewForm:
    """The fields of a posted form, and how it came: under an Idempotency-Key, with warnings.

    The answer's sentences are in ``language``.
    """

    fields: Mapping[str, Any]
    key: str | None = None
    warnings: Sequence[Message] = ()
    language: str = ENGLISH


async def accepted(state: AppState, caller: Caller, new: NewForm) -> str:
    """The text of the answer to a form, the same for the same form under the same key.

    Raises ApiError, with all that is wrong with the form.
    """
    placement = in_place(new.fields)
    form, errors = read_form(placement)
    if form is None:
        raise form_error([*errors, *await _unknown_names(placement.fields, errors, caller)])
    if not caller.sees(form.proj_id):
        message = Message("api.other-project", value=quoted(form.proj_id))
        raise ApiError(ErrorNum.FORBIDDEN, message)
    stored, renamed = await resolve_dataset_names(
        form.stored(), form.proj_id, state.dataset_cache, caller
    )
    warnings = [
        *new.warnings,
        *form.warnings(),
        *renamed,
        *await missing_workers(state, stored.kind),
    ]
    name = form.task_name or _default_name(stored)

    def text(task_id: str) -> str:
        shown = {**understood(form, stored), "task_name": name, "task_id": task_id}
        # It is kept with the key, in a database that may be latin1.
        sentences = rendered(warnings, new.language)
        return in_ascii(success_text(code=ACCEPTED, task_form=shown, warnings=sentences))

    key = _key(new, form, text)
    task = _new_task(stored, form.proj_id, name)
    if key is None:
        warnings += await _check(state, caller, stored, task)
        return text(await _insert(state, task, None))
    async with state.key_locks.hold(key.key_sha256):
        answered = await _answered(key)
        if answered is not None:
            return answered
        warnings += await _check(state, caller, stored, task)
        try:
            return text(await _insert(state, task, key))
        except KeyUsed:
            answered = await _answered(key)
    if answered is None:
        raise ApiError(ErrorNum.DATABASE_UNAVAILABLE, Message("api.key-in-use"))
    return answered


async def _check(state: AppState, caller: Caller, form: TaskForm, task: NewTask) -> list[Message]:
    """Warnings of what could not be checked. Raises ApiError."""
    columns = {"task_name": task.task_name, "proj_id": task.proj_id}
    errors = [
        *field_errors(await unstorable_of_task(columns)),
        *await validation.validation_errors(form, task.proj_id, state, caller),
    ]
    if errors:
        raise form_error(errors)
    return await validation.unread_warnings(form, state, caller)


async def _unknown_names(
    fields: Mapping[str, Any], errors: list[FieldError], caller: Caller
) -> list[FieldError]:
    wrong = {error.field for error in errors}
    columns = {name: str(fields.get(name, "")) for name in ("task_name", "proj_id")}
    others = [
        *field_errors(await unstorable_of_task(columns)),
        *await validation.name_errors(fields, caller),
    ]
    return [error for error in others if error.field not in wrong]


def _default_name(form: TaskForm) -> str:
    return f"{datetime.now(UTC):%Y-%m-%d} {form.model or find_model('').name}"


def _new_task(form: TaskForm, proj_id: str, name: str, retry_of: str = "") -> NewTask:
    return NewTask(
        proj_id=proj_id,
        task_name=name,
        task_type=form.task_type,
        task_config=form.config_text,
        parent_task_id=form.trained_task_id,
        epochs=form.settings.get("epochs") or 0,
        retry_of=retry_of,
        request_id=request_id.get(),
        kind=form.kind,
        traceparent=TRACING.traceparent(),
    )


async def _insert(state: AppState, task: NewTask, key: NewKey | None) -> str:
    async with state.admission.task_of(task.proj_id):
        try:
            with TRACING.span("write"):
                return await state.intake.insert(task, key)
        except ModelRemoved as error:  # since the form was checked
            values = {"task": task.parent_task_id, "reason": error.message}
            raise field_error(PARENT, Message("forms.parent-removed", **values)) from error


def _key(new: NewForm, form: PostedForm, text: Callable[[str], str]) -> NewKey | None:
    key = new.key
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise field_error("Idempotency-Key", Message("api.key-invalid", most=LONGEST_KEY))
    body = json.dumps(new.fields, sort_keys=True)
    return NewKey(_digest(f"{form.proj_id}\n{key}"), _digest(body), text)


async def _answered(key: NewKey) -> str | None:
    """The answer that this key got before. Raises ApiError if that was to another body."""
    used = await find_key(key.key_sha256)
    if used is None:
        return None
    if used.body_sha256 != key.body_sha256:
        message = Message("api.key-reused", task=used.task_id)
        raise ApiError(ErrorNum.KEY_REUSED, message)
    return used.answer


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


PATIENCE_SECONDS = 1.0
MISSING = {"cpu": Message("forms.no-cpu-worker"), "cuda": Message("forms.no-cuda-worker")}


async def missing_workers(state: AppState, kind: str) -> list[Message]:
    """A warning where a form asks for a kind of device that no worker has at present.

    None while the queue does not answer.
    """
    if not kind:
        return []
    try:
        counting = asyncio.to_thread(count_workers, state.broker.client, state.names)
        workers = await asyncio.wait_for(counting, PATIENCE_SECONDS)
    except (redis.RedisError, TimeoutError) as error:
        log.warning("the workers cannot be counted: %s", error)
        return []
    return [] if workers[kind] else [MISSING[kind]]


async def list_refused(request: Request) -> Response:
    """One page of refused forms, newest first."""
    forms, cursor = await refused_page(request)
    return success(refused_forms=[form.as_dict() for form in forms], next_cursor=cursor)


async def refused_page(
    request: Request, usual: int = DEFAULT_LIMIT
) -> tuple[list[RefusedFormView], str | None]:
    """What the query asks for, of what the caller sees; ``usual`` forms. Raises ApiError.

    Forms without a project are listed only for callers who see all projects.
    """
    caller = caller_of(request)
    forms, cursor = await list_refused_forms(
        proj_id=query_project(request, caller),
        limit=query_limit(request, usual),
        cursor=request.query_params.get("cursor") or None,
    )
    # A database may take names for equal that are not (PROJ1 and proj1).
    return [refused_view(form) for form in forms if caller.sees(form.proj_id)], cursor


def refused_view(form: RefusedFormRecord) -> RefusedFormView:
    """As it is answered."""
    return RefusedFormView(
        refused_at=instant(form.created_at) or "",
        proj_id=form.proj_id,
        request_id=form.request_id,
        error_num=form.error_num,
        msg=str(form.message),
        errors=[
            {"field": field, "msg": str(message), "message": message.as_dict()}
            for field, message in form.errors
        ],
        message=form.message.as_dict(),
    )
