"""Databases that do not have every character: what is written there, and what is refused."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from db import datasets
from db.models import Result
from db.neurolearn import Submission
from db.queue import claims, runs
from db.server import limits
from db.server.connection import migrate
from db.server.errors import DatabaseError
from db.server.limits import Charset, unstorable_of_dataset, unstorable_of_task
from db.submissions import tasks
from db.submissions.ownership import find_stranger
from graphnet.messages import Message
from tests.databases import mysql_database, postgres_database, query
from tests.db.backends import or_skipped
from tests.db.opened import opened
from tests.db.samples import claimed, new_dataset, submitted

IDS = ["受试者一", "受试者二", "🧠3", "<b>4</b>"]
RESULT: dict[str, Any] = {
    "train_epochs": ["Epoch 001, Train Loss: 0.6931, Train Accuracy: 0.5000"],
    "model_state_path": "s3://models/TASK1/model.safetensors",
    "metrics": {"test": {"n": 4, "auc": 0.75, "ci": {"auc": [0.3, 1.0]}}},
    "known_subjects": {"test": 0},
    "warnings": [f"Subjects stand in both: {', '.join(IDS)}."],
    "class_names": {"0": "对照", "1": "患者"},
}
REASON = f"The subject {IDS[0]} of <b>A & B</b> has no \\ label: Müller."


@pytest.fixture(scope="module", params=["latin1", "utf8mb3", "pg:LATIN1"])
def small_url(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A database that lacks characters, and its set; its tables are as Django makes them."""
    kind, _, encoding = request.param.partition(":")
    made = postgres_database(encoding=encoding) if encoding else mysql_database(charset=kind)
    with or_skipped(made) as url:
        asyncio.run(migrate(url))
        yield url, encoding or kind


def test_a_finished_training_is_never_lost(small_url: tuple[str, str]) -> None:
    async def trained() -> None:
        task_id = await submitted(task_config=json.dumps({"proj_name": IDS[0]}))
        claim = await claimed(task_id)
        assert claim is not None
        assert await runs.finish_task(claim, RESULT)
        task = await tasks.get_task(task_id)
        assert task is not None
        assert (task.task_status, task.task_result) == ("Finished", RESULT)
        row = await Submission.get(task_id=task_id)
        shown = json.loads(row.task_result)
        assert row.task_result.isascii()
        assert not set("<>&\\") & set(row.task_result)
        assert shown["train_epochs"] == RESULT["train_epochs"]
        assert shown["warnings"] == ["Subjects stand in both: ????, ????, ?3, [b]4[/b]."]
        assert (await Result.get(task_id=task_id)).result.isascii()

    opened(small_url[0], trained())


def test_an_id_that_no_task_can_have_is_nobodys(small_url: tuple[str, str]) -> None:
    async def looked() -> None:
        for task_id in IDS[:3]:
            assert await tasks.get_task(task_id) is None
            assert await tasks.get_model(task_id) is None
            assert await find_stranger(task_id) is None

    opened(small_url[0], looked())


def test_a_failed_one_says_why_in_both_tables(small_url: tuple[str, str]) -> None:
    async def failed() -> None:
        task_id = await submitted()
        claim = await claimed(task_id)
        assert claim is not None
        assert await runs.fail_task(claim, REASON)
        row = await Submission.get(task_id=task_id)
        sentence = "The subject ???? of [b]A + B[/b] has no / label: Muller."
        assert (row.task_status, row.task_result) == ("Failed", sentence)
        task = await tasks.get_task(task_id)
        assert task is not None
        known = small_url[1] != "LATIN1"  # MariaDB's own tables are utf8mb4 whatever the database
        escaped = IDS[0].encode("ascii", "backslashreplace").decode()
        assert task.error == (REASON if known else REASON.replace(IDS[0], escaped))

    opened(small_url[0], failed())


