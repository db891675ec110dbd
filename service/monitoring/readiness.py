"""Whether each dependency works, not only whether it answers.

A database that reads and does not write answers every question, and takes no form. So a row is
written and removed, a key set, an object stored. One check runs at a time, however many
requests wait for it, and its answer is reused for a few seconds.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import redis

from actors.names import NamedBroker
from actors.redis_clients import describe_error
from db.connection import check_schema
from db.diagnosis import check_writable
from db.errors import DatabaseError, DatabaseRefuses, Refusal
from registry import RegistryError

OK = "ok"
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
        self._asking: asyncio.Task[str] | None = None
        self._answer, self._until = "", float("-inf")

    async def ask(self, patience: float = PATIENCE_SECONDS) -> str:
        """``ok``, or a sentence on what is wrong; within ``patience`` seconds."""
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
        return f"The {self._name} does not answer: it was asked for {patience:g} s."

    async def _ask(self) -> str:
        try:
            await self._check()
            answer = OK
        except redis.RedisError as error:
            answer = str(describe_error(error))
        except (DatabaseError, RegistryError) as error:
            answer = str(error)
        self._answer = answer
        # An operator may repair it at any moment.
        fresh = self._fresh if answer == OK else min(self._fresh, FRESH_SECONDS)
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

    async def ask(self, patience: float = PATIENCE_SECONDS) -> Mapping[str, str]:
        """``ok`` by the name of each dependency, or a sentence that says what is wrong."""
        answers = await asyncio.gather(*(each.ask(patience) for each in self._probes.values()))
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
