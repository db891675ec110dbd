"""What is stored, read by threads of its own: a silent storage holds up nobody else."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from db.submissions.tasks import TaskRecord
from graphnet.messages import Message
from registry import EVIDENCE, MANIFEST, PARAMETERS, RegistryError, RegistryUnavailable, Store

T = TypeVar("T")

IN_MANIFEST = "in the manifest"  # of parameters that an older version has stored
READERS = 8
PATIENCE_SECONDS = 30.0


class ArtifactReader:
    """Reads and removes objects for requests, a few at a time, each within ``PATIENCE_SECONDS``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="artifacts")

    async def get(self, task_id: str, name: str) -> bytes:
        """An object. Raises ObjectMissing, ObjectDamaged, RegistryUnavailable."""
        return await self._threaded(lambda: self._store.get(task_id, name))

    async def check(self) -> None:
        """Return once the storage answers. Raises RegistryUnavailable."""
        await self._threaded(self._store.check)

    async def check_writable(self) -> None:
        """Return once the storage has written something. Raises RegistryUnavailable."""
        await self._threaded(self._store.check_writable)

    async def exists(self, task_id: str, name: str) -> bool:
        """Whether an object is there. Raises RegistryUnavailable."""
        return await self._threaded(lambda: self._store.exists(task_id, name))

    async def delete(self, task_id: str) -> None:
        """Remove all objects of a task. Raises RegistryUnavailable."""
        await self._threaded(lambda: self._store.delete(task_id))

    def close(self) -> None:
        """Begin nothing more; what is under way ends by its own time-out."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _threaded(self, call: Callable[[], T]) -> T:
        return await from_registry(self._pool, call)


async def from_registry(pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    """Call the registry by a thread of ``pool``. Raises RegistryUnavailable where it is silent."""
    answer = asyncio.get_running_loop().run_in_executor(pool, call)
    try:
        return await asyncio.wait_for(answer, PATIENCE_SECONDS)
    except TimeoutError as error:
        raise RegistryUnavailable(
            Message("registry.no-answer-in-time", seconds=PATIENCE_SECONDS),
            Message("registry.check-running"),
        ) from error


FRESH_SECONDS = 5.0
LOST_SECONDS = 2.0  # a silent storage holds up no answer that is about something else
MOST = 2000


class LostModels:
    """Remembers for a while what the registry said of a model."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, bool]] = OrderedDict()

    async def is_lost(self, artifacts: ArtifactReader, task: TaskRecord) -> bool | None:
        """Return True if the model is lost: gone but never cleaned away; None if not known."""
        if not task.manifest_sha256 or task.removed_at:
            return None
        at, lost = self._known.get(task.task_id, (0.0, False))
        if at and time.monotonic() - at < FRESH_SECONDS:
            return lost
        try:
            lost = await asyncio.wait_for(_is_gone(artifacts, task.task_id), LOST_SECONDS)
        except (RegistryError, TimeoutError):
            return None
        self._known[task.task_id] = (time.monotonic(), lost)
        self._known.move_to_end(task.task_id)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return lost


async def _is_gone(artifacts: ArtifactReader, task_id: str) -> bool:
    for name in (MANIFEST, PARAMETERS):
        if not await artifacts.exists(task_id, name):
            return True
    return False


def sums_of(task: TaskRecord) -> dict[str, str]:
    """The SHA-256 of each object that was stored of a task, by name, as far as it was noted."""
    result = task.result
    sums = {} if result.storage is None else dict(result.storage.stored)
    if result.evidence_sha256:  # all that an older version has noted
        sums.setdefault(EVIDENCE, result.evidence_sha256)
    if task.manifest_sha256:
        sums[MANIFEST] = task.manifest_sha256
        sums.setdefault(PARAMETERS, IN_MANIFEST)
    return sums
