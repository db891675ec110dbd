"""What older versions left on Redis under names without an installation's id.

Tasks that wait come back by themselves, as those of a Redis that lost everything. Their old
messages are removed, as far as this database knows their tasks: what else lies there may be
another installation's, which is older. Logs of tasks that have not ended get their new names.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import redis
from dramatiq import Message
from dramatiq.errors import DecodeError

from actors.messaging.names import QUEUES as OLD_NAMESPACE
from actors.messaging.names import Names
from actors.messaging.queue import QUEUES
from actors.tasks.task_log import STREAM
from db.queue.queue_state import known_ids

log = logging.getLogger(__name__)

OLD_STREAM = "sgn:log:"
BATCH = 500


async def adopt(client: redis.Redis, names: Names) -> None:
    """Adopt our messages of an older version. Raises RedisError, DatabaseError."""
    messages = await asyncio.to_thread(old_messages, client)
    logs = await asyncio.to_thread(old_logs, client)
    if not messages and not logs:
        return
    known = await known_ids(sorted({*messages, *logs}))
    ours = [each for task_id in known for each in messages.get(task_id, ())]
    await asyncio.to_thread(remove_messages, client, ours)
    await asyncio.to_thread(rename_logs, client, names, [logs[each] for each in known & set(logs)])
    if ours:
        log.info(
            "%d messages of an older version were removed: their tasks get new ones", len(ours)
        )


def old_messages(client: redis.Redis) -> dict[str, list[tuple[str, bytes]]]:
    """The tasks that old messages name, each with queues and ids of them. Raises RedisError."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    for queue in QUEUES:
        contents: Any = client.hscan_iter(f"{OLD_NAMESPACE}:{queue}.msgs", count=BATCH)
        for number, content in contents:
            for task_id in _named(content):
                found.setdefault(task_id, []).append((queue, number))
    return found


def old_logs(client: redis.Redis) -> dict[str, str]:
    """The keys of old logs by their tasks. Raises RedisError."""
    keys = [key.decode() for key in client.scan_iter(f"{OLD_STREAM}*", count=BATCH)]
    return {key.removeprefix(OLD_STREAM): key for key in keys}


def remove_messages(client: redis.Redis, messages: Sequence[tuple[str, bytes]]) -> None:
    """Remove these from their queues, also those that a worker had fetched. Raises RedisError."""
    for start in range(0, len(messages), BATCH):
        pipe = client.pipeline(transaction=False)
        for queue, number in messages[start : start + BATCH]:
            pipe.lrem(f"{OLD_NAMESPACE}:{queue}", 0, number.decode())
            pipe.hdel(f"{OLD_NAMESPACE}:{queue}.msgs", number.decode())
        pipe.execute()
    for queue in {queue for queue, _ in messages}:
        numbers = [number.decode() for of, number in messages if of == queue]
        for key in client.scan_iter(f"{OLD_NAMESPACE}:__acks__.*.{queue}", count=BATCH):
            client.srem(key, *numbers)


def rename_logs(client: redis.Redis, names: Names, keys: Sequence[str]) -> None:
    """Give logs the names under which they are looked for. Raises RedisError."""
    for key in keys:
        try:
            client.renamenx(key, names.key(STREAM, key.removeprefix(OLD_STREAM)))
        except redis.ResponseError as error:  # it has run out meanwhile
            log.debug("the log %s could not be renamed: %s", key, error)


def _named(content: bytes) -> Iterator[str]:
    try:
        message = Message.decode(content)
    except DecodeError:
        return
    yield from (str(argument) for argument in message.args[:1])
