"""Tasks of many requests at once: written together, each whole, a wrong one by itself."""

import asyncio
from dataclasses import replace

import pytest

from db.models import Key, Outbox, Run
from db.neurolearn import Submission
from db.queue.outbox import OutboxMessage, mark_sent, unsent
from db.server.errors import DatabaseUnavailable, KeyUsed
from db.submissions import intake as intake_module
from db.submissions.intake import Intake, NewKey
from db.texts import IDS
from graphnet.messages import Message
from tests.db.samples import TASK

pytestmark = pytest.mark.usefixtures("url")


told: list[OutboxMessage] = []


def key(name: str) -> NewKey:
    return NewKey(name * 64, "b" * 64, lambda task_id: f"answer {task_id}")


async def test_each_of_many_is_written_whole_and_once() -> None:
    intake = Intake(told.extend)
    wanted = [
        replace(TASK, task_name=f"n{number}", request_id=f"r{number}") for number in range(99)
    ]
    ids = await asyncio.gather(*(intake.insert(task, None) for task in wanted))
    assert len(set(ids)) == 99
    for task_id, task in zip(ids, wanted, strict=True):
        assert (await Submission.get(task_id=task_id)).task_name == task.task_name
        run = await Run.get(task_id=task_id)
        assert (run.request_id, run.state, run.version) == (task.request_id, "Submitted", 0)
        assert run.submitted_at > 0
    assert await Outbox.all().count() == await Submission.all().count() == 99
    messages = {message.task_id: message for message in told}
    assert [messages[task_id].request_id for task_id in ids] == [f"r{n}" for n in range(99)]
    await mark_sent([messages[task_id] for task_id in ids])
    assert await unsent() == []
    assert await intake.insert(TASK, key("a"))


async def test_one_key_among_many_is_one_task() -> None:
    intake = Intake(told.extend)
    keys = [key("a"), None, key("a"), key("c"), None, key("a")]
    found = await asyncio.gather(
        *(intake.insert(TASK, each) for each in keys), return_exceptions=True
    )
    written = [each for each in found if isinstance(each, str)]
    assert len(set(written)) == len(written) == 4
    assert sum(isinstance(each, KeyUsed) for each in found) == 2
    assert await Submission.all().count() == await Run.all().count() == 4
    assert await Key.all().count() == 2
    used = await Key.get(key_sha256="a" * 64)
    assert used.answer == f"answer {used.task_id}"
    assert used.task_id in written


async def test_an_id_that_is_taken_costs_nobody_his_task(monkeypatch: pytest.MonkeyPatch) -> None:
    intake = Intake(told.extend)
    taken = await intake.insert(TASK, None)
    ids = IDS.ids
    first = iter([taken])

    def met(prefix: str):  # type: ignore[no-untyped-def]
        yield from first
        yield from ids(prefix)

    monkeypatch.setattr(IDS, "ids", met)
    found = await asyncio.gather(*(intake.insert(TASK, None) for _ in range(5)))
    assert len({taken, *found}) == 6
    assert await Submission.all().count() == 6


async def test_a_request_that_is_given_up_takes_nobody_along() -> None:
    intake = Intake(told.extend)
    requests = [asyncio.create_task(intake.insert(TASK, None)) for _ in range(6)]
    await asyncio.sleep(0)
    requests[2].cancel()
    found = await asyncio.gather(*requests, return_exceptions=True)
    assert sum(isinstance(each, str) for each in found) == 5


async def test_an_answer_that_was_lost_does_not_write_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = intake_module._insert_all

    async def cut(some: list[intake_module._Waiting]) -> int:
        await written(some)
        raise DatabaseUnavailable(Message("database.silent"))

    intake = Intake(told.extend)
    monkeypatch.setattr(intake_module, "_insert_all", cut)
    found = await asyncio.gather(
        *(intake.insert(TASK, None) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(each, DatabaseUnavailable) for each in found)
    assert await Submission.all().count() == 3
