"""Live tasks: server-sent events, which a client resumes where they broke off.

An event's id is ``epoch.version``: how many epochs and how many changes of state were sent. The
curve of a task is the same however often it is interrupted, so an id tells what comes after it.
https://html.spec.whatwg.org/multipage/server-sent-events.html
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

from actors.tasks.streams import CURVE_LINE, CURVE_STREAM
from db.queue.states import Status
from db.server.errors import DatabaseError
from db.submissions import tasks
from db.submissions.tasks import TaskRecord
from graphnet.training.history import line_values
from service.api.views import ProgressView
from service.http.auth import caller_of, is_still_allowed
from service.http.queries import query_project
from service.routes.tasks import task_of
from service.state import AppState, state_of
from service.stores.views import LiveTaskView, progress_of

LOOK_SECONDS = 0.5
LOOKS_PER_CHECK = 4  # of the token
QUIET_LOOKS = 30  # then a comment keeps the connection alive
MOST_AT_ONCE = 5000
RECONNECT_MS = 1000
ID = re.compile(r"(\d{1,9})\.(\d{1,9})")


@dataclass
class StreamCursor:
    """What a client was sent already."""

    epoch: int = 0
    version: int = -1
    progress: ProgressView | None = None

    @classmethod
    def before(cls, last_event_id: str) -> "StreamCursor":
        """Of the id that a client names; one that names no id of ours was sent nothing."""
        match = ID.fullmatch(last_event_id)
        return cls(int(match[1]), int(match[2])) if match else cls()

    def event(self, kind: str, **content: Any) -> str:
        """One event, with the id that stands for all that was sent."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        return f"id: {self.epoch}.{max(self.version, 0)}\nevent: {kind}\ndata: {text}\n\n"


async def events(request: Request) -> Response:
    """The events after ``Last-Event-ID``, until the task has ended."""
    state, task = state_of(request), await task_of(request)
    cursor = StreamCursor.before(request.headers.get("last-event-id", ""))
    if task.over and cursor.version >= task.version:
        return Response(status_code=204)  # a browser does not reconnect after this
    with contextlib.ExitStack() as opened:
        opened.enter_context(state.admission.stream())
        return Stream(_stream(state, request, task.task_id, cursor), opened.pop_all())


class Stream(StreamingResponse):
    """A stream that frees its place even if the client leaves before the first event."""

    def __init__(self, content: AsyncIterator[str], place: contextlib.ExitStack) -> None:
        headers = {"x-accel-buffering": "no"}
        super().__init__(content, media_type="text/event-stream", headers=headers)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and free the place."""
        with self._place:
            await super().__call__(scope, receive, send)


async def _stream(
    state: AppState, request: Request, task_id: str, cursor: StreamCursor
) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    looks, quiet, over = 0, 0, False
    while not over and not state.stopping.is_set():
        looks, quiet = looks + 1, quiet + 1
        with contextlib.suppress(DatabaseError):
            if looks % LOOKS_PER_CHECK == 0 and not await is_still_allowed(request):
                return
            task = await tasks.get_task(task_id)
            if task is None:
                return
            async for event in _news(state, task, cursor):
                quiet = 0
                yield event
            over = task.over  # once its end was sent: what fails before is looked at again
        if quiet >= QUIET_LOOKS:
            quiet = 0
            yield ": still here\n\n"
        if not over:
            await pause(state)


async def pause(state: AppState) -> None:
    """Wait for the next look, or the end of this process."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(state.stopping.wait(), LOOK_SECONDS)


