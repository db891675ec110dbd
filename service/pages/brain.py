"""The regions of a task in a brain that is turned, and the table from which it is drawn."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from graphnet.artifacts.evidence import Evidence
from graphnet.figures.importance import RegionMarks
from graphnet.messages import Message
from graphnet.report.facts import Facts
from service.http.responses import ApiError, ErrorNum
from service.pages.site import page
from service.routes.stored import facts_of
from service.routes.tasks import task_of

UP, DOWN, UNSURE = "up", "down", "unsure"


@dataclass(frozen=True)
class PlacedRegion:
    """A region: its centre in MNI millimetres, what it contributes, and how it is coloured.

    ``sign`` is ``up`` (above 0), ``down``, or ``unsure``; ``depth`` from 0 to 1, the full colour.
    """

    name: str
    x: float
    y: float
    z: float
    value: float
    low: float | None
    high: float | None
    sign: str
    depth: float


async def show(request: Request) -> Response:
    """The part of a page that replaces the button which asks for it."""
    task = await task_of(request)
    facts = await facts_of(request, task)
    evidence = facts.predictions
    regions = (
        [] if evidence is None else sorted(placed(evidence), key=lambda each: -abs(each.value))
    )
    if evidence is None or not regions:
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.no-centres", task=task.task_id))
    return page(
        request,
        "task_brain.html",
        task_id=task.task_id,
        regions=regions,
        meaning=_meaning(facts, evidence),
    )


def _meaning(facts: Facts, evidence: Evidence) -> Message | None:
    """What a contribution is; None of an older version's evidence, which has shares alone."""
    if evidence.importance is None or evidence.importance.contribution is None:
        return None
    target = "two-classes" if facts.is_binary else "classes"
    kind = "score" if facts.is_regression else target
    return Message("methods.contribution", kind=kind, positive=facts.positive_label)


def placed(evidence: Evidence) -> Iterator[PlacedRegion]:
    """The regions with their centres, marked as in the glass brain; none without centres."""
    importance = evidence.importance
    if importance is None or importance.coordinates is None:
        return
    marks = RegionMarks.of(importance)
    for region, (name, depth) in enumerate(zip(evidence.region_titles, marks.depth, strict=True)):
        x, y, z = importance.coordinates[region].tolist()
        low, high = (
            None if bounds is None or not np.isfinite(bounds[region]) else float(bounds[region])
            for bounds in (importance.low, importance.high)
        )
        sign = UP if depth > 0 else DOWN if depth < 0 else UNSURE
        value = float(marks.value[region])
        yield PlacedRegion(name, x, y, z, value, low, high, sign, abs(float(depth)))
