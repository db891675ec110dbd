"""What an operator reads who set SGN_DATABASE_URL to something that cannot work."""

import asyncio
import sys
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from db.server.connection import migrate, open_database, ping
from db.server.errors import DatabaseError, DatabaseUnavailable, translate_errors
from tests.db.backends import on_servers
from tests.db.opened import opened

SECRET = "pa55-word"


@on_servers
@pytest.mark.parametrize("wrong", ["user", "database"])
def test_a_server_that_does_not_let_in_is_no_silent_one(database: str, wrong: str) -> None:
    scheme, _, rest = database.partition("://")
    urls = {
        "user": f"{scheme}://nobody:{SECRET}@{rest.partition('@')[2]}",
        "database": f"{database}_gone",
    }
    with pytest.raises(DatabaseUnavailable, match="refuses the user") as caught:
        opened(urls[wrong], ping())
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("use", [open_database, migrate])
def test_a_driver_that_is_not_installed_is_named(
    use: Callable[[str], Coroutine[Any, Any, None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("tortoise.backends.asyncpg")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(DatabaseError, match=r"nld-sgn\[postgres\]"):
        asyncio.run(use(f"postgres://root:{SECRET}@127.0.0.1/name"))


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        ("Transport does not expose socket instance", DatabaseUnavailable),
        (
            "unable to perform operation on <TCPTransport>; the handler is closed",
            DatabaseUnavailable,
        ),
        ("something of our own", RuntimeError),
    ],
)
def test_a_connection_that_is_cut_as_it_is_made_may_be_tried_again(
    said: str, raised: type[Exception]
) -> None:
    """What asyncmy and the loop say then is no error of theirs by its type."""

    async def cut() -> None:
        async with translate_errors():
            raise RuntimeError(said)

    with pytest.raises(raised):
        asyncio.run(cut())
