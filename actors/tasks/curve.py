"""Sends what has gathered to Redis from a thread of its own, for whoever must not wait for it."""

import logging
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self

import redis

from actors.messaging.names import Names
from graphnet.training.history import Epoch

log = logging.getLogger(__name__)

SEND_SECONDS = 0.5
END_SECONDS = 2.0  # for the last of it; a server that is silent holds nobody up


class Sender:
    """Calls ``send`` twice a second and once at its end, which closes ``client``.

    What could not be sent is tried again the next time.
    """

    def __init__(self, name: str, client: redis.Redis, send: Callable[[], None]) -> None:
        self._name = name
        self._client = client
        self._send = send
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Send the last of it, within seconds."""
        self._ended.set()
        self._thread.join(END_SECONDS)

    def _keep(self) -> None:
        ended = False
        while not ended:
            ended = self._ended.wait(SEND_SECONDS)
            try:
                self._send()
            except redis.RedisError as error:
                log.debug("the %s could not be sent: %s", self._name, error)
        self._client.close()


STREAM = "curve"
LINE = "line"
KEEP_SECONDS = 7 * 86_400
CHUNK = 1000


class Curve:
    """Sends the lines of epochs from a thread of its own, which closes ``client`` at its end."""

    def __init__(self, client: redis.Redis, names: Names, task_id: str) -> None:
        self._client = client
        self._key = names.key(STREAM, task_id)
        self._epochs: Sequence[Epoch] = []
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

    def show(self, epochs: Sequence[Epoch]) -> None:
        """All epochs so far; the list may grow."""
        self._epochs = epochs

    def _publish(self) -> None:
        if int(self._client.xlen(self._key)) < self._sent:
            self._client.delete(self._key)
            self._sent = 0
        while self._sent < len(self._epochs):
            chunk = list(islice(self._epochs, self._sent, self._sent + CHUNK))
            pipe = self._client.pipeline(transaction=False)
            for number, epoch in enumerate(chunk, self._sent + 1):
                pipe.xadd(self._key, {LINE: epoch.line()}, id=f"{number}-0")
            pipe.expire(self._key, KEEP_SECONDS)
            _refuse_others(pipe.execute(raise_on_error=False))
            self._sent += len(chunk)


def _refuse_others(answers: Sequence[Any]) -> None:
    """An epoch that is there already is no error."""
    for answer in answers:
        if isinstance(answer, redis.RedisError) and "equal or smaller" not in str(answer):
            raise answer
