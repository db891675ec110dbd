"""Asks workers, and waits for their answer as long as there are workers."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import dramatiq
import redis

from actors.messaging.names import Names
from actors.messaging.queue import count_workers
from actors.messaging.redis_clients import SILENT, describe_error, redis_client
from actors.monitoring.log_context import request_id
from actors.questions.rpc import read_reply, rpc_broker, send_request, withdraw
from graphnet.messages import Message

T = TypeVar("T")

LOOK_SECONDS = 0.05
ALIVE_SECONDS = 1.0  # between two looks for a worker
THREADS = 4


class NoAnswer(Exception):
    """No worker has answered, and why; ``alone`` where there is none at all."""

    def __init__(self, message: Message, *, alone: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.alone = alone

    def __str__(self) -> str:
        """The message in English."""
        return str(self.message)


class WorkerClient:
    """Asks workers on one queue, by threads of its own.

    Each answer is awaited for ``patience`` s, but only for ``alone`` s while there is no worker.
    """

    def __init__(
        self,
        redis_url: str,
        names: Names,
        queue: str,
        actor: str,
        *,
        patience: float,
        alone: float,
    ) -> None:
        self._client = redis_client(redis_url)
        self._names = names
        self._queue = queue
        self._actor = actor
        self._patience = patience
        self._alone = alone
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix=actor)

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """What a worker answers. Raises NoAnswer, DatabaseError."""
        await self._names.learn()
        broker = rpc_broker(self._client, self._names, self._queue)
        until = time.time() + self._patience
        whole = {**question, "until": until, "request_id": request_id.get()}
        try:
            sent = await self._threaded(
                lambda: send_request(broker, self._queue, self._actor, whole)
            )
            reply = await self._waited(sent)
        except TimeoutError as error:
            message = Message("forms.no-answer", seconds=self._patience)
            raise NoAnswer(message) from error
        except (redis.RedisError, OSError) as error:
            raise NoAnswer(_queue_error(error)) from error
        if "away" in reply:
            raise NoAnswer(Message.from_json(reply["away"]))
        return reply

    def close(self) -> None:
        """Ask nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    async def _waited(self, message: "dramatiq.Message[Any]") -> dict[str, Any]:
        """The answer; a question that is given up is withdrawn, so that it is not half done."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._answer(message)
        except (TimeoutError, NoAnswer):
            await self._threaded(lambda: withdraw(self._client, self._names, message))
            raise

    async def _answer(self, message: "dramatiq.Message[Any]") -> dict[str, Any]:
        seen = looked = time.monotonic()
        while True:
            reply = await self._threaded(lambda: read_reply(self._client, self._names, message))
            if reply is not None:
                return reply
            now = time.monotonic()
            if now - looked >= ALIVE_SECONDS:
                looked = now
                seen = (
                    now
                    if await self._threaded(lambda: count_workers(self._client, self._names))
                    else seen
                )
            if now - seen >= self._alone:
                raise NoAnswer(Message("forms.no-worker"), alone=True)
            await asyncio.sleep(LOOK_SECONDS)

    async def _threaded(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


def _queue_error(error: redis.RedisError | OSError) -> Message:
    """Whether the queue is away, or answers and takes nothing."""
    reason = describe_error(error) if isinstance(error, redis.RedisError) else SILENT
    return Message("forms.queue-silent") if reason == SILENT else reason
