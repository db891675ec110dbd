"""Who was predicted how, a page of a table at a time."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from db.tasks import TaskRecord
from graphnet.artifacts.predictions import safe
from graphnet.figures.predictions import predicted_splits
from graphnet.names import split_name
from service.http.responses import MEANINGS, ApiError
from service.pages.questions import questions_of
from service.pages.site import page
from service.routes.evidence import evidence_of
from service.routes.predict import predicted, require_model
from service.routes.tasks import task_of
from service.state import state_of

A_PAGE = 100
DIGITS, LONGEST = 6, 100


class Row(NamedTuple):
    """A subject: what is true, what was predicted, and whether the model had trained on them."""

    subject: str
    site: str
    label: float | int | None
    predicted: str
    shares: Sequence[float]
    known: bool
    right: bool | None


class Found(NamedTuple):
    """A page of rows of a split, out of ``total`` that fit what was looked for."""

    split: str
    sought: str
    number: int
    pages: int
    total: int
    classes: Sequence[int]
    class_names: Mapping[str, str]
    rows: list[Row]


async def table(request: Request) -> Response:
    """A page of the table, as the query asks."""
    task = await task_of(request)
    evidence = await evidence_of(request, task)
    query = request.query_params
    found = select(evidence, query.get("split", ""), query.get("q", ""), query.get("page", ""))
    return page(
        *(request, "task_predictions.html"),
        found=found,
        task_id=task.task_id,
        splits={split: split_name(split) for split in predicted_splits(evidence)},
    )


def select(evidence: Mapping[str, Any], split: str, sought: str, number: str) -> Found:
    """The rows of a split (the fairest if there is none of that name) with a text in id or site."""
    known = predicted_splits(evidence)
    name = split if split in known else next(iter(known), "")
    wanted = sought.strip()[:LONGEST]
    rows = [row for row in _rows(evidence, name) if _holds(row, wanted)]
    pages = max(1, -(-len(rows) // A_PAGE))
    chosen = min(max(_whole(number), 1), pages)
    first = (chosen - 1) * A_PAGE
    part = rows[first : first + A_PAGE]
    names = evidence.get("class_names") or {}
    return Found(name, wanted, chosen, pages, len(rows), evidence["classes"], names, part)


def _rows(evidence: Mapping[str, Any], split: str) -> list[Row]:
    found = evidence["predictions"].get(split)
    if not found:
        return []
    classes = evidence["classes"]
    return [
        _row(classes, found, row, shares) if classes else _score(found, row)
        for row, shares in enumerate(found["probability"] if classes else found["predicted"])
    ]


def _row(classes: Sequence[int], found: Mapping[str, Any], row: int, shares: list[float]) -> Row:
    likeliest = classes[max(range(len(classes)), key=shares.__getitem__)]
    label = found["label"][row]
    return Row(
        *(found["id"][row], found["site"][row], label, str(likeliest), shares),
        *(found["known"][row], label == likeliest),
    )


def _score(found: Mapping[str, Any], row: int) -> Row:
    shown_score = f"{found['predicted'][row]:.2f}"
    label, known = found["label"][row], found["known"][row]
    return Row(found["id"][row], found["site"][row], label, shown_score, (), known, None)


def _holds(row: Row, sought: str) -> bool:
    return not sought or sought.lower() in f"{row.subject} {row.site}".lower()


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else 1


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
