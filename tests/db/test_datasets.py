"""Datasets come back byte for byte; profiles are kept beside them."""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from asyncmy.converters import escape_string

from db import datasets
from db.datasets import DatasetRecord, name_taken
from db.server import limits
from db.server.errors import ContentTooLarge, CursorUnknown, DatabaseError, NameTaken
from tests.databases import query
from tests.db.backends import on_mysql
from tests.db.processes import insert_datasets, put_profiles, together
from tests.db.samples import content, new_dataset

pytestmark = pytest.mark.usefixtures("url")


async def put(name: str, text: str = "{}", proj_id: str = "P", **more: Any) -> DatasetRecord:
    return await datasets.insert_dataset(new_dataset(name, text, proj_id, **more))


async def test_every_field_at_its_longest_comes_back() -> None:
    record = await put("漢" * 64, proj_id="p" * 32, user_id="u" * 32, hdfs_path="h" * 256)
    assert record == DatasetRecord(record.data_id, "p" * 32, "u" * 32, "漢" * 64, 2)
    assert record.data_id.startswith("DATA")
    assert await datasets.find_datasets(["漢" * 64]) == [record]


async def test_four_megabytes_come_back_exactly() -> None:
    text = content(4_000_000)
    record = await put("large", text)
    assert await datasets.get_data(["large"]) == {"large": text}
    assert record.length > 3_000_000


async def test_a_length_tells_contents_apart() -> None:
    assert (await put("a", "{}")).length < (await put("b", '{"é":1}')).length


async def test_what_is_not_there_is_left_out() -> None:
    record = await put("there")
    assert await datasets.find_datasets(["there", "gone"]) == [record]
    assert await datasets.get_data(["there", "gone"]) == {"there": "{}"}
    assert await datasets.find_datasets([]) == []
    assert await datasets.get_data([]) == {}


async def test_sql_in_a_name_is_text() -> None:
    name = "'); DROP TABLE backend_datasets; -- \\' %s $1"
    record = await put(name)
    assert await datasets.find_datasets([name, "' OR '1'='1"]) == [record]
    assert record.data_name == name


async def test_the_newest_are_listed_first_and_by_project() -> None:
    for name in "abc":
        await put(name, proj_id="ONE")
    await put("d", proj_id="TWO")

    async def listed(**asked: Any) -> list[str]:
        return [each.data_name for each in (await datasets.list_datasets(**asked))[0]]

    assert await listed() == ["d", "c", "b", "a"]
    assert await listed(limit=2) == ["d", "c"]
    assert await listed(proj_id="ONE") == ["c", "b", "a"]
    assert await listed(proj_id="NONE") == []


async def test_pages_hold_each_once_whatever_comes_in_between() -> None:
    for name in "abcde":
        await put(name)
    first, cursor = await datasets.list_datasets(limit=2)
    await put("f")
    second, cursor = await datasets.list_datasets(limit=2, cursor=cursor)
    third, last = await datasets.list_datasets(limit=2, cursor=cursor)
    assert "".join(each.data_name for each in (*first, *second, *third)) == "edcba"
    assert last is None
    with pytest.raises(CursorUnknown):
        await datasets.list_datasets(cursor="-1")


async def test_a_name_is_looked_up_before_a_dataset_is_written() -> None:
    await datasets.check_name("A_181210")
    await put("A_181210")
    with pytest.raises(NameTaken, match="A_181210"):
        await datasets.check_name("A_181210")


async def test_a_name_is_given_once() -> None:
    await put("A_181210", '{"first":{}}')
    with pytest.raises(NameTaken, match="A_181210"):
        await put("A_181210", proj_id="OTHER")
    assert await datasets.get_data(["A_181210"]) == {"A_181210": '{"first":{}}'}


async def test_a_name_that_the_database_does_not_tell_from_another_is_named_as_it_stands() -> None:
    await put("CaseX", proj_id="PX")
    alike = await datasets.named_alike("casex")
    assert alike in ({}, {"CaseX": "PX"})  # a collation may look at the letters alone
    if alike:
        with pytest.raises(NameTaken, match="casex"):
            await put("casex")
    assert await datasets.list_datasets(proj_id="px") == ([], None)
    assert str(name_taken("casex", "CaseX")).startswith("There is a dataset named 'CaseX' already,")


async def test_of_many_at_once_one_gets_the_name() -> None:
    answers = await asyncio.gather(*(put("name") for _ in range(8)), return_exceptions=True)
    assert len([answer for answer in answers if isinstance(answer, DatasetRecord)]) == 1
    assert len([answer for answer in answers if isinstance(answer, NameTaken)]) == 7


@pytest.mark.nightly(but=("mysql",))
def test_of_three_processes_one_gets_each_name(url: str, elsewhere: ProcessPoolExecutor) -> None:
    names = [f"name {number}" for number in range(20)]
    answers = together(elsewhere, insert_datasets, url, names)
    assert sorted(name for got in answers for name in got) == sorted(names)


