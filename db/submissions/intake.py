"""New tasks: submission, run and message written whole, or not at all.

The same post sent twice with one key is one task with one answer, as the IETF's draft "The
Idempotency-Key HTTP Header Field" has it.

While one transaction is on its way, whatever comes is gathered for the next (group commit), so a
task costs the database the less the more there are.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError

from db.models import Key, Outbox, Run
from db.neurolearn import Submission
from db.queue.outbox import OutboxMessage
from db.queue.states import Status
from db.server.errors import (
    DatabaseError,
    DatabaseUnavailable,
    KeyUsed,
    ModelRemoved,
    translate_errors,
)
from db.server.statements import Columns, insert, now_ms, restart_on_deadlock, transaction
from db.texts import IDS
from graphnet.messages import Message

KEY_MS = 24 * 3_600_000
BATCH = 100
MOST_TOGETHER = 64
GATHER_SECONDS = 0.005  # where several wait, a few more are worth waiting for


@dataclass(frozen=True)
class NewKey:
    """A key and the body that came with it, both as SHA-256 in hex; ``answer`` by task id."""

    key_sha256: str
    body_sha256: str
    answer: Callable[[str], str]


@dataclass(frozen=True)
class UsedKey:
    """What a key was used for."""

    body_sha256: str
    task_id: str
    answer: str


@translate_errors()
async def find_key(key_sha256: str) -> UsedKey | None:
    """What the key was used for; None if it was not, or more than a day ago."""
    row = await Key.get_or_none(key_sha256=key_sha256)
    return None if row is None else UsedKey(row.body_sha256, row.task_id, row.answer)


@translate_errors()
async def prune_keys() -> None:
    """Forget keys that are older than a day."""
    old = Key.filter(created_at__lt=await now_ms() - KEY_MS).limit(BATCH)
    ids = await old.values_list("key_sha256", flat=True)
    if ids:
        await Key.filter(key_sha256__in=list(ids)).delete()


@dataclass(frozen=True)
class NewTask:
    """A task to be written; ``task_config`` is JSON text, ``kind`` of the device, empty for any."""

    proj_id: str
    task_name: str
    task_type: str
    task_config: str
    parent_task_id: str
    epochs: int
    retry_of: str = ""
    request_id: str = ""
    kind: str = ""
    traceparent: str = ""


@restart_on_deadlock
@translate_errors()
async def insert_new_task(task: NewTask, key: NewKey | None = None) -> str:
    """Write submission, run and outbox row in one transaction; the task's new id.

    ``key`` is written with them, so that a task and the answer to its key are there together.

    Raises:
        KeyUsed: another post has used the key.
        ModelRemoved: its parent's model was cleaned away.
        DatabaseError: the database does not answer, or no free id was found.

    """
    now = await now_ms()
    for task_id in IDS.ids("TASK"):
        try:
            await _insert(task, task_id, now, key)
        except IntegrityError as error:
            if key is not None and await Key.filter(key_sha256=key.key_sha256).exists():
                raise KeyUsed(Message("database.key-used")) from error
            continue
        return task_id
    raise DatabaseError(Message("database.no-task-id"))


async def _insert(task: NewTask, task_id: str, now: int, key: NewKey | None) -> None:
    async with transaction() as connection:
        await _write_tasks(connection, [(task, task_id, key)], now)


async def _write_tasks(
    connection: BaseDBAsyncClient, new: Sequence[tuple[NewTask, str, NewKey | None]], now: int
) -> None:
    """Write tasks under these ids, their keys, and the messages that workers are to be sent."""
    keys = [_key(key, task_id, now) for _, task_id, key in new if key is not None]
    messages: list[Columns] = [
        {
            "task_id": task_id,
            "created_at": now,
            "request_id": task.request_id,
            "kind": task.kind,
        }
        for task, task_id, _ in new
    ]
    await insert(connection, Key, keys)
    await insert(connection, Submission, [_submission(task, id_) for task, id_, _ in new])
    await insert(connection, Run, [_run(task, task_id, now) for task, task_id, _ in new])
    await insert(connection, Outbox, messages)
    await _check_parents(connection, {task.parent_task_id for task, _, _ in new})


async def _check_parents(connection: BaseDBAsyncClient, parents: set[str]) -> None:
    """Look again whether the models to be fine-tuned are there. Raises ModelRemoved.

    Last, and with the rows locked: see ``db.dependents``.
    """
    wanted = sorted(parents - {""})
    if not wanted:
        return
    for run in await Run.filter(task_id__in=wanted).using_db(connection).select_for_update():
        if run.removed_at:
            raise ModelRemoved(run.task_id, run.removed_at)


def _key(key: NewKey, task_id: str, now: int) -> Columns:
    return {
        "key_sha256": key.key_sha256,
        "body_sha256": key.body_sha256,
        "task_id": task_id,
        "answer": key.answer(task_id),
        "created_at": now,
    }


def _submission(task: NewTask, task_id: str) -> Columns:
    """The row that NEURO-LEARN reads."""
    return {
        "task_id": task_id,
        "proj_id": task.proj_id,
        "task_name": task.task_name,
        "task_type": task.task_type,
        "task_config": task.task_config,
        "task_status": Status.SUBMITTED.value,
        "task_result": "",
    }


def _run(task: NewTask, task_id: str, now: int) -> Columns:
    """The service's own row."""
    return {
        "task_id": task_id,
        "state": Status.SUBMITTED.value,
        "parent_task_id": task.parent_task_id,
        "epochs": task.epochs,
        "submitted_at": now,
        "proj_id": task.proj_id,
        "retry_of": task.retry_of,
        "request_id": task.request_id,
        "kind": task.kind,
        "traceparent": task.traceparent,
    }


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
        await _write_tasks(
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
