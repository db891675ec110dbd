"""What is stored, read by threads of its own: a silent storage holds up nobody else."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from db.tasks import TaskRecord
from registry import MANIFEST, PARAMETERS, RegistryError, RegistryUnavailable, Store

T = TypeVar("T")

READERS = 8
PATIENCE_SECONDS = 30.0


class ArtifactReader:
    """Reads a store for requests, a few at a time, none for longer than ``PATIENCE_SECONDS``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="vault")

    async def get(self, task_id: str, name: str) -> bytes:
        """An object. Raises ObjectMissing, ObjectDamaged, RegistryUnavailable."""
        return await self._asked(lambda: self._store.get(task_id, name))

    async def check(self) -> None:
        """Return once the storage answers. Raises RegistryUnavailable."""
        await self._asked(self._store.check)

    async def check_writable(self) -> None:
        """Return once the storage has written something. Raises RegistryUnavailable."""
        await self._asked(self._store.check_writable)

    async def exists(self, task_id: str, name: str) -> bool:
        """Whether an object is there. Raises RegistryUnavailable."""
        return await self._asked(lambda: self._store.exists(task_id, name))

    def close(self) -> None:
        """Begin nothing more; what is under way ends by its own time-out."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _asked(self, call: Callable[[], T]) -> T:
        return await from_registry(self._pool, call)


async def from_registry(pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    """Call the registry by a thread of ``pool``. Raises RegistryUnavailable where it is silent."""
    asked = asyncio.get_running_loop().run_in_executor(pool, call)
    try:
        return await asyncio.wait_for(asked, PATIENCE_SECONDS)
    except TimeoutError as error:
        raise RegistryUnavailable(
            f"The registry did not answer within {PATIENCE_SECONDS:g} s."
        ) from error


FRESH_SECONDS = 5.0
LOST_SECONDS = 2.0  # a silent storage holds up no answer that is about something else
MOST = 2000


class LostModels:
    """Remembers for a while what the registry said of a model."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, bool]] = OrderedDict()

    async def is_lost(self, vault: ArtifactReader, task: TaskRecord) -> bool | None:
        """Return True if the model is lost: gone but never cleaned away; None if not known."""
        if not task.manifest_sha256 or task.removed_at:
            return None
        at, lost = self._known.get(task.task_id, (0.0, False))
        if at and time.monotonic() - at < FRESH_SECONDS:
            return lost
        try:
            lost = await asyncio.wait_for(_is_gone(vault, task.task_id), LOST_SECONDS)
        except (RegistryError, TimeoutError):
            return None
        self._known[task.task_id] = (time.monotonic(), lost)
        self._known.move_to_end(task.task_id)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return lost


async def _is_gone(vault: ArtifactReader, task_id: str) -> bool:
    for name in (MANIFEST, PARAMETERS):
        if not await vault.exists(task_id, name):
            return True
    return False
