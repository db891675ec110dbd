"""From the outbox to the queue, and back onto it what the queue lost.

A message may be sent twice, never not at all: the claim sorts that out.
"""

import asyncio
import logging
from collections.abc import Sequence

import redis
from dramatiq.brokers.redis import RedisBroker

from actors import queue
from db import outbox
from db.cancellation import end_unanswered
from db.errors import DatabaseUnavailable
from db.keys import prune_keys
from db.outbox import OutboxMessage

log = logging.getLogger(__name__)

LOST_AFTER_MS = 10_000
KEEP_SENT_MS = 3_600_000
CANCEL_AFTER_MS = 2_500


async def relay(broker: RedisBroker) -> int:
    """Send what waits in the outbox; the number of messages sent."""
    messages = await outbox.unsent()
    if messages:
        await asyncio.to_thread(_send, broker, messages)
        await outbox.mark_sent([message.id for message in messages])
    return len(messages)


def _send(broker: RedisBroker, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        queue.send(broker, message.task_id, message.request_id)


async def reconcile(broker: RedisBroker) -> None:
    """Bring back tasks whose worker or whose message is gone."""
    expired = await outbox.requeue_expired()
    there = await asyncio.to_thread(queue.on_queue, broker)
    lost = await outbox.requeue_submitted(there, LOST_AFTER_MS)
    for task_id in (*expired, *lost):
        log.warning("task %s is put on the queue again", task_id)
    await outbox.prune(KEEP_SENT_MS)
    await prune_keys()


async def run_relay(
    broker: RedisBroker, wake: asyncio.Event, *, every: float, reconciling: bool
) -> None:
    """Relay whenever ``wake`` is set and at least ``every`` seconds, until cancelled."""
    while True:
        try:
            for task_id in await end_unanswered(CANCEL_AFTER_MS):
                log.warning("task %s: its worker did not answer to being cancelled", task_id)
            if reconciling:
                await reconcile(broker)
            await relay(broker)
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
