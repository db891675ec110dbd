"""The relay beside a database that reads and does not write."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from tortoise.connection import get_connection

from actors.queue import queued_messages, redis_broker
from actors.redis_connection import Names
from actors.relay import Relay
from db.models import Outbox
from tests.databases import migrated, sqlite_database
from tests.db.opened import opened
from tests.db.samples import submitted
from tests.servers import queue_server

ROUNDS = 5


def test_a_message_that_cannot_be_noted_is_sent_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Else the queue would grow by all that waits in each round, for as long as that lasts."""
    caplog.set_level(logging.WARNING)
    with queue_server(tmp_path) as server, sqlite_database(tmp_path) as url:
        migrated(url)
        opened(url, _relayed(server, caplog))


async def _relayed(server: str, caplog: pytest.LogCaptureFixture) -> None:
    names = Names()
    await names.learn()
    task_id = await submitted()
    await Outbox.all().update(created_at=1)
    await get_connection("default").execute_script("PRAGMA query_only = 1")
    with contextlib.closing(redis_broker(server, names)) as broker:
        going = asyncio.create_task(Relay(broker, every=0.02, reconciling=False).run())
        said = "the relay waits: The database is read-only."
        await _until(lambda: caplog.text.count(said) >= ROUNDS)
        assert queued_messages(broker) == [("", task_id)]
        await get_connection("default").execute_script("PRAGMA query_only = 0")
        async with asyncio.timeout(20):
            while await Outbox.filter(sent_at=0).exists():  # noqa: ASYNC110 - it is in a database
                await asyncio.sleep(0.01)
        assert queued_messages(broker) == [("", task_id)]
        going.cancel()


async def _until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not there():  # noqa: ASYNC110 - it is a log
            await asyncio.sleep(0.01)
