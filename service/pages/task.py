"""One task: how it learns, what came of it, and what that is worth."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from db import tasks
from db.states import TERMINAL, Status
from db.tasks import TaskRecord
from graphnet import figures
from graphnet.figures.predicted import FAIREST, SPLITS
from registry import RegistryError
from service.guard import caller_of
from service.house import house_of
from service.pages.site import page, words
from service.replies import ErrorNum, Refusal
from service.routes.events import lines_of
from service.routes.evidence import evidence_of
from service.routes.tasks import progress_of, shown, task_of

log = logging.getLogger(__name__)

METRICS = ("n", "accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc", "brier")
OF_SCORES = ("n", "mae", "rmse", "r2", "pearson", "spearman")
ROWS = 50
LINES = 20_000
ENDED = {status.value for status in TERMINAL}


async def task(request: Request) -> Response:
    """Everything that there is of a task."""
    record = await task_of(request)
    evidence = await _evidence(request, record)
    return page(
        request,
        "task.html",
        **await _live(request, record),
        result=record.task_result or {},
        splits=_splits(record.task_result or {}),
        names={split: words(request)(name) for split, name in SPLITS.items()},
        metrics=METRICS if not _by_score(record.task_result or {}) else OF_SCORES,
        drawn=_drawn(record, evidence, words(request)),
        lineage=await _lineage(request, record),
        predictions=_predictions(request, evidence),
        regions=_regions(evidence),
        has_brain=bool(((evidence or {}).get("importance") or {}).get("coordinates")),
    )


async def live(request: Request) -> Response:
    """What changes while a task learns."""
    return page(request, "task_live.html", **await _live(request, await task_of(request)))


async def _live(request: Request, record: TaskRecord) -> dict[str, Any]:
    lines = [str(line) for line in (record.task_result or {}).get("train_epochs") or ()]
    if not lines and record.task_status == Status.RUNNING:
        lines = list(await lines_of(house_of(request), record, 0))
    selected = (record.task_result or {}).get("selected_epoch")
    drawn = figures.curves(lines[-LINES:], selected, words(request))
    return {
        "task": shown(record, await progress_of(record)),
        "ended": record.task_status in ENDED,
        "curves": Markup(drawn),  # noqa: S704 - drawn by us, escaped there
    }


async def _evidence(request: Request, record: TaskRecord) -> dict[str, Any] | None:
    """What the figures rest on; None where there is none, or none that can be had now."""
    if record.task_status != Status.FINISHED:
        return None
    try:
        return await evidence_of(request, record)
    except RegistryError as error:
        log.warning("the page of %s is shown without its evidence: %s", record.task_id, error)
        return None
    except Refusal as refusal:
        if refusal.number in (ErrorNum.NOT_FOUND, ErrorNum.STORED_DAMAGED):
            return None
        raise


def _splits(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = result.get("metrics") or {}
    return {split: found[split] for split in FAIREST if isinstance(found.get(split), dict)}


def _by_score(result: Mapping[str, Any]) -> bool:
    return any("mae" in each for each in _splits(result).values())


def _drawn(
    record: TaskRecord, evidence: Mapping[str, Any] | None, told: Callable[[str], str]
) -> dict[str, Markup]:
    """Figures by name, only those that can be drawn."""
    result = record.task_result or {}
    splits = _splits(result)
    drawn = {"beside": _beside(result, splits, told)}
    if evidence is not None:
        drawn["importance"] = figures.importance(evidence, words=told)
        if evidence["classes"]:
            drawn["roc"] = figures.roc(evidence, told)
            drawn["calibration"] = figures.calibration(evidence, told)
            best = next(iter(splits.values()), {})
            drawn["confusion"] = figures.confusion(
                best.get("confusion") or [], evidence["classes"], told
            )
    return {name: Markup(each) for name, each in drawn.items() if each}  # noqa: S704 - ours


def _beside(
    result: Mapping[str, Any], splits: Mapping[str, Any], told: Callable[[str], str]
) -> str:
    split = next(iter(splits), None)
    if split is None or _by_score(result):
        return ""
    rows = [_row(told("this model"), splits[split], ours=True)]
    rows += [
        _row(name.replace("_", " "), (each or {}).get(split), ours=False)
        for name, each in (result.get("baselines") or {}).items()
    ]
    title = f"AUC · {told(SPLITS[split])}"
    return figures.forest(rows, title, reference=0.5, words=told)


def _row(name: str, found: Mapping[str, Any] | None, *, ours: bool) -> figures.Row:
    bounds = ((found or {}).get("ci") or {}).get("auc")
    interval = (bounds[0], bounds[1]) if bounds else None
    return figures.Row(name, (found or {}).get("auc"), interval, ours)


async def _lineage(request: Request, record: TaskRecord) -> Markup:
    caller = caller_of(request)
    before = [each for each in await tasks.lineage(record.task_id) if caller.sees(each.proj_id)]
    if not before:
        return Markup()
    chain = [
        {
            "task_id": each.task_id,
            "task_name": each.task_name,
            "task_type": each.task_type,
            "task_status": each.task_status,
            "auc": None,
            "href": f"/tasks/{each.task_id}",
        }
        for each in [*reversed(before), record]
    ]
    return Markup(figures.lineage(chain, words(request)))  # noqa: S704 - escaped there


def _predictions(request: Request, evidence: Mapping[str, Any] | None) -> dict[str, Any]:
    """Who was predicted how on the fairest split, those whose id holds what is searched for."""
    if evidence is None:
        return {}
    split = next((s for s in FAIREST if (evidence["predictions"].get(s) or {}).get("id")), None)
    if split is None:
        return {}
    found = evidence["predictions"][split]
    text = request.query_params.get("subject", "")[:ROWS].lower()
    rows = [row for row, name in enumerate(found["id"]) if text in str(name).lower()]
    return {
        "split": split,
        "subject": text,
        "rows": [{key: column[row] for key, column in found.items()} for row in rows[:ROWS]],
        "more": max(0, len(rows) - ROWS),
        "classes": evidence["classes"],
    }


def _regions(evidence: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    from graphnet.figures.importance import named  # noqa: PLC0415 - one page needs it

    found = (evidence or {}).get("importance")
    if evidence is None or not found:
        return []
    order = sorted(range(len(found["share"])), key=lambda place: -found["share"][place])[:10]
    names = named(evidence)
    return [
        {key: found[key][place] for key in ("share", "direction", "occlusion")}
        | {"name": names[place]}
        for place in order
    ]
