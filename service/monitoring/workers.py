"""The workers that are there, so that nobody waits unawares for one that is not."""

import asyncio
import logging

import redis

from actors.queue import count_workers
from service.state import AppState

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
NAMES = {"cpu": "that trains on a CPU", "cuda": "with a CUDA device"}


async def missing(state: AppState, kind: str) -> list[str]:
    """A sentence where a form asks for a kind of device that no worker has at present.

    A queue that does not answer says nothing of its workers.
    """
    if not kind:
        return []
    try:
        asked = asyncio.to_thread(count_workers, state.broker.client, state.names)
        there = await asyncio.wait_for(asked, PATIENCE_SECONDS)
    except (redis.RedisError, TimeoutError) as error:
        log.warning("the workers cannot be counted: %s", error)
        return []
    if there[kind]:
        return []
    return [f"No worker {NAMES[kind]} is there at present; the task waits for one."]
