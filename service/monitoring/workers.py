"""Which kinds of worker are missing, so that nobody waits for one without knowing."""

import asyncio
import logging

import redis

from actors.queue import count_workers
from graphnet.messages import Message
from service.state import AppState

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
MISSING = {"cpu": Message("forms.no-cpu-worker"), "cuda": Message("forms.no-cuda-worker")}


async def missing(state: AppState, kind: str) -> list[Message]:
    """A warning where a form asks for a kind of device that no worker has at present.

    None while the queue does not answer.
    """
    if not kind:
        return []
    try:
        counting = asyncio.to_thread(count_workers, state.broker.client, state.names)
        workers = await asyncio.wait_for(counting, PATIENCE_SECONDS)
    except (redis.RedisError, TimeoutError) as error:
        log.warning("the workers cannot be counted: %s", error)
        return []
    return [] if workers[kind] else [MISSING[kind]]
