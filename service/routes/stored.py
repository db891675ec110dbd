"""What a task has stored: parameters, manifest, log; its model's predictions of new subjects."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import redis
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from actors.tasks.streams import LOG_LINE, LOG_STREAM, joined
from db.server.errors import ModelRemoved
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.manifest import check_manifest, read_manifest
from graphnet.errors import ModelError
from graphnet.messages import Message, as_one
from graphnet.names import status_name
from registry import (
    GLASS_BRAIN,
    LOG,
    MANIFEST,
    PARAMETERS,
    REPORT,
    ObjectDamaged,
    ObjectMissing,
    RegistryUnavailable,
)
from registry import errors as messages
from service.http.queries import mapping_of, query_flag
from service.http.responses import ApiError, ErrorNum, success
from service.predecessor import MODEL, require_stored
from service.routes.tasks import task_of
from service.state import AppState, state_of
from service.stores.artifacts import sums_of
from service.stores.uploads import Received

OWN_SUMS = (REPORT, GLASS_BRAIN)  # for the others their manifest or their result speaks


async def model(request: Request) -> Response:
    """The stored parameters as safetensors."""
    task = await task_of(request)
    facts = await manifest_of(request, task)
    content = await stored(request, task, PARAMETERS)
    if await asyncio.to_thread(_digest, content) != facts.get("parameters_sha256"):
        raise damaged(task, Message("api.not-of-manifest"))
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{task.task_id}.safetensors"'},
    )


async def manifest(request: Request) -> Response:
    """The manifest beside the parameters."""
    task = await task_of(request)
    return success(**await manifest_of(request, task))


async def manifest_of(request: Request, task: TaskRecord) -> dict[str, Any]:
    """The manifest, as it was written. Raises ApiError, RegistryError."""
    content = await stored(request, task, MANIFEST)
    try:
        check_manifest(content, task.manifest_sha256)
        return read_manifest(content)
    except ModelError as error:
        raise damaged(task, as_one(error.messages)) from error


async def stored(request: Request, task: TaskRecord, name: str, what: str = "model") -> bytes:
    """An object of the task, ``what`` in words. Raises ApiError, RegistryError."""
    require_stored(task, what)
    if task.removed_at:
        raise removed(task)
    expected = sums_of(task).get(name)
    try:
        content = await state_of(request).artifacts.get(task.task_id, name)
    except ObjectMissing as error:
        if expected:
            raise ApiError(ErrorNum.STORED_LOST, messages.lost(task.task_id, what)) from error
        raise lacking(task, what) from error
    except ObjectDamaged as error:
        raise damaged(task, error.message, what) from error
    if name in OWN_SUMS and expected and await asyncio.to_thread(_digest, content) != expected:
        raise damaged(task, Message("api.not-as-stored"), what)
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def damaged(task: TaskRecord, reason: Message, what: str = "model") -> ApiError:
    """Why what is stored is not sent."""
    message = messages.damaged(task.task_id, reason, what)
    return ApiError(ErrorNum.STORED_DAMAGED, message)


def lacking(task: TaskRecord, what: str) -> ApiError:
    """The task has no such object."""
    values = {
        "task": task.task_id,
        "status": status_name(task.task_status),
        "object": messages.OBJECTS[what],
    }
    return ApiError(ErrorNum.NOT_FOUND, Message("api.object-lacking", **values))


def removed(task: TaskRecord) -> ApiError:
    """The task's model was cleaned away."""
    return ApiError(ErrorNum.NOT_FOUND, ModelRemoved(task.task_id, task.removed_at).message)


async def log(request: Request) -> Response:
    """The lines so far, oldest first."""
    task = await task_of(request)
    require_stored(task, "log")
    state = state_of(request)
    lines = await _sent(state, task.task_id)
    text = joined(await _stored(state, task.task_id, needed=not lines), lines)
    if not text:
        raise lacking(task, "log")
    return PlainTextResponse(text, headers={"cache-control": "no-store"})


async def _sent(state: AppState, task_id: str) -> list[str]:
    """What is on the stream; nothing while it does not answer."""
    try:
        entries: Any = await state.redis.xrange(state.names.key(LOG_STREAM, task_id))
    except (redis.RedisError, OSError):
        return []
    return [fields[LOG_LINE].decode(errors="replace") for _, fields in entries]


async def _stored(state: AppState, task_id: str, *, needed: bool) -> str:
    """What the registry has; while it is away, nothing, unless that is ``needed``.

    Raises RegistryError.
    """
    try:
        return (await state.artifacts.get(task_id, LOG)).decode(errors="replace")
    except ObjectMissing:
        return ""
    except RegistryUnavailable:
        if needed:
            raise
        return ""


async def predict(request: Request) -> Response:
    """Take a file, have a worker read it and predict, answer."""
    task = await task_of(request)
    require_model(task)
    explain = query_flag(request, "explain", default=True)
    state = state_of(request)
    with state.admission.prediction():
        received = await state.uploads.receive(request)
        return success(**await predicted(state, task, received, explain=explain))


async def predicted(
    state: AppState, task: TaskRecord, received: Received, *, explain: bool
) -> Mapping[str, Any]:
    """What the model of the task predicts for the subjects of a file, of which nothing is kept.

    Raises ApiError; a file with open questions, or that no worker has read, stays for an hour.
    """
    upload = received.upload
    try:
        mapping = mapping_of(received.fields)
        predictions = await state.prediction_client.predict(
            task, upload, mapping, most=state.uploads.unpacked, explain=explain
        )
    except ApiError as error:
        if error.number not in (ErrorNum.QUESTIONS_OPEN, ErrorNum.NO_WORKER):
            await state.uploads.delete(upload.upload_id)
        raise
    await state.uploads.delete(upload.upload_id)
    return predictions


def require_model(task: TaskRecord) -> None:
    """Raises ApiError where the task has no model that could predict."""
    require_stored(task, MODEL)
    if task.removed_at:
        raise removed(task)
    if not task.result.model_state_path:
        raise lacking(task, MODEL)
