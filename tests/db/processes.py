"""What the tests have several processes do at the same time.

Each waits for the same instant, so that what they do meets; they answer with their process id
to show that they were several.
"""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from db import datasets, tidying
from db.audit import Actor
from db.datasets import DatasetRecord
from db.labels import LabelChange
from db.queue import outbox
from db.server.connection import migrate
from db.server.errors import NameTaken
from db.submissions import intake
from db.tidying import Edit
from tests.db.opened import opened
from tests.db.samples import TASK, claimed, new_dataset, next_claimed

TOGETHER_SECONDS = 0.15


def together(pool: ProcessPoolExecutor, work: Callable[..., Any], *arguments: Any) -> list[Any]:
    """What three processes answer that all do this now."""
    list(pool.map(_wait, [time.time() + TOGETHER_SECONDS] * 3))
    start = time.time() + TOGETHER_SECONDS
    futures = [pool.submit(_at, start, work, *arguments) for _ in range(3)]
    answers = [future.result(timeout=60) for future in futures]
    assert len({process for process, _ in answers}) == 3, "they were not three processes"
    return [answer for _, answer in answers]


def _wait(until: float) -> None:
    time.sleep(max(0.0, until - time.time()))


def _at(start: float, work: Callable[..., Any], *arguments: Any) -> tuple[int, Any]:
    _wait(start)
    return os.getpid(), work(*arguments)


def insert_tasks(url: str, count: int) -> list[str]:
    async def insert() -> list[str]:
        return await asyncio.gather(*(intake.insert_new_task(TASK) for _ in range(count)))

    return opened(url, insert())


def claim(url: str, task_ids: list[str]) -> list[str]:
    """The tasks that this process got."""

    async def ask() -> list[str]:
        return [task_id for task_id in task_ids if await claimed(task_id)]

    return opened(url, ask())


def claim_all(url: str, messages: list[str]) -> list[str]:
    """The tasks that this process got for these messages."""

    async def ask() -> list[str]:
        found = [await next_claimed(message) for message in messages]
        return [claim.task_id for claim in found if claim is not None]

    return opened(url, ask())


def insert_datasets(url: str, names: list[str]) -> list[str]:
    """The names that this process got."""

    async def insert() -> list[str]:
        return [name for name in names if await _inserted(name)]

    return opened(url, insert())


async def _inserted(name: str) -> bool:
    try:
        await datasets.insert_dataset(new_dataset(name))
    except NameTaken:
        return False
    return True


def put_profiles(url: str, data_ids: list[str]) -> None:
    async def put() -> None:
        for data_id in data_ids:
            await datasets.put_profile(data_id, os.getpid(), {"of": os.getpid()})

    opened(url, put())


def tag_datasets(url: str, records: list[DatasetRecord], rounds: int) -> None:
    """Tag each of them again and again, as several people do who tidy up together."""

    async def tag() -> None:
        for number in range(rounds):
            change = LabelChange(tags=(f"{os.getpid()}-{number}",))
            for record in records:
                await tidying.edit_dataset(record, Edit(label=change), Actor(str(os.getpid())))

    opened(url, tag())


def requeue(url: str) -> list[str]:
    return opened(url, outbox.requeue_expired(set()))


def migrated(url: str) -> None:
    asyncio.run(migrate(url))
