"""Whole results: where they are, who reads them, and that they go with their tasks.

Many are read a few at a time, and only what was asked of each is kept.
"""

import json
from typing import Any

import pytest

from db.models import Result, Run
from db.neurolearn import Submission
from db.queue import runs
from db.server.statements import now_ms
from db.submissions import tasks
from db.submissions.tasks import AT_ONCE, read_results
from tests.db.samples import claimed, running, submitted

pytestmark = pytest.mark.usefixtures("url")


async def test_more_results_than_are_read_at_once_are_reduced() -> None:
    ids = [await submitted() for _ in range(5)]
    for number, task_id in enumerate(ids[:4]):
        await Submission.filter(task_id=task_id).update(task_result=json.dumps({"n": number}))
    await Submission.filter(task_id=ids[3]).update(task_result="It failed.")
    many = [*(f"TASK{number}" for number in range(AT_ONCE)), *ids]

    found = await read_results(many, lambda result: result and result["n"])

    assert found == {**dict(zip(ids, range(3), strict=False)), ids[3]: None, ids[4]: None}
    assert await read_results([], bool) == {}


WHOLE: dict[str, Any] = {
    "train_epochs": [f"Epoch {number:03d}, Train Loss: 0.6931" for number in range(1, 401)],
    "model_state_path": "s3://b/k",
    "metrics": {"test": {"n": 4, "auc": 0.75}},
    "warnings": ["<b>受试者</b>"] * 5,
}


async def test_everybody_reads_the_whole_and_neuro_learn_an_extract() -> None:
    claim = await running()
    assert await runs.finish_task(claim, WHOLE, "https://sgn.example.org")
    task, model = await tasks.get_task(claim.task_id), await tasks.get_model(claim.task_id)
    assert task is not None
    assert model is not None
    assert (task.task_result, model.model_state_path) == (WHOLE, "s3://b/k")
    assert await read_results([claim.task_id], lambda result: result) == {claim.task_id: WHOLE}
    shown = json.loads((await Submission.get(task_id=claim.task_id)).task_result)
    assert shown["page"] == f"https://sgn.example.org/tasks/{claim.task_id}"
    assert (len(shown["train_epochs"]), shown["epochs"]) == (200, 400)
    assert shown["number_of_warnings"] == 5
    assert "metrics" not in shown


async def test_tasks_of_earlier_versions_are_read_where_they_are() -> None:
    """An upgraded database keeps all that it had."""
    claim = await running()
    await runs.finish_task(claim, {})
    older = json.dumps(WHOLE, ensure_ascii=False)
    await Result.filter(task_id=claim.task_id).delete()
    await Submission.filter(task_id=claim.task_id).update(task_result=older)
    task = await tasks.get_task(claim.task_id)
    assert task is not None
    assert task.task_result == WHOLE
    assert await read_results([claim.task_id], bool) == {claim.task_id: True}


async def test_the_result_of_a_cancelled_task_is_whole_before_and_after_it_is_settled() -> None:
    claim = await running(lease_ms=1)
    await runs.record_checkpoint(claim)
    await runs.cancel(claim.task_id, "https://sgn.example.org")
    await Run.filter(task_id=claim.task_id, lease_until__gt=await now_ms()).update(lease_until=0)
    await runs.cancel(claim.task_id, "https://sgn.example.org")
    for expected in (runs.empty_result().as_dict(), WHOLE):
        task = await tasks.get_task(claim.task_id)
        assert task is not None
        assert (task.task_status, task.task_result) == ("Cancelled", expected)
        shown = json.loads((await Submission.get(task_id=claim.task_id)).task_result)
        assert shown["page"] == f"https://sgn.example.org/tasks/{claim.task_id}"
        assert shown["model_state_path"] == expected["model_state_path"]
        await runs.write_cancelled_result(claim.task_id, WHOLE, "https://sgn.example.org")


async def test_a_result_goes_with_its_submission() -> None:
    """NEURO-LEARN deletes a task's row; the result names subjects."""
    gone, stays = await running(), await running()
    for claim in (gone, stays):
        await runs.finish_task(claim, WHOLE)
    await Submission.filter(task_id=gone.task_id).delete()
    assert await tasks.prune() == 1
    assert await tasks.prune() == 0
    assert [row.task_id for row in await Result.all()] == [stays.task_id]


async def test_what_failed_has_no_result_of_its_own() -> None:
    claim = await claimed(await submitted())
    assert claim is not None
    await runs.fail_task(claim, "<b>受试者</b> & so.")
    assert not await Result.all().exists()
    task = await tasks.get_task(claim.task_id)
    assert task is not None
    assert (task.task_result, task.error) == (None, "<b>受试者</b> & so.")
    assert await read_results([claim.task_id], bool) == {claim.task_id: False}
