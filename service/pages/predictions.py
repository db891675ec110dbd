"""Who was predicted how, a page of a table at a time."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from graphnet.figures.predictions import predicted_splits
from graphnet.names import split_name
from service.pages.site import page
from service.routes.evidence import evidence_of
from service.routes.tasks import task_of

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
        *(table["id"][row], table["site"][row], label, str(likeliest), shares),
        *(table["known"][row], label == likeliest),
    )


def _score(table: Mapping[str, Any], row: int) -> Row:
    shown_score = f"{table['predicted'][row]:.2f}"
    label, known = table["label"][row], table["known"][row]
    return Row(table["id"][row], table["site"][row], label, shown_score, (), known, None)


def _holds(row: Row, sought: str) -> bool:
    return not sought or sought.lower() in f"{row.subject} {row.site}".lower()


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else 1
