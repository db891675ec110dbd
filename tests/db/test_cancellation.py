"""Cancelling: at once where nobody trains, by the worker where one does, never twice."""

import asyncio
from typing import Any

import pytest

from db.models import Run
from db.neurolearn import Submission
from db.queue import runs
from db.queue.runs import CANCELLED, LeaseState, RunProgress, empty_result
from db.submissions import tasks
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
        await runs.cancel(task_id)
        assert await state(task_id) == ("Cancelled", str(CANCELLED), empty_result().as_dict())
    assert (await Run.get(task_id=task_id)).version == 1
    assert await claimed(task_id) is None


async def test_a_worker_hears_of_it_and_writes_the_end() -> None:
    claim = await running()
    await runs.cancel(claim.task_id)
    assert (await state(claim.task_id))[0] == "Running"
    assert await runs.renew(claim, lease_ms=60_000, progress=RunProgress()) == LeaseState.CANCELLED
    assert await runs.end_cancelled(claim, {"train_epochs": ["Epoch 001"]})
    assert (await state(claim.task_id))[::2] == ("Cancelled", {"train_epochs": ["Epoch 001"]})


async def test_a_result_that_comes_after_the_cancelling_is_kept_as_cancelled() -> None:
    claim = await running()
    await runs.cancel(claim.task_id)
    assert await runs.finish_task(claim, {"model_state_path": "s3://b/k"})
    assert await state(claim.task_id) == (
        "Cancelled",
        str(CANCELLED),
        {"model_state_path": "s3://b/k"},
    )


async def test_a_worker_that_does_not_answer_is_passed_over_and_fenced() -> None:
    claim = await running()
    assert await runs.record_checkpoint(claim)
    await runs.cancel(claim.task_id)
    assert await runs.cancel_silent(60_000) == []
    await asyncio.sleep(0.01)
    assert await runs.cancel_silent(1) == [claim.task_id]
    assert (await state(claim.task_id))[0] == "Cancelled"
    assert not await runs.finish_task(claim, {})
    assert not await runs.end_cancelled(claim, {})


async def unsettled(*, lease_ms: int = 1) -> str:
    """A task that was cancelled behind a worker that has left a checkpoint."""
    claim = await running(lease_ms=lease_ms)
    assert await runs.record_checkpoint(claim)
    await runs.cancel(claim.task_id)
    await asyncio.sleep(0.02)
    await runs.cancel_silent(1)
    assert (await state(claim.task_id))[0] == "Cancelled"
    return claim.task_id


async def test_its_checkpoint_is_settled_once_by_one() -> None:
    task_id = await unsettled()
    assert await runs.cancelled_with_checkpoint() == [task_id]
    found = await runs.claim_cancelled(task_id, lease_ms=60_000)
    assert found is not None
    assert (found.task_id, found.task_config) == (task_id, {"model": "GNN"})
    assert await runs.cancelled_with_checkpoint() == [], "somebody is at it"
    assert await runs.claim_cancelled(task_id, lease_ms=60_000) is None
    await runs.write_cancelled_result(task_id, {"model_state_path": "file:///m"})
    await runs.write_cancelled_result(task_id, {"model_state_path": "file:///other"})
    assert (await state(task_id))[2] == {"model_state_path": "file:///m"}
    assert await runs.claim_cancelled(task_id, lease_ms=1) is None


async def test_a_worker_that_dies_while_settling_is_followed_by_another() -> None:
    task_id = await unsettled()
    assert await runs.claim_cancelled(task_id, lease_ms=1)
    await asyncio.sleep(0.02)
    assert await runs.cancelled_with_checkpoint() == [task_id]
    assert await runs.claim_cancelled(task_id, lease_ms=60_000)
    await runs.write_cancelled_result(task_id, None)
    assert (await state(task_id))[2] == empty_result().as_dict()
    assert await runs.cancelled_with_checkpoint() == []


async def test_what_a_stalled_worker_may_still_store_is_waited_for() -> None:
    task_id = await unsettled(lease_ms=60_000)
    assert await runs.cancelled_with_checkpoint() == []
    assert await runs.claim_cancelled(task_id, lease_ms=1) is None


