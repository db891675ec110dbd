"""The same tests on SQLite, MariaDB and PostgreSQL; an `async def` test finds its database open."""

import asyncio
import inspect
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from db.server.connection import migrate
from tests.databases import query
from tests.db.backends import BACKENDS, made
from tests.db.opened import opened

TABLES = (
    "sgn_runs",
    "sgn_outbox",
    "sgn_profiles",
    "sgn_keys",
    "sgn_tokens",
    "sgn_results",
    "sgn_labels",
    "sgn_mappings",
    "sgn_audit",
    "backend_submissions",
    "backend_datasets",
)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an asynchronous test with the database at ``url`` open."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    url = str(pyfuncitem.funcargs["url"])
    opened(url, pyfuncitem.obj(**arguments))
    return True


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """The URL of this process's database on a kind of server, as `sgn migrate` leaves it."""
    with ExitStack() as stack:

        @cache
        def on(backend: str) -> str:
            url = stack.enter_context(made(backend, tmp_path_factory.mktemp("db")))
            asyncio.run(migrate(url))
            return url

        yield on


@pytest.fixture(scope="session", params=BACKENDS)
def database(request: pytest.FixtureRequest, databases: Callable[[str], str]) -> str:
    """The URL of a database that the tests of this process share."""
    return databases(request.param)


@pytest.fixture
def url(database: str) -> str:
    """The same with every table empty."""
    query(database, *(f"DELETE FROM {table}" for table in TABLES))
    return database


@pytest.fixture(params=BACKENDS)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that nothing was migrated in."""
    with made(request.param, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[ProcessPoolExecutor]:
    """Three processes of their own; see tests.db.processes."""
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        yield pool
