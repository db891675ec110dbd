"""Open, lose and find the database again; no sentence ever holds the password."""

import asyncio
import contextlib
import socket
import threading
import time
import traceback
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar
from urllib.parse import urlencode

import asyncmy.errors
import pytest

from db.queue import runs
from db.queue.runs import RunProgress
from db.server.connection import (
    _connection,
    check_schema,
    close_database,
    migrate,
    open_database,
    ping,
)
from db.server.errors import DatabaseError, DatabaseUnavailable, translate_errors
from db.server.statements import now_ms
from db.submissions import intake, tasks
from tests.databases import query
from tests.db.backends import on_servers
from tests.db.opened import opened, opening
from tests.db.samples import TASK, claimed, running, submitted
from tests.servers import free_ports

T = TypeVar("T")

SECRET = "pa55-word"
PATIENCE_SECONDS = 7.0
NO_SUCH_THREAD = 1094
KILL = {
    "mysql": (
        "SELECT CONCAT('KILL CONNECTION ', id) FROM information_schema.processlist "
        "WHERE db = DATABASE() AND id <> CONNECTION_ID()"
    ),
    "postgres": (
        "SELECT 'SELECT pg_terminate_backend(' || pid || ')' FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ),
}


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Connections are taken there, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def kill_connections(url: str) -> int:
    """End every other connection of this database as its administrator would; how many."""
    kills = [statement for (statement,) in query(url, KILL[url.partition(":")[0]])]
    for kill in kills:
        try:
            query(url, kill)
        except asyncmy.errors.OperationalError as error:
            if error.args[0] != NO_SUCH_THREAD:  # one that has ended since it was listed
                raise
    return len(kills)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        f"oracle://root:{SECRET}@127.0.0.1/name",
        f"{SECRET}",
        f"mysql://root:{SECRET}@127.0.0.1:port/name",
        f"mysql://root:{SECRET}@127.0.0.1:99999/name",
        f"mysql://root:{SECRET}/x@127.0.0.1:3306/name",
        f"mysql://root:{SECRET}@[::1/name",
        f"mysql://root:{SECRET}℀@127.0.0.1/name",
        f"mysql://root:{SECRET}@127.0.0.1:3306",
        f"mysql://root:{SECRET}@127.0.0.1:3306/",
        f"mysql://root:{SECRET}@/name",
        f"mysql://root:{SECRET}@127.0.0.1:3306/name?connect_timeout={SECRET}",
        f"postgres://root:{SECRET}@127.0.0.1:port/name",
        f"postgres://root:{SECRET}@127.0.0.1:5432",
        "sqlite://relative.db",
        "sqlite://",
        "sqlite://:memory:",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_in_words(url: str) -> None:
    for use in (_opened_and_closed, migrate):
        with pytest.raises(DatabaseError, match="SGN_DATABASE_URL") as caught:
            asyncio.run(use(url))
        assert SECRET not in "".join(traceback.format_exception(caught.value))


async def _opened_and_closed(url: str) -> None:
    await open_database(url)
    await close_database()


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "postgres", "postgresql"])
def test_where_nobody_listens_the_database_is_unavailable(scheme: str) -> None:
    (port,) = free_ports(1)
    _is_unavailable(f"{scheme}://root:{SECRET}@127.0.0.1:{port}/name")


@pytest.mark.parametrize("scheme", ["mysql", "postgres"])
def test_where_nobody_answers_the_database_is_unavailable(scheme: str, silent_port: int) -> None:
    sooner = "?read_timeout=1" if scheme == "mysql" else "?timeout=1"
    _is_unavailable(f"{scheme}://root:{SECRET}@127.0.0.1:{silent_port}/name{sooner}")


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "postgres", "postgresql"])
def test_no_wait_is_without_an_end(scheme: str) -> None:
    credentials = _connection(f"{scheme}://root@h/name").credentials
    waits = {name: wait for name, wait in credentials.items() if name.endswith("timeout")}
    assert sorted(waits.values()) == [5, 60]


@pytest.mark.parametrize("scheme", ["mysql", "postgres"])
def test_a_host_without_an_address_is_unavailable(scheme: str) -> None:
    _is_unavailable(f"{scheme}://root:{SECRET}@no-such-host.invalid/name")


