"""The run of a task: one worker at a time, fenced, bounded, ended once."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tortoise.connection import get_connection, get_connections

from db.models import Outbox, Run
from db.neurolearn import Submission
from db.queue import claims, runs
from db.queue.claims import Claim
from db.queue.runs import LeaseState, RunProgress
from db.server.errors import ContentTooLarge
from db.server.statements import now_ms
from db.submissions import tasks
from graphnet.messages import Message
from tests.databases import query
from tests.db import processes
from tests.db.backends import on_mysql, on_postgres
from tests.db.samples import claimed, running, submitted

pytestmark = pytest.mark.usefixtures("url")

Write = Callable[[Claim], Coroutine[Any, Any, object]]


async def kept(claim: Claim) -> bool:
    return await runs.renew(claim, lease_ms=5000, progress=RunProgress(3, 9)) == LeaseState.KEPT


WRITES: dict[str, Write] = {
    "renew": kept,
    "update_task_result": lambda claim: runs.finish_task(claim, {"loss": 1.0}),
    "fail_task": lambda claim: runs.fail_task(claim, "It is so."),
    "hand_back": runs.hand_back,
}


@pytest.fixture(params=WRITES)
def write(request: pytest.FixtureRequest) -> Write:
    return WRITES[request.param]


async def rows(task_id: str) -> tuple[list[Any], list[Any], list[Any]]:
    """Everything that three tables hold of a task."""
    return (
        await Run.filter(task_id=task_id).values(),
        await Submission.filter(task_id=task_id).values(),
        await Outbox.filter(task_id=task_id).values(),
    )


async def test_a_claim_tells_the_worker_all_and_both_tables_say_running() -> None:
    task_id = await submitted(parent_task_id="TASK7", task_config='{"model":"漢"}')
    before = await now_ms()
    claim = await claims.claim(
        task_id, worker="w" * 200, device="d" * 200, lease_ms=60_000, max_attempts=3
    )
    assert claim is not None
    assert claim == Claim(
        task_id=task_id,
        attempt=1,
        lease_token=claim.lease_token,
        proj_id="PROJ20191217104136",
        task_name="a task",
        task_type="dl_ts",
        task_config={"model": "漢"},
        parent_task_id="TASK7",
    )
    run = await Run.get(task_id=task_id)
    assert (run.state, run.worker, run.device) == ("Running", "w" * 128, "d" * 64)
    assert run.lease_token == claim.lease_token != ""
    assert before + 60_000 <= run.lease_until <= await now_ms() + 60_000
    task = await tasks.get_task(task_id)
    assert task is not None
    assert task.task_status == "Running"
    assert before <= task.started_at <= await now_ms()


async def test_of_many_claims_at_once_one_is_given() -> None:
    task_id = await submitted()
    claims = await asyncio.gather(*(claimed(task_id) for _ in range(12)))
    assert len([claim for claim in claims if claim]) == 1
    assert (await Run.get(task_id=task_id)).attempt == 1


@pytest.mark.nightly(but=("mysql",))
def test_of_three_processes_one_gets_each_task(url: str, elsewhere: ProcessPoolExecutor) -> None:
    task_ids = processes.insert_tasks(url, 30)
    answers = processes.together(elsewhere, processes.claim, url, task_ids)
    assert sorted(task_id for got in answers for task_id in got) == sorted(task_ids)


async def test_a_task_that_is_not_there_is_not_claimed() -> None:
    assert await claimed("TASK0") is None


async def test_a_lease_that_ran_out_is_claimed_again_and_the_first_is_fenced() -> None:
    first = await running(lease_ms=1)
    await asyncio.sleep(0.02)
    second = await claimed(first.task_id)
    assert second is not None
    assert second.attempt == 2
    assert second.lease_token != first.lease_token
    assert not await runs.finish_task(first, {})
    assert await runs.finish_task(second, {"model_state_path": "s3://b/k"})


async def test_of_many_claims_of_a_lease_that_ran_out_one_is_given() -> None:
    first = await running(lease_ms=1)
    await asyncio.sleep(0.02)
    claims = await asyncio.gather(*(claimed(first.task_id) for _ in range(12)))
    assert [claim.attempt for claim in claims if claim] == [2]


async def test_renewing_keeps_the_lease_and_shows_progress() -> None:
    claim = await running(lease_ms=1)
    assert await runs.renew(claim, lease_ms=60_000, progress=RunProgress(4, 9)) == LeaseState.KEPT
    await asyncio.sleep(0.02)
    assert await claimed(claim.task_id) is None
    task = await tasks.get_task(claim.task_id)
    assert task is not None
    assert (task.epoch, task.epochs) == (4, 9)
    assert task.progress_at >= task.started_at


async def test_what_a_task_does_is_shown_and_the_next_attempt_begins_where_it_was() -> None:
    claim = await running()
    stage = Message("progress.folds", first=1, last=4, count=4, folds=10)
    progress = RunProgress(4, 9, 420, 3000, stage)
    assert await runs.renew(claim, lease_ms=1, progress=progress) == LeaseState.KEPT
    task = await tasks.get_task(claim.task_id)
    assert task is not None
    assert (task.stage, task.permille) == (stage, 420)
    assert await runs.renew(claim, lease_ms=1, progress=RunProgress(4, 9, 420)) == LeaseState.KEPT
    await asyncio.sleep(0.02)
    again = await claimed(claim.task_id)
    task = await tasks.get_task(claim.task_id)
    assert again is not None
    assert task is not None
    assert (again.permille, task.stage) == (420, None)


async def test_renewing_twice_in_a_millisecond_is_still_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = await running()
    now = await now_ms()

    async def stopped() -> int:
        return now

    monkeypatch.setattr(runs, "now_ms", stopped)
    for _ in range(2):
        assert (
            await runs.renew(claim, lease_ms=60_000, progress=RunProgress(1, 9))
            == LeaseState.KEPT
            == LeaseState.KEPT
        )


async def test_an_old_token_changes_nothing(write: Write) -> None:
    claim = await running()
    before = await rows(claim.task_id)
    assert not await write(replace(claim, lease_token="another"))
    assert await rows(claim.task_id) == before


async def test_an_empty_token_changes_nothing(write: Write) -> None:
    claim = await running()
    await runs.hand_back(claim)
    before = await rows(claim.task_id)
    assert not await write(replace(claim, lease_token=""))
    assert await rows(claim.task_id) == before


@pytest.mark.parametrize("end", ["update_task_result", "fail_task"])
async def test_what_has_ended_stays_as_it_is(end: str, write: Write) -> None:
    claim = await running()
    assert await WRITES[end](claim)
    before = await rows(claim.task_id)
    assert not await write(claim)
    assert not await write(replace(claim, lease_token=""))
    assert await claimed(claim.task_id) is None
    assert await claimed(claim.task_id, max_attempts=1) is None
    assert await rows(claim.task_id) == before


async def test_a_result_is_kept_as_it_is() -> None:
    claim = await running()
    result: dict[str, Any] = {
        "model_state_path": "s3://b/k",
        "text": "\"quoted\" \\ 漢🧠 '%s'",
        "auc": None,
    }
    result["train_epochs"] = [f"Epoch {n:03d}, Train Loss: 0.6931" for n in range(20_000)]
    assert await runs.finish_task(claim, result)
    task = await tasks.get_task(claim.task_id)
    assert task is not None
    assert (task.task_status, task.error, task.task_result) == ("Finished", None, result)
    assert task.finished_at >= task.started_at > 0
    (run,), (submission,), _ = await rows(claim.task_id)
    assert run["state"] == submission["task_status"] == "Finished"


async def test_a_result_that_json_does_not_know_is_refused() -> None:
    claim = await running()
    before = await rows(claim.task_id)
    with pytest.raises(ValueError, match="JSON"):
        await runs.finish_task(claim, {"auc": float("nan")})
    assert await rows(claim.task_id) == before


@on_mysql
async def test_a_result_that_a_server_cannot_take_is_refused_by_its_setting(url: str) -> None:
    most = query(url, "SELECT @@max_allowed_packet")[0][0]
    claim = await running()
    before = await rows(claim.task_id)
    with pytest.raises(ContentTooLarge, match="max_allowed_packet"):
        await runs.finish_task(claim, {"text": "x" * most})
    assert await rows(claim.task_id) == before
    assert await runs.fail_task(claim, "It is so.")


async def test_the_whole_reason_is_kept_where_neuro_learn_reads_it() -> None:
    claim = await running()
    sentence = "It is so long. " * 200
    assert await runs.fail_task(claim, sentence)
    (run,), (submission,), _ = await rows(claim.task_id)
    assert run["state"] == submission["task_status"] == "Failed"
    assert submission["task_result"] == sentence
    assert run["error"] == sentence[:1024]
    task = await tasks.get_task(claim.task_id)
    assert task is not None
    assert (task.task_result, task.error) == (None, sentence)


async def test_what_was_tried_too_often_fails_with_a_sentence_in_both_tables() -> None:
    task_id = await submitted()
    for attempt in (1, 2):
        claim = await claimed(task_id, lease_ms=1, max_attempts=2)
        assert claim is not None
        assert claim.attempt == attempt
        await asyncio.sleep(0.02)
    assert claim is not None
    assert await claimed(task_id, max_attempts=2) is None
    (run,), (submission,), _ = await rows(task_id)
    assert run["state"] == submission["task_status"] == "Failed"
    assert run["error"] == submission["task_result"]
    assert "stopped unexpectedly 2 times" in run["error"]
    assert run["lease_token"] == ""
    assert run["finished_at"] > 0
    assert await runs.renew(claim, lease_ms=60_000, progress=RunProgress(1, 9)) == LeaseState.LOST


@on_postgres
async def test_a_task_handed_back_while_another_asks_for_it_is_not_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Elsewhere the first statement of a claim locks the row that it leaves as it was."""
    claim = await running()
    pool = get_connection("default")
    drop = claims._drop

    async def hand_back() -> None:
        get_connections().set("default", pool)  # this task is in no transaction
        assert await runs.hand_back(claim)

    async def late(*arguments: Any) -> None:
        if (await Run.get(task_id=claim.task_id)).state == "Running":
            await asyncio.create_task(hand_back())
        await drop(*arguments)

    monkeypatch.setattr(claims, "_drop", late)
    assert await claimed(claim.task_id) is None
    run = await Run.get(task_id=claim.task_id)
    assert (run.state, run.attempt, run.error) == ("Submitted", 0, "")


