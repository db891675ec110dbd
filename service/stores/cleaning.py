"""What ``sgn clean`` removes: models of a certain age, and objects that no task owns."""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from db.dependents import StoredTask, look_up, mark_removed
from db.server.statements import now_ms
from graphnet.errors import system_reason
from graphnet.messages import Message, render
from registry import RegistryError, Store
from registry.store import is_task_id

log = logging.getLogger(__name__)

MODEL, CHECKPOINTS, SPOOL = "model", "checkpoints", "spool"
DAY_MS = 86_400_000
# The service never deletes rows of tasks: it is another installation's task, or the database is an
# older copy.
UNKNOWN = Message("cleaning.unknown-task")
DELETED = Message("cleaning.task-deleted")
NO_AGE = Message("cleaning.no-age")


class CleaningError(Exception):
    """Why nothing can be cleaned, as a message; ``str`` is its English sentence."""


@dataclass(frozen=True)
class Item:
    """Something stored of a task, whether it goes, and why; ``failed`` where it should have."""

    what: str
    task_id: str
    goes: bool
    why: Message
    failed: bool = False

    def as_dict(self, language: str) -> dict[str, Any]:
        """For JSON: ``why`` in ``language``, and as a message."""
        why = {"why": render(self.why, language), "why_message": self.why.as_dict()}
        named = {"what": self.what, "task_id": self.task_id, "goes": self.goes}
        return {**named, **why, "failed": self.failed}


class Cleaning:
    """Finds what may go, and removes it.

    ``days`` is the least age of models, and of what is left in the spool; None leaves them all.
    Age alone removes no model that a child or a task in hand refers to. With ``unknown``, models
    and spools go too whose tasks this database does not know.
    """

    def __init__(
        self,
        models: Store,
        checkpoints: Store,
        spool: Path,
        days: int | None,
        *,
        unknown: bool = False,
    ) -> None:
        self._stores = {MODEL: models, CHECKPOINTS: checkpoints}
        self._spool = spool
        self._days = days
        self._unknown = unknown

    async def plan(self) -> list[Item]:
        """Everything stored. Raises CleaningError, DatabaseError, RegistryError."""
        # Before the database is asked: what is stored then has a row there, or had one.
        stored = [
            (what, task_id)
            for what, store in self._stores.items()
            for task_id in await asyncio.to_thread(store.task_ids)
        ]
        stored += [(SPOOL, path.name) for path in sorted(self._spool.glob("*")) if path.is_dir()]
        stored = [(what, name) for what, name in stored if is_task_id(name)]
        tasks = await look_up(sorted({task_id for _, task_id in stored}))
        if tasks and not any(task.submitted or task.run for task in tasks.values()):
            raise CleaningError(Message("local.other-installation", count=len(tasks)))
        before = await self._before()
        return [self._judged(what, tasks[task_id], before) for what, task_id in stored]

    async def carry_out(self, item: Item) -> Item:
        """Remove an item that goes, if it still may; how that went. Raises DatabaseError."""
        task = (await look_up([item.task_id]))[item.task_id]
        before = await self._before()
        judged = self._judged(item.what, task, before)
        if not judged.goes:
            return judged
        if item.what == MODEL and task.run and not task.removed_at:
            aged = before if task.submitted and before is not None else await now_ms()
            needed = await mark_removed(item.task_id, ended_before=aged)
            if needed is not None:
                return replace(judged, goes=False, why=needed)
        return await asyncio.to_thread(self._remove, judged)

    def _remove(self, item: Item) -> Item:
        try:
            if item.what == SPOOL:
                shutil.rmtree(self._spool / item.task_id)
            else:
                self._stores[item.what].delete(item.task_id)
        except (RegistryError, OSError) as error:
            log.warning("%s of the task %s: %s", item.what, item.task_id, error)
            why = error.message if isinstance(error, RegistryError) else system_reason(error)
            return replace(item, goes=False, failed=True, why=why)
        return item

    def _judged(self, what: str, task: StoredTask, before: int | None) -> Item:
        judges: dict[str, Callable[[], tuple[bool, Message]]] = {
            MODEL: lambda: self._model(task, before),
            CHECKPOINTS: lambda: _checkpoints(task),
            SPOOL: lambda: self._left_over(task),
        }
        goes, why = judges[what]()
        return Item(what, task.task_id, goes, why)

    def _left_over(self, task: StoredTask) -> tuple[bool, Message]:
        if task.needed is not None:
            return False, task.needed
        # The folder may be shared with other installations on this machine.
        if not task.run and not self._unknown:
            return False, UNKNOWN
        if self._days is None:
            return False, NO_AGE
        folder = self._spool / task.task_id
        if not folder.is_dir():
            return False, Message("cleaning.gone")
        written = 1000 * folder.stat().st_mtime
        why = Message("cleaning.left-on", day=_day(written))
        return written < time.time() * 1000 - self._days * DAY_MS, why

    def _model(self, task: StoredTask, before: int | None) -> tuple[bool, Message]:
        if not task.run and not task.submitted:
            return self._unknown, UNKNOWN
        return _of_age(task, before)

    async def _before(self) -> int | None:
        return None if self._days is None else await now_ms() - self._days * DAY_MS


def _of_age(task: StoredTask, before: int | None) -> tuple[bool, Message]:
    if task.removed_at:
        return True, Message("cleaning.interrupted", day=_day(task.removed_at))
    if task.needed is not None:
        return False, task.needed
    if not task.run:
        return False, Message("cleaning.age-unknown")
    if not task.submitted:
        return True, DELETED
    if before is None:
        return False, NO_AGE
    return task.ended_at < before, Message("cleaning.ended-on", day=_day(task.ended_at))


def _checkpoints(task: StoredTask) -> tuple[bool, Message]:
    if task.needed is not None:
        return False, task.needed
    if not task.submitted:
        return True, DELETED
    if not task.run:
        return True, Message("cleaning.no-worker-knows")
    return False, Message("cleaning.workers-remove")


def _day(milliseconds: float) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"
