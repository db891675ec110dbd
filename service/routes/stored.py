"""What a task has stored: parameters, manifest, log, evidence, predictions, picture and report.

And what its model predicts of new subjects.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

import redis
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from actors.tasks.streams import LOG_LINE, LOG_STREAM, joined
from db.queue.states import Status
from db.server.errors import ModelRemoved
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.manifest import check_manifest, read_manifest
from graphnet.artifacts.predictions import predictions_csv, read_predictions
from graphnet.artifacts.stored_json import Json
from graphnet.errors import ModelError
from graphnet.messages import ENGLISH, Message, as_one
from graphnet.names import status_name
from graphnet.report.facts import Facts
from graphnet.report.page import SCRIPT_HASH, render_report
from registry import (
    EVIDENCE,
    GLASS_BRAIN,
    LOG,
    MANIFEST,
    PARAMETERS,
    REPORT,
    ObjectDamaged,
    ObjectMissing,
    RegistryUnavailable,
)
from registry import store as messages
from service.http.queries import mapping_of, query_flag
from service.http.responses import ApiError, ErrorNum, answer_language, success
from service.predecessor import MODEL, require_known, require_stored
from service.routes.tasks import task_of
from service.state import AppState, state_of
from service.stores.artifacts import sums_of
from service.stores.uploads import Received
from service.stores.views import full_view

T = TypeVar("T")

OWN_SUMS = (REPORT, GLASS_BRAIN)  # for the others their manifest or their result speaks
# A report is written by a worker and read here: no script but our own runs in it, in a sandbox of
# no origin, which may save a figure or a table and reaches nothing.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    f"script-src 'sha256-{SCRIPT_HASH}'; sandbox allow-scripts allow-downloads"
)
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


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


async def evidence(request: Request) -> Response:
    """Predictions, cohorts and importance: everything that the metrics summarise."""
    return success(**await evidence_of(request, await task_of(request)))


async def predictions(request: Request) -> Response:
    """The predictions of all splits, as CSV."""
    task = await task_of(request)
    stored_predictions = await evidence_of(request, task)
    text = await asyncio.to_thread(predictions_csv, stored_predictions)
    return _file(task, text.encode(), "text/csv", "-predictions.csv")


async def glass_brain(request: Request) -> Response:
    """The regions in a glass brain, as SVG."""
    task = await task_of(request)
    _require_end(task)
    content = await stored(request, task, GLASS_BRAIN, "picture of regions")
    headers = {"content-security-policy": PICTURE_POLICY}
    return Response(content, media_type="image/svg+xml", headers=headers)


async def report(request: Request) -> Response:
    """The report as it was stored, in English.

    Rendered again if ``fresh`` or another language is asked for, or if none was stored.
    """
    task = await task_of(request)
    _require_end(task)
    translated = answer_language(request) != ENGLISH and not task.removed_at
    if not translated and not query_flag(request, "fresh", default=False):
        try:
            return _page(task, await stored(request, task, REPORT, "report"))
        except ApiError as error:
            if error.number == ErrorNum.STORED_DAMAGED:
                message = as_one([error.message, Message("api.report-anew")])
                raise ApiError(error.number, message) from error
            if task.removed_at or error.number not in (ErrorNum.NOT_FOUND, ErrorNum.STORED_LOST):
                raise
    return _page(task, await _rendered(request, task))


async def evidence_of(request: Request, task: TaskRecord) -> Json:
    """The evidence of a task, as it was written. Raises ApiError, RegistryError."""
    _require_end(task)
    content = await stored(request, task, EVIDENCE, "evidence")
    expected = task.result.evidence_sha256
    if await asyncio.to_thread(_digest, content) != expected:
        raise damaged(task, Message("api.not-of-result"), "evidence")
    try:
        return await asyncio.to_thread(read_predictions, content)
    except ModelError as error:
        raise damaged(task, as_one(error.messages), "evidence") from error


async def facts_of(request: Request, task: TaskRecord, wrong: list[Message] | None = None) -> Facts:
    """The task with what is stored beside it, as far as it is.

    What is lost or damaged is appended to ``wrong``, where that is given.

    Raises:
        ApiError: something is lost or damaged, and ``wrong`` is None.
        RegistryError: the registry does not answer.

    """
    predictions, picture, manifest = (
        await _if_there(evidence_of(request, task), wrong),
        await _if_there(stored(request, task, GLASS_BRAIN, "picture of regions"), wrong),
        await _if_there(manifest_of(request, task), wrong),
    )
    drawn = None if picture is None else picture.decode(errors="replace")
    return Facts((await full_view(task)).as_dict(), predictions, drawn, manifest)


async def _rendered(request: Request, task: TaskRecord) -> bytes:
    """The report from what is stored, as far as it is."""
    facts = await facts_of(request, task)
    text = await asyncio.to_thread(
        render_report,
        facts.task,
        facts.evidence,
        facts.glass_brain,
        facts.manifest,
        answer_language(request),
    )
    return text.encode()


async def _if_there(read: Awaitable[T], wrong: list[Message] | None) -> T | None:
    try:
        return await read
    except ApiError as error:
        if error.number == ErrorNum.NOT_FOUND:
            return None
        if wrong is None or error.number not in (ErrorNum.STORED_LOST, ErrorNum.STORED_DAMAGED):
            raise
        wrong.append(error.message)
        return None


def _require_end(task: TaskRecord) -> None:
    require_known(task)
    if task.task_status != Status.FINISHED:
        status = status_name(task.task_status)
        message = Message("api.not-finished", task=task.task_id, status=status)
        raise ApiError(ErrorNum.NOT_FOUND, message)


def _page(task: TaskRecord, content: bytes) -> Response:
    headers = {
        "content-security-policy": REPORT_POLICY,
        "content-disposition": f'inline; filename="{task.task_id}.html"',
    }
    return Response(content, media_type="text/html", headers=headers)


def _file(task: TaskRecord, content: bytes, kind: str, ending: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{task.task_id}{ending}"'}
    return Response(content, media_type=kind, headers=headers)
