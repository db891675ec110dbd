"""A task's evidence, predictions, picture of regions and report."""

import asyncio
import hashlib
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from db.queue.states import Status
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.predictions import predictions_csv, read_predictions
from graphnet.artifacts.stored_json import Json
from graphnet.errors import ModelError
from graphnet.messages import ENGLISH, Message, as_one
from graphnet.names import status_name
from graphnet.report.facts import Facts
from graphnet.report.page import SCRIPT_HASH, render_report
from registry import EVIDENCE, GLASS_BRAIN, REPORT
from service.http.queries import query_flag
from service.http.responses import ApiError, ErrorNum, answer_language, success
from service.predecessor import require_known
from service.routes.stored import damaged, manifest_of, stored
from service.routes.tasks import task_of
from service.stores.views import full_view

T = TypeVar("T")

# A report is written by a worker and read here: no script but our own runs in it, in a sandbox of
# no origin, which may save a figure or a table and reaches nothing.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    f"script-src 'sha256-{SCRIPT_HASH}'; sandbox allow-scripts allow-downloads"
)
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


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


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
