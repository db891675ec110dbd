"""Cancelling: at once where nobody trains, by the worker where one does, never twice."""

import asyncio
from typing import Any

import pytest

from db import cancellation, outbox, runs, tasks
from db.models import Run
from db.runs import CANCELLED, Hold, Progress
from tests.db.samples import claimed, running, submitted

pytestmark = pytest.mark.usefixtures("url")


async def state(task_id: str) -> tuple[str, str | None, Any]:
    task = await tasks.get_task(task_id)
    assert task is not None
    run = await Run.get(task_id=task_id)
    assert run.state == task.task_status
    return task.task_status, task.error, task.task_result


async def test_what_waits_is_cancelled_at_once_and_for_good() -> None:
    task_id = await submitted()
    for _ in range(2):
        await cancellation.cancel(task_id)
        assert await state(task_id) == ("Cancelled", CANCELLED, cancellation.NOTHING)
    assert (await Run.get(task_id=task_id)).version == 1
    assert await claimed(task_id) is None


async def test_a_worker_hears_of_it_and_writes_the_end() -> None:
    claim = await running()
    await cancellation.cancel(claim.task_id)
    assert (await state(claim.task_id))[0] == "Running"
    assert await runs.renew(claim, lease_ms=60_000, progress=Progress()) == Hold.CANCELLED
    assert await runs.end_cancelled(claim, {"train_epochs": ["Epoch 001"]})
    assert (await state(claim.task_id))[::2] == ("Cancelled", {"train_epochs": ["Epoch 001"]})


async def test_a_result_that_comes_after_the_cancelling_is_kept_as_cancelled() -> None:
    claim = await running()
    await cancellation.cancel(claim.task_id)
    assert await runs.update_task_result(claim, {"model_state_path": "s3://b/k"})
    assert await state(claim.task_id) == ("Cancelled", CANCELLED, {"model_state_path": "s3://b/k"})


async def test_a_worker_that_does_not_answer_is_passed_over_and_fenced() -> None:
    claim = await running()
    assert await runs.note_checkpoint(claim)
    await cancellation.cancel(claim.task_id)
    assert await cancellation.end_unanswered(60_000) == []
    await asyncio.sleep(0.01)
    assert await cancellation.end_unanswered(1) == [claim.task_id]
    assert (await state(claim.task_id))[0] == "Cancelled"
    assert not await runs.update_task_result(claim, {})
    assert not await runs.end_cancelled(claim, {})
    assert claim.task_id in [message.task_id for message in await outbox.unsent()]
    found = await cancellation.unsettled(claim.task_id)
    assert found == ("dl_ts", {"model": "GNN"})
    await cancellation.settle(claim.task_id, {"model_state_path": "file:///m"})
    assert await cancellation.unsettled(claim.task_id) is None


async def test_what_was_handed_back_meanwhile_is_cancelled_too() -> None:
    claim = await running()
    await cancellation.cancel(claim.task_id)
    assert await runs.hand_back(claim)
    assert await claimed(claim.task_id) is None
    await asyncio.sleep(0.01)
    assert await cancellation.end_unanswered(1) == [claim.task_id]
    assert (await state(claim.task_id))[0] == "Cancelled"


@pytest.mark.parametrize("end", ["finish", "fail"])
async def test_what_has_ended_stays_as_it_is(end: str) -> None:
    claim = await running()
    if end == "finish":
        await runs.update_task_result(claim, {"loss": 1.0})
    else:
        await runs.fail_task(claim, "It is so.")
    before = await state(claim.task_id)
    await cancellation.cancel(claim.task_id)
    assert await cancellation.end_unanswered(0) == []
    assert await state(claim.task_id) == before


async def test_of_cancelling_and_ending_at_once_one_happens() -> None:
    for _ in range(8):
        claim = await running()
        await asyncio.gather(
            cancellation.cancel(claim.task_id), runs.update_task_result(claim, {"loss": 1.0})
        )
        run = await Run.get(task_id=claim.task_id)
        assert run.state in ("Finished", "Cancelled")
        assert (await state(claim.task_id))[2] in ({"loss": 1.0}, cancellation.NOTHING)
        assert run.version == 2


async def test_a_checkpoint_makes_up_for_the_crashes_before_it() -> None:
    task_id = await submitted()
    for _ in range(5):
        claim = await claimed(task_id, lease_ms=1, max_attempts=2)
        assert claim is not None
        assert await runs.note_checkpoint(claim)
        await asyncio.sleep(0.02)
    for wanted in (True, True, False):
        again = await claimed(task_id, lease_ms=1, max_attempts=2)
        assert (again is not None) == wanted
        await asyncio.sleep(0.02)
    assert (await state(task_id))[0] == "Failed"
