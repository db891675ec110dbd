"""Parts of a task: there once, taken by anyone, let go with the task they belong to."""

import pytest

from db.models import Outbox, Run
from db.queue import outbox, runs, shards
from db.queue import queue_state as waiting
from db.queue.claims import Claim, shard_id
from db.queue.runs import RunProgress
from db.queue.states import SHARD_RELEASED, Status
from db.submissions import tasks
from graphnet.messages import Message
from tests.db.samples import LEASE_MS, claimed, running, submitted

pytestmark = pytest.mark.usefixtures("url")


async def shared(count: int = 3) -> Claim:
    """The claim of a task with so many parts."""
    claim = await running()
    assert await shards.dispatch(claim, count)
    return claim


async def taken(claim: Claim, number: int, *, lease_ms: int = LEASE_MS) -> Claim:
    found = await claimed(shard_id(claim.task_id, number), lease_ms=lease_ms)
    assert found is not None
    return found


async def test_a_part_is_claimed_with_the_form_of_its_task() -> None:
    claim = await shared()
    part = await taken(claim, 2)
    assert (part.part_of, part.part) == (claim.task_id, 2)
    assert (part.task_config, part.proj_id) == (claim.task_config, claim.proj_id)
    assert await claimed(part.task_id) is None  # it is somebody's
    assert claim.part == 0


async def test_parts_that_are_announced_again_are_there_once() -> None:
    claim = await shared()
    part = await taken(claim, 1)
    assert await runs.finish_task(part, {"manifest_sha256": "a" * 64})
    assert await shards.dispatch(claim, 3)
    found = await shards.shard_states(claim.task_id)
    assert [found[number].state for number in (1, 2, 3)] == ["Finished", "Submitted", "Submitted"]
    assert found[1].sha256 == "a" * 64
    assert not found[1].free
    assert await Outbox.filter(task_id__startswith=f"{claim.task_id}-").count() == 3


async def test_a_worker_that_lost_the_task_announces_nothing() -> None:
    claim = await running()
    assert await runs.hand_back(claim)
    assert not await shards.dispatch(claim, 3)
    assert await shards.shard_states(claim.task_id) == {}
    assert await Outbox.filter(task_id__startswith=f"{claim.task_id}-").count() == 0


async def test_a_part_whose_worker_is_lost_is_free_and_put_on_the_queue_again() -> None:
    claim = await shared()
    part = await taken(claim, 1, lease_ms=-1)
    assert (await shards.shard_states(claim.task_id))[1].free
    await Outbox.all().delete()
    assert part.task_id in await outbox.requeue_expired(set())
    again = await taken(claim, 1)
    assert again.attempt == 2
    assert not await runs.finish_task(part, {})  # fenced


async def test_a_part_that_is_tried_too_often_fails_with_a_sentence() -> None:
    claim = await shared()
    for _ in range(3):
        await taken(claim, 1, lease_ms=-1)
    assert await claimed(shard_id(claim.task_id, 1)) is None
    found = (await shards.shard_states(claim.task_id))[1]
    assert found.state == "Failed"
    assert found.reasons == (Message("tasks.given-up", count=3),)


async def test_parts_are_no_tasks_of_their_own() -> None:
    claim = await shared()
    listed, _ = await tasks.list_tasks()
    assert [task.task_id for task in listed] == [claim.task_id]
    assert await tasks.get_task(shard_id(claim.task_id, 1)) is None
    assert await waiting.waiting(claim.proj_id) == (0, 0)
    task = await tasks.get_task(await submitted())
    assert task is not None
    assert await waiting.place(task) == 1


async def test_cancelling_a_task_lets_its_parts_go() -> None:
    claim = await shared()
    part = await taken(claim, 1)
    await runs.cancel(claim.task_id)
    held = await runs.renew(part, lease_ms=LEASE_MS, progress=RunProgress())
    assert held == runs.LeaseState.CANCELLED
    assert await claimed(shard_id(claim.task_id, 2)) is None
    await runs.record_checkpoint(part)
    assert await runs.end_cancelled(part, None)
    await Run.filter(task_id=part.task_id).update(lease_until=1)
    assert await runs.cancelled_with_checkpoint() == []  # of a part nothing is kept
    waiting = (await shards.shard_states(claim.task_id))[2]
    assert (waiting.state, waiting.reasons, waiting.free) == ("Cancelled", (SHARD_RELEASED,), False)


async def test_a_part_of_a_task_that_is_tried_again_knows_the_same_of_the_first() -> None:
    first = await shared(2)
    assert await runs.fail_task(first, "The storage refused.")
    again = await claimed(await submitted(retry_of=first.task_id))
    assert again is not None
    assert again.earlier == (first.task_id,)
    assert await shards.dispatch(again, 2)
    assert (await taken(again, 2)).earlier == (shard_id(first.task_id, 2),)


async def test_a_task_that_ends_lets_its_parts_go() -> None:
    claim = await shared()
    part = await taken(claim, 1)
    assert await runs.fail_task(claim, "It diverged.")
    held = await runs.renew(part, lease_ms=LEASE_MS, progress=RunProgress())
    assert held == runs.LeaseState.CANCELLED


async def test_a_part_of_a_task_that_has_ended_is_not_done() -> None:
    """Also where it was announced in the very moment in which the task ended."""
    claim = await shared()
    await Run.filter(task_id=claim.task_id).update(state=Status.FINISHED.value)
    first = shard_id(claim.task_id, 1)
    assert await claimed(first) is None
    assert (await shards.shard_states(claim.task_id))[1].reasons == (SHARD_RELEASED,)


async def test_a_part_that_is_handed_back_is_free() -> None:
    claim = await shared()
    part = await taken(claim, 1)
    assert await runs.hand_back(part)
    assert (await shards.shard_states(claim.task_id))[1].free
    assert (await taken(claim, 1)).attempt == 1


async def test_only_parts_of_tasks_that_ended_are_pruned() -> None:
    active, over = await shared(1), await shared(1)
    for claim in (active, over):
        assert await runs.finish_task(await taken(claim, 1), {})
    assert await runs.finish_task(over, {})
    await Run.all().update(finished_at=1)
    await Run.filter(task_id=active.task_id).update(finished_at=0)
    await shards.prune(1000)
    assert set(await shards.shard_states(active.task_id)) == {1}
    assert await shards.shard_states(over.task_id) == {}
    assert await Run.filter(task_id=over.task_id).exists()
