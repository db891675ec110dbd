"""Two transactions that wait for each other: the one that the server undoes is done again."""

import asyncio

import pytest
from tortoise.expressions import F

from db.models import Profile
from db.server.errors import Deadlock, translate_errors
from db.server.statements import restart_on_deadlock, transaction
from tests.databases import query
from tests.db.backends import on_servers
from tests.db.opened import opened


class Crossing:
    """Adds 1 to two rows, in either order; the first two to come have one row each, then go on."""

    def __init__(self) -> None:
        self.begun = 0
        self.met = asyncio.Barrier(2)

    async def __call__(self, first: str, second: str) -> None:
        self.begun += 1
        alone = self.begun > 2
        async with translate_errors(), transaction() as connection:
            for name in (first, second):
                row = Profile.filter(data_id=name).using_db(connection)
                await row.update(length=F("length") + 1)
                if name == first and not alone:
                    await self.met.wait()


def rows(url: str) -> list[tuple[object, ...]]:
    return query(url, "SELECT data_id, length FROM sgn_profiles ORDER BY data_id")


def two_rows(url: str) -> None:
    query(url, "DELETE FROM sgn_profiles")
    for name in "AB":
        query(url, f"INSERT INTO sgn_profiles (data_id, length, profile) VALUES ('{name}', 0, '')")


@on_servers
def test_a_deadlock_is_told_from_a_server_that_does_not_answer(database: str) -> None:
    two_rows(database)

    async def crossed() -> None:
        crossing = Crossing()
        await asyncio.gather(crossing("A", "B"), crossing("B", "A"))

    with pytest.raises(Deadlock):
        opened(database, crossed())


@on_servers
def test_what_a_deadlock_has_undone_is_done_again_and_once(database: str) -> None:
    two_rows(database)

    async def crossed() -> int:
        crossing = Crossing()
        move = restart_on_deadlock(crossing.__call__)
        await asyncio.gather(move("A", "B"), move("B", "A"))
        return crossing.begun

    assert opened(database, crossed()) >= 3  # what is begun again may cross the other once more
    assert rows(database) == [("A", 2), ("B", 2)]