async def test_what_was_cancelled_before_it_went_on_is_settled_from_what_there_was() -> None:
    claim = await running(lease_ms=1)
    assert await runs.record_checkpoint(claim)
    assert await runs.end_cancelled(claim, None)
    await asyncio.sleep(0.02)
    assert await runs.cancelled_with_checkpoint() == [claim.task_id]


async def test_a_task_without_a_form_is_settled_by_leaving_it() -> None:
    task_id = await unsettled()
    await Submission.filter(task_id=task_id).delete()
    assert await runs.claim_cancelled(task_id, lease_ms=1) is None
    await asyncio.sleep(0.02)
    assert await runs.cancelled_with_checkpoint() == []


async def test_what_was_handed_back_meanwhile_is_cancelled_too() -> None:
    claim = await running()
    await runs.cancel(claim.task_id)
    assert await runs.hand_back(claim)
    assert await claimed(claim.task_id) is None
    await asyncio.sleep(0.01)
    assert await runs.cancel_silent(1) == [claim.task_id]
    assert (await state(claim.task_id))[0] == "Cancelled"


@pytest.mark.parametrize("end", ["finish", "fail"])
async def test_what_has_ended_stays_as_it_is(end: str) -> None:
    claim = await running()
    if end == "finish":
        await runs.finish_task(claim, {"loss": 1.0})
    else:
        await runs.fail_task(claim, "It is so.")
    before = await state(claim.task_id)
    await runs.cancel(claim.task_id)
    assert await runs.cancel_silent(0) == []
    assert await state(claim.task_id) == before


async def test_of_cancelling_and_ending_at_once_one_happens() -> None:
    for _ in range(8):
        claim = await running()
        await asyncio.gather(runs.cancel(claim.task_id), runs.finish_task(claim, {"loss": 1.0}))
        run = await Run.get(task_id=claim.task_id)
        assert run.state in ("Finished", "Cancelled")
        assert (await state(claim.task_id))[2] in ({"loss": 1.0}, empty_result().as_dict())
        assert run.version == 2


async def test_of_cancelling_and_claiming_at_once_none_is_forgotten() -> None:
    for _ in range(12):
        task_id = await submitted()
        _, claim = await asyncio.gather(runs.cancel(task_id), claimed(task_id))
        run = await Run.get(task_id=task_id)
        assert run.cancel_at > 0
        assert run.state == ("Cancelled" if claim is None else "Running")


async def test_a_checkpoint_makes_up_for_the_crashes_before_it() -> None:
    task_id = await submitted()
    for _ in range(5):
        claim = await claimed(task_id, lease_ms=1, max_attempts=2)
        assert claim is not None
        assert await runs.record_checkpoint(claim)
        await asyncio.sleep(0.02)
    for wanted in (True, True, False):
        again = await claimed(task_id, lease_ms=1, max_attempts=2)
        assert (again is not None) == wanted
        await asyncio.sleep(0.02)
    assert (await state(task_id))[0] == "Failed"


async def test_checkpoints_do_not_make_up_for_crashes_without_end() -> None:
    task_id = await submitted()
    for _ in range(10):
        claim = await claimed(task_id, lease_ms=1, max_attempts=1)
        assert claim is not None
        assert await runs.record_checkpoint(claim)
        await asyncio.sleep(0.02)
    assert await claimed(task_id, lease_ms=1, max_attempts=1) is None
    assert (await state(task_id))[0] == "Failed"


async def test_handing_back_does_not_make_up_for_crashes() -> None:
    task_id = await submitted()
    assert await claimed(task_id, lease_ms=1, max_attempts=2)
    await asyncio.sleep(0.02)
    for _ in range(3):
        claim = await claimed(task_id, max_attempts=2)
        assert claim is not None
        assert await runs.hand_back(claim)
    assert await claimed(task_id, lease_ms=1, max_attempts=2)
    await asyncio.sleep(0.02)
    assert await claimed(task_id, lease_ms=1, max_attempts=2) is None
    assert (await state(task_id))[0] == "Failed"


async def test_a_claim_knows_the_tasks_it_tries_again() -> None:
    first = await submitted()
    second = await submitted(retry_of=first)
    third = await submitted(retry_of=second)
    claim = await claimed(third)
    assert claim is not None
    assert claim.earlier == (second, first)
