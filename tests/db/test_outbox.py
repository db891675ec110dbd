"""Messages: each task's is sent at least once, and again when its worker or message is lost."""

import asyncio
from concurrent.futures import ProcessPoolExecutor

import pytest

from db.models import Outbox, Run
from db.queue import outbox, runs
from db.server.statements import now_ms
from tests.db.opened import opened
from tests.db.processes import requeue, together
from tests.db.samples import claimed, running, submitted

pytestmark = pytest.mark.usefixtures("url")

LONG_AGO_MS = 60_000


async def sent_long_ago(*task_ids: str) -> None:
    """Make every message of these tasks one that was sent a minute ago."""
    then = await now_ms() - LONG_AGO_MS
    await Outbox.filter(task_id__in=task_ids).update(created_at=then, sent_at=then)
    await Run.filter(task_id__in=task_ids).update(submitted_at=then)


async def expired() -> str:
    """A task whose worker is gone and whose message was sent long ago."""
    claim = await running(lease_ms=1)
    await sent_long_ago(claim.task_id)
    await asyncio.sleep(0.02)
    return claim.task_id


async def waiting() -> list[str]:
    return [message.task_id for message in await outbox.unsent()]


async def test_unsent_are_the_oldest_first_until_they_are_sent() -> None:
    task_ids = [await submitted() for _ in range(5)]
    first = await outbox.unsent(limit=2)
    assert [message.task_id for message in first] == task_ids[:2]
    await outbox.mark_sent(first)
    assert await waiting() == task_ids[2:]
    assert all(row.sent_at > 0 for row in await Outbox.filter(task_id__in=task_ids[:2]))


async def test_what_was_written_after_it_was_sent_is_still_to_be_sent() -> None:
    claim = await running()
    first = await outbox.unsent()
    await asyncio.sleep(0.005)
    await runs.hand_back(claim)
    await outbox.mark_sent(first)
    assert await waiting() == [claim.task_id]


async def test_what_is_fresh_is_left_to_the_process_that_wrote_it() -> None:
    task_id = await submitted()
    assert await outbox.unsent(60_000) == []
    await Outbox.filter(task_id=task_id).update(created_at=1)
    assert [message.task_id for message in await outbox.unsent(60_000)] == [task_id]


async def test_marking_nothing_is_no_error() -> None:
    task_id = await submitted()
    await outbox.mark_sent([])
    assert await waiting() == [task_id]


async def test_a_lost_worker_brings_one_message_until_that_is_sent() -> None:
    task_id = await expired()
    assert await outbox.requeue_expired(set()) == [task_id]
    assert await waiting() == [task_id]
    await Outbox.filter(sent_at=0).update(created_at=1)
    assert await outbox.requeue_expired(set()) == [], "one waits to be sent, however long"
    await outbox.mark_sent(await outbox.unsent())
    assert await outbox.requeue_expired(set()) == [], "within 5 s of the last"
    await sent_long_ago(task_id)
    assert await outbox.requeue_expired(set()) == [task_id]


async def test_a_message_that_was_written_long_ago_and_sent_now_counts_from_now() -> None:
    task_id = await expired()
    await Outbox.filter(task_id=task_id).update(sent_at=await now_ms())
    assert await outbox.requeue_expired(set()) == []


async def test_a_running_task_brings_no_message() -> None:
    claim = await running()
    await sent_long_ago(claim.task_id)
    assert await outbox.requeue_expired(set()) == []
    assert await outbox.requeue_submitted([], 0) == []


async def test_tasks_beyond_one_batch_come_when_the_first_are_claimed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task_ids = {await expired() for _ in range(5)}
    monkeypatch.setattr(outbox, "BATCH", 3)
    first = await outbox.requeue_expired(set())
    assert len(first) == 3
    for task_id in first:
        assert await claimed(task_id)
    assert {*first, *await outbox.requeue_expired(set())} == task_ids


async def test_waiting_tasks_without_a_recent_message_are_sent_again() -> None:
    old, fresh = await submitted(), await submitted()
    await sent_long_ago(old)
    assert await outbox.requeue_submitted([], 10_000) == [old]
    assert await outbox.requeue_submitted([], 10_000) == []
    assert sorted(await waiting()) == sorted([fresh, old])


async def test_a_task_handed_back_just_now_is_not_sent_twice() -> None:
    claim = await running()
    await sent_long_ago(claim.task_id)
    await runs.hand_back(claim)
    assert await outbox.requeue_submitted([], 10_000) == []
    assert await waiting() == [claim.task_id]


async def test_an_expired_task_whose_message_busy_workers_leave_there_brings_no_other() -> None:
    task_id = await expired()
    assert await outbox.requeue_expired({task_id}) == []
    assert await outbox.requeue_expired({"TASK0"}) == [task_id]


async def test_prune_removes_what_was_sent_long_ago_and_nothing_that_is_to_be_sent() -> None:
    done, waits = await running(), await submitted()
    await runs.finish_task(done, {})
    await sent_long_ago(done.task_id, waits)
    recent, unsent = await submitted(), await submitted()
    await Outbox.filter(task_id=recent).update(sent_at=await now_ms())
    await Outbox.filter(task_id=unsent).update(created_at=1)
    await outbox.prune(LONG_AGO_MS // 2)
    assert {row.task_id for row in await Outbox.all()} == {recent, unsent}
    assert await outbox.requeue_submitted([], 10_000) == [waits], "found by its task"


async def test_prune_goes_on_where_a_batch_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = [await submitted() for _ in range(5)]
    await sent_long_ago(*waits)
    monkeypatch.setattr(outbox, "LONGEST_LIST", 3)
    for left in (2, 0):
        await outbox.prune(LONG_AGO_MS // 2)
        assert await Outbox.all().count() == left


@pytest.mark.nightly(but=("mysql",))
def test_relays_of_three_processes_bring_a_task_back(
    url: str, elsewhere: ProcessPoolExecutor
) -> None:
    task_id = opened(url, expired())
    answers = together(elsewhere, requeue, url)
    assert [task_id] in answers
    assert all(answer in ([], [task_id]) for answer in answers)
    assert opened(url, outbox.requeue_expired(set())) == []


async def test_a_kind_of_device_stays_with_a_task_whatever_sends_it_again() -> None:
    task_id = await submitted(kind="cuda")
    assert [message.kind for message in await outbox.unsent()] == ["cuda"]
    claim = await claimed(task_id)
    assert claim is not None
    await sent_long_ago(task_id)
    await runs.hand_back(claim)
    assert [message.kind for message in await outbox.unsent()] == ["cuda"]
    await sent_long_ago(task_id)
    assert await outbox.requeue_submitted([], 10_000) == [task_id]
    assert [message.kind for message in await outbox.unsent()] == ["cuda"]
    await sent_long_ago(task_id)
    assert await claimed(task_id, lease_ms=1)
    await asyncio.sleep(0.02)
    assert await outbox.requeue_expired(set()) == [task_id]
    assert [message.kind for message in await outbox.unsent()] == ["cuda"]
