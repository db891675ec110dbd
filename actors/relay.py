"""From the outbox to the queue, and back onto it what the queue lost.

A message may be sent twice, never not at all: the claim sorts that out.
"""

import asyncio
import logging
import time

import redis
from dramatiq.brokers.redis import RedisBroker

from actors import queue
from db import outbox
from db.cancellation import end_unanswered, unsettled_ids
from db.errors import DatabaseUnavailable
from db.keys import prune_keys

log = logging.getLogger(__name__)

LOST_AFTER_MS = 10_000
KEEP_SENT_MS = 3_600_000
CANCEL_AFTER_MS = 2_500


async def relay(broker: RedisBroker) -> int:
    """Send what waits in the outbox; the number of messages sent."""
    messages = await outbox.unsent()
    if messages:
        told = [(message.task_id, message.request_id) for message in messages]
        await asyncio.to_thread(queue.send, broker, told)
        await outbox.mark_sent([message.id for message in messages])
    return len(messages)


async def reconcile(broker: RedisBroker) -> None:
    """Bring back tasks whose worker or whose message is gone."""
    there = await asyncio.to_thread(queue.on_queue, broker)
    expired = await outbox.requeue_expired(there)
    lost = await outbox.requeue_submitted(there, LOST_AFTER_MS)
    unsettled = await outbox.requeue(await unsettled_ids(), there)
    for task_id in (*expired, *lost, *unsettled):
        log.warning("task %s is put on the queue again", task_id)
    await outbox.prune(KEEP_SENT_MS)
    await prune_keys()


async def _look_after(broker: RedisBroker, *, reconciling: bool) -> None:
    for task_id in await end_unanswered(CANCEL_AFTER_MS):
        log.warning("task %s: its worker did not answer to being cancelled", task_id)
    if reconciling:
        await reconcile(broker)


async def run_relay(
    broker: RedisBroker, wake: asyncio.Event, *, every: float, reconciling: bool
) -> None:
    """Relay whenever ``wake`` is set; look after everything else each ``every`` seconds."""
    due = 0.0
    while True:
        try:
            if time.monotonic() >= due:
                due = time.monotonic() + every
                await _look_after(broker, reconciling=reconciling)
            while await relay(broker) == outbox.BATCH:
                pass
        except (redis.RedisError, DatabaseUnavailable) as error:
            log.warning("the relay waits: %s", error)
        except Exception:
            log.exception("the relay failed and goes on")
        await _pause(wake, every)


async def _pause(wake: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(wake.wait(), seconds)
    except TimeoutError:
        return
    wake.clear()
