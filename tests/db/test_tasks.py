"""Tasks: written whole, read back whole, page by page."""

import asyncio
import json
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from db import texts as numbers
from db.models import Outbox, Run
from db.neurolearn import Submission
from db.queue import runs
from db.server.errors import CursorUnknown, DatabaseError
from db.submissions import intake, tasks
from db.submissions.intake import NewTask
from tests.databases import query
from tests.db.processes import insert_tasks, together
from tests.db.samples import TASK, claimed, running, submitted

pytestmark = pytest.mark.usefixtures("url")

INJECTION = "'); DROP TABLE backend_submissions; -- \\' %s $1 ? \""


async def test_every_field_at_its_longest_comes_back() -> None:
    config = json.dumps({"proj_name": "é漢🧠"}, ensure_ascii=False)[:-2]
    config += "x" * (4096 - len(config) - 2) + '"}'
    task = NewTask(
        proj_id="p" * 32,
        task_name="漢" * 64,
        task_type="t" * 16,
        task_config=config,
        parent_task_id="q" * 32,
        epochs=2**31 - 1,
    )
    task_id = await intake.insert_new_task(task)
    found = await tasks.get_task(task_id)
    assert found is not None
    assert (found.proj_id, found.task_name, found.task_type) == ("p" * 32, "漢" * 64, "t" * 16)
    assert found.form.fields == json.loads(config)
    assert (found.parent_task_id, found.epochs) == ("q" * 32, 2**31 - 1)
    assert (found.task_status, found.task_result, found.error) == ("Submitted", None, None)
    assert found.submitted_at > 0
    assert (found.attempt, found.epoch, found.started_at, found.finished_at) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "field", [{"proj_id": "p" * 33}, {"task_name": "n" * 65}, {"task_config": "c" * 4097}]
)
async def test_what_is_too_long_is_refused_and_nothing_stays(field: dict[str, str]) -> None:
    with pytest.raises(DatabaseError):
        await submitted(**field)
    assert await Submission.all().count() == await Run.all().count() == 0


async def test_a_task_comes_with_its_run_and_one_message() -> None:
    task_id = await submitted()
    run = await Run.get(task_id=task_id)
    assert (run.state, run.attempt, run.lease_token) == ("Submitted", 0, "")
    assert await Outbox.all().values_list("task_id", "sent_at") == [(task_id, 0)]


async def test_fifty_at_once_have_ids_of_their_own() -> None:
    ids = await asyncio.gather(*(submitted() for _ in range(50)))
    assert len(set(ids)) == 50
    assert await Submission.all().count() == await Run.all().count() == 50


def test_three_processes_at_once_have_ids_of_their_own(
    url: str, elsewhere: ProcessPoolExecutor
) -> None:
    answers = together(elsewhere, insert_tasks, url, 50)
    assert len({task_id for ids in answers for task_id in ids}) == 150
    assert query(url, "SELECT COUNT(*) FROM backend_submissions") == [(150,)]
    assert query(url, "SELECT COUNT(*) FROM sgn_outbox") == [(150,)]


async def test_an_id_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = await submitted()
    monkeypatch.setattr(numbers.IdGenerator, "ids", lambda *_: iter([taken, "TASK20010100000001"]))
    assert await submitted() == "TASK20010100000001"
    assert await Run.all().count() == await Outbox.all().count() == 2


async def test_when_every_id_is_taken_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = await submitted()
    monkeypatch.setattr(numbers.IdGenerator, "ids", lambda *_: iter([taken] * 3))
    with pytest.raises(DatabaseError, match="No free task id"):
        await submitted()


async def test_pages_of_120_tasks_hold_each_once_newest_first() -> None:
    for _ in range(120):
        await submitted()
    newest_first = [row.task_id for row in await Submission.all().order_by("-id")]
    seen: list[str] = []
    sizes: list[int] = []
    cursor: str | None = None
    while cursor or not sizes:
        page, cursor = await tasks.list_tasks(cursor=cursor)
        sizes.append(len(page))
        seen += [task.task_id for task in page]
    assert sizes == [50, 50, 20]
    assert seen == newest_first


