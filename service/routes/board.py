"""All tasks that the caller sees, as they go on: one stream of server-sent events."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from db.errors import DatabaseError
from service.board import Shown
from service.guard import caller_of, is_still_let_in
from service.house import House, house_of
from service.queries import asked_project
from service.routes.events import LOOKS_A_GUARD, QUIET_LOOKS, RECONNECT_MS, Stream, pause


@dataclass
class TasksCursor:
    """What a client has been told: tasks by id, and how many ends; None before the first look.

    ``looked`` is the look that it was told of.
    """

    tasks: dict[str, Shown] = field(default_factory=dict)
    looked: dict[str, Shown] | None = None
    ended: int | None = None


async def board(request: Request) -> Response:
    """An event for each task that begins, goes on or ends."""
    house, project = house_of(request), asked_project(request, caller_of(request))
    with contextlib.ExitStack() as opened:
        opened.enter_context(house.admission.stream())
        return Stream(_tasks_stream(house, request, project), opened.pop_all())


async def _tasks_stream(house: House, request: Request, project: str | None) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    told, looks, quiet, complete = TasksCursor(), 0, 0, False
    while not house.stopping.is_set():
        looks, quiet = looks + 1, quiet + 1
        with contextlib.suppress(DatabaseError):
            if looks % LOOKS_A_GUARD == 0 and not await is_still_let_in(request):
                return
            for news in await _tasks_news(house, request, project, told):
                quiet = 0
                yield f"event: task\ndata: {json.dumps(news, allow_nan=False)}\n\n"
            if not complete:  # who was told less knows that the rest has ended
                complete = True
                yield "event: complete\ndata: {}\n\n"
        if quiet >= QUIET_LOOKS:
            quiet = 0
            yield ": still here\n\n"
        await pause(house)


async def _tasks_news(
    house: House, request: Request, project: str | None, told: TasksCursor
) -> list[Shown]:
    """What has changed for this caller since it was ``told``."""
    caller, shared = caller_of(request), house.board

    def theirs(each: Shown) -> bool:
        return caller.sees(each["proj_id"]) and project in (None, each["proj_id"])

    looked = await shared.look()
    if looked is told.looked:
        return []
    seen = {key: each for key, each in looked.items() if theirs(each)}
    ends = [] if told.ended is None else shared.ends(told.ended)
    news = [each for key, each in seen.items() if told.tasks.get(key) != each]
    told.tasks, told.looked, told.ended = seen, looked, shared.ended
    return [*news, *filter(theirs, ends)]
