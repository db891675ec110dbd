"""A task that goes back because its worker's device failed counts as one that crashed."""

import pytest

from db.models import Run
from db.queue import runs
from tests.db.samples import claimed, submitted

pytestmark = pytest.mark.usefixtures("url")


async def test_a_task_that_breaks_every_device_is_given_up() -> None:
    task_id = await submitted(kind="cuda")
    for attempt in (1, 2, 3):
        claim = await claimed(task_id)
        assert claim is not None
        assert (claim.attempt, claim.kind) == (attempt, "cuda")
        assert await runs.hand_back(claim, counted=True)
    assert await claimed(task_id) is None
    run = await Run.get(task_id=task_id)
    assert (run.state, run.attempt, run.crashes) == ("Failed", 3, 3)
    assert "stopped unexpectedly 3 times" in run.error
