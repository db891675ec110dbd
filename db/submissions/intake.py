"""New tasks from many requests at once, written together: one transaction for all that wait.

While one transaction is on its way, whatever comes is gathered for the next (group commit), so a
task costs the database the less the more there are.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field

from db.ids import IDS
from db.queue.outbox import OutboxMessage
from db.server.clock import now_ms
from db.server.errors import DatabaseError, DatabaseUnavailable, translate_errors
from db.server.transactions import restart_on_deadlock, transaction
from db.submissions.new_tasks import NewKey, NewTask, insert_new_task, write
from graphnet.messages import Message

MOST_TOGETHER = 64
GATHER_SECONDS = 0.005  # where several wait, a few more are worth waiting for


@dataclass(frozen=True)
class _Waiting:
    task: NewTask
    key: NewKey | None
    task_id: str = field(default_factory=lambda: next(IDS.ids("TASK")))
    written: "asyncio.Future[str]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Intake:
    """Writes new tasks for all requests of one process, and tells who sends their messages."""

    def __init__(self, tell: Callable[[Sequence[OutboxMessage]], None]) -> None:
        self._tell = tell
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def insert(self, task: NewTask, key: NewKey | None) -> str:
        """The task's id once it is written; errors as of :func:`insert_new_task`.

        A request that is given up meanwhile does not take the others' tasks along.
        """
        mine = _Waiting(task, key)
        self._waiting.append(mine)
        if self._writing is None or self._writing.done():
            # In a context of its own: it writes for others than the one who came first.
            self._writing = asyncio.create_task(self._write(), context=Context())
        return await asyncio.shield(mine.written)

    async def _write(self) -> None:
        while self._waiting:
            if len(self._waiting) > 1:
                await asyncio.sleep(GATHER_SECONDS)
            some = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
            try:
                written = await _all_at_once(some)
                if written is not None:
                    self._tell(written)
                    continue
                for waiting in some:
                    await _one(waiting)
            finally:
                for waiting in some:
                    _fail(waiting, DatabaseError(Message("worker.task-not-written")))


async def _all_at_once(some: list[_Waiting]) -> list[OutboxMessage] | None:
    """The messages to be sent, all told how it went; None, and nothing done, where one hinders."""
    try:
        now = await _insert_all(some)
    except DatabaseUnavailable as error:
        # It may have been written and only the answer lost: another try could write it twice.
        for waiting in some:
            _fail(waiting, error)
        return []
    except Exception:  # noqa: BLE001 - one by one it is found whose it is
        return None
    for waiting in some:
        _tell(waiting, waiting.task_id)
    return [
        OutboxMessage(
            waiting.task_id,
            waiting.task.request_id,
            now,
            waiting.task.kind,
            waiting.task.traceparent,
        )
        for waiting in some
    ]


@restart_on_deadlock
@translate_errors()
async def _insert_all(some: list[_Waiting]) -> int:
    """Write them in one transaction; when, by the database's clock."""
    now = await now_ms()
    async with transaction() as connection:
        await write(
            connection, [(waiting.task, waiting.task_id, waiting.key) for waiting in some], now
        )
    return now


async def _one(waiting: _Waiting) -> None:
    try:
        _tell(waiting, await insert_new_task(waiting.task, waiting.key))
    except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
        _fail(waiting, error)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.written.done():
        waiting.written.set_exception(error)


def _tell(waiting: _Waiting, task_id: str) -> None:
    if not waiting.written.done():
        waiting.written.set_result(task_id)
