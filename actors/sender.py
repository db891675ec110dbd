"""Sends what has gathered to Redis from a thread of its own, for whoever must not wait for it."""

import logging
import threading
from collections.abc import Callable

import redis

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
