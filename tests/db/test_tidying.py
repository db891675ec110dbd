"""Labels, the audit, dependents and deletion, on every database; what fails leaves nothing."""

import json
import secrets
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest

from db import audit, datasets, dependents, labels, tidying
from db.audit import Action, Actor, Deed
from db.datasets import DatasetRecord
from db.dependents import InUse
from db.labels import FormerName, Kind, Label, LabelChange
from db.queue import runs
from db.server.errors import NameTaken
from db.submissions import tasks
from db.submissions.tasks import TaskRecord
from db.tidying import Edit, Gone, NotEnded, NotGranted
from tests.databases import query
from tests.db.backends import on_mysql
from tests.db.opened import opened
from tests.db.processes import tag_datasets, together
from tests.db.samples import claimed, new_dataset, submitted

pytestmark = pytest.mark.usefixtures("url")
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
ANN = Actor("ann", "request-1")


async def stored(name: str = "own", proj_id: str = "P") -> DatasetRecord:
    new = replace(new_dataset(name, '{"A":{}}', proj_id), answers={"class": "A"}, signature="s")
    return await datasets.insert_dataset(new)


async def naming(*names: str, **changes: Any) -> str:
    """The id of a new task that names these datasets."""
    config = json.dumps({"train_data": list(names), "val_data": [], "test_data": []})
    return await submitted(proj_id="P", task_config=config, **changes)


async def end(task_id: str) -> TaskRecord:
    await runs.cancel(task_id)
    return await task(task_id)


async def task(task_id: str) -> TaskRecord:
    found = await tasks.get_task(task_id)
    assert found is not None
    return found


async def actions() -> list[tuple[str, str]]:
    lines, _ = await audit.list_audit()
    return [(line.deed.action.value, str(line.deed.details["name"])) for line in lines]


@pytest.mark.nightly(but=("mysql",))
def test_three_processes_tag_the_same_datasets_at_once(
    url: str, elsewhere: ProcessPoolExecutor
) -> None:
    """On SQLite each waits for the others: it is not told that the database does not answer."""
    records = [opened(url, stored(f"dataset {number}")) for number in range(3)]
    together(elsewhere, tag_datasets, url, records, 20)
    kept = opened(url, labels.get_labels(Kind.DATASET, [record.data_id for record in records]))
    assert [len(label.tags) for label in kept.values()] == [1, 1, 1]
    assert all(tag.endswith("-19") for label in kept.values() for tag in label.tags)
    assert query(url, "SELECT COUNT(*) FROM sgn_audit") == [(3 * 3 * 20,)]


async def test_a_label_is_changed_a_part_at_a_time() -> None:
    record = await stored()
    change = LabelChange(description="漢🧠 <b>", tags=("a", "b"))
    _, label = await tidying.edit_dataset(record, Edit(label=change), ANN)
    assert label == Label("漢🧠 <b>", ("a", "b"))
    _, label = await tidying.edit_dataset(record, Edit(label=LabelChange(archived=True)), ANN)
    assert (label.description, label.archived_at > 0) == ("漢🧠 <b>", True)
    assert await labels.get_label(Kind.DATASET, record.data_id) == label
    assert await labels.archived_ids(Kind.DATASET) == [record.data_id]
    assert (await datasets.list_datasets())[0] == []
    listed, _ = await datasets.list_datasets(archived=True)
    assert [each.data_id for each in listed] == [record.data_id]
    empty = LabelChange(description="", tags=(), archived=False)
    await tidying.edit_dataset(record, Edit(label=empty), ANN)
    assert await labels.get_label(Kind.DATASET, record.data_id) == Label()
    assert [action for action, _ in await actions()] == ["restore", "edit", "archive", "edit"]


async def test_nothing_changed_writes_no_line() -> None:
    record = await stored()
    await tidying.edit_dataset(record, Edit(record.data_name), ANN)
    assert await actions() == []


async def test_a_renamed_dataset_keeps_what_named_it_before() -> None:
    record = await stored()
    await end(early := await naming("own"))
    name, label = await tidying.edit_dataset(record, Edit("new"), ANN)
    assert (name, [each.name for each in label.former_names]) == ("new", ["own"])
    await end(late := await naming("new"))
    other = await stored("own")  # another takes the name
    await end(of_other := await naming("own"))
    found = await dependents.tasks_naming("new", label)
    assert [each.task_id for each in found] == [late, early]
    of_the_other = await dependents.tasks_naming("own", Label())
    assert of_other in [each.task_id for each in of_the_other]
    assert await labels.formerly_called("own") == [record.data_id]
    with pytest.raises(NameTaken):
        await tidying.edit_dataset(other, Edit("new"), ANN)
    assert await actions() == [("rename", "own")]


