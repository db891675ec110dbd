"""Clients of Redis that give up on a silent server after seconds and try again on a cut connection.

What redis-py makes by a URL tries nothing again. What is sent here may be done twice: a message
that comes twice is claimed once, a key that is set twice is the same.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import redis
import redis.asyncio
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

T = TypeVar("T")

TRIES_MORE = 3
WITHIN_SECONDS = 1.0  # a try that has cost more than this was the last: somebody waits
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.25
CONNECT_SECONDS = 2.0
PASSING = (RedisConnectionError, RedisTimeoutError)


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


SILENT = "Redis does not answer at SGN_REDIS_URL."
BY_KIND: tuple[tuple[type[redis.RedisError], str], ...] = (
    (OutOfMemoryError, "Redis is full: what it holds has reached its maxmemory."),
    (ReadOnlyError, "Redis is read-only: SGN_REDIS_URL names a replica."),
    (BusyLoadingError, "Redis is still reading its data from its disk."),
    (NoPermissionError, "Redis does not let the user of SGN_REDIS_URL write."),
    (AuthenticationError, "Redis refuses the user or the password in SGN_REDIS_URL."),
)
BY_WORD = {
    "MISCONF": "Redis cannot save to its disk, and so it is read-only.",
    "NOAUTH": "Redis asks for a password, and SGN_REDIS_URL has none.",
    "NOREPLICAS": "Redis is read-only: too few of its replicas answer.",
    "MASTERDOWN": "Redis is read-only: its link to the primary is down.",
    "CLUSTERDOWN": "Redis does not write: its cluster is down.",
}


def describe_error(error: redis.RedisError) -> str:
    """What is wrong; without anything that the server has said, as that may be anybody's."""
    for kind, text in BY_KIND:
        if isinstance(error, kind):
            return text
    if isinstance(error, ResponseError):
        word = str(error).partition(" ")[0]
        return BY_WORD.get(word, "Redis refuses what is asked of it; its log says why.")
    return SILENT
