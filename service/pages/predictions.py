"""Predictions on a task's page: who was predicted how, and what the model says of new subjects."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from io import StringIO
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from db.submissions.tasks import TaskRecord
from graphnet.artifacts.evidence import Evidence
from graphnet.disk import safe
from graphnet.figures.predictions import predicted_splits
from graphnet.names import split_name
from service.api.views import PredictionView, View, known_fields
from service.http.responses import MEANINGS, ApiError
from service.pages.datasets import questions_of
from service.pages.site import page
from service.routes.stored import evidence_of, predicted, require_model
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
    value: float
    shares: Sequence[float]
    known: bool
    right: bool | None


@dataclass(frozen=True)
class Wanted:
    """What a reader looks for: a split, a text in id or site, a site, a true class, errors only.

    ``sort`` names a column, with a minus in front from the highest on; "" is the stored order.
    """

    split: str = ""
    q: str = ""
    site: str = ""
    label: str = ""
    wrong: str = ""
    sort: str = ""
    page: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Of the fields of a query; what it does not name is not looked for."""
        return cls(**{item.name: query.get(item.name, "")[:LONGEST] for item in fields(cls)})

    def query(self, **changes: str | int) -> str:
        """The same as a query, with changes."""
        given = {**asdict(self), **changes}
        return urlencode({name: text for name, text in given.items() if text})

    def turned(self, column: str) -> str:
        """The order that a click on a column's head asks for: lowest first, then highest first."""
        return f"-{column}" if self.sort == column else column

    def direction(self, column: str) -> str:
        """The order of a column in the words of ARIA; "" where another one is sorted."""
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort, "")

    def fits(self, row: Row) -> bool:
        """Whether a subject is looked for."""
        return (
            self.q.strip().lower() in f"{row.subject} {row.site}".lower()
            and self.site in ("", row.site)
            and self.label in ("", str(row.label))
            and not (self.wrong and row.right is not False)
        )

    def ordered(self, rows: list[Row]) -> list[Row]:
        """Sorted by the column; those without a value stand last in both directions."""
        column = self.sort.removeprefix("-")
        key = SORTED.get(column) or _share_of(column)
        if key is None:
            return rows
        known = [row for row in rows if key(row) is not None]
        known.sort(key=key, reverse=self.sort.startswith("-"))
        return known + [row for row in rows if key(row) is None]


SORTED: Mapping[str, Callable[[Row], Any]] = {
    "subject": lambda row: row.subject,
    "site": lambda row: row.site or None,
    "label": lambda row: row.label,
    "predicted": lambda row: row.value,
}
SHARE = "share-"


def _share_of(column: str) -> Callable[[Row], Any] | None:
    """The probability of a class by its place; None for any other column."""
    place = column.removeprefix(SHARE)
    if not column.startswith(SHARE) or not (place.isascii() and place.isdecimal()):
        return None
    number = _whole(place)
    return lambda row: row.shares[number] if number < len(row.shares) else None


class Found(NamedTuple):
    """A page of rows of a split, out of ``total`` that fit what was looked for.

    ``sites`` and ``labels`` are those of all subjects of the split.
    """

    split: str
    wanted: Wanted
    number: int
    pages: int
    total: int
    classes: Sequence[int]
    class_names: Mapping[str, str]
    sites: Sequence[str]
    labels: Sequence[str]
    rows: list[Row]


async def table(request: Request) -> Response:
    """A page of the table, as the query asks."""
    task = await task_of(request)
    evidence = await evidence_of(request, task)
    return page(
        *(request, "task_predictions.html"),
        found=select(evidence, Wanted.of(request.query_params)),
        task_id=task.task_id,
        splits={split: split_name(split) for split in _splits(evidence)},
    )


def _splits(evidence: Mapping[str, Any]) -> list[str]:
    return predicted_splits(Evidence.from_json(evidence))


