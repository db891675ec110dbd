"""Checkpoints that nobody needs any more are removed, a minute or a week after their task."""

import asyncio
import logging

from db import waiting
from db.errors import DatabaseError
from registry import RegistryError, Store

log = logging.getLogger(__name__)

SWEEP_SECONDS = 60.0
KEEP_MS = 7 * 86_400_000  # for a task that is tried again


async def run_sweep(checkpoints: Store) -> None:
    """Sweep once a minute, until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await sweep(checkpoints)
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