async def test_a_task_that_runs_does_not_fail_by_a_claim_beyond_its_attempts() -> None:
    claim = await running()
    assert await claimed(claim.task_id, max_attempts=1) is None
    assert await runs.renew(claim, lease_ms=60_000, progress=RunProgress(1, 9)) == LeaseState.KEPT


async def test_handing_back_does_not_count_and_sends_a_message() -> None:
    claim = await running()
    before = len((await rows(claim.task_id))[2])
    assert await runs.hand_back(claim)
    (run,), (submission,), messages = await rows(claim.task_id)
    assert run["state"] == submission["task_status"] == "Submitted"
    assert (run["attempt"], run["lease_token"], run["lease_until"]) == (0, "", 0)
    assert len(messages) == before + 1
    assert messages[-1]["sent_at"] == 0
    for _ in range(4):
        again = await claimed(claim.task_id, max_attempts=1)
        assert again is not None
        assert again.attempt == 1
        assert await runs.hand_back(again)


async def test_a_submission_deleted_before_the_claim_ends_the_run() -> None:
    task_id = await submitted()
    await Submission.filter(task_id=task_id).delete()
    assert await claimed(task_id) is None
    run = await Run.get(task_id=task_id)
    assert (run.state, run.error, run.lease_token) == ("Failed", str(claims.SUBMISSION_DELETED), "")
    assert run.finished_at > 0
    assert await claimed(task_id) is None


