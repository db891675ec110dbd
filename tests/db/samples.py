"""Rows to begin with."""

import json
from dataclasses import replace
from typing import Any

from db import datasets
from db.datasets import NewDataset
from db.queue import claims
from db.queue.claims import Claim, claim_next
from db.submissions import intake
from db.submissions.intake import NewTask

LEASE_MS = 60_000
TASK = NewTask(
    proj_id="PROJ20191217104136",
    task_name="a task",
    task_type="dl_ts",
    task_config='{"model":"GNN"}',
    parent_task_id="",
    epochs=7,
)


def new_dataset(name: str, text: str = "{}", proj_id: str = "P", **more: Any) -> NewDataset:
    """A dataset that is to be written."""
    given = {"user_id": "u", "hdfs_path": "", "profile": {}, **more}
    data_id = datasets.new_data_id()
    return NewDataset(data_id=data_id, proj_id=proj_id, data_name=name, data_cont=text, **given)


async def submitted(**changes: Any) -> str:
    """The id of a new task."""
    return await intake.insert_new_task(replace(TASK, **changes))


async def claimed(task_id: str, *, lease_ms: int = LEASE_MS, max_attempts: int = 3) -> Claim | None:
    """What a worker gets that asks for this task."""
    return await claims.claim(
        task_id, worker="host:1", device="cpu", lease_ms=lease_ms, max_attempts=max_attempts
    )


async def next_claimed(message: str) -> Claim | None:
    """What a worker gets for a message that names this task."""
    return await claim_next(
        message, worker="host:1", device="cpu", lease_ms=LEASE_MS, max_attempts=3
    )


async def running(*, lease_ms: int = LEASE_MS) -> Claim:
    """The claim of a new task."""
    claim = await claimed(await submitted(), lease_ms=lease_ms)
    assert claim is not None
    return claim


def content(size: int) -> str:
    """JSON of about this many bytes, half of them ones that SQL or JSON has to escape."""
    value = 'it\'s "50 %" \\ %s ? $1 :name \t\n é 漢字 🧠 \u2028'
    return json.dumps({"NOTE": [value] * (size // len(value.encode()))}, ensure_ascii=False)