async def _news(state: AppState, task: TaskRecord, cursor: StreamCursor) -> AsyncIterator[str]:
    """State, epochs and progress that the client was not sent yet; the end of a task comes last."""
    over = task.over
    if not over and task.version > cursor.version:
        cursor.version = task.version
        yield cursor.event("status", **_status(task))
    while lines := await lines_of(state, task, cursor.epoch):
        for line in lines:
            cursor.epoch += 1
            yield cursor.event("epoch", epoch=cursor.epoch, line=line, **finite_values(line))
    progress = await progress_of(task)
    if progress != cursor.progress and not over:
        cursor.progress = progress
        yield cursor.event("progress", **progress.as_dict())
    if over and task.version > cursor.version:
        cursor.version = task.version
        metrics = None if task.task_result is None else task.task_result.get("metrics")
        end = {"progress": progress.as_dict(), "metrics": metrics}
        yield cursor.event("status", **_status(task), **end)


async def lines_of(state: AppState, task: TaskRecord, after: int) -> Sequence[str]:
    """The lines of the next epochs, without a gap; () where there is none yet."""
    stored = task.task_result.get("train_epochs") if task.over and task.task_result else None
    if isinstance(stored, list) and len(stored) > after:
        return [str(line) for line in stored[after : after + MOST_AT_ONCE]]
    if task.task_status == Status.FINISHED:
        return ()  # a cancelled task may have trained longer than its result tells
    try:
        entries: Any = await state.redis.xrange(
            state.names.key(CURVE_STREAM, task.task_id), min=f"{after + 1}-0", count=MOST_AT_ONCE
        )
    except (redis.RedisError, OSError):
        return ()
    lines = []
    for number, (entry, fields) in enumerate(entries, after + 1):
        if entry != f"{number}-0".encode():
            break  # the stream was lost and is being written again
        lines.append(fields[CURVE_LINE.encode()].decode())
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
    """Loss and accuracy of a line; None where one is not a finite number, which JSON lacks."""
    return {
        name: value if math.isfinite(value) else None for name, value in line_values(line).items()
    }


@dataclass
class TasksCursor:
    """What a client was sent: tasks by id, and how many ends; None before the first look.

    ``look`` is the look that it was sent.
    """

    tasks: dict[str, LiveTaskView] = field(default_factory=dict)
    look: dict[str, LiveTaskView] | None = None
    ended: int | None = None


async def all_events(request: Request) -> Response:
    """An event for each task that begins, changes or ends."""
    state, project = state_of(request), query_project(request, caller_of(request))
    with contextlib.ExitStack() as opened:
        opened.enter_context(state.admission.stream())
        return Stream(_tasks_stream(state, request, project), opened.pop_all())


async def _tasks_stream(
    state: AppState, request: Request, project: str | None
) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    cursor, looks, quiet, complete = TasksCursor(), 0, 0, False
    while not state.stopping.is_set():
        looks, quiet = looks + 1, quiet + 1
        with contextlib.suppress(DatabaseError):
            if looks % LOOKS_PER_CHECK == 0 and not await is_still_allowed(request):
                return
            for task in await _tasks_news(state, request, project, cursor):
                quiet = 0
                yield f"event: task\ndata: {json.dumps(task.as_dict(), allow_nan=False)}\n\n"
            if not complete:  # a task that a client still shows and was not sent has ended
                complete = True
                yield "event: complete\ndata: {}\n\n"
        if quiet >= QUIET_LOOKS:
            quiet = 0
            yield ": still here\n\n"
        await pause(state)


async def _tasks_news(
    state: AppState, request: Request, project: str | None, cursor: TasksCursor
) -> list[LiveTaskView]:
    """The tasks that have changed for this caller since the last look that it was sent."""
    caller, live = caller_of(request), state.live_tasks

    def is_visible(task: LiveTaskView) -> bool:
        return caller.sees(task.proj_id) and project in (None, task.proj_id)

    look = await live.look()
    if look is cursor.look:
        return []
    visible = {task_id: task for task_id, task in look.items() if is_visible(task)}
    ends = [] if cursor.ended is None else live.ends(cursor.ended)
    changed = [task for task_id, task in visible.items() if cursor.tasks.get(task_id) != task]
    cursor.tasks, cursor.look, cursor.ended = visible, look, live.ended
    return [*changed, *filter(is_visible, ends)]
