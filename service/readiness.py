"""Whether each dependency works, not only whether it answers.

A database that reads and does not write answers every question, and takes no form. So a row is
written and removed, a key set, an object stored. One check runs at a time, however many
requests wait for it, and its answer is reused for a few seconds.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import redis

from actors.redis_connection import NamedBroker, describe_error
from db.server.connection import check_schema
from db.server.diagnosis import check_writable
from db.server.errors import DatabaseError, DatabaseRefuses, Refusal
from graphnet.messages import Message
from registry import RegistryError

KEY = "ready"
PATIENCE_SECONDS = 5.0
FRESH_SECONDS = 2.0
STORED_SECONDS = 10.0  # an object costs more than a row
FULL_SECONDS = 15.0

Check = Callable[[], Awaitable[object]]


class Probe:
    """Checks one dependency, unless an answer is younger than ``fresh`` seconds or under way."""

    def __init__(self, name: str, check: Check, fresh: float = FRESH_SECONDS) -> None:
        self._name = name
        self._check = check
        self._fresh = fresh
        self._asking: asyncio.Task[Message | None] | None = None
        self._answer: Message | None = None
        self._until = float("-inf")

    async def ask(self, patience: float = PATIENCE_SECONDS) -> Message | None:
        """What is wrong, None where nothing is; within ``patience`` seconds."""
        if time.monotonic() < self._until:
            return self._answer
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        asking = self._asking
        # Not by wait_for, which waits on for what does not let itself be cancelled.
        done, _ = await asyncio.wait({asking}, timeout=patience)
        if done and not asking.cancelled():
            return asking.result()
        if not done and patience >= PATIENCE_SECONDS:
            asking.cancel()
        return Message("api.dependency-silent", name=self._name, seconds=float(patience))

    async def _ask(self) -> Message | None:
        answer = None
        try:
            await self._check()
        except redis.RedisError as error:
            answer = describe_error(error)
        except (DatabaseError, RegistryError) as error:
            answer = error.message
        self._answer = answer
        # An operator may repair it at any moment.
        fresh = self._fresh if answer is None else min(self._fresh, FRESH_SECONDS)
        self._until = time.monotonic() + fresh
        return answer


class Readiness:
    """What ``/readyz`` and the metrics say of the database, Redis and the registry."""

    def __init__(self, broker: NamedBroker, stored: Check) -> None:
        self._broker = broker
        self._full_at = float("-inf")
        self._probes = {
            "database": Probe("database", self._database),
            "redis": Probe("redis", lambda: asyncio.to_thread(self._redis)),
            "registry": Probe("registry", stored, STORED_SECONDS),
        }

    async def ask(self, patience: float = PATIENCE_SECONDS) -> Mapping[str, Message | None]:
        """What is wrong with each dependency by its name, None where nothing is."""
        answers = await asyncio.gather(*(probe.ask(patience) for probe in self._probes.values()))
        return dict(zip(self._probes, answers, strict=True))

    def note(self, error: DatabaseError) -> None:
        """Note a write that failed: a full disk may still accept the small row of the check."""
        if isinstance(error, DatabaseRefuses) and error.refusal == Refusal.FULL:
            self._full_at = time.monotonic()

    async def _database(self) -> None:
        await check_schema()
        await check_writable()
        if time.monotonic() - self._full_at < FULL_SECONDS:
            raise DatabaseRefuses(Refusal.FULL)

    def _redis(self) -> None:
        self._broker.client.set(self._broker.names.probe(KEY), "1", px=1000)
