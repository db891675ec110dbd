"""Has workers say what a stored model thinks of new subjects, and waits for it."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import redis
from dramatiq import Message

from actors.questions import Question, answer, ask, forget, put_table, question_broker
from actors.queue import redis_client
from actors.trace import request_id
from service.replies import ErrorNum, Refusal

T = TypeVar("T")

LOOK_SECONDS = 0.05
THREADS = 4
RETRY_SECONDS = 30


class Oracle:
    """Asks through Redis, by threads of its own; each question is waited for ``patience`` s."""

    def __init__(self, redis_url: str, patience: float) -> None:
        self._client = redis_client(redis_url)
        self._broker = question_broker(self._client)
        self._patience = patience
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="oracle")

    async def asked(
        self, task_id: str, manifest_sha256: str, text: str, *, explain: bool
    ) -> dict[str, Any]:
        """What the model of the task says of the table ``text``. Raises Refusal."""
        try:
            return await self._asked(task_id, manifest_sha256, text, explain=explain)
        except (redis.RedisError, OSError) as error:
            raise _nobody("The queue does not answer.") from error

    def close(self) -> None:
        """Ask nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    async def _asked(
        self, task_id: str, manifest_sha256: str, text: str, *, explain: bool
    ) -> dict[str, Any]:
        table = await self._threaded(lambda: put_table(self._client, text))
        question = Question(task_id, manifest_sha256, table, explain, request_id.get())
        try:
            message = await self._threaded(lambda: ask(self._broker, question))
            async with asyncio.timeout(self._patience):
                found = await self._answer(message)
        except TimeoutError as error:
            raise _nobody(f"No worker has answered within {self._patience:g} s.") from error
        finally:
            with contextlib.suppress(redis.RedisError):  # it goes by itself in ten minutes
                await self._threaded(lambda: forget(self._client, table))
        return _told(found)

    async def _answer(self, message: "Message[Any]") -> dict[str, Any]:
        while True:
            found = await self._threaded(lambda: answer(self._client, message))
            if found is not None:
                return found
            await asyncio.sleep(LOOK_SECONDS)

    async def _threaded(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


def _told(found: dict[str, Any]) -> dict[str, Any]:
    if "answer" in found:
        answered: dict[str, Any] = found["answer"]
        return answered
    if "refused" in found:
        sentences = [str(each) for each in found["refused"]]
        listed = [("datafile", sentence) for sentence in sentences]
        raise Refusal(ErrorNum.DATASET_UNREADABLE, " ".join(sentences), listed)
    raise _nobody(str(found.get("away")))


def _nobody(sentence: str) -> Refusal:
    headers = {"retry-after": str(RETRY_SECONDS)}
    return Refusal(ErrorNum.NO_WORKER, f"{sentence} Try again in a moment.", headers=headers)
