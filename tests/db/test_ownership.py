"""Whose a row is: of the table that NEURO-LEARN's other services and our predecessor share."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from db.models import Run
from db.neurolearn import Submission
from db.queue import queue_state
from db.submissions import ownership, predecessor, tasks
from db.submissions.ownership import Owner, owner_of
from db.submissions.predecessor import Orphan
from graphnet.messages import Message
from tests.db.samples import running, submitted
from tests.shared_table import FOREIGN, row

pytestmark = pytest.mark.usefixtures("url")

CURVES = {"train_epochs": ["Epoch 001, Train Loss: 0.6931, Train Accuracy: 0.5000"]}


@pytest.fixture
def statements(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """The statements that the ORM sends from here on."""
    found: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    log, kept = logging.getLogger("tortoise.db_client"), Kept()
    caplog.set_level(logging.DEBUG, "tortoise.db_client")
    log.addHandler(kept)
    yield found
    log.removeHandler(kept)


async def write(*rows: dict[str, Any]) -> None:
    """Rows as another service writes them, each by itself."""
    for each in rows:
        await Submission.create(**each)


@pytest.mark.parametrize(
    ("task_type", "has_run", "owner"),
    [
        ("dl_ts", True, Owner.OURS),
        ("dl_ft", True, Owner.OURS),
        ("dl_ts", False, Owner.PREDECESSOR),
        ("dl_ft", False, Owner.PREDECESSOR),
        ("ml_clf", False, Owner.FOREIGN),
        ("DL_TS", False, Owner.FOREIGN),
        ("", False, Owner.FOREIGN),
        ("dl_other", True, Owner.OURS),
    ],
)
def test_whose_a_row_is(task_type: str, *, has_run: bool, owner: Owner) -> None:
    assert owner_of(task_type, has_run=has_run) is owner


async def test_lists_have_ours_and_the_predecessors_and_nothing_else() -> None:
    await write(row("TASK1", "dl_ts", "Success"), row("TASK2", "ml_clf"))
    ours = await submitted()
    await write(*(row(f"TASK9{n}", kind) for n, kind in enumerate(FOREIGN)))

    found, cursor = await tasks.list_tasks()

    assert [(each.task_id, each.owner) for each in found] == [
        (ours, Owner.OURS),
        ("TASK1", Owner.PREDECESSOR),
    ]
    assert cursor is None


async def test_pages_are_full_although_foreign_rows_stand_between() -> None:
    ours = []
    for number in range(5):
        await write(row(f"TASK7{number}", "sa_da_ttest"), row(f"TASK8{number}", "ml_rgs"))
        ours.append(await submitted())
    seen, cursor = [], None
    for _ in range(3):
        page, cursor = await tasks.list_tasks(limit=2, cursor=cursor)
        seen.append([each.task_id for each in page])
    assert seen == [ours[:2:-1], ours[2:0:-1], ours[:1]]
    assert cursor is None


async def test_a_list_is_filtered_by_the_predecessors_status() -> None:
    await write(row("TASK1", "dl_ts", "Success"), row("TASK2", "ml_clf", "Success"))
    await submitted()
    found, _ = await tasks.list_tasks(status="Success")
    assert [each.task_id for each in found] == ["TASK1"]


async def test_a_foreign_row_is_no_task_but_what_it_is_can_be_asked() -> None:
    await write(row("TASK1", "sa_da_ttest"), row("TASK2", "new_kind"), row("TASK3", "dl_ft"))
    ours = await submitted()

    assert await tasks.get_task("TASK1") is None
    assert await tasks.get_model("TASK1") is None
    test, new = [await ownership.find_stranger(each) for each in ("TASK1", "TASK2")]
    assert test is not None
    assert test.kind == Message("api.kind-of-task", type="sa_da_ttest")
    assert new is not None
    assert new.kind == Message("api.kind-unknown", type="'new_kind'")
    for training in (ours, "TASK3", "TASK4"):
        assert await ownership.find_stranger(training) is None


async def test_a_task_with_a_run_is_ours_whatever_its_type() -> None:
    ours = await submitted(task_type="another")
    found = await tasks.get_task(ours)
    assert found is not None
    assert found.owner is Owner.OURS
    assert await ownership.find_stranger(ours) is None


@pytest.mark.parametrize("status", ["Success", "Finished", "Running", "Submitted", "Failed"])
async def test_a_task_of_the_predecessor_is_shown_as_it_stands_and_is_over(status: str) -> None:
    text = "It went wrong." if status == "Failed" else json.dumps(CURVES)
    await write(row("TASK1", "dl_ts", status, text))
    found = await tasks.get_task("TASK1")
    assert found is not None
    assert (found.owner, found.task_status, found.over) == (Owner.PREDECESSOR, status, True)
    assert found.task_result == (None if status == "Failed" else CURVES)
    assert found.error == ("It went wrong." if status == "Failed" else None)


async def test_ours_is_over_when_it_has_ended() -> None:
    found = await tasks.get_task((await running()).task_id)
    assert found is not None
    assert (found.owner, found.over) == (Owner.OURS, False)


async def test_a_model_that_was_brought_in_is_ours_and_finished_as_its_run_says() -> None:
    await write(row("TASK1", "dl_ts", "Running", json.dumps(CURVES)))
    await Run.create(task_id="TASK1", state="Finished", imported_at=7)
    for found in (await tasks.get_task("TASK1"), (await tasks.list_tasks())[0][0]):
        assert found is not None
        assert (found.owner, found.task_status, found.imported_at) == (Owner.OURS, "Finished", 7)
        assert found.over


async def test_who_watches_hears_of_trainings_only() -> None:
    newest, _ = await queue_state.submitted(None)
    await write(row("TASK1", "ml_clf", "Running"))
    ours = await submitted()
    await write(row("TASK2", "sa_ca_prson", "Running"))
    number, came = await queue_state.submitted(newest)
    assert came == [ours]
    assert await queue_state.submitted(number) == (number, [])
    assert [run.task_id for run in await queue_state.active()] == [ours]
    counted = (await queue_state.count_tasks()).tasks
    assert (counted["Submitted"], counted["Running"]) == (1, 0)


async def test_no_result_of_another_service_is_read(statements: list[str]) -> None:
    await write(*(row(f"TASK9{n}", kind) for n, kind in enumerate(FOREIGN)))
    statements.clear()

    await tasks.list_tasks()
    assert len(statements) == 3, "the archived, the page, and what their labels say"
    await ownership.find_stranger("TASK90")
    await queue_state.submitted(0)
    await predecessor.find_orphans()
    assert statements
    assert not [each for each in statements if "task_result" in each]
    statements.clear()

    # The one statement that names a result asks for a training's, by the unique id.
    await tasks.get_task("TASK90")
    with_result = [each for each in statements if "task_result" in each]
    assert len(with_result) == 1
    assert "task_type" in with_result[0].partition("WHERE")[2]


async def test_orphans_are_the_predecessors_that_have_not_ended() -> None:
    await write(
        row("TASK20010203040501", "dl_ts", "Running"),
        row("TASKLONGAGO", "dl_ft", "Submitted"),
        row("TASK3", "dl_ts", "Success"),
        row("TASK4", "dl_ts", "Failed"),
        row("TASK5", "ml_clf", "Running"),
    )
    await submitted()
    await running()
    first, second = await predecessor.find_orphans()
    assert (first.task_id, first.task_status) == ("TASK20010203040501", "Running")
    assert first.age_days is not None
    assert first.age_days > 2000
    assert (second.task_id, second.task_status) == ("TASKLONGAGO", "Submitted")
    assert second.age_days is None


async def test_an_orphan_ends_as_failed_with_a_plain_sentence_and_once() -> None:
    await write(row("TASK1", "dl_ts", "Running", ""))
    (orphan,) = await predecessor.find_orphans()
    assert await predecessor.end_orphan(orphan)
    found = await tasks.get_task("TASK1")
    assert found is not None
    assert found.task_status == "Failed"
    assert found.error is not None
    assert "Running" in found.error
    assert found.error.isascii()
    assert not set(found.error) & set("<>&\\")
    assert not await predecessor.end_orphan(orphan)
    assert await predecessor.find_orphans() == []


@pytest.mark.parametrize("change", [{"task_status": "Success"}, {"task_type": "ml_clf"}])
async def test_what_has_changed_since_it_was_listed_is_left_alone(change: dict[str, str]) -> None:
    await write(row("TASK1", "dl_ts", "Running", "kept"))
    (orphan,) = await predecessor.find_orphans()
    await Submission.filter(task_id="TASK1").update(**change)
    before = await Submission.all().values()
    assert not await predecessor.end_orphan(orphan)
    assert await Submission.all().values() == before


async def test_what_has_a_run_by_now_is_left_alone() -> None:
    task_id = await submitted()
    before = await Submission.all().values()
    assert not await predecessor.end_orphan(Orphan(task_id, "P", "", "Submitted", None))
    assert await Submission.all().values() == before


@pytest.mark.parametrize("other", [str.lower, "{} ".format])
async def test_an_id_is_one_in_its_own_letters(other: Callable[[str], str]) -> None:
    await write(row("TASKFOREIGN", "ml_clf"), row("TASKOLD", "dl_ts", proj_id="PX"))
    ours = await submitted()
    for task_id in ("TASKFOREIGN", "TASKOLD", ours):
        assert await tasks.get_task(other(task_id)) is None
        assert await tasks.get_model(other(task_id)) is None
        assert await ownership.find_stranger(other(task_id)) is None
    assert await tasks.list_tasks(proj_id=other("PX")) == ([], None)
    assert len((await tasks.list_tasks(proj_id="PX"))[0]) == 1