@pytest.mark.parametrize("config", ["", "{", "[]", "Epoch 1", "[" * 4096])
async def test_a_submission_that_cannot_be_read_fails_with_a_sentence(config: str) -> None:
    task_id = await submitted()
    await Submission.filter(task_id=task_id).update(task_config=config)
    assert await claimed(task_id) is None
    (run,), (submission,), _ = await rows(task_id)
    assert run["state"] == submission["task_status"] == "Failed"
    assert run["error"] == submission["task_result"] == str(claims.FORM_UNREADABLE)
    task = await tasks.get_task(task_id)
    assert task is not None
    assert [message.code for message in task.error_messages] == ["tasks.form-unreadable"]


async def test_a_submission_deleted_while_it_is_trained_harms_nobody(write: Write) -> None:
    claim = await running()
    other = await submitted()
    before = await rows(other)
    await Submission.filter(task_id=claim.task_id).delete()
    assert await write(claim)
    assert not await Submission.filter(task_id=claim.task_id).exists()
    assert await tasks.get_task(claim.task_id) is None
    assert await rows(other) == before


async def test_the_table_that_neuro_learn_reads_holds_json_in_ascii() -> None:
    claim = await running()
    await runs.finish_task(claim, {"model_state_path": "s3://b/漢"})
    submission = await Submission.get(task_id=claim.task_id)
    assert json.loads(submission.task_result)["model_state_path"] == "s3://b/漢"
    assert submission.task_result.isascii()
