"""How all tasks are that wait or run, looked up once a second for all who watch."""

import asyncio
import time
from typing import Any

from db import tasks
from db.active import active, submitted
from db.states import Status

FRESH_SECONDS = 1.0
Shown = dict[str, Any]


class Board:
    """A look at the active tasks, shared by every stream of this process.

    A task that came and ended since the last look is seen once, as it ended.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Shown] = {}
        self._newest: int | None = None
        self._at = float("-inf")
        self._looking = asyncio.Lock()

    async def look(self) -> dict[str, Shown]:
        """The active tasks by id, not older than a second. Raises DatabaseError."""
        async with self._looking:  # one looks for all who came meanwhile
            if time.monotonic() - self._at > FRESH_SECONDS:
                self._seen = await self._looked()
                self._at = time.monotonic()
            return self._seen

    async def _looked(self) -> dict[str, Shown]:
        newest, came = await submitted(self._newest)
        seen = {row["task_id"]: _shown(row) for row in await active()}
        gone = [await ended(task_id) for task_id in came if task_id not in seen]
        self._newest = newest
        return seen | {each["task_id"]: each for each in gone if each is not None}


async def ended(task_id: str) -> Shown | None:
    """A task that has left the board; None if it was deleted. Raises DatabaseError."""
    task = await tasks.get_task(task_id)
    if task is None:
        return None
    done = task.task_status == Status.FINISHED
    return {
        "task_id": task.task_id,
        "proj_id": task.proj_id,
        "task_status": task.task_status,
        "epoch": task.epochs if done else task.epoch,
        "epochs": task.epochs,
        "percent": 100.0 if done else task.permille / 10,
        "eta_seconds": None,
    }


def _shown(row: dict[str, Any]) -> Shown:
    running = row["state"] == Status.RUNNING and row["remaining_ms"] >= 0
    return {
        "task_id": row["task_id"],
        "proj_id": row["proj_id"],
        "task_status": row["state"],
        "epoch": row["epoch"],
        "epochs": row["epochs"],
        "percent": row["permille"] / 10,
        "eta_seconds": round(row["remaining_ms"] / 1000, 1) if running else None,
    }
