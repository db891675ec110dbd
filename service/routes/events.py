"""A task as it goes on: server-sent events that can be taken up where they broke off.

An event's id is ``epoch.version``: how many epochs and how many changes of state were told. The
curve of a task is the same however often it is interrupted, so what comes after an id is always
known. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import contextlib
import json
import math
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from actors.curve import LINE, STREAM
from db import tasks
from db.errors import DatabaseError
from db.states import Status
from db.tasks import TaskRecord
from graphnet.training.history import line_values
from service.api.views import LiveTaskView
from service.http.auth import caller_of, is_still_allowed
from service.http.queries import query_project
from service.routes.tasks import task_of
from service.state import AppState, state_of
from service.stores.task_views import progress_of

LOOK_SECONDS = 0.5
LOOKS_A_GUARD = 4  # then the token is looked at again
QUIET_LOOKS = 30  # then a comment shows that the connection lives
MOST_AT_ONCE = 5000
RECONNECT_MS = 1000
ID = re.compile(r"(\d{1,9})\.(\d{1,9})")


@dataclass
class StreamCursor:
    """What a client knows already."""

    epoch: int = 0
    version: int = -1
    progress: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def before(cls, last_event_id: str) -> "StreamCursor":
        """By the id that a client names; everything is new to one that names none of ours."""
        match = ID.fullmatch(last_event_id)
        return cls(int(match[1]), int(match[2])) if match else cls()

    def event(self, kind: str, **content: Any) -> str:
        """One event, with the id that stands for all that was told."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        return f"id: {self.epoch}.{max(self.version, 0)}\nevent: {kind}\ndata: {text}\n\n"


async def events(request: Request) -> Response:
    """The events after ``Last-Event-ID``, until the task has ended."""
    state, task = state_of(request), await task_of(request)
    told = StreamCursor.before(request.headers.get("last-event-id", ""))
    if task.over and told.version >= task.version:
        return Response(status_code=204)  # a browser does not come again after this
    with contextlib.ExitStack() as opened:
        opened.enter_context(state.admission.stream())
        return Stream(_stream(state, request, task.task_id, told), opened.pop_all())


class Stream(StreamingResponse):
    """A stream that gives its place back also if the client left before the first event."""

    def __init__(self, content: AsyncIterator[str], place: contextlib.ExitStack) -> None:
        headers = {"x-accel-buffering": "no"}
        super().__init__(content, media_type="text/event-stream", headers=headers)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and give the place back."""
        with self._place:
            await super().__call__(scope, receive, send)


async def _stream(
    state: AppState, request: Request, task_id: str, told: StreamCursor
) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    looks, quiet, over = 0, 0, False
    while not over and not state.stopping.is_set():
        looks, quiet = looks + 1, quiet + 1
        with contextlib.suppress(DatabaseError):
            if looks % LOOKS_A_GUARD == 0 and not await is_still_allowed(request):
                return
            task = await tasks.get_task(task_id)
            if task is None:
                return
            over = task.over
            async for event in _news(state, task, told):
                quiet = 0
                yield event
        if quiet >= QUIET_LOOKS:
            quiet = 0
            yield ": still here\n\n"
        if not over:
            await pause(state)


async def pause(state: AppState) -> None:
    """Wait for the next look, or the end of this process."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(state.stopping.wait(), LOOK_SECONDS)


async def _news(state: AppState, task: TaskRecord, told: StreamCursor) -> AsyncIterator[str]:
    """State, epochs and progress that the client does not know; the end of a task comes last."""
    over = task.over
    if not over and task.version > told.version:
        told.version = task.version
        yield told.event("status", **_status(task))
    while lines := await lines_of(state, task, told.epoch):
        for line in lines:
            told.epoch += 1
            yield told.event("epoch", epoch=told.epoch, line=line, **finite_values(line))
    progress = (await progress_of(task)).as_dict()
    if progress != told.progress and not over:
        told.progress = progress
        yield told.event("progress", **progress)
    if over and task.version > told.version:
        told.version = task.version
        metrics = (task.task_result or {}).get("metrics")
        yield told.event("status", **_status(task), progress=progress, metrics=metrics)


async def lines_of(state: AppState, task: TaskRecord, after: int) -> Sequence[str]:
    """The lines of the next epochs, without a gap; () where there is none yet."""
    result = task.task_result or {}
    known = result.get("train_epochs") if task.over else None
    if isinstance(known, list) and len(known) > after:
        return [str(line) for line in known[after : after + MOST_AT_ONCE]]
    if task.task_status == Status.FINISHED:
        return ()  # what was cancelled may have trained longer than its result tells
    try:
        found: Any = await state.redis.xrange(
            state.names.key(STREAM, task.task_id), min=f"{after + 1}-0", count=MOST_AT_ONCE
        )
    except (redis.RedisError, OSError):
        return ()
    lines = []
    for number, (entry, fields) in enumerate(found, after + 1):
        if entry != f"{number}-0".encode():
            break  # the stream was lost and is being written anew
        lines.append(fields[LINE.encode()].decode())
    return lines


def _status(task: TaskRecord) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "owner": task.owner.value,
        "task_status": task.task_status,
        "attempt": task.attempt,
        "error": task.error,
        "request_id": task.request_id or None,
    }


def finite_values(line: str) -> dict[str, float | None]:
    """Loss and accuracy that a line names; None where one is no number, which JSON cannot say."""
    return {
        name: value if math.isfinite(value) else None for name, value in line_values(line).items()
    }


@dataclass
class TasksCursor:
    """What a client has been told: tasks by id, and how many ends; None before the first look.

    ``looked`` is the look that it was told of.
    """

    tasks: dict[str, LiveTaskView] = field(default_factory=dict)
    looked: dict[str, LiveTaskView] | None = None
    ended: int | None = None


async def board(request: Request) -> Response:
    """An event for each task that begins, goes on or ends."""
    state, project = state_of(request), query_project(request, caller_of(request))
    with contextlib.ExitStack() as opened:
        opened.enter_context(state.admission.stream())
        return Stream(_tasks_stream(state, request, project), opened.pop_all())


async def _tasks_stream(
    state: AppState, request: Request, project: str | None
) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    told, looks, quiet, complete = TasksCursor(), 0, 0, False
    while not state.stopping.is_set():
        looks, quiet = looks + 1, quiet + 1
        with contextlib.suppress(DatabaseError):
            if looks % LOOKS_A_GUARD == 0 and not await is_still_allowed(request):
                return
            for news in await _tasks_news(state, request, project, told):
                quiet = 0
                yield f"event: task\ndata: {json.dumps(news.as_dict(), allow_nan=False)}\n\n"
            if not complete:  # who was told less knows that the rest has ended
                complete = True
                yield "event: complete\ndata: {}\n\n"
        if quiet >= QUIET_LOOKS:
            quiet = 0
            yield ": still here\n\n"
        await pause(state)


async def _tasks_news(
    state: AppState, request: Request, project: str | None, told: TasksCursor
) -> list[LiveTaskView]:
    """What has changed for this caller since it was ``told``."""
    caller, shared = caller_of(request), state.live_tasks

    def theirs(task: LiveTaskView) -> bool:
        return caller.sees(task.proj_id) and project in (None, task.proj_id)

    looked = await shared.look()
    if looked is told.looked:
        return []
    seen = {key: each for key, each in looked.items() if theirs(each)}
    ends = [] if told.ended is None else shared.ends(told.ended)
    news = [each for key, each in seen.items() if told.tasks.get(key) != each]
    told.tasks, told.looked, told.ended = seen, looked, shared.ended
    return [*news, *filter(theirs, ends)]