async def test_a_name_that_was_had_twice_is_told_by_the_time() -> None:
    label = Label(former_names=(FormerName("a", 10), FormerName("b", 20), FormerName("a", 30)))
    asked = [("a", 5), ("a", 15), ("a", 25), ("b", 15), ("b", 25), ("a", 31)]
    assert [label.had_name(*each) for each in asked] == [True, False, True, True, False, False]


async def test_a_task_that_has_not_ended_hinders_it_and_nothing_is_written(url: str) -> None:
    record = await stored()
    task_id = await naming("own")
    for change in (
        tidying.edit_dataset(record, Edit("new"), ANN),
        tidying.delete_dataset(record, ANN, {}),
        tidying.replace_dataset(record, replace(new_dataset("own", "{}"), profile={"x": 1})),
    ):
        with pytest.raises(InUse) as caught:
            await change
        assert caught.value.task_ids == (task_id,)
        assert task_id not in str(caught.value)
    assert await datasets.find_datasets(["own"]) == [record]
    assert await datasets.get_answers(record.data_id) == {"class": "A"}
    assert query(url, "SELECT * FROM sgn_audit") == []
    assert query(url, "SELECT * FROM sgn_labels") == []
    assert await claimed(task_id)
    with pytest.raises(InUse):
        await tidying.delete_dataset(record, ANN, {})


async def test_a_deleted_dataset_leaves_an_empty_profile(url: str) -> None:
    record = await stored()
    await datasets.put_profile(record.data_id, record.length, {"subjects": "sub-1"})
    await tidying.edit_dataset(record, Edit(label=LabelChange(tags=("x",))), ANN)
    await tidying.delete_dataset(record, ANN, {"used_by": ["TASK1"]})
    assert await datasets.find_dataset(record.data_id) is None
    assert query(url, "SELECT profile FROM sgn_profiles") == [("{}",)]
    assert await datasets.profiled_ids([record.data_id]) == {record.data_id}
    for table in ("sgn_mappings", "sgn_labels", "backend_datasets"):
        assert query(url, f"SELECT * FROM {table}") == []
    assert await actions() == [("delete", "own"), ("edit", "own")]
    with pytest.raises(Gone):
        await tidying.delete_dataset(record, ANN, {})


async def test_a_replaced_dataset_keeps_name_answers_and_label() -> None:
    record = await stored()
    await tidying.edit_dataset(record, Edit(label=LabelChange(tags=("x",))), ANN)
    new = replace(new_dataset("own", '{"B":{"0":1}}'), profile={"subjects": 1}, stored_bytes=7)
    await tidying.replace_dataset(record, new)
    (found,) = await datasets.find_datasets(["own"])
    assert found.data_id == new.data_id
    assert await datasets.get_data(["own"]) == {"own": '{"B":{"0":1}}'}
    assert await datasets.get_profiles([new.data_id]) == {
        new.data_id: (found.length, {"subjects": 1})
    }
    assert await datasets.get_answers(new.data_id) == {"class": "A"}
    assert (await labels.get_label(Kind.DATASET, new.data_id)).tags == ("x",)
    assert await labels.get_label(Kind.DATASET, record.data_id) == Label()
    assert await datasets.stored_bytes("P") == 7
    with pytest.raises(Gone):
        await tidying.replace_dataset(record, new)


async def test_an_ended_task_is_deleted_whole(url: str) -> None:
    task_id = await naming("own")
    with pytest.raises(NotEnded):
        await tidying.begin_deletion(await task(task_id))
    ended = await end(task_id)
    await tidying.edit_task(ended, Edit("renamed", LabelChange(tags=("x",))), ANN)
    assert (await task(task_id)).task_name == "renamed"
    child = await submitted(parent_task_id=task_id)
    again = await submitted(retry_of=task_id)
    with pytest.raises(InUse) as caught:
        await tidying.begin_deletion(ended)
    assert set(caught.value.task_ids) == {child, again}
    assert (await task(task_id)).removed_at == 0
    await end(child)
    await end(again)
    await tidying.begin_deletion(ended)
    assert (await task(task_id)).removed_at > 0
    await tidying.begin_deletion(ended)  # one that was interrupted goes on
    await tidying.delete_task(ended, ANN, {})
    assert await tasks.get_task(task_id) is None
    for table in ("backend_submissions", "sgn_runs", "sgn_results", "sgn_outbox", "sgn_keys"):
        assert query(url, f"SELECT * FROM {table} WHERE task_id = '{task_id}'") == []
    assert query(url, "SELECT * FROM sgn_labels") == []
    assert [each.task_id for each in await tasks.lineage(child)] == []


