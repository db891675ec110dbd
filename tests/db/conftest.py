"""The same tests on SQLite, MariaDB and PostgreSQL; an `async def` test finds its database open."""

import asyncio
import inspect
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from db.connection import migrate
from tests.databases import (
    ServerSilent,
    mysql_database,
    postgres_database,
    query,
    sqlite_database,
)
from tests.db.opened import opened

TABLES = ("sgn_runs", "sgn_outbox", "sgn_profiles", "backend_submissions", "backend_datasets")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an asynchronous test with the database at ``url`` open."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    opened(pyfuncitem.funcargs["url"], pyfuncitem.obj(**arguments))
    return True


@pytest.fixture(scope="session", params=["sqlite", "mysql", "postgres"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a database of this session, as `sgn migrate` leaves it."""
    with made(request.param, tmp_path_factory.mktemp("db")) as url:
        asyncio.run(migrate(url))
        yield url


@pytest.fixture
def url(database: str) -> str:
    """The same with every table empty."""
    query(database, *(f"DELETE FROM {table}" for table in TABLES))
    return database


@pytest.fixture(params=["sqlite", "mysql", "postgres"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that nothing was migrated in."""
    with made(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def new_mysql_url() -> Iterator[str]:
    with or_skipped(mysql_database()) as url:
        yield url


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[ProcessPoolExecutor]:
    """Three processes of their own; see tests.db.processes."""
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        yield pool


def made(backend: str, folder: Path) -> AbstractContextManager[str]:
    makers = {
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