def _is_unavailable(url: str) -> None:
    start = time.monotonic()
    with pytest.raises(DatabaseUnavailable) as caught:
        opened(url, ping())
    assert time.monotonic() - start < PATIENCE_SECONDS
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_file_in_a_folder_that_is_not_there_is_unavailable() -> None:
    async def asked() -> None:
        with pytest.raises(DatabaseUnavailable):
            await ping()
        await asyncio.sleep(0.05)  # the driver's thread ends after its answer, and needs the loop

    opened("sqlite:///no/such/folder/sgn.db", asked())


@on_servers
def test_a_wrong_password_is_a_database_error_without_it(database: str) -> None:
    scheme, _, rest = database.partition("://")
    wrong = f"{scheme}://nobody_{scheme}:{SECRET}@{rest.partition('@')[2]}"
    with pytest.raises(DatabaseError) as caught:
        opened(wrong, check_schema())
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@on_servers
def test_a_database_that_is_not_there_is_a_database_error(database: str) -> None:
    with pytest.raises(DatabaseError):
        opened(f"{database}_gone", check_schema())


async def test_the_schema_of_a_migrated_database_is_as_it_should_be(url: str) -> None:
    assert url
    await check_schema()


@on_servers
async def test_after_its_connections_were_killed_it_works_again(url: str) -> None:
    await asyncio.gather(*(submitted() for _ in range(10)))
    assert await asyncio.to_thread(kill_connections, url) > 1
    await asyncio.sleep(0.05)
    refused = 0
    for _ in range(12):
        try:
            await submitted()
        except DatabaseUnavailable:
            refused += 1
    assert refused <= 1
    assert len(await asyncio.gather(*(submitted() for _ in range(10)))) == 10


async def connected() -> None:
    """Have a live connection in the pool: the driver may still be noticing that one is lost."""
    for _ in range(10):
        with contextlib.suppress(DatabaseUnavailable):
            await ping()
            return
        await asyncio.sleep(0.05)
    await ping()


@on_servers
async def test_a_connection_lost_as_a_transaction_begins_is_not_kept(url: str) -> None:
    """The pool holds five: if the lost ones stayed out of it, the sixth would wait forever."""
    for number in range(8):
        await connected()
        kill_connections(url)  # blocks the loop: the driver cannot know before it writes
        with pytest.raises(DatabaseUnavailable):
            await translate_errors()(intake._insert)(TASK, f"TASK{number}", 1, None)
    async with asyncio.timeout(5):
        await connected()
        await submitted()


@on_servers
async def test_what_was_begun_when_the_connection_was_lost_leaves_nothing(url: str) -> None:
    claim = await running()
    kill_connections(url)
    for _ in range(3):
        try:
            assert await runs.finish_task(claim, {"model_state_path": "p"})
            break
        except DatabaseUnavailable:
            continue
    task = await tasks.get_task(claim.task_id)
    assert task is not None
    assert task.task_status == "Finished"


def test_calls_come_from_threads_to_the_loop_that_opened_the_database(url: str) -> None:
    """As actors.runtime does: a loop in a thread, and work submitted from other threads."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def call(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=30)

    try:
        call(opening(url))
        task_ids: list[str] = []
        threads = [
            threading.Thread(target=lambda: task_ids.append(call(submitted()))) for _ in range(8)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(set(task_ids)) == 8
        claim = call(claimed(task_ids[0]))
        assert claim is not None
        assert call(runs.renew(claim, lease_ms=60_000, progress=RunProgress(1, 2)))
        assert call(runs.finish_task(claim, {}))
        call(close_database())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def test_the_clock_is_the_system_s(url: str) -> None:
    assert url
    assert abs(await now_ms() - time.time() * 1000) < 2000


async def test_the_clock_never_goes_back(url: str) -> None:
    assert url
    seen = [await now_ms() for _ in range(50)]
    assert seen == sorted(seen)


@on_servers
@pytest.mark.parametrize("zone", ["+09:30", "-11:00", "+00:00"])
def test_the_clock_does_not_depend_on_the_session_s_zone(database: str, zone: str) -> None:
    if database.startswith("mysql"):
        zoned = f"{database}?{urlencode({'init_command': f'SET time_zone={zone!r}'})}"
    else:
        query(database, f"ALTER DATABASE {database.rpartition('/')[2]} SET timezone = '{zone}'")
        zoned = database
    assert abs(opened(zoned, now_ms()) - time.time() * 1000) < 2000
