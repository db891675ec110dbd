"""Projects take turns, however many tasks one of them has waiting, and no message is short."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import pytest
from tortoise.connection import get_connection

from db.models import Outbox, Run
from db.queue import outbox, queue_state, runs
from db.queue.claims import Claim
from db.queue.states import Status
from db.server.statements import Columns, insert, now_ms
from db.submissions import tasks
from tests.db.backends import on_sqlite
from tests.db.opened import opened
from tests.db.processes import claim_all, together
from tests.db.samples import next_claimed, running, submitted

pytestmark = pytest.mark.usefixtures("url")

LONG_AGO_MS = 60_000


async def got(message: str) -> Claim:
    claim = await next_claimed(message)
    assert claim is not None
    return claim


async def many(proj_id: str, count: int, kind: str = "") -> list[str]:
    """Tasks of a project, in order."""
    return [await submitted(proj_id=proj_id, kind=kind) for _ in range(count)]


async def served(messages: Sequence[str]) -> list[str]:
    """The projects whose tasks one worker does for these messages, one after another."""
    found = []
    for message in messages:
        claim = await got(message)
        found.append(claim.proj_id)
        assert await runs.fail_task(claim, "It failed.")
    return found


async def test_a_task_behind_many_of_another_project_is_next() -> None:
    a = await many("A", 6)
    begun = await got(a[0])
    assert begun.task_id == a[0]
    (b,) = await many("B", 1)
    assert await served([a[1], a[2], a[3]]) == ["B", "A", "A"]
    record = await tasks.get_task(a[4])
    assert record is not None
    assert await queue_state.place(record) == 2
    assert await next_claimed(b) is not None, "its message serves another task"


@on_sqlite
async def test_a_task_behind_six_hundred_of_another_project_is_next() -> None:
    now = await now_ms()
    example = await many("A", 1)
    first = await Run.get(task_id=example[0])
    rows: list[Columns] = [
        {"task_id": f"TASK{n}", "state": "Submitted", "submitted_at": now - 1, "proj_id": "A"}
        for n in range(600)
    ]
    await insert(get_connection("default"), Run, rows)
    await Run.filter(task_id=first.task_id).update(submitted_at=now - 2)
    (b,) = await many("B", 1)
    record = await tasks.get_task(b)
    assert record is not None
    assert await queue_state.place(record) == 2
    assert (await queue_state.places(1000))[b] == 2
    assert await served([first.task_id, "TASK0"]) == ["A", "B"]


async def test_three_projects_interleave_as_their_places_say() -> None:
    messages = await many("A", 4) + await many("B", 3) + await many("C", 2)
    places = await queue_state.places(100)
    assert sorted(places.values()) == list(range(1, 10))
    for number, task_id in enumerate(messages):
        record = await tasks.get_task(task_id)
        assert record is not None
        assert await queue_state.place(record) == places[task_id], number
    order = []
    for message in messages:  # of as many workers, none of which has ended
        claim = await got(message)
        order.append(claim.task_id)
    assert order == sorted(places, key=places.__getitem__)
    assert [order.index(each) // 3 for each in (messages[0], messages[4], messages[7])] == [0, 0, 0]
    assert await next_claimed(messages[0]) is None


async def test_who_has_fewer_running_comes_first_and_a_kind_has_its_own_turn() -> None:
    a, b = await many("A", 3), await many("B", 3)
    assert [(await got(each)).proj_id for each in (*a[:2], b[0])] == ["A", "B", "A"]
    cuda = await many("A", 1, kind="cuda")
    assert (await got(b[1])).proj_id == "B", "one runs of it and two of the other"
    assert (await got(cuda[0])).task_id == cuda[0], "a worker with another device has this one"
    left = Run.filter(state=Status.SUBMITTED.value)
    assert [run.kind for run in await left] == ["", ""]


async def test_parts_and_lost_tasks_are_claimed_by_their_own_messages() -> None:
    lost = await running(lease_ms=1)
    waits = await submitted()
    await asyncio.sleep(0.02)
    found = await got(lost.task_id)
    assert (found.task_id, found.attempt) == (lost.task_id, 2)
    part = f"{waits}-0001"
    assert await next_claimed(part) is not None, (
        "a part that nobody knows is a message like another"
    )
    whole = await Run.get(task_id=lost.task_id)
    own = await Run.create(
        task_id=f"{lost.task_id}-0001", state="Submitted", part_of=whole.task_id, part=1,
        submitted_at=1, proj_id="Z",
    )  # fmt: skip
    other = await submitted(proj_id="Z")
    assert (await got(own.task_id)).part == 1
    assert await next_claimed(own.task_id) is None, "nor does its message serve the other"
    assert (await got(lost.task_id)).task_id == other


async def test_what_is_to_be_stored_of_a_cancelled_task_comes_first() -> None:
    task_id, other = await submitted(), await submitted()
    await Run.filter(task_id=task_id).update(state="Cancelled", checkpoint=1)
    assert await next_claimed(task_id) is None
    await Run.filter(task_id=task_id).update(checkpoint=0)
    assert (await got(task_id)).task_id == other


async def sent_long_ago() -> None:
    then = await now_ms() - LONG_AGO_MS
    await Outbox.all().update(created_at=then, sent_at=then)
    await Run.all().update(submitted_at=then)


async def test_as_many_messages_are_written_as_are_missing_and_no_more() -> None:
    ids = await many("A", 5)
    await sent_long_ago()
    lying = [("", each) for each in ids[:3]]
    for _ in range(2):  # for the messages of the last two
        assert await next_claimed(ids[4]) is not None
    assert await outbox.requeue_submitted(lying, 10_000) == [], "three wait, three messages lie"
    assert await outbox.requeue_submitted(lying[1:], 10_000) == [ids[3]], "one is missing"
    assert await outbox.requeue_submitted(lying[1:], 10_000) == [], "and is on its way"
    await sent_long_ago()
    assert await outbox.requeue_submitted([], 10_000) == ids[2:]


async def test_a_lost_task_s_message_serves_no_other() -> None:
    lost = await running(lease_ms=1)
    waits = await submitted()
    await sent_long_ago()
    await asyncio.sleep(0.02)
    assert await outbox.requeue_submitted([("", lost.task_id)], 10_000) == [waits]


async def test_messages_for_another_kind_of_device_do_not_help() -> None:
    cuda = await submitted(kind="cuda")
    await sent_long_ago()
    assert await outbox.requeue_submitted([("", "TASK1"), ("", "TASK2")], 10_000) == [cuda]
    await sent_long_ago()
    assert await outbox.requeue_submitted([("cuda", "TASK1")], 10_000) == []


@pytest.mark.nightly(but=("mysql",))
def test_workers_that_choose_at_once_get_a_task_each(
    url: str, elsewhere: ProcessPoolExecutor
) -> None:
    ids = opened(url, _of_two_projects())
    answers = together(elsewhere, claim_all, url, ids[::3])
    got_ids = [task_id for answer in answers for task_id in answer]
    assert len(got_ids) == len(set(got_ids)) == len(ids)


async def _of_two_projects() -> list[str]:
    return await many("A", 15) + await many("B", 3)


@pytest.mark.nightly(but=("mysql",))
async def test_a_project_whose_last_task_was_taken_meanwhile_is_passed_over() -> None:
    """Each has one task, so whoever is second to choose a project finds nothing there."""
    messages = [await submitted(proj_id=f"P{number}") for number in range(20)]
    found = await asyncio.gather(*(next_claimed(each) for each in messages))
    assert {claim.task_id for claim in found if claim is not None} == set(messages)
