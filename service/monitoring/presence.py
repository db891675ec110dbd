"""What this installation is called on Redis, learnt from the database; and its sign there."""

import asyncio
import contextlib
import logging

import redis

from actors.names import Names, sign_presence
from db.errors import DatabaseError
from db.installation import database_address

log = logging.getLogger(__name__)

AT_START_SECONDS = 3.0
LOOK_SECONDS = 1.0
SIGN_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0  # between two lines on a database that is away


async def learn_at_start(names: Names) -> None:
    """Ask the database once: the service also starts where that is away."""
    with contextlib.suppress(DatabaseError, TimeoutError):
        async with asyncio.timeout(AT_START_SECONDS):
            await names.learn()


async def show_presence(client: redis.Redis, names: Names, database_url: str) -> None:
    """Ask until the database has answered, then sign once a minute, until cancelled."""
    pause, say_at = FIRST_PAUSE, 0.0
    loop = asyncio.get_running_loop()
    while not names.known:
        try:
            await names.learn()
        except DatabaseError as error:
            if loop.time() >= say_at:
                log.warning("the queue's name is not known yet: %s", error)
                say_at, pause = loop.time() + pause, min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(LOOK_SECONDS)
    address = database_address(database_url)
    while True:
        try:
            await asyncio.to_thread(sign_presence, client, names, address)
        except redis.RedisError as error:
            log.debug("no sign could be left: %s", error)
        await asyncio.sleep(SIGN_SECONDS)
