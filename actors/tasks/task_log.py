"""What is logged of a task: on a Redis stream while it goes on, in the registry once it has ended.

Lines only, from INFO on: a traceback stays in the worker's own log. Nothing but reading depends on
it, so a Redis or registry that is away costs lines and no training.
"""

import contextvars
import logging
import threading
from collections import deque
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Self

import redis

from actors.messaging.names import Names
from actors.monitoring.log_context import attempt, request_id, task_id
from actors.tasks.curve import Sender
from db.queue.claims import Claim
from registry import LOG, ObjectDamaged, ObjectMissing, RegistryError, Store

log = logging.getLogger(__name__)

STREAM = "log"
LINE = b"line"
MOST = 2000  # lines of a task
LONGEST = 1000  # characters of a line
KEEP_SECONDS = 7 * 86_400
STORED_SECONDS = 600  # once the registry has it
STORE_SECONDS = 15.0


class TaskLog(logging.Handler):
    """Sends what is logged of an attempt from a thread of its own, which closes ``client``.

    What is logged of a part goes to its task.
    """

    def __init__(self, client: redis.Redis, names: Names, claim: Claim) -> None:
        super().__init__(logging.INFO)
        self._client = client
        self._claim = claim
        self._part = f"part {claim.part}: " if claim.part else ""
        self._key = names.key(STREAM, claim.part_of or claim.task_id)
        self._lines: deque[str] = deque(maxlen=MOST)
        self._sender = Sender("task-log", client, self._send)

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        self._sender.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        logging.getLogger().removeHandler(self)
        self._sender.end()

    def emit(self, record: logging.LogRecord) -> None:
        """Take what this attempt logs, by whichever thread works for it."""
        if (task_id.get(), attempt.get()) != (self._claim.task_id, self._claim.attempt):
            return
        try:
            self._lines.append(self._line(record))
        except Exception:  # noqa: BLE001 - whatever somebody logs, no training ends by it
            self.handleError(record)

    def _line(self, record: logging.LogRecord) -> str:
        text = record.getMessage().removeprefix(f"[{request_id.get()}] ")
        text = " ".join(text.removeprefix(f"task {self._claim.task_id}").lstrip(": ").split())
        at = datetime.fromtimestamp(record.created, UTC)
        line = f"{at:%Y-%m-%dT%H:%M:%SZ} {record.levelname} {self._part}{text}"[:LONGEST]
        return line.encode(errors="replace").decode()  # half a letter is none that can be sent

    def _send(self) -> None:
        """In one transaction; sent again where that failed, so twice where the answer was lost."""
        lines = list(self._lines)
        if not lines:
            return
        pipe = self._client.pipeline()
        for line in lines:
            pipe.xadd(self._key, {LINE: line}, maxlen=MOST, approximate=False)
        pipe.expire(self._key, KEEP_SECONDS)
        pipe.execute()
        for _ in lines:
            self._lines.popleft()


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
    stream = names.key(STREAM, task)
    try:
        with client:
            found: Any = client.xrange(stream)
            lines = [fields[LINE].decode() for _, fields in found]
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
