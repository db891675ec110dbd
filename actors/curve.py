"""The loss curve of a task that trains, on a Redis stream for whoever watches it.

An entry's id is its epoch, so an epoch is there once however often it is sent; a stream that
Redis has lost is written anew. Nothing but watching depends on it.
"""

from collections.abc import Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self

import redis

from actors.names import Names
from actors.sender import Sender

STREAM = "curve"
LINE = "line"
KEEP_SECONDS = 7 * 86_400
CHUNK = 1000


class Curve:
    """Sends the lines of epochs from a thread of its own, which closes ``client`` at its end."""

    def __init__(self, client: redis.Redis, names: Names, task_id: str) -> None:
        self._client = client
        self._key = names.key(STREAM, task_id)
        self._lines: Sequence[str] = []
        self._sent = 0
        self._sender = Sender("curve", client, self._publish)

    def __enter__(self) -> Self:
        self._sender.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._sender.end()

    def show(self, lines: Sequence[str]) -> None:
        """The lines of all epochs so far; the list may grow."""
        self._lines = lines

    def _publish(self) -> None:
        if int(self._client.xlen(self._key)) < self._sent:
            self._client.delete(self._key)
            self._sent = 0
        while self._sent < len(self._lines):
            chunk = list(islice(self._lines, self._sent, self._sent + CHUNK))
            pipe = self._client.pipeline(transaction=False)
            for number, line in enumerate(chunk, self._sent + 1):
                pipe.xadd(self._key, {LINE: line}, id=f"{number}-0")
            pipe.expire(self._key, KEEP_SECONDS)
            _refuse_others(pipe.execute(raise_on_error=False))
            self._sent += len(chunk)


def _refuse_others(answers: Sequence[Any]) -> None:
    """An epoch that is there already is no error."""
    for answer in answers:
        if isinstance(answer, redis.RedisError) and "equal or smaller" not in str(answer):
            raise answer
