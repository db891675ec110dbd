"""New subjects on a task's page: a table comes, probabilities and warnings go back."""

import csv
from io import StringIO
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db.submissions.tasks import TaskRecord
from graphnet.spreadsheet import safe
from service.http.responses import MEANINGS, ApiError
from service.pages.questions import questions_of
from service.pages.site import page
from service.routes.predict import predicted, require_model
from service.routes.tasks import task_of
from service.state import state_of

MOST_SHOWN = 500


async def predict(request: Request) -> Response:
    """Say what the model thinks of the subjects of a file, on a page or as CSV."""
    task = await task_of(request)
    try:
        found, wanted = await _asked(request, task)
    except ApiError as refusal:
        received = getattr(request.state, "received", None)
        asked = questions_of(refusal, received.fields if received else ())
        status, upload = MEANINGS[refusal.number][0], refusal.content.get("upload")
        return _page(request, task, status, refusal=refusal, found=None, upload=upload, **asked)
    if wanted == "csv":
        return _file(task, found)
    return _page(request, task, 200, refusal=None, found=found)


async def _asked(request: Request, task: TaskRecord) -> tuple[dict[str, Any], str]:
    require_model(task)
    state = state_of(request)
    with state.admission.prediction():
        received = await state.uploads.receive(request)
        request.state.received = received
        wanted = received.field("as")
        return await predicted(state, task, received, explain=wanted != "csv"), wanted


def _page(request: Request, task: TaskRecord, status: int, **content: Any) -> Response:
    """A part of the page to a script that asks for it, a page of its own to a form."""
    in_place = request.headers.get("hx-request") == "true"
    name = "task_predicted.html" if in_place else "task_predicted_page.html"
    return page(request, name, 200 if in_place else status, task=task, most=MOST_SHOWN, **content)


def _file(task: TaskRecord, found: dict[str, Any]) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{task.task_id}-new-subjects.csv"',
    }
    return Response(as_csv(found), media_type="text/csv", headers=headers)


def as_csv(found: dict[str, Any]) -> str:
    """A row a subject; a text that a spreadsheet would take for a formula begins with '."""
    text = StringIO()
    writer = csv.writer(text)
    classes, names = found["classes"], found.get("class_names") or {}
    columns = [*(["class_name"] if names else []), *(f"probability_{label}" for label in classes)]
    writer.writerow(["id", "site", "predicted" if classes else "score", *columns, "warnings"])
    for each in found["predictions"]:
        shares = [each["probability"][label] for label in classes]
        answer = each["predicted"] if classes else each["score"]
        told = safe(" ".join(each["warnings"]))
        named = [safe(names.get(answer, answer))] if names else []
        writer.writerow([safe(each["id"]), safe(each["site"]), answer, *named, *shares, told])
    return text.getvalue()
