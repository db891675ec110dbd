"""``sgn doctor --stored``: whether every model that was stored is there, and as it was written."""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from actors.settings import read
from db.server.connection import check_schema, close_database, open_database
from db.submissions import tasks
from db.submissions.tasks import TaskRecord, vouched_ids
from registry import MANIFEST, PARAMETERS, ObjectDamaged, ObjectMissing, Store, open_store
from service.stores.artifacts import IN_MANIFEST, sums_of

LOST, DAMAGED = "lost", "damaged"
PIECE = 1 << 20


@dataclass(frozen=True)
class StoredFault:
    """An object of a task that is ``lost`` or ``damaged``."""

    task_id: str
    name: str
    state: str


async def look(
    variables: Mapping[str, str], *, deep: bool, progress: Callable[[int], None]
) -> AsyncIterator[StoredFault]:
    """Everything that is lost; with ``deep`` each object is read too, and what is damaged told.

    ``progress`` hears how many tasks were looked at. Of one task at a time something is in memory.

    Raises:
        SettingsError, DatabaseError, RegistryError: it cannot be looked at.

    """
    endpoint = read(variables, "SGN_S3_ENDPOINT_URL", str, "") or None
    store = open_store(read(variables, "SGN_REGISTRY_URL", str), endpoint_url=endpoint)
    await open_database(read(variables, "SGN_DATABASE_URL", str))
    try:
        await check_schema()
        await asyncio.to_thread(store.check)
        looked, after = 0, ""
        while page := await vouched_ids(after):
            for task_id in page:
                task = await tasks.get_task(task_id)
                if task is not None:  # else its row was deleted, and sgn clean removes the model
                    for fault in await asyncio.to_thread(_of_task, store, task, deep=deep):
                        yield fault
                looked += 1
                progress(looked)
            after = page[-1]
    finally:
        await close_database()


def _of_task(store: Store, task: TaskRecord, *, deep: bool) -> list[StoredFault]:
    known = sums_of(task)
    states = {
        name: _read(store, task.task_id, name, expected)
        if deep
        else _glanced(store, task.task_id, name)
        for name, expected in known.items()
    }
    if deep and not states[MANIFEST] and not states[PARAMETERS]:
        states[PARAMETERS] = _by_manifest(store, task.task_id)
    return [StoredFault(task.task_id, name, state) for name, state in states.items() if state]


def _glanced(store: Store, task_id: str, name: str) -> str:
    return "" if store.exists(task_id, name) else LOST


def _read(store: Store, task_id: str, name: str, expected: str) -> str:
    try:
        digest = _digest(store, task_id, name)
    except ObjectMissing:
        return LOST
    except ObjectDamaged:
        return DAMAGED
    return "" if expected in (digest, IN_MANIFEST) else DAMAGED


def _by_manifest(store: Store, task_id: str) -> str:
    """The parameters as the manifest names them, of which also an older version's result knows."""
    with suppress(ValueError, AttributeError):
        named = json.loads(store.get(task_id, MANIFEST)).get("parameters_sha256")
        return "" if named == _digest(store, task_id, PARAMETERS) else DAMAGED
    return DAMAGED


def _digest(store: Store, task_id: str, name: str) -> str:
    """The SHA-256 of an object, of which no more than a piece is in memory."""
    local = store.local_path(task_id, name)
    if local is not None:
        return _of_file(local)
    with tempfile.TemporaryDirectory(prefix="sgn-doctor-") as folder:
        path = Path(folder) / "object"
        store.get_file(task_id, name, path)
        return _of_file(path)


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
