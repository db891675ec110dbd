"""What is counted for who watches."""

import pytest

from db.models import Outbox, Run
from db.queue.queue_state import count_project_tasks, count_tasks
from db.server.statements import now_ms
from tests.db.samples import running, submitted

pytestmark = pytest.mark.usefixtures("url")

NONE = {"Submitted": 0, "Running": 0, "Finished": 0, "Failed": 0, "Cancelled": 0}


async def test_of_nothing_there_is_none_and_no_oldest() -> None:
    found = await count_tasks()
    assert found.tasks == found.shards == NONE
    assert found.oldest_seconds == {}
    assert found.unsent == 0


async def test_tasks_and_parts_are_counted_apart_by_state() -> None:
    old, _, _ = [await submitted() for _ in range(3)]
    claim = await running()
    await Run.filter(task_id=old).update(submitted_at=await now_ms() - 60_000)
    await Run.filter(task_id=claim.task_id).update(started_at=await now_ms() - 30_000)
    await Run.create(task_id=f"{old}-1", state="Running", part_of=old, part=1, started_at=1)
    await Outbox.filter(task_id=old).update(sent_at=1)
    found = await count_tasks()
    assert found.tasks == {**NONE, "Submitted": 3, "Running": 1}
    assert found.shards == {**NONE, "Running": 1}
    assert 60 <= found.oldest_seconds["Submitted"] < 120
    assert 30 <= found.oldest_seconds["Running"] < 90
    assert found.unsent == 3


async def test_a_project_s_tasks_are_counted_by_themselves() -> None:
    mine, theirs = await submitted(), await submitted()
    claim = await running()
    await Run.filter(task_id__in=[mine, claim.task_id]).update(proj_id="MINE")
    await Run.filter(task_id=mine).update(submitted_at=await now_ms() - 60_000)
    await Run.filter(task_id=theirs).update(proj_id="THEIRS", submitted_at=1)
    await Run.create(task_id=f"{mine}-1", state="Running", part_of=mine, part=1, proj_id="MINE")
    found = await count_project_tasks("MINE")
    assert found.tasks == {**NONE, "Submitted": 1, "Running": 1}
    assert 60 <= found.oldest_seconds["Submitted"] < 120
    assert set(found.oldest_seconds) == {"Submitted", "Running"}
    for other in ("NOBODY", "mine", "MINE "):
        assert (await count_project_tasks(other)).tasks == NONE