async def test_a_dataset_is_written_once_however_often_it_is_sent() -> None:
    new = new_dataset("a", profile={"subjects": 1}, answers={"x": "y"}, signature="s")
    first = await datasets.insert_dataset(new)
    again = await asyncio.gather(*(datasets.insert_dataset(new) for _ in range(4)))
    assert {first, *again} == {await datasets.find_dataset(new.data_id)}
    assert len((await datasets.list_datasets())[0]) == 1
    with pytest.raises(DatabaseError, match="used already"):
        await datasets.insert_dataset(replace(new, data_name="b"))
    assert await datasets.find_dataset("DATA0") is None


async def test_many_attempts_at_once_write_a_dataset_once() -> None:
    new = new_dataset("a")
    found = await asyncio.gather(*(datasets.insert_dataset(new) for _ in range(8)))
    assert len(set(found)) == 1


async def test_row_profile_and_mapping_are_there_together_or_not_at_all() -> None:
    profile = {"subjects": 2}
    kept = await put("a", '{"é":1}', profile=profile, answers={"q": "1"}, signature="s")
    assert await datasets.get_profiles([kept.data_id]) == {kept.data_id: (kept.length, profile)}
    assert await datasets.get_answers(kept.data_id) == {"q": "1"}
    refused = new_dataset("a", answers={"q": "2"}, signature="s")
    with pytest.raises(NameTaken):
        await datasets.insert_dataset(refused)
    assert await datasets.get_profiles([refused.data_id]) == {}
    assert await datasets.get_answers(refused.data_id) == {}


async def test_the_last_mapping_of_the_project_is_suggested_for_what_looks_the_same() -> None:
    assert await datasets.suggested_answers("P", "looks") is None
    first = await put("a", answers={"q": "1"}, signature="looks")
    await asyncio.sleep(0.01)
    await put("b", answers={"q": "2"}, signature="looks")
    await put("c", answers={"q": "3"}, signature="looks", proj_id="OTHER")
    await put("d", signature="looks")
    assert await datasets.suggested_answers("P", "looks") == {"q": "2"}
    assert await datasets.suggested_answers("P", "other") is None
    assert await datasets.suggested_answers("p", "looks") is None
    await asyncio.sleep(0.01)
    await datasets.put_answers(first, {"漢": "é"}, "looks")
    assert await datasets.suggested_answers("P", "looks") == {"漢": "é"}
    assert await datasets.get_answers(first.data_id) == {"漢": "é"}


async def test_ids_that_are_known_are_told_from_others() -> None:
    ids = [(await put(str(number))).data_id for number in range(3)]
    many = [f"DATA{number}" for number in range(1200)]
    assert await datasets.known_ids([*many, *ids]) == set(ids)
    assert await datasets.known_ids([]) == set()


@on_mysql
async def test_what_a_server_cannot_take_is_refused_by_its_setting(url: str) -> None:
    most = query(url, "SELECT @@max_allowed_packet")[0][0]
    with pytest.raises(ContentTooLarge, match="max_allowed_packet"):
        await put("too large", '"' * (most // 2))
    with pytest.raises(ContentTooLarge):
        await put("too large", "漢" * (most // 3))
    assert await datasets.find_datasets(["too large"]) == []


@on_mysql
@pytest.mark.parametrize("character", ['"', "'", "\\", "\n", "\0", "\x1a", "漢", "a"])
async def test_what_is_not_refused_beforehand_fits(url: str, character: str) -> None:
    """The bytes that a driver adds are counted: the check and the server agree."""
    most = query(url, "SELECT @@max_allowed_packet")[0][0]
    escaped = len(_escaped(character))
    text = character * ((most - limits.STATEMENT_BYTES) // escaped)
    record = await put("just so", text)
    assert record.length > 0
    with pytest.raises(ContentTooLarge):
        await put("too large", text + character * 4096)


def _escaped(text: str) -> bytes:
    return str(escape_string(text)).encode()


async def test_a_profile_is_kept_and_replaced() -> None:
    first = {"subjects": 2, "classes": {"0": 1}, "notes": ["漢🧠 \"'\\ %s"], "auc": None}
    await datasets.put_profile("DATA1", 10, first)
    await datasets.put_profile("DATA2", 2**40, {})
    assert await datasets.get_profiles(["DATA1", "DATA2", "DATA3"]) == {
        "DATA1": (10, first),
        "DATA2": (2**40, {}),
    }
    await datasets.put_profile("DATA1", 11, {"subjects": 3})
    assert await datasets.get_profiles(["DATA1"]) == {"DATA1": (11, {"subjects": 3})}
    assert await datasets.get_profiles([]) == {}


async def test_a_large_profile_is_kept() -> None:
    profile = {"findings": ["é" * 100] * 5000}
    await datasets.put_profile("DATA1", 1, profile)
    assert await datasets.get_profiles(["DATA1"]) == {"DATA1": (1, profile)}


async def test_profiles_of_one_dataset_put_at_once_end_as_one_of_them() -> None:
    await asyncio.gather(*(datasets.put_profile("DATA1", n, {"n": n}) for n in range(20)))
    (length, profile) = (await datasets.get_profiles(["DATA1"]))["DATA1"]
    assert profile == {"n": length}


def test_profiles_put_by_three_processes_end_as_one_of_them(
    url: str, elsewhere: ProcessPoolExecutor
) -> None:
    together(elsewhere, put_profiles, url, [f"DATA{number}" for number in range(40)])
    assert query(url, "SELECT COUNT(*) FROM sgn_profiles") == [(40,)]
