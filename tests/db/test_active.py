"""What is read of all tasks at once for those who watch."""

import pytest

from db.neurolearn import Submission
from db.queue import queue_state, runs
from tests.db.samples import running, submitted

pytestmark = pytest.mark.usefixtures("url")


async def test_tasks_that_have_left_are_read_without_results() -> None:
    waits, gone, deleted = [await submitted() for _ in range(3)]
    claim = await running()
    await runs.cancel(gone)
    await Submission.filter(task_id=deleted).delete()

    found = await queue_state.standing([waits, gone, deleted, claim.task_id, "TASK0"])

    states = {run.task_id: run.state for run in found}
    assert states == {waits: "Submitted", gone: "Cancelled", claim.task_id: "Running"}
    assert await queue_state.standing([]) == []
