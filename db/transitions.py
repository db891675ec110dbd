"""What every end of a run writes, in the service's own table and where NEURO-LEARN reads."""

import json
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F

from db.neurolearn import Submission
from db.states import Status

ERROR_CHARACTERS = 1024


async def ended(runs: Any, status: Status, now: int, sentence: str = "", **more: Any) -> int:
    """End those of these runs that are still among them; how many."""
    return int(
        await runs.update(
            state=status.value,
            lease_token="",
            finished_at=now,
            error=sentence[:ERROR_CHARACTERS],
            version=F("version") + 1,
            **more,
        )
    )


async def mirror(
    task_id: str, status: Status, connection: BaseDBAsyncClient, result: str | None = None
) -> None:
    """Write the state where NEURO-LEARN reads it."""
    row = Submission.filter(task_id=task_id).using_db(connection)
    if result is None:
        await row.update(task_status=status.value)
    else:
        await row.update(task_status=status.value, task_result=result)


def result_text(result: dict[str, Any]) -> str:
    """A result as the database holds it."""
    return json.dumps(result, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
