"""New tasks from many requests at once, written together: one transaction for all that wait.

While one transaction is on its way, whatever comes is gathered for the next (group commit), so a
task costs the database the less the more there are.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field

from db.clock import now_ms
from db.errors import DatabaseError, DatabaseUnavailable, translate_errors
from db.idempotency import NewKey
from db.ids import IDS
from db.new_tasks import NewTask, insert_new_task, write
from db.outbox import OutboxMessage
from db.transactions import restart_on_deadlock, transaction

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
        """The task's id once it is written; errors as of :func:`db.new_tasks.insert_new_task`.

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
                for each in some:
                    await _one(each)
            finally:
                for each in some:
                    _fail(each, DatabaseError("The task could not be written; try again."))


async def _all_at_once(some: list[_Waiting]) -> list[OutboxMessage] | None:
    """The messages to be sent, all told how it went; None, and nothing done, where one hinders."""
    try:
        now = await _insert_all(some)
    except DatabaseUnavailable as error:
        # It may have been written and only the answer lost: another try could write it twice.
        for each in some:
            _fail(each, error)
        return []
    except Exception:  # noqa: BLE001 - one by one it is found whose it is
        return None
    for each in some:
        _tell(each, each.task_id)
    return [
        OutboxMessage(
            each.task_id, each.task.request_id, now, each.task.kind, each.task.traceparent
        )
        for each in some
    ]


@restart_on_deadlock
@translate_errors()
async def _insert_all(some: list[_Waiting]) -> int:
    """Write them in one transaction; when, by the database's clock."""
    now = await now_ms()
    async with transaction() as connection:
        await write(connection, [(each.task, each.task_id, each.key) for each in some], now)
    return now


async def _one(each: _Waiting) -> None:
    try:
        _tell(each, await insert_new_task(each.task, each.key))
    except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
        _fail(each, error)


def _fail(each: _Waiting, error: Exception) -> None:
    if not each.written.done():
        each.written.set_exception(error)


def _tell(each: _Waiting, task_id: str) -> None:
    if not each.written.done():
        each.written.set_result(task_id)
