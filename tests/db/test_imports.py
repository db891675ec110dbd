"""Models of the predecessor's tasks: what may be imported, and what is then written."""

import json
from typing import Any

import pytest

from db.models import Result, Run
from db.neurolearn import Submission
from db.submissions import predecessor, tasks
from db.submissions.ownership import Owner
from db.submissions.predecessor import NotImportable, OldTask
from graphnet.messages import Message
from tests.db.samples import submitted

pytestmark = pytest.mark.usefixtures("url")

LINES = ["Epoch 001, Train Loss: 0.6931"]
CONFIG = {
    "train_data": ["a", "b"],
    "param_set": {"epochs": 1, "trained_task_id": "TASK0"},
}
RESULT = {"train_epochs": LINES, "model_state_path": "here", "manifest_sha256": "f" * 64}


async def left(**changes: Any) -> str:
    """A row as the predecessor has left it."""
    told = {
        "task_id": "TASK1",
        "proj_id": "P",
        "task_name": "old",
        "task_type": "dl_ft",
        "task_config": json.dumps(CONFIG),
        "task_status": "Success",
        "task_result": json.dumps({"train_epochs": LINES, "model_state_path": "None"}),
    }
    return (await Submission.create(**{**told, **changes})).task_id


async def found(task_id: str = "TASK1") -> OldTask:
    return await predecessor.find_old_task(task_id, replace=False)


async def test_what_an_old_row_says_is_read() -> None:
    old = await found(await left())
    assert (old.proj_id, old.form.train_data, old.form.parent) == ("P", ("a", "b"), "TASK0")
    assert (old.train_epochs, old.form.param_set["epochs"]) == (tuple(LINES), 1)


@pytest.mark.parametrize("status", ["Running", "Submitted", "Finished"])
async def test_a_row_that_was_left_unfinished_may_have_a_model(status: str) -> None:
    odd = '{"train_data": "a", "param_set": null, "trained_task_id": 7}'
    old = await found(await left(task_status=status, task_config=odd, task_result="None"))
    assert (old.form.train_data, old.form.parent, old.train_epochs) == (("a",), "", ())


async def test_an_import_writes_beside_the_row_and_makes_it_ours() -> None:
    old = await found(await left())
    before = await Submission.filter(task_id="TASK1").values()
    await predecessor.insert_import(old, RESULT | {"warnings": ["für <b>"]})
    assert await Submission.filter(task_id="TASK1").values() == before
    task = await tasks.get_task("TASK1")
    assert task is not None
    assert (task.owner, task.task_status) == (Owner.OURS, "Finished")
    assert (task.manifest_sha256, task.parent_task_id) == ("f" * 64, "TASK0")
    assert task.imported_at > 0
    assert task.task_result is not None
    assert task.task_result["warnings"] == ["für <b>"]
    text = (await Result.get(task_id="TASK1")).result
    assert text.isascii()
    assert "<" not in text


async def test_another_model_takes_the_place_of_one_that_was_imported() -> None:
    await predecessor.insert_import(await found(await left()), RESULT)
    with pytest.raises(NotImportable) as caught:
        await found()
    assert caught.value.message == Message("predecessor.imported-before", task="TASK1")
    first = await predecessor.find_old_task("TASK1", replace=True)
    await Run.filter(task_id="TASK1").update(removed_at=5, imported_at=first.imported_at)
    await predecessor.insert_import(first, RESULT | {"manifest_sha256": "e" * 64})
    run = await Run.get(task_id="TASK1")
    assert (run.manifest_sha256, run.removed_at, run.version) == ("e" * 64, 0, 1)


async def test_of_two_imports_at_once_one_is_told() -> None:
    first = await found(await left())
    await predecessor.insert_import(first, RESULT)
    with pytest.raises(NotImportable) as caught:
        await predecessor.insert_import(first, RESULT | {"manifest_sha256": "0" * 64})
    assert caught.value.message.code == "predecessor.imported-meanwhile"
    assert (await Run.get(task_id="TASK1")).manifest_sha256 == "f" * 64
    assert json.loads((await Result.get(task_id="TASK1")).result) == RESULT


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"task_status": "Failed"}, "task-failed"),
        ({"task_type": "ml_clf"}, "not-a-training"),
        ({"task_id": "TASK2"}, "no-task"),
    ],
)
async def test_a_row_that_can_have_no_model_is_refused(changes: dict[str, Any], code: str) -> None:
    await left(**changes)
    with pytest.raises(NotImportable) as caught:
        await found()
    assert caught.value.message.code == f"predecessor.{code}"


async def test_a_task_of_ours_is_refused() -> None:
    task_id = await submitted()
    with pytest.raises(NotImportable) as caught:
        await predecessor.find_old_task(task_id, replace=True)
    assert caught.value.message == Message("predecessor.task-of-ours", task=task_id)