async def test_a_full_last_page_has_no_next() -> None:
    for _ in range(3):
        await submitted()
    page, cursor = await tasks.list_tasks(limit=3)
    assert len(page) == 3
    assert cursor is None


async def test_a_task_that_comes_in_between_moves_no_page() -> None:
    first = [await submitted() for _ in range(4)]
    page, cursor = await tasks.list_tasks(limit=2)
    await submitted()
    rest, _ = await tasks.list_tasks(limit=2, cursor=cursor)
    assert [task.task_id for task in [*page, *rest]] == first[::-1]


async def test_filters_by_project_and_status() -> None:
    claim = await running()
    other = await submitted(proj_id="OTHER")
    ours = await submitted()

    async def listed(**asked: str) -> list[str]:
        return [task.task_id for task in (await tasks.list_tasks(**asked))[0]]  # type: ignore[arg-type]

    assert await listed(proj_id="OTHER") == [other]
    assert await listed(proj_id="NONE") == []
    assert await listed(status="Running") == [claim.task_id]
    assert await listed(proj_id=TASK.proj_id) == [ours, claim.task_id]
    assert await listed(proj_id=TASK.proj_id, status="Submitted") == [ours]


async def test_what_is_looked_for_stands_in_the_id_or_the_name() -> None:
    schizo = ("Schizo 100% of_AAL", "Schizo 1000 of AAL")
    names = (*schizo, "back\\slash", 'it\'s "so"', "漢字", "Übung")
    ids = {name: await submitted(task_name=name) for name in names}

    async def found(text: str) -> set[str]:
        return {task.task_name for task in (await tasks.list_tasks(text=text))[0]}

    assert await found("sChIzO") == {names[0], names[1]}
    assert await found("0% O") == {"Schizo 100% of_AAL"}
    assert await found("f_a") == {"Schizo 100% of_AAL"}
    assert await found("\\") == {"back\\slash"}
    assert await found("\\s") == {"back\\slash"}
    assert await found("%") == {"Schizo 100% of_AAL"}
    assert await found("'s \"") == {'it\'s "so"'}
    assert await found("漢") == {"漢字"}
    assert await found("bung") == {"Übung"}
    assert await found(ids["漢字"].lower()) == {"漢字"}
    assert await found("' OR '1'='1") == set()


async def test_what_is_looked_for_comes_page_by_page_and_by_project() -> None:
    ours = [await submitted(task_name=f"mine {number}") for number in range(3)]
    await submitted(task_name="mine 3", proj_id="OTHER")
    await submitted(task_name="another")
    page, cursor = await tasks.list_tasks(text="MINE", proj_id=TASK.proj_id, limit=2)
    rest, last = await tasks.list_tasks(text="MINE", proj_id=TASK.proj_id, limit=2, cursor=cursor)
    assert [task.task_id for task in [*page, *rest]] == ours[::-1]
    assert last is None


async def test_a_list_has_no_results_but_errors() -> None:
    done, failed = await running(), await running()
    await runs.finish_task(done, {"model_state_path": "s3://b/k"})
    await runs.fail_task(failed, "It is so.")
    (second, first), _ = await tasks.list_tasks()
    assert (first.task_status, first.task_result, first.error) == ("Finished", None, None)
    assert (second.task_status, second.task_result, second.error) == ("Failed", None, "It is so.")


@pytest.mark.parametrize(
    "cursor", ["", "-1", "x", "1.5", " 1", "1 OR 1=1", "2147483648", "9" * 40, "٣", "²"]
)
async def test_a_cursor_of_nobody_is_refused(cursor: str) -> None:
    with pytest.raises(CursorUnknown):
        await tasks.list_tasks(cursor=cursor)


async def test_a_cursor_beyond_all_ids_is_no_error() -> None:
    task_id = await submitted()
    page, _ = await tasks.list_tasks(cursor="2147483647")
    assert [task.task_id for task in page] == [task_id]