def test_a_name_that_cannot_be_stored_is_told_by_field_and_character(
    small_url: tuple[str, str],
) -> None:
    async def looked() -> None:
        name = small_url[1]
        letter = "🧠" if name == "utf8mb3" else "脑"
        (problem,) = await unstorable_of_task({"task_name": f"a{letter}b", "proj_id": "P"})
        assert problem == (
            "task_name",
            Message(
                "database.character",
                field="task_name",
                letter=letter,
                point=f"U+{ord(letter):04X}",
                charset=name,
            ),
        )
        names = {"data_name": letter, "proj_id": "P", "user_id": letter, "hdfs_path": ""}
        assert [field for field, _ in await unstorable_of_dataset(names)] == [
            "data_name",
            "user_id",
        ]
        with pytest.raises(DatabaseError, match="cannot be stored"):
            await datasets.insert_dataset(new_dataset(f"x{letter}"))

    opened(small_url[0], looked())


def test_a_name_that_can_be_stored_is(small_url: tuple[str, str]) -> None:
    async def kept() -> None:
        names = {"latin1": "Müller – 5 €", "LATIN1": "Müller", "utf8mb3": "脑 Müller €"}
        name = names[small_url[1]]
        assert await unstorable_of_task({"task_name": name, "proj_id": "P"}) == []
        task = await tasks.get_task(await submitted(task_name=name))
        assert task is not None
        assert task.task_name == name
        made = await datasets.insert_dataset(new_dataset(name, profile={"ids": IDS}))
        assert [each.data_name for each in await datasets.find_datasets([name])] == [name]
        assert (await datasets.get_profiles([made.data_id]))[made.data_id][1] == {"ids": IDS}

    opened(small_url[0], kept())


def test_a_name_that_cannot_be_there_is_looked_for_in_vain(small_url: tuple[str, str]) -> None:
    async def looked() -> None:
        for name in ("脑🧠", "%🧠'\\"):
            assert await datasets.find_datasets([name]) == []
            assert await datasets.get_data([name]) == {}
            assert await datasets.list_datasets(proj_id=name) == ([], None)
            assert await tasks.list_tasks(proj_id=name) == ([], None)
            assert await tasks.list_tasks(text=name) == ([], None)

    opened(small_url[0], looked())


def test_it_is_named_to_the_operator(small_url: tuple[str, str]) -> None:
    notice = opened(small_url[0], limits.check_charset())
    assert notice == Message("database.charsets", names=[small_url[1]])


@pytest.mark.usefixtures("url")
async def test_what_takes_everything_is_not_named_and_refuses_nothing() -> None:
    assert await limits.check_charset() is None
    assert await unstorable_of_task({"task_name": "脑🧠", "proj_id": "P"}) == []
    claim = await claims.claim(
        await submitted(task_name="脑🧠"), worker="w", device="d", lease_ms=9, max_attempts=3
    )
    assert claim is not None
    assert claim.task_name == "脑🧠"


def test_without_strict_mode_nothing_becomes_a_question_mark() -> None:
    """The server itself would write ``?`` without a word."""

    async def looked() -> list[tuple[str, Message]]:
        return await unstorable_of_task({"task_name": "脑", "proj_id": "P"})

    with or_skipped(mysql_database(charset="latin1")) as url:
        asyncio.run(migrate(url))
        loose = f"{url}?sql_mode="
        (problem,) = opened(loose, looked())
        assert "'脑' (U+8111)" in str(problem[1])
        assert query(url, "SELECT COUNT(*) FROM backend_submissions") == [(0,)]


@pytest.mark.parametrize(
    ("name", "text", "refused"),
    [
        ("latin1", "Ünï €–", ""),
        ("latin1", "Ł", "Ł"),
        ("utf8", "脑", ""),
        ("utf8mb3", "脑🧠", "🧠"),
        ("utf8mb4", "脑🧠\ud800", "\ud800"),
        ("cp1250", "Łódź ü", ""),
        ("koi8r", "Мозг", ""),
        ("gbk", "脑🧠", "🧠"),
        ("ascii", "ü", "ü"),
        ("LATIN1", "ü€", "€"),
        ("SQL_ASCII", "脑", ""),
        ("unheard_of", "脑", ""),
    ],
)
def test_what_sets_have(name: str, text: str, refused: str) -> None:
    assert Charset(name).refused(text) == refused
    fitted = Charset(name).fitted(text)
    assert Charset(name).refused(fitted) == ""
    assert (fitted == text) == (not refused)
