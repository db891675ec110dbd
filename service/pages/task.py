"""One task: how far it is, what came of it, and what can be done with it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from actors.tasks.streams import CURVE_LINE, CURVE_STREAM
from db.queue import runs
from db.submissions import tasks
from db.submissions.form import KINDS
from db.submissions.ownership import Owner
from db.submissions.tasks import TaskRecord
from graphnet.figures.curves import MOST_POINTS
from graphnet.messages import Message, rendered
from graphnet.report.facts import Facts
from graphnet.report.training import SweepSection
from graphnet.training.history import History
from service.api.views import TaskView
from service.http.auth import caller_of
from service.http.responses import SEE_OTHER, answer_language
from service.pages import outcome
from service.pages.choices import headline, model_of
from service.pages.outcome import curve, read_facts
from service.pages.predictions import Found, Wanted, select
from service.pages.site import own, page
from service.predecessor import require_ours
from service.routes.submission import RETRIABLE, missing_workers, submit_again
from service.routes.tasks import task_of
from service.state import AppState, state_of
from service.stores.views import full_view


async def show(request: Request) -> Response:
    """The page of a task."""
    task = await task_of(request)
    return page(
        request,
        "task.html",
        model=model_of(task),
        form=_form(task),
        can_retry=task.task_status in RETRIABLE and task.owner is Owner.OURS,
        has_model=_has_model(task),
        by_predecessor=task.by_predecessor,
        took=_seconds(task.started_at, task.finished_at),
        family=outcome.family(await _chain(request, task), answer_language(request)),
        most_megabytes=state_of(request).settings.max_upload_bytes // 1_000_000,
        **vars(await going_on(request, task)),
        **vars(await _outcome(request, task)),
    )


async def cancel(request: Request) -> Response:
    """End a task and go back to it, or to the page that is named as ``next``."""
    task = await task_of(request)
    require_ours(task)
    await runs.cancel(task.task_id, state_of(request).settings.process.public_url)
    return _further(request, task.task_id)


async def retry(request: Request) -> Response:
    """Try a task again and go to the new one."""
    task_id = await submit_again(request, await task_of(request))
    return _further(request, task_id)


def _further(request: Request, task_id: str) -> Response:
    return RedirectResponse(own(request.query_params.get("next") or f"/tasks/{task_id}"), SEE_OTHER)


@dataclass(frozen=True)
class _Outcome:
    """What came of a task, with a sentence for what cannot be shown; nothing of one that goes on.

    Of a task of the predecessor there are the curves alone.
    """

    task_id: str
    facts: Facts | None = None
    missing: Sequence[Message] = ()
    headline: outcome.Headline | None = None
    tables: outcome.Tables | None = None
    sweep: SweepSection | None = None
    drawn: Mapping[str, Markup] = field(default_factory=dict)
    splits: Mapping[str, Message] = field(default_factory=dict)
    found: Found | None = None
    picture: bool = False
    regions: Sequence[str] = ()
    has_places: bool = False


async def _outcome(request: Request, task: TaskRecord) -> _Outcome:
    if not task.over:
        return _Outcome(task.task_id)
    if task.by_predecessor:
        return _Outcome(task.task_id, drawn={"curves": _old_curves(request, task)})
    facts, missing = await read_facts(request, task)
    return _Outcome(
        task.task_id,
        facts,
        missing,
        headline=outcome.Headline.of(facts),
        tables=outcome.Tables.of(facts),
        sweep=SweepSection.of(facts),
        drawn=outcome.drawings(facts, answer_language(request)),
        splits=outcome.splits(facts),
        found=select(facts.evidence, Wanted()) if facts.evidence else None,
        picture=facts.glass_brain is not None,
        regions=outcome.regions(facts),
        has_places=outcome.has_places(facts),
    )


def _old_curves(request: Request, task: TaskRecord) -> Markup:
    """What the predecessor's lines tell, as far as they are the contract's."""
    history = task.result.history
    return outcome.curve(history, None, answer_language(request))


async def _chain(request: Request, task: TaskRecord) -> list[Mapping[str, Any]]:
    """The task behind its ancestors, as a figure shows them."""
    seen = [
        ancestor
        for ancestor in await tasks.lineage(task.task_id)
        if caller_of(request).sees(ancestor.proj_id)
    ]
    return [_member(member, task.task_id) for member in (*reversed(seen), task)]


def _member(task: TaskRecord, own: str) -> Mapping[str, Any]:
    link = None if task.task_id == own else f"/tasks/{task.task_id}"
    kept = ("task_id", "task_name", "task_type", "task_status")
    leading = headline(task)
    auc = leading.value if leading else None
    return {**{name: getattr(task, name) for name in kept}, "auc": auc, "href": link}


def _form(task: TaskRecord) -> str:
    """The form that was sent, to be sent again."""
    shared = {name: getattr(task, name) for name in ("proj_id", "task_name", "task_type")}
    return json.dumps({**shared, **task.form.fields}, indent=2, ensure_ascii=False)


def _has_model(task: TaskRecord) -> bool:
    ours = task.owner is Owner.OURS
    return ours and bool(task.result.model_state_path) and not task.removed_at


def _seconds(start: int, end: int) -> float | None:
    return (end - start) / 1000 if start and end else None


async def live(request: Request) -> Response:
    """The part of the page that changes while a task goes on."""
    task = await task_of(request)
    return page(request, "task_live.html", apart=True, **vars(await going_on(request, task)))


@dataclass(frozen=True)
class GoingOn:
    """What that part shows: the task, whether it has ended, its curve, and what it waits for."""

    task: TaskView
    over: bool
    curve: Markup | None
    waits_for: Sequence[str]


async def going_on(request: Request, task: TaskRecord) -> GoingOn:
    """How far a task is."""
    state = state_of(request)
    kind = task.form.param_set.get("device")
    waits_for = [] if task.over else await missing_workers(state, kind if kind in KINDS else "")
    lines = [] if task.over else await lines_so_far(state, task.task_id)
    language = answer_language(request)
    return GoingOn(
        await full_view(task),
        task.over,
        curve(History.from_lines(lines).without("test"), None, language),
        rendered(waits_for, language),
    )


async def lines_so_far(state: AppState, task_id: str) -> list[str]:
    """The line of each epoch; "" for those that a figure would leave out anyway."""
    key = state.names.key(CURVE_STREAM, task_id)
    try:
        count = int(await state.redis.xlen(key))
        every = max(1, -(-count // MOST_POINTS))
        wanted = sorted({1, count, *range(every, count + 1, every)}) if count else []
        pipe = state.redis.pipeline(transaction=False)
        for number in wanted:
            pipe.xrange(key, min=f"{number}-0", max=f"{number}-0")
        answers: list[Any] = await pipe.execute()
    except (redis.RedisError, OSError):
        return []
    lines = [""] * count
    for number, entries in zip(wanted, answers, strict=True):
        if entries:
            lines[number - 1] = entries[0][1][CURVE_LINE.encode()].decode()
    return lines
