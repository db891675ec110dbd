"""What a task's result rests on, and what people read of it: evidence, predictions, report."""

import asyncio
import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db.states import Status
from db.tasks import TaskRecord
from graphnet.artifacts.predictions import predictions_csv, read_predictions
from graphnet.errors import ModelError
from graphnet.report import render
from graphnet.report.facts import Facts
from registry import EVIDENCE, GLASS_BRAIN, REPORT
from service.http.queries import asked_flag
from service.http.responses import ApiError, ErrorNum, success
from service.predecessor import require_known
from service.routes.stored import damaged, manifest_of, stored
from service.routes.tasks import task_of
from service.stores.task_views import full_view

# A report is written by a worker and read here: no script of it would ever run.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
FRESH = "The report alone can be rendered again from what else is stored: add ?fresh=true."
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


async def evidence(request: Request) -> Response:
    """Everything that the figures summarise."""
    return success(**await evidence_of(request, await task_of(request)))


async def predictions(request: Request) -> Response:
    """Who was predicted how, as CSV."""
    task = await task_of(request)
    found = await evidence_of(request, task)
    text = await asyncio.to_thread(predictions_csv, found)
    return _file(task, text.encode(), "text/csv", "-predictions.csv")


async def glass_brain(request: Request) -> Response:
    """The regions in a glass brain, as SVG."""
    task = await task_of(request)
    _require_end(task)
    content = await stored(request, task, GLASS_BRAIN, "picture of regions")
    headers = {"content-security-policy": PICTURE_POLICY}
    return Response(content, media_type="image/svg+xml", headers=headers)


async def report(request: Request) -> Response:
    """The report as it was kept; rendered again where that is asked for, or where none was kept."""
    task = await task_of(request)
    _require_end(task)
    if not asked_flag(request, "fresh", default=False):
        try:
            return _page(task, await stored(request, task, REPORT, "report"))
        except ApiError as refusal:
            if refusal.number == ErrorNum.STORED_DAMAGED:
                raise ApiError(refusal.number, f"{refusal.msg} {FRESH}") from refusal
            if task.removed_at or refusal.number not in (ErrorNum.NOT_FOUND, ErrorNum.STORED_LOST):
                raise
    return _page(task, await _rendered(request, task))


async def evidence_of(request: Request, task: TaskRecord) -> dict[str, Any]:
    """The evidence of a task, as it was written. Raises ApiError, RegistryError."""
    _require_end(task)
    content = await stored(request, task, EVIDENCE, "evidence")
    expected = (task.task_result or {}).get("evidence_sha256")
    if await asyncio.to_thread(_digest, content) != expected:
        raise damaged(task, "It is not what the result names (SHA-256).", "evidence")
    try:
        return await asyncio.to_thread(read_predictions, content)
    except ModelError as error:
        raise damaged(task, str(error), "evidence") from error


async def facts_of(request: Request, task: TaskRecord, wrong: list[str] | None = None) -> Facts:
    """The task with what is stored beside it, as far as it is.

    What is lost or damaged is told in ``wrong``, where that is given.

    Raises:
        ApiError: something is lost or damaged, and nobody is told otherwise.
        RegistryError: the registry does not say.

    """
    found, picture, manifest = (
        await _if_there(evidence_of(request, task), wrong),
        await _if_there(stored(request, task, GLASS_BRAIN, "picture of regions"), wrong),
        await _if_there(manifest_of(request, task), wrong),
    )
    drawn = None if picture is None else picture.decode(errors="replace")
    return Facts((await full_view(task)).as_dict(), found, drawn, manifest)


async def _rendered(request: Request, task: TaskRecord) -> bytes:
    """The report from what is stored, as far as it is."""
    facts = await facts_of(request, task)
    text = await asyncio.to_thread(
        render, facts.task, facts.evidence, facts.glass_brain, facts.manifest
    )
    return text.encode()


async def _if_there(asked: Any, wrong: list[str] | None) -> Any:
    try:
        return await asked
    except ApiError as refusal:
        if refusal.number == ErrorNum.NOT_FOUND:
            return None
        if wrong is None or refusal.number not in (ErrorNum.STORED_LOST, ErrorNum.STORED_DAMAGED):
            raise
        wrong.append(refusal.msg)
        return None


def _require_end(task: TaskRecord) -> None:
    require_known(task, "report, nor predictions or evidence")
    if task.task_status != Status.FINISHED:
        raise ApiError(
            ErrorNum.NOT_FOUND,
            f"The task {task.task_id} is {task.task_status}; only a finished one has a report, "
            "predictions and evidence.",
        )


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
