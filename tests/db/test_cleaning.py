"""What may be cleaned away: never what a task or a child refers to, whoever else is at it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from db import dependents
from db.dependents import StoredTask, look_up, mark_removed
from db.models import Run
from db.queue import runs
from db.queue.claims import Claim
from db.server.errors import ModelRemoved
from db.server.statements import now_ms
from db.submissions import intake, tasks
from db.submissions.intake import Intake
from graphnet.messages import Message
from tests.databases import query
from tests.db.samples import TASK, claimed, running, submitted

pytestmark = pytest.mark.usefixtures("url")

RESULT = {"train_epochs": [], "model_state_path": "s3://x", "manifest_sha256": "ab"}
LATER = 2**62
CHANGED = Message("cleaning.changed")
HELD_SECONDS = 0.15  # for the other to come in between, if it can


async def finished(parent: str = "") -> str:
    claim = await claimed(await submitted(parent_task_id=parent))
    assert claim is not None
    assert await runs.finish_task(claim, RESULT)
    return claim.task_id


async def removed_at(task_id: str) -> int:
    return int((await Run.get(task_id=task_id)).removed_at)


async def test_a_model_that_nobody_needs_is_marked_once() -> None:
    task_id = await finished()
    assert await mark_removed(task_id, ended_before=LATER) is None
    at = await removed_at(task_id)
    assert abs(at - await now_ms()) < 60_000
    assert await mark_removed(task_id, ended_before=LATER) == CHANGED
    assert await removed_at(task_id) == at
    record = await tasks.get_model(task_id)
    assert record is not None
    assert record.removed_at == at


async def test_one_that_is_younger_stays() -> None:
    task_id = await finished()
    ended_at = (await look_up([task_id]))[task_id].ended_at
    assert await mark_removed(task_id, ended_before=ended_at) == CHANGED
    assert await removed_at(task_id) == 0
    assert await mark_removed(task_id, ended_before=ended_at + 1) is None


@pytest.mark.parametrize("state", ["Submitted", "Running", "Finished", "Failed"])
async def test_a_parent_stays_as_long_as_a_child_is_there(state: str) -> None:
    parent = await finished()
    child = await submitted(parent_task_id=parent)
    claim: Claim | None = await claimed(child) if state != "Submitted" else None
    if state == "Finished" and claim:
        await runs.finish_task(claim, RESULT)
    if state == "Failed" and claim:
        await runs.fail_task(claim, "It is so.")
    needed = (await look_up([parent]))[parent].needed
    assert needed is not None
    assert needed.code == f"cleaning.{'has' if state == 'Finished' else 'will-have'}-child"
    assert str(needed).startswith(f"{child}, which is {state}, ")
    assert await mark_removed(parent, ended_before=LATER) == needed
    assert await removed_at(parent) == 0


async def test_a_parent_is_free_once_its_children_are_gone(url: str) -> None:
    parent = await finished()
    deleted, cleaned = await finished(parent), await finished(parent)
    query(url, f"DELETE FROM backend_submissions WHERE task_id = '{deleted}'")
    assert str((await look_up([parent]))[parent].needed).startswith(cleaned)
    assert await mark_removed(cleaned, ended_before=LATER) is None
    assert (await look_up([parent]))[parent].needed is None
    assert await mark_removed(parent, ended_before=LATER) is None


async def test_what_is_in_hand_stays() -> None:
    waiting, claim = await submitted(), await running()
    unsettled = await running()
    await runs.record_checkpoint(unsettled)
    await runs.end_cancelled(unsettled, None)
    known = await look_up([waiting, claim.task_id, unsettled.task_id, "TASK0"])
    assert str(known[waiting].needed) == "it is Submitted"
    assert str(known[claim.task_id].needed) == "it is Running"
    assert known[unsettled.task_id].needed == Message("cleaning.unsettled")
    assert known["TASK0"] == StoredTask("TASK0")
    for task_id in known:
        assert await mark_removed(task_id, ended_before=LATER) == CHANGED
    await runs.write_cancelled_result(unsettled.task_id, None)
    assert await mark_removed(unsettled.task_id, ended_before=LATER) is None


async def test_what_is_tried_again_keeps_its_checkpoints_and_those_before() -> None:
    first = await running()
    await runs.fail_task(first, "It is so.")
    second = await submitted(retry_of=first.task_id)
    claim = await claimed(second)
    assert claim is not None
    await runs.fail_task(claim, "It is so.")
    assert (await look_up([first.task_id]))[first.task_id].needed is None
    third = await submitted(retry_of=second)
    known = await look_up([first.task_id, second])
    assert {task.needed for task in known.values()} == {Message("cleaning.retried", task=third)}


async def test_a_part_has_the_submission_of_its_task(url: str) -> None:
    whole = await running()
    part = "TASK20012912454501"
    await Run.create(task_id=part, state="Finished", part_of=whole.task_id, part=1, finished_at=5)
    assert (await look_up([part]))[part].submitted
    query(url, f"DELETE FROM backend_submissions WHERE task_id = '{whole.task_id}'")
    assert not (await look_up([part]))[part].submitted


async def test_more_tasks_than_one_question_holds_are_looked_up() -> None:
    task_id = await finished()
    known = await look_up([f"TASK{number}" for number in range(1200)] + [task_id])
    assert len(known) == 1201
    assert [each.task_id for each in known.values() if each.run] == [task_id]


async def test_a_parent_that_is_cleaned_away_gets_no_child(url: str) -> None:
    parent = await finished()
    await mark_removed(parent, ended_before=LATER)
    orphan, other = replace(TASK, parent_task_id=parent), TASK
    with pytest.raises(ModelRemoved, match=rf"{parent} was cleaned away on 2"):
        await intake.insert_new_task(orphan)
    together = Intake(lambda _: None)
    answers = await asyncio.gather(
        together.insert(orphan, None), together.insert(other, None), return_exceptions=True
    )
    assert isinstance(answers[0], ModelRemoved)
    assert isinstance(answers[1], str)
    assert query(url, f"SELECT 1 FROM sgn_runs WHERE parent_task_id = '{parent}'") == []


async def test_a_child_that_comes_while_its_parent_is_marked_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parent = await finished()
    looked, children = asyncio.Event(), dependents._children

    async def slowly(*arguments: Any) -> dict[str, Message]:
        found = await children(*arguments)
        looked.set()
        await asyncio.sleep(HELD_SECONDS)
        return found

    monkeypatch.setattr(dependents, "_children", slowly)
    marking = asyncio.create_task(mark_removed(parent, ended_before=LATER))
    await looked.wait()
    assert not await _child(parent)
    assert await marking is None


async def test_a_parent_whose_child_is_being_written_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parent = await finished()
    looked, check = asyncio.Event(), intake._check_parents

    async def slowly(*arguments: Any) -> None:
        await check(*arguments)
        looked.set()
        await asyncio.sleep(HELD_SECONDS)

    monkeypatch.setattr(intake, "_check_parents", slowly)
    writing = asyncio.create_task(_child(parent))
    await looked.wait()
    needed = await mark_removed(parent, ended_before=LATER)
    assert needed is not None
    assert needed.code == "cleaning.will-have-child"
    assert await writing
    assert await removed_at(parent) == 0


async def _child(parent: str) -> bool:
    try:
        await submitted(parent_task_id=parent)
    except ModelRemoved:
        return False
    return True
