"""A task that goes on, as its page shows it: how far it is, and its curves so far."""

from typing import Any

import redis
from starlette.requests import Request
from starlette.responses import Response

from actors.curve import LINE, STREAM
from db.form import KINDS
from db.tasks import TaskRecord
from graphnet.figures.curves import MOST_POINTS
from graphnet.messages import rendered
from graphnet.training.history import History
from service.http.language import answer_language
from service.monitoring.workers import missing
from service.pages.outcome import curve
from service.pages.site import page
from service.routes.tasks import task_of
from service.state import AppState, state_of
from service.stores.task_views import full_view


async def live(request: Request) -> Response:
    """The part of the page that changes while a task goes on."""
    task = await task_of(request)
    return page(request, "task_live.html", apart=True, **await going_on(request, task))


async def going_on(request: Request, task: TaskRecord) -> dict[str, Any]:
    """What that part shows."""
    state = state_of(request)
    settings = task.task_config.get("param_set")
    kind = settings.get("device") if isinstance(settings, dict) else ""
    waits_for = [] if task.over else await missing(state, kind if kind in KINDS else "")
    lines = [] if task.over else await lines_so_far(state, task.task_id)
    language = answer_language(request)
    return {
        "task": await full_view(task),
        "over": task.over,
        "curve": curve(History.from_lines(lines), None, language),
        "waits_for": rendered(waits_for, language),
    }


async def lines_so_far(state: AppState, task_id: str) -> list[str]:
    """The line of each epoch; "" for those that a figure would leave out anyway."""
    key = state.names.key(STREAM, task_id)
    try:
        count = int(await state.redis.xlen(key))
        every = max(1, -(-count // MOST_POINTS))
        wanted = sorted({1, count, *range(every, count + 1, every)}) if count else []
        pipe = state.redis.pipeline(transaction=False)
        for number in wanted:
            pipe.xrange(key, min=f"{number}-0", max=f"{number}-0")
        found: list[Any] = await pipe.execute()
    except (redis.RedisError, OSError):
        return []
    lines = [""] * count
    for number, entries in zip(wanted, found, strict=True):
        if entries:
            lines[number - 1] = entries[0][1][LINE.encode()].decode()
    return lines
