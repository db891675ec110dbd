"""Checkpoints and parts that nobody needs any more are removed some time after their task."""

import asyncio
import logging

import redis

from actors.queue import has_turn
from db import parts, waiting
from db.errors import DatabaseError
from registry import RegistryError, Store

log = logging.getLogger(__name__)

SWEEP_SECONDS = 60.0
KEEP_MS = 7 * 86_400_000  # for a task that is tried again
KEEP_PARTS_MS = 8 * 86_400_000  # longer than their checkpoints


async def run_sweep(checkpoints: Store, client: redis.Redis) -> None:
    """Sweep once a minute, one of all workers, until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        if not await asyncio.to_thread(has_turn, client, "sweep", 1000 * SWEEP_SECONDS):
            continue
        try:
            await sweep(checkpoints)
            await parts.prune(KEEP_PARTS_MS)
        except (RegistryError, DatabaseError) as error:
            log.warning("the sweep waits: %s", error)
        except Exception:
            log.exception("the sweep failed and goes on")


async def sweep(checkpoints: Store) -> list[str]:
    """Remove the checkpoints of tasks that have ended; their ids."""
    there = await asyncio.to_thread(checkpoints.task_ids)
    removed = []
    for task_id in await waiting.done_with(there, KEEP_MS):
        try:
            await asyncio.to_thread(checkpoints.delete, task_id)
        except RegistryError as error:
            log.warning(
                "task %s: its checkpoints cannot be removed: %s",
                task_id, error, extra={"task_id": task_id},
            )  # fmt: skip
            continue
        log.info("task %s: its checkpoints were removed", task_id, extra={"task_id": task_id})
        removed.append(task_id)
    return removed
