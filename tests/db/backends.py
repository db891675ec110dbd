"""Which database servers a test runs on."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.databases import ServerSilent, mysql_database, postgres_database, sqlite_database

BACKENDS = ("sqlite", "mysql", "postgres")
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_mysql = pytest.mark.parametrize("database", ["mysql"], indirect=True)
on_postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)
on_servers = pytest.mark.parametrize("database", ["mysql", "postgres"], indirect=True)


def made(backend: str, folder: Path) -> AbstractContextManager[str]:
    """A new database on this kind of server, or a skip where there is none."""
    makers: dict[str, Callable[[], AbstractContextManager[str]]] = {
        "sqlite": lambda: sqlite_database(folder),
        "mysql": mysql_database,
        "postgres": postgres_database,
    }
    return or_skipped(makers[backend]())


@contextmanager
def or_skipped(database: AbstractContextManager[str]) -> Iterator[str]:
    """Skip where no server answers, and fail there in CI, which promises servers."""
    try:
        url = database.__enter__()
    except ServerSilent as silent:
        if os.environ.get("CI"):
            pytest.fail(str(silent))
        pytest.skip(str(silent))
    try:
        yield url
    finally:
        database.__exit__(None, None, None)
