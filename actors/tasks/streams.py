"""What a task sends to Redis while it goes on: its epochs, and the lines of its log.

Each is sent from a thread of its own. Of the log it is lines only, from INFO on: a traceback stays
in the worker's own log. Once the task has ended, its log goes to the registry. Nothing but reading
depends on either, so a Redis or registry that is away costs lines and no training.
"""

import contextvars
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count, islice
from typing import Any, Self

import redis

from actors.log_context import attempt, request_id, task_id
from actors.redis_connection import Names
from db.queue.claims import Claim
from graphnet.training.history import Epoch
from registry import LOG, ObjectDamaged, ObjectMissing, RegistryError, Store

log = logging.getLogger(__name__)

SEND_SECONDS = 0.5
END_SECONDS = 2.0  # for the last of it; a server that is silent holds nobody up
LOG_STREAM = "log"
LOG_LINE = b"line"
MOST = 2000  # lines of a task
LONGEST = 1000  # characters of a line
KEEP_SECONDS = 7 * 86_400
STORED_SECONDS = 600  # once the registry has it
STORE_SECONDS = 15.0


class _Sender:
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


CURVE_STREAM = "curve"
CURVE_LINE = "line"
CHUNK = 1000


class Curve:
    """Sends the lines of epochs from a thread of its own, which closes ``client`` at its end."""

    def __init__(self, client: redis.Redis, names: Names, task_id: str) -> None:
        self._client = client
        self._key = names.key(CURVE_STREAM, task_id)
        self._epochs: Sequence[Epoch] = []
        self._sent = 0
        self._sender = _Sender("curve", client, self._publish)

    def __enter__(self) -> Self:
        self._sender.start()
        return self

    def __exit__(self, *_: object) -> None:
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
                pipe.xadd(self._key, {CURVE_LINE: epoch.line()}, id=f"{number}-0")
            pipe.expire(self._key, KEEP_SECONDS)
            _refuse_others(pipe.execute(raise_on_error=False))
            self._sent += len(chunk)


def _refuse_others(answers: Sequence[Any]) -> None:
    """An epoch that is there already is no error."""
    for answer in answers:
        if isinstance(answer, redis.RedisError) and "equal or smaller" not in str(answer):
            raise answer


class TaskLog(logging.Handler):
    """Sends what is logged of an attempt from a thread of its own, which closes ``client``.

    What is logged of a part goes to its task.
    """

    def __init__(self, client: redis.Redis, names: Names, claim: Claim) -> None:
        super().__init__(logging.INFO)
        self._client = client
        self._claim = claim
        self._part = f"part {claim.part}: " if claim.part else ""
        self._key = names.key(LOG_STREAM, claim.part_of or claim.task_id)
        self._lines: deque[tuple[int, str]] = deque(maxlen=MOST)  # numbered from the first on
        self._numbers = count()
        self._sender = _Sender("task-log", client, self._send)

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        self._sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
        self._sender.end()

    def emit(self, record: logging.LogRecord) -> None:
        """Take what this attempt logs, by whichever thread works for it."""
        if (task_id.get(), attempt.get()) != (self._claim.task_id, self._claim.attempt):
            return
        try:
            self._lines.append((next(self._numbers), self._line(record)))
        except Exception:  # noqa: BLE001 - whatever somebody logs, no training ends by it
            self.handleError(record)

    def _line(self, record: logging.LogRecord) -> str:
        text = record.getMessage().removeprefix(f"[{request_id.get()}] ")
        text = " ".join(text.removeprefix(f"task {self._claim.task_id}").lstrip(": ").split())
        at = datetime.fromtimestamp(record.created, UTC)
        line = f"{at:%Y-%m-%dT%H:%M:%SZ} {record.levelname} {self._part}{text}"[:LONGEST]
        return line.encode(errors="replace").decode()  # half a letter cannot be sent

    def _send(self) -> None:
        """In one transaction; sent again where that failed, so twice where the answer was lost."""
        lines = list(self._lines)
        if not lines:
            return
        pipe = self._client.pipeline()
        for _, line in lines:
            pipe.xadd(self._key, {LOG_LINE: line}, maxlen=MOST, approximate=False)
        pipe.expire(self._key, KEEP_SECONDS)
        pipe.execute()
        last, _ = lines[-1]
        self.acquire()  # what is logged meanwhile may push out some of those that were sent
        try:
            while self._lines and self._lines[0][0] <= last:
                self._lines.popleft()
        finally:
            self.release()


def store_log(client: redis.Redis, names: Names, store: Store, task: str) -> None:
    """Put what the stream holds of a task into the registry, after what is there.

    Where either is away, the stream keeps it for days; one that is silent is not waited for longer
    than ``STORE_SECONDS``, as the worker may have been asked to end.
    """
    work = partial(contextvars.copy_context().run, _store, client, names, store, task)
    thread = threading.Thread(target=work, name="store-log", daemon=True)
    thread.start()
    thread.join(STORE_SECONDS)


def _store(client: redis.Redis, names: Names, store: Store, task: str) -> None:
    stream = names.key(LOG_STREAM, task)
    try:
        with client:
            entries: Any = client.xrange(stream)
            lines = [fields[LOG_LINE].decode() for _, fields in entries]
            if not lines:
                return
            store.put(task, LOG, joined(_stored(store, task), lines).encode())
            client.expire(stream, STORED_SECONDS)
    except (redis.RedisError, RegistryError) as error:
        log.warning("task %s: its log could not be stored: %s", task, error)


def joined(stored: str, lines: list[str]) -> str:
    """The text of a log whose beginning is stored and whose end is on the stream, or all of it."""
    stored_lines = stored.splitlines()
    both = [*stored_lines, *lines[_overlap(stored_lines, lines) :]]
    return "".join(f"{line}\n" for line in both[-MOST:])


def _overlap(stored_lines: list[str], lines: list[str]) -> int:
    """How many lines of the stream are stored already: it begins as what is known ends.

    A line by itself would not do, as one may be said twice within a second.
    """
    both = range(min(len(stored_lines), len(lines)), 0, -1)
    return next((count for count in both if stored_lines[-count:] == lines[:count]), 0)


def _stored(store: Store, task: str) -> str:
    try:
        return store.get(task, LOG).decode(errors="replace")
    except (ObjectDamaged, ObjectMissing):
        return ""