async def test_descendants_are_found_to_the_last() -> None:
    first = await naming("own")
    second = await submitted(parent_task_id=first)
    third = await submitted(parent_task_id=second)
    found = await dependents.descendants([first])
    assert {each.task_id: each.waiting for each in found} == {second: True, third: True}


async def test_a_result_is_written_anew_where_both_read_it(url: str) -> None:
    claim = await claimed(await naming("own"))
    assert claim is not None
    await runs.finish_task(claim, {"train_epochs": [], "warnings": ["sub-1 is odd"]})
    before = await task(claim.task_id)
    await tidying.rewrite_result(claim.task_id, {"train_epochs": [], "warnings": []}, "http://x")
    after = await task(claim.task_id)
    assert after.task_result == {"train_epochs": [], "warnings": []}
    assert after.version == before.version + 1
    assert "sub-1" not in repr(query(url, "SELECT * FROM backend_submissions"))
    with pytest.raises(Gone):
        await tidying.rewrite_result("TASK0", {}, "")


async def test_lines_are_listed_by_project_and_page() -> None:
    for number, proj_id in enumerate(("P", "漢", "P")):
        deed = Deed(Action.EDIT, Kind.TASK, f"T{number}", proj_id, {"name": "<é>"})
        await audit.note(ANN, deed)
    lines, cursor = await audit.list_audit(proj_id="P", limit=1)
    assert [line.deed.object_id for line in lines] == ["T2"]
    more, last = await audit.list_audit(proj_id="P", limit=1, cursor=cursor)
    assert ([line.deed.object_id for line in more], last) == (["T0"], None)
    (line,), _ = await audit.list_audit(proj_id="漢")
    assert (line.actor, line.deed.details) == (ANN, {"name": "<é>"})


async def test_what_neuro_learn_deletes_takes_its_label_along(url: str) -> None:
    record = await stored()
    claim = await claimed(await naming("own"))
    assert claim is not None
    await runs.finish_task(claim, {"train_epochs": []})
    noted = Edit(label=LabelChange(description="sub-1 is odd"))
    await tidying.edit_dataset(record, noted, ANN)
    await tidying.edit_task(await task(claim.task_id), noted, ANN)
    query(url, "DELETE FROM backend_datasets", "DELETE FROM backend_submissions")
    assert await datasets.prune_profiles() == 1
    assert await tasks.prune() == 1
    assert query(url, "SELECT * FROM sgn_labels") == []


@on_mysql
def test_what_the_database_user_may_not_do_is_said(url: str) -> None:
    user = f"sgn_{secrets.token_hex(4)}"
    record = opened(url, stored())
    parts = urlsplit(url)
    server, name = f"{parts.scheme}://{parts.netloc}", parts.path[1:]
    theirs = {"backend_datasets", "backend_submissions"}
    tables = {str(table) for (table,) in query(url, TABLES)}
    rights = {table: "SELECT, INSERT" if table in theirs else "ALL" for table in tables}
    changes = (
        partial(tidying.edit_dataset, record, Edit("new"), ANN),
        partial(tidying.delete_dataset, record, ANN, {}),
        partial(tidying.replace_dataset, record, new_dataset("own")),
    )
    try:
        query(server, f"CREATE USER {user}@'127.0.0.1'")
        for table, right in rights.items():
            query(server, f"GRANT {right} ON {name}.{table} TO {user}@'127.0.0.1'")
        limited = url.replace("root@", f"{user}@")
        for change in changes:
            with pytest.raises(NotGranted, match="database user"):
                opened(limited, change())
        noted = Edit(label=LabelChange(tags=("x",)))
        assert opened(limited, tidying.edit_dataset(record, noted, ANN))[1].tags == ("x",)
    finally:
        query(server, f"DROP USER {user}@'127.0.0.1'")
