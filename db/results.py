"""Whole results, which stand in the service's own table.

NEURO-LEARN's row has an extract of it (:mod:`db.extract`). What a version before this table wrote,
and the predecessor, stands whole in NEURO-LEARN's row alone.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient

from db.errors import translated
from db.models import Result
from db.neurolearn import Submission
from db.texts import json_object
from db.transactions import restarted
from db.versions import check_known

AT_ONCE = 20  # results, of 100 kB each
LONGEST_LIST = 500
UPSERT = {
    "mysql": (
        "INSERT INTO sgn_results (task_id, result) VALUES (%s, %s) "
        "ON DUPLICATE KEY UPDATE result = VALUES(result)"
    ),
    "postgres": (
        "INSERT INTO sgn_results (task_id, result) VALUES ($1, $2) "
        "ON CONFLICT (task_id) DO UPDATE SET result = excluded.result"
    ),
    "sqlite": (
        "INSERT INTO sgn_results (task_id, result) VALUES (?, ?) "
        "ON CONFLICT (task_id) DO UPDATE SET result = excluded.result"
    ),
}
T = TypeVar("T")


async def keep(task_id: str, text: str, connection: BaseDBAsyncClient) -> None:
    """Write the JSON text of a whole result, in the place of an earlier one."""
    # In one statement: on MySQL one that finds no row locks the gap where others are written. The
    # ORM's own is not one that MariaDB knows.
    dialect = connection.capabilities.dialect
    await connection.execute_query(UPSERT[dialect], [task_id, text])


async def whole_text(task_id: str, of_row: str) -> str:
    """The text of a whole result; ``of_row`` is what NEURO-LEARN's row has, and the last resort."""
    kept = await Result.filter(task_id=task_id).values("result")
    return str(kept[0]["result"]) if kept else of_row


@translated()
async def read_results(
    task_ids: Sequence[str], reduce: Callable[[dict[str, Any] | None], T]
) -> dict[str, T]:
    """What ``reduce`` makes of each task's result, None of one that has none; in a thread."""
    found: dict[str, T] = {}
    for some in _pieces(task_ids, AT_ONCE):
        for task_id, text in (await _texts(some)).items():
            found[task_id] = await asyncio.to_thread(_reduced, text, reduce)
    return found


@restarted
@translated()
async def prune() -> int:
    """Remove the results of tasks whose submissions are gone, which name subjects; how many."""
    await check_known()
    there = [str(each) for each in await Result.all().values_list("task_id", flat=True)]
    removed = 0
    for some in _pieces(there, LONGEST_LIST):
        known = await Submission.filter(task_id__in=some).values_list("task_id", flat=True)
        gone = sorted(set(some) - {str(each) for each in known})
        if gone:
            await Result.filter(task_id__in=gone).delete()
        removed += len(gone)
    return removed


async def _texts(task_ids: Sequence[str]) -> dict[str, str]:
    """The texts of those whose submissions are there."""
    known = await Submission.filter(task_id__in=list(task_ids)).values_list("task_id", flat=True)
    there = [str(each) for each in known]
    kept = await Result.filter(task_id__in=there).values("task_id", "result")
    texts = {str(row["task_id"]): str(row["result"]) for row in kept}
    missing = [task_id for task_id in there if task_id not in texts]
    if missing:
        rows = Submission.filter(task_id__in=missing).values("task_id", "task_result")
        texts |= {str(row["task_id"]): str(row["task_result"]) for row in await rows}
    return texts


def _pieces(task_ids: Sequence[str], length: int) -> Iterator[list[str]]:
    for start in range(0, len(task_ids), length):
        yield list(task_ids[start : start + length])


def _reduced(text: str, reduce: Callable[[dict[str, Any] | None], T]) -> T:
    return reduce(json_object(text))
