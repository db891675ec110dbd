"""The regions of a task in a brain that is turned, with the connections that a model relies on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from graphnet.artifacts.edge_slopes import edge_slopes
from graphnet.artifacts.evidence import Evidence
from graphnet.figures.importance import RegionMarks
from graphnet.messages import Message
from graphnet.report.evaluation_methods import explained_score
from graphnet.report.facts import Facts
from service.http.responses import ApiError, ErrorNum
from service.pages.site import page
from service.routes.stored import facts_of
from service.routes.tasks import task_of

MOST_EDGES = 100
SHOWN_EDGES = 20  # at first
UP, DOWN, UNSURE = "up", "down", "unsure"


@dataclass(frozen=True)
class PlacedRegion:
    """A region: its centre in MNI millimetres, what it contributes, and how it is coloured.

    ``place`` numbers it in the model; ``sign`` is ``up`` (above 0), ``down``, or ``unsure``;
    ``depth`` from 0 to 1, the full colour.
    """

    place: int
    name: str
    x: float
    y: float
    z: float
    value: float
    low: float | None
    high: float | None
    sign: str
    depth: float


async def brain(request: Request) -> Response:
    """The part of a page that replaces the button which asks for it."""
    task = await task_of(request)
    facts = await facts_of(request, task)
    evidence = facts.predictions
    regions = (
        [] if evidence is None else sorted(placed(evidence), key=lambda region: -abs(region.value))
    )
    if evidence is None or not regions:
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.no-centres", task=task.task_id))
    return page(
        request,
        "task_brain.html",
        task_id=task.task_id,
        regions=regions,
        meaning=_meaning(facts, evidence),
        edges=list(placed_edges(evidence, regions)),
        shown_edges=SHOWN_EDGES,
        score=explained_score(facts),
    )


@dataclass(frozen=True)
class PlacedEdge:
    """A connection between the regions ``first`` and ``second``, by their places in a list.

    ``value``: by how much the score rises with one standard deviation; ``sign`` as a region's.
    """

    first: int
    second: int
    value: float
    sign: str


def placed_edges(evidence: Evidence, regions: Sequence[PlacedRegion]) -> Iterator[PlacedEdge]:
    """The most important connections between ``regions``, the largest first."""
    numbers = {region.place: number for number, region in enumerate(regions)}
    for edge in edge_slopes(evidence, MOST_EDGES):
        sign = UNSURE if edge.is_stable is False else UP if edge.value > 0 else DOWN
        yield PlacedEdge(numbers[edge.first], numbers[edge.second], edge.value, sign)


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
        yield PlacedRegion(region, name, x, y, z, value, low, high, sign, abs(float(depth)))
