"""Redis: what an installation calls its keys and queues there, and clients that try again.

Every name has the installation's id, so that two databases on one Redis do not take each other's
messages. The id stands in the database, which may be away when a process starts.

Clients give up on a silent server after seconds and try again on a cut connection. What redis-py
makes by a URL tries nothing again. What is sent here may be done twice: a message that comes twice
is claimed once, a key that is set twice is the same.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import redis
import redis.asyncio
from dramatiq.brokers.redis import RedisBroker
from redis.asyncio.retry import Retry as AsyncioRetry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from db.server.connection import installation_id
from db.server.errors import DatabaseUnavailable
from graphnet.messages import Message

T = TypeVar("T")

TRIES_MORE = 3
WITHIN_SECONDS = 1.0  # a try that has cost more than this was the last: somebody waits
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.25
CONNECT_SECONDS = 2.0
PASSING = (RedisConnectionError, RedisTimeoutError)
PREFIX = "sgn"
QUEUES = "dramatiq"
UNKNOWN = Message("worker.database-not-seen")


def redis_client(url: str, *, seconds: float = 10.0) -> redis.Redis:
    """A client for threads, each of whose tries takes ``seconds`` at most."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=min(CONNECT_SECONDS, seconds),
        socket_timeout=seconds,
        health_check_interval=30,
        retry=_Soon(_backoff(), TRIES_MORE, (*PASSING, TimeoutError)),
    )


def asyncio_redis_client(url: str, *, seconds: float = 5.0) -> redis.asyncio.Redis:
    """The same for a loop."""
    return redis.asyncio.Redis.from_url(
        url,
        socket_connect_timeout=min(CONNECT_SECONDS, seconds),
        socket_timeout=seconds,
        retry=_SoonOnLoop(_backoff(), TRIES_MORE, PASSING),
    )


def _backoff() -> ExponentialWithJitterBackoff:
    return ExponentialWithJitterBackoff(cap=LONGEST_PAUSE, base=FIRST_PAUSE)


class _Soon(Retry):
    """Tries again only what failed at once: a server that is silent has cost its time already."""

    def call_with_retry(
        self,
        do: Callable[[], T],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,  # noqa: FBT001, FBT002 - redis-py's signature
    ) -> T:
        """Call ``do`` until it goes through; ``fail`` hears of each failure, the last too."""
        until, failures = time.monotonic() + WITHIN_SECONDS, 0
        self._backoff.reset()  # type: ignore[no-untyped-call]
        while True:
            try:
                return do()
            except self._supported_errors as error:
                if is_retryable is not None and not is_retryable(error):
                    raise
                failures += 1
                fail(*((error, failures) if with_failure_count else (error,)))
                if failures > self._retries or time.monotonic() > until:
                    raise
            time.sleep(self._backoff.compute(failures))


class _SoonOnLoop(AsyncioRetry):
    """The same for a loop."""

    async def call_with_retry(
        self,
        do: Callable[[], Awaitable[T]],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,  # noqa: FBT001, FBT002 - redis-py's signature
    ) -> T:
        """Await ``do`` until it goes through; ``fail`` hears of each failure, the last too."""
        until, failures = time.monotonic() + WITHIN_SECONDS, 0
        self._backoff.reset()  # type: ignore[no-untyped-call]
        while True:
            try:
                return await do()
            except self._supported_errors as error:
                if is_retryable is not None and not is_retryable(error):
                    raise
                failures += 1
                await fail(*((error, failures) if with_failure_count else (error,)))
                if failures > self._retries or time.monotonic() > until:
                    raise
            await asyncio.sleep(self._backoff.compute(failures))


SILENT = Message("queue.silent")
BY_KIND: tuple[tuple[type[redis.RedisError], Message], ...] = (
    (OutOfMemoryError, Message("queue.full")),
    (ReadOnlyError, Message("queue.replica")),
    (BusyLoadingError, Message("queue.loading")),
    (NoPermissionError, Message("queue.no-permission")),
    (AuthenticationError, Message("queue.not-let-in")),
)
BY_WORD = {
    "MISCONF": Message("queue.cannot-save"),
    "NOAUTH": Message("queue.no-password"),
    "NOREPLICAS": Message("queue.few-replicas"),
    "MASTERDOWN": Message("queue.primary-down"),
    "CLUSTERDOWN": Message("queue.cluster-down"),
}


def describe_error(error: redis.RedisError) -> Message:
    """What is wrong; without anything that the server has said, as that may be anybody's."""
    for kind, message in BY_KIND:
        if isinstance(error, kind):
            return message
    if isinstance(error, ResponseError):
        word = str(error).partition(" ")[0]
        return BY_WORD.get(word, Message("queue.refused"))
    return SILENT


class Names:
    """The names of one installation, known as soon as its database has answered once."""

    def __init__(self, installation: str = "") -> None:
        self._installation = installation

    @property
    def known(self) -> bool:
        """Whether the database has answered."""
        return bool(self._installation)

    @property
    def installation(self) -> str:
        """The installation's id. Raises DatabaseUnavailable as long as it is not known."""
        if not self._installation:
            raise DatabaseUnavailable(UNKNOWN)
        return self._installation

    @property
    def namespace(self) -> str:
        """What the keys of all queues begin with. Raises DatabaseUnavailable."""
        return f"{QUEUES}:{self.installation}"

    def key(self, *parts: str) -> str:
        """The key of something else that is kept. Raises DatabaseUnavailable."""
        return ":".join((PREFIX, self.installation, *parts))

    def probe(self, name: str) -> str:
        """The key by which it is tried whether Redis writes, also before the database answers."""
        return self.key(name) if self.known else f"{PREFIX}:{name}"

    async def learn(self) -> None:
        """Ask the database, if that has not been done. Raises DatabaseError."""
        if not self._installation:
            self._installation = await installation_id()


class NamedBroker(RedisBroker):
    """Made before the installation's id is known; what is sent until then is refused."""

    def __init__(self, *, names: Names, **settings: Any) -> None:
        self.names = names
        super().__init__(**settings)  # type: ignore[no-untyped-call]

    @property
    def namespace(self) -> str:
        """What the keys of its queues begin with. Raises DatabaseUnavailable."""
        return self.names.namespace

    @namespace.setter
    def namespace(self, given: str) -> None:
        """Dramatiq's own, which all installations would share, is not used."""


WHO = "who"
KEEP_SECONDS = 7 * 86_400
RECENT_SECONDS = 600.0


def sign_presence(client: redis.Redis, names: Names, address: str) -> None:
    """Say that a process of this installation has its database there. Raises redis.RedisError."""
    key = names.key(WHO)
    pipe = client.pipeline(transaction=False)
    pipe.hset(key, address, str(int(time.time())))
    pipe.expire(key, KEEP_SECONDS)
    pipe.execute()


def databases_by_installation(client: redis.Redis) -> dict[str, list[str]]:
    """The databases of which processes have signed lately, by the id of their installation.

    An installation none of which runs has none. Raises redis.RedisError.
    """
    since = time.time() - RECENT_SECONDS
    databases: dict[str, list[str]] = {}
    for key in client.scan_iter(f"{PREFIX}:*:{WHO}", count=1000):
        signs: Any = client.hgetall(key)
        recent = [address.decode() for address, at in signs.items() if int(at) >= since]
        databases[key.decode().split(":")[1]] = sorted(recent)
    return databases
