"""Results of several tasks at once."""

import asyncio
from collections.abc import Sequence
from typing import Any

from db.errors import translated
from db.neurolearn import Submission
from db.tasks import json_object


@translated()
async def get_results(task_ids: Sequence[str]) -> dict[str, dict[str, Any] | None]:
    """The results of these tasks by id; None of one that has none. They are parsed in a thread."""
    rows = await Submission.filter(task_id__in=list(task_ids)).values("task_id", "task_result")
    return await asyncio.to_thread(
        lambda: {row["task_id"]: json_object(row["task_result"]) for row in rows}
    )
