"""Whether a model that was stored is still there: asked of each every few seconds at most."""

import asyncio
import time
from collections import OrderedDict

from db.tasks import TaskRecord
from registry import MANIFEST, PARAMETERS, RegistryError
from service.vault import Vault

FRESH_SECONDS = 5.0
LOST_SECONDS = 2.0  # a silent storage holds up no answer that is about something else
MOST = 2000


class LostModels:
    """Remembers for a while what the registry said of a model."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, bool]] = OrderedDict()

    async def is_lost(self, vault: Vault, task: TaskRecord) -> bool | None:
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


async def _is_gone(vault: Vault, task_id: str) -> bool:
    for name in (MANIFEST, PARAMETERS):
        if not await vault.exists(task_id, name):
            return True
    return False
