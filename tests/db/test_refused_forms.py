"""Refused forms are kept for a while: the newest, in any character set, of each project its own."""

import asyncio
import json

import pytest

from db.models import RefusedForm
from db.server.connection import migrate
from db.server.errors import CursorUnknown
from db.submissions import form
from db.submissions.form import (
    KEEP_REFUSED_MS,
    NewRefusedForm,
    RefusedFormRecord,
    keep_refused,
    list_refused_forms,
    prune_refused,
)
from graphnet.messages import Message, finished
from tests.databases import mysql_database, query
from tests.db.backends import on_sqlite, or_skipped
from tests.db.opened import opened

MARKUP = "train_data names 'Kön<b>ig 精神 \ud800', but there is no dataset of that name."


def refused(number: int, proj_id: str = "P", age_ms: int = 0) -> NewRefusedForm:
    errors = (("train_data", f"{number}: {MARKUP}"),)
    return NewRefusedForm(proj_id, f"r{number}", 2, f"{number}: {MARKUP}", errors, age_ms)


async def listed(proj_id: str | None = None) -> list[RefusedFormRecord]:
    return (await list_refused_forms(proj_id=proj_id, limit=500))[0]


@pytest.fixture(autouse=True)
def _none_yet(url: str) -> None:
    query(url, "DELETE FROM sgn_refused_forms")


async def test_they_come_back_as_they_were_the_newest_first() -> None:
    await keep_refused([refused(1), refused(2, "Q", age_ms=60_000), refused(3, "精神")])
    found = await listed()
    assert [(each.proj_id, each.request_id) for each in found] == [
        ("精神", "r3"),
        ("Q", "r2"),
        ("P", "r1"),
    ]
    assert str(found[2].message) == f"1: {MARKUP}"
    assert found[2].errors == (("train_data", finished(f"1: {MARKUP}")),)
    assert found[1].created_at == found[2].created_at - 60_000
    for proj_id, request_id in (("精神", "r3"), ("Q", "r2"), ("P", "r1")):
        assert [each.request_id for each in await listed(proj_id)] == [request_id]
    assert await listed("精") == []


async def test_messages_keep_their_codes_and_sentences_of_an_older_version_are_read() -> None:
    missing = Message("forms.no-dataset", field="train_data", name="'x'")
    more = Message("api.first-of-errors", first=missing, count=1)
    await keep_refused([NewRefusedForm("P", "r", 2, more, (("train_data", missing),))])
    row = await RefusedForm.all().get()
    assert json.loads(row.sentence) == str(more)
    (record,) = await listed()
    assert (record.message, record.errors) == (more, (("train_data", missing),))

    known = {name: json.loads(row.errors)[name] for name in ("proj_id", "errors")}
    await RefusedForm.all().update(errors=json.dumps(known))
    (record,) = await listed()
    assert record.message == finished(str(more))
    assert record.errors == (("train_data", finished(str(missing))),)


async def test_they_come_by_pages() -> None:
    await keep_refused([refused(number) for number in range(5)])
    first, cursor = await list_refused_forms(limit=3)
    rest, last = await list_refused_forms(limit=3, cursor=cursor)
    assert [each.request_id for each in (*first, *rest)] == ["r4", "r3", "r2", "r1", "r0"]
    assert last is None
    with pytest.raises(CursorUnknown):
        await list_refused_forms(cursor="x")


async def test_the_old_and_the_many_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "MOST_OF_PROJECTS", 3)
    monkeypatch.setattr(form, "MOST_OF_NOBODY", 2)
    await keep_refused([refused(0, age_ms=KEEP_REFUSED_MS + 60_000)])
    await prune_refused()
    assert await listed() == []
    await keep_refused([refused(number) for number in range(1, 5)])
    await keep_refused([refused(number, "") for number in range(5, 9)])
    await prune_refused()
    assert [each.request_id for each in await listed()] == ["r8", "r7", "r4", "r3", "r2"]
    await prune_refused()
    assert len(await listed()) == 5


async def test_what_is_long_is_cut() -> None:
    many = tuple((f"field{number}", "x" * 5000) for number in range(50))
    await keep_refused([NewRefusedForm("P", "r", 2, "y" * 5000, many)])
    row = await RefusedForm.get()
    assert len(row.sentence) < 1100
    assert len(row.errors) < 25_000
    assert len((await listed())[0].errors) == 20


@on_sqlite  # once, not for each of them
def test_a_table_in_latin_1_keeps_them_too() -> None:
    """As an operator may have converted it with all the others of an old database."""
    with or_skipped(mysql_database(charset="latin1")) as url:
        asyncio.run(migrate(url))
        query(url, "ALTER TABLE sgn_refused_forms CONVERT TO CHARACTER SET latin1")

        async def kept() -> None:
            await keep_refused([refused(1, "精神")])
            (found,) = await listed("精神")
            assert (found.proj_id, str(found.message)) == ("精神", f"1: {MARKUP}")

        opened(url, kept())
