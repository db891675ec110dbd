"""Removes what is no longer needed: checkpoints and shards of tasks, uploads, arrays."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import redis

from actors.queue import try_acquire_period
from actors.reading.uploads import AWAITED, abandoned, expired
from actors.redis_connection import Names
from db import datasets
from db.queue import queue_state, shards
from db.server.errors import DatabaseError
from db.submissions import tasks
from db.texts import made_at
from registry import MultipartStore, RegistryError, Store

log = logging.getLogger(__name__)

COLLECT_SECONDS = 60.0
RESULTS_MS = 3_600_000  # each result's row is looked for
KEEP_MS = 7 * 86_400_000  # for a task that is tried again
MARGIN = timedelta(hours=1)  # for a file that takes its time
KEEP_SHARDS_MS = 8 * 86_400_000  # longer than their checkpoints


@dataclass(frozen=True)
class GarbageCollector:
    """The folders of the registry that garbage is collected in."""

    checkpoints: Store
    uploads: Store
    datasets: Store
    multiparts: MultipartStore | None = None

    async def collect_garbage(self) -> None:
        """Remove what is outdated. Raises RegistryError, DatabaseError."""
        await collect_checkpoints(self.checkpoints)
        await shards.prune(KEEP_SHARDS_MS)
        await collect_uploads(self.uploads)
        await collect_datasets(self.datasets)
        if self.multiparts is not None:
            await collect_multiparts(self.uploads, self.multiparts)


async def run_garbage_collection(
    collector: GarbageCollector, client: redis.Redis, names: Names
) -> None:
    """Collect once a minute, results once an hour, by one worker of all, until cancelled."""
    while True:
        await asyncio.sleep(COLLECT_SECONDS)
        if not await asyncio.to_thread(
            try_acquire_period, client, names, "sweep", 1000 * COLLECT_SECONDS
        ):
            continue
        try:
            await collector.collect_garbage()
            if await asyncio.to_thread(try_acquire_period, client, names, "results", RESULTS_MS):
                await tasks.prune()
        except (RegistryError, DatabaseError) as error:
            log.warning("garbage collection waits: %s", error)
        except Exception:
            log.exception("garbage collection failed and goes on")


async def collect_checkpoints(checkpoints: Store) -> list[str]:
    """Remove the checkpoints of tasks that have ended; their ids."""
    task_ids = await asyncio.to_thread(checkpoints.task_ids)
    removed = []
    for task_id in await queue_state.done_with(task_ids, KEEP_MS):
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


async def collect_uploads(store: Store) -> list[str]:
    """Remove uploads whose last byte came more than an hour ago, or a day if more were to come."""
    old = await asyncio.to_thread(expired, store, datetime.now(UTC))
    for upload_id in old:
        await asyncio.to_thread(store.delete, upload_id)
    return old


async def collect_multiparts(store: Store, multiparts: MultipartStore) -> list[str]:
    """Give up what uploads that are gone have begun in the bucket, which takes room unseen."""
    old = await asyncio.to_thread(abandoned, store, multiparts, datetime.now(UTC))
    for begun in old:
        await asyncio.to_thread(multiparts.give_up, begun)
    return [begun.task_id for begun in old]


async def collect_datasets(store: Store) -> list[str]:
    """Remove arrays and profiles of datasets whose rows are gone; the ids of the arrays.

    What never had a row goes once none is to be written any more; but not from a registry of which
    the database knows nothing at all, which belongs to another installation.
    """
    data_ids = await asyncio.to_thread(store.task_ids)
    had_rows = await datasets.profiled_ids(data_ids)  # before the rows, with which they are written
    known = await datasets.known_ids(data_ids)
    removed = [
        data_id
        for data_id in sorted(set(data_ids) - known)
        if data_id in had_rows or (known and not _is_new(data_id))
    ]
    for data_id in removed:
        await asyncio.to_thread(store.delete, data_id)
    await datasets.prune_profiles()
    return removed


def _is_new(data_id: str) -> bool:
    """Whether an upload of this id may still become a row."""
    made = made_at(data_id)
    return made is not None and datetime.now(UTC) - made < AWAITED + MARGIN