def select(evidence: Mapping[str, Any], wanted: Wanted) -> Found:
    """The rows that are looked for, of the fairest split if there is none of that name."""
    known = _splits(evidence)
    name = wanted.split if wanted.split in known else next(iter(known), "")
    every, named = _rows(evidence, name), evidence.get("class_names")
    rows = wanted.ordered([row for row in every if wanted.fits(row)])
    pages = max(1, -(-len(rows) // A_PAGE))
    chosen = min(max(_whole(wanted.page), 1), pages)
    first = (chosen - 1) * A_PAGE
    return Found(
        name,
        replace(wanted, split=name),
        chosen,
        pages,
        len(rows),
        evidence["classes"],
        {} if named is None else named,
        sites=sorted({row.site for row in every if row.site}),
        labels=sorted({str(row.label) for row in every if evidence["classes"]} - {"None"}),
        rows=rows[first : first + A_PAGE],
    )


def _rows(evidence: Mapping[str, Any], split: str) -> list[Row]:
    table = evidence["predictions"].get(split)
    if not table:
        return []
    classes = evidence["classes"]
    return [
        _row(classes, table, row, shares) if classes else _score(table, row)
        for row, shares in enumerate(table["probability"] if classes else table["predicted"])
    ]


def _row(classes: Sequence[int], table: Mapping[str, Any], row: int, shares: list[float]) -> Row:
    likeliest = classes[max(range(len(classes)), key=shares.__getitem__)]
    label = table["label"][row]
    return Row(
        *(table["id"][row], table["site"][row], label, str(likeliest), likeliest, shares),
        *(table["known"][row], label == likeliest),
    )


def _score(table: Mapping[str, Any], row: int) -> Row:
    shown_score = f"{table['predicted'][row]:.2f}"
    label, known = table["label"][row], table["known"][row]
    value = table["predicted"][row]
    return Row(table["id"][row], table["site"][row], label, shown_score, value, (), known, None)


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
        return _page(
            request, task, status, refusal=refusal, found=None, upload=upload, **vars(asked)
        )
    if wanted == "csv":
        return _file(task, found)
    return _page(request, task, 200, refusal=None, found=found)


@dataclass(frozen=True)
class NewSubjects(View):
    """What a model says of the subjects of a file; ``classes`` is () of a score."""

    predictions: Sequence[PredictionView]
    classes: Sequence[str] = ()
    class_names: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    warning_messages: Sequence[Any] = ()

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        """From a worker's answer."""
        values = known_fields(cls, answer)
        return cls(
            **{**values, "predictions": tuple(map(PredictionView.read, values["predictions"]))}
        )


async def _asked(request: Request, task: TaskRecord) -> tuple[NewSubjects, str]:
    require_model(task)
    state = state_of(request)
    with state.admission.prediction():
        received = await state.uploads.receive(request)
        request.state.received = received
        wanted = received.field("as")
        answer = await predicted(state, task, received, explain=wanted != "csv")
        return NewSubjects.read(answer), wanted


def _page(request: Request, task: TaskRecord, status: int, **content: Any) -> Response:
    """A part of the page to a script that asks for it, a page of its own to a form."""
    in_place = request.headers.get("hx-request") == "true"
    name = "task_predicted.html" if in_place else "task_predicted_page.html"
    return page(request, name, 200 if in_place else status, task=task, most=MOST_SHOWN, **content)


def _file(task: TaskRecord, subjects: NewSubjects) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{task.task_id}-new-subjects.csv"',
    }
    return Response(as_csv(subjects), media_type="text/csv", headers=headers)


def as_csv(subjects: NewSubjects) -> str:
    """A row a subject; a text that a spreadsheet would take for a formula begins with '."""
    text = StringIO()
    writer = csv.writer(text)
    classes, names = subjects.classes, subjects.class_names
    columns = [*(["class_name"] if names else []), *(f"probability_{label}" for label in classes)]
    writer.writerow(["id", "site", "predicted" if classes else "score", *columns, "warnings"])
    for prediction in subjects.predictions:
        shares = [prediction.probability[label] for label in classes]
        answer = prediction.predicted if classes else prediction.score
        told = safe(" ".join(prediction.warnings))
        named = [safe(names.get(str(answer), str(answer)))] if names else []
        writer.writerow([safe(prediction.id), safe(prediction.site), answer, *named, *shares, told])
    return text.getvalue()