async def test_a_submission_that_this_service_did_not_write_is_shown(url: str) -> None:
    query(url, _submission("TASK1", result='{"model_state_path": "s3://old/one"}'))
    task = await tasks.get_task("TASK1")
    assert task is not None
    assert (task.task_status, task.attempt, task.submitted_at) == ("Finished", 0, 0)
    assert task.task_result == {"model_state_path": "s3://old/one"}
    assert [each.task_id for each in (await tasks.list_tasks())[0]] == ["TASK1"]
    model = await tasks.get_model("TASK1")
    assert model is not None
    assert model.model_state_path == "s3://old/one"
    assert await claimed("TASK1") is None


@pytest.mark.parametrize(
    "text", ["", "Epoch 1, Loss 0.5", "{", "null", "[1]", "NaN", "1" * 5000, "[" * 100_000]
)
@pytest.mark.parametrize("status", ["Finished", "Failed", "Submitted", "Unheard"])
async def test_a_result_that_is_no_object_is_none(url: str, text: str, status: str) -> None:
    query(url, _submission("TASK1", result=text, status=status, config=text[:4096]))
    task = await tasks.get_task("TASK1")
    assert task is not None
    assert task.task_result is None
    assert task.form.fields == {}
    assert task.error == ((text or None) if status == "Failed" else None)
    model = await tasks.get_model("TASK1")
    assert model is not None
    assert model.model_state_path == ""


async def test_a_number_that_json_does_not_know_is_null(url: str) -> None:
    result = '{"auc": NaN, "loss": [Infinity, -Infinity, 1.5]}'
    query(url, _submission("TASK1", result=result))
    task = await tasks.get_task("TASK1")
    assert task is not None
    assert task.task_result == {"auc": None, "loss": [None, None, 1.5]}


async def test_what_is_not_there_is_none() -> None:
    assert await tasks.get_task("TASK0") is None
    assert await tasks.get_model("TASK0") is None
    assert await tasks.lineage("TASK0") == []


async def test_lineage_goes_up_to_the_first() -> None:
    first = await submitted()
    second = await submitted(parent_task_id=first)
    third = await submitted(parent_task_id=second)
    assert [task.task_id for task in await tasks.lineage(third)] == [second, first]
    assert await tasks.lineage(first) == []


async def test_lineage_ends_where_a_parent_is_gone() -> None:
    first = await submitted(parent_task_id="TASKGONE")
    second = await submitted(parent_task_id=first)
    assert [task.task_id for task in await tasks.lineage(second)] == [first]


async def test_lineage_in_a_circle_ends() -> None:
    first = await submitted()
    second = await submitted(parent_task_id=first)
    await Run.filter(task_id=first).update(parent_task_id=second)
    assert [task.task_id for task in await tasks.lineage(second)] == [first]
    await Run.filter(task_id=first).update(parent_task_id=first)
    assert await tasks.lineage(first) == []


async def test_lineage_is_bounded() -> None:
    parent = ""
    for _ in range(tasks.LONGEST_LINEAGE + 5):
        parent = await submitted(parent_task_id=parent)
    assert len(await tasks.lineage(parent)) == tasks.LONGEST_LINEAGE


async def test_sql_in_a_name_is_text() -> None:
    config: dict[str, Any] = {"proj_name": INJECTION}
    task_id = await submitted(task_name=INJECTION, task_config=json.dumps(config))
    task = await tasks.get_task(task_id)
    assert task is not None
    assert (task.task_name, task.form.fields) == (INJECTION, config)
    assert await tasks.get_task("' OR '1'='1") is None
    assert await tasks.list_tasks(proj_id="' OR '1'='1") == ([], None)
    claim = await claimed(task_id)
    assert claim is not None
    assert await runs.fail_task(claim, INJECTION)
    task = await tasks.get_task(task_id)
    assert task is not None
    assert task.error == INJECTION


def _submission(task_id: str, *, result: str, status: str = "Finished", config: str = "{}") -> str:
    return (
        "INSERT INTO backend_submissions (task_id, proj_id, task_name, task_type, task_config, "
        f"task_status, task_result) VALUES ('{task_id}', 'P', 'n', 'dl_ts', '{config}', "
        f"'{status}', '{result}')"
    )
