"""What the workers logged of a task."""

from typing import Any

import redis
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from actors.task_log import LINE, STREAM, joined
from registry import LOG, ObjectMissing, RegistryUnavailable
from service.house import House, house_of
from service.predecessor import require_stored
from service.replies import ErrorNum, Refusal
from service.routes.tasks import task_of


async def log(request: Request) -> Response:
    """The lines so far, oldest first."""
    task = await task_of(request)
    require_stored(task, "log")
    house = house_of(request)
    lines = await _sent(house, task.task_id)
    text = joined(await _stored(house, task.task_id, needed=not lines), lines)
    if not text:
        raise Refusal(
            ErrorNum.NOT_FOUND, f"The task {task.task_id} is {task.task_status} and has no log."
        )
    return PlainTextResponse(text, headers={"cache-control": "no-store"})


async def _sent(house: House, task_id: str) -> list[str]:
    """What is on the stream; nothing while it does not answer."""
    try:
        found: Any = await house.watch.xrange(house.names.key(STREAM, task_id))
    except (redis.RedisError, OSError):
        return []
    return [fields[LINE].decode(errors="replace") for _, fields in found]


async def _stored(house: House, task_id: str, *, needed: bool) -> str:
    """What the registry has; while it is away, nothing, unless that is ``needed``.

    Raises RegistryError.
    """
    try:
        return (await house.vault.get(task_id, LOG)).decode(errors="replace")
    except ObjectMissing:
        return ""
    except RegistryUnavailable:
        if needed:
            raise
        return ""
