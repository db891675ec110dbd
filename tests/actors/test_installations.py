"""Two databases on one Redis, and what a version left there that knew of one only."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker

from actors.questions.rpc import read_reply, rpc_broker, send_request
from actors.queue import (
    ACTOR,
    QUEUE,
    count_workers,
    queued_messages,
    redis_broker,
    send_heartbeat,
)
from actors.redis_connection import (
    Names,
    databases_by_installation,
    redis_client,
    sign_presence,
)
from actors.relay import Relay, adopt
from actors.tasks.streams import LOG_LINE, LOG_STREAM
from db.models import Installation, Outbox, Run
from db.queue import outbox, runs
from db.server.connection import database_address, installation_id, migrate, read_installation
from db.server.errors import DatabaseError, DatabaseUnavailable
from graphnet import messages
from service.doctor import checks as doctor
from service.doctor.checks import CheckResult, State
from tests.db.opened import opened
from tests.db.samples import running, submitted
from tests.servers import queue_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with queue_server(tmp_path_factory.mktemp("queue")) as url:
        yield url


@pytest.fixture
def client(server: str) -> Iterator[redis.Redis]:
    with redis_client(server) as found:
        found.flushall()
        yield found


@pytest.fixture
def databases(tmp_path: Path) -> tuple[str, str]:
    """Two of them, migrated."""
    urls = (f"sqlite://{tmp_path / 'a.db'}", f"sqlite://{tmp_path / 'b.db'}")
    for url in urls:
        asyncio.run(migrate(url))
    return urls


async def relayed(server: str, names: Names) -> str:
    """The id of a task whose message has been sent."""
    await names.learn()
    task_id = await submitted()
    with contextlib.closing(redis_broker(server, names)) as broker:
        relay = Relay(broker, every=0.02, reconciling=False)
        await Outbox.all().update(created_at=1)
        going = asyncio.create_task(relay.run())
        while await Outbox.filter(sent_at=0).exists():  # noqa: ASYNC110 - a row sets no event
            await asyncio.sleep(0.01)
        going.cancel()
    return task_id


def test_two_databases_on_one_redis_have_queues_of_their_own(
    server: str, client: redis.Redis, databases: tuple[str, str]
) -> None:
    names = [Names(), Names()]
    ids = [opened(url, relayed(server, each)) for url, each in zip(databases, names, strict=True)]
    for each, task_id in zip(names, ids, strict=True):
        with contextlib.closing(redis_broker(server, each)) as broker:
            assert queued_messages(broker) == [("", task_id)]
    send_heartbeat(client, names[0], "here:1", "cpu")
    assert [count_workers(client, each)["cpu"] for each in names] == [1, 0]
    asked = rpc_broker(client, names[0], "sgn.read")
    message = send_request(asked, "sgn.read", "read", {})
    assert [client.llen(f"{each.namespace}:sgn.read") for each in names] == [1, 0]
    assert read_reply(client, names[1], message) is None
    ours = tuple(f"{start}:{each.installation}:" for start in ("sgn", "dramatiq") for each in names)
    keys = [key.decode() for key in client.scan_iter("*")]
    assert [key for key in keys if not key.startswith(ours)] == [], "every key has an id"


def test_an_id_is_made_once_and_changed_on_purpose(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'sgn.db'}"
    first = asyncio.run(migrate(url))
    assert len(first) == 12
    assert asyncio.run(migrate(url)) == first == asyncio.run(read_installation(url))

    async def raced() -> set[str]:
        await Installation.all().delete()
        return {*await asyncio.gather(*(installation_id() for _ in range(5)))}

    (second,) = opened(url, raced())
    assert second != first
    assert asyncio.run(migrate(url, installation_id="site-b")) == "site-b"
    third = asyncio.run(migrate(url, installation_id=""))
    assert len({first, second, "site-b", third}) == 4
    for wrong in ("Ab", "a:b", "a" * 17):
        with pytest.raises(DatabaseError, match="3 to 16 characters"):
            asyncio.run(migrate(url, installation_id=wrong))
    assert asyncio.run(read_installation(url)) == third


def test_nothing_is_sent_under_a_name_that_is_not_known(server: str, client: redis.Redis) -> None:
    names = Names()
    with contextlib.closing(redis_broker(server, names)) as broker:
        with pytest.raises(DatabaseUnavailable, match="has not answered"):
            queued_messages(broker)
        with pytest.raises(DatabaseUnavailable, match="has not answered"):
            names.key(LOG_STREAM, "TASK1")
    assert client.keys("*") == []


def old_queue(server: str, *task_ids: str) -> RedisBroker:
    """A broker as the version before had it, with messages for these tasks."""
    broker = RedisBroker(client=redis_client(server), maintenance_chance=1_000_000)  # type: ignore[no-untyped-call]
    broker.declare_queue(QUEUE)
    for task_id in task_ids:
        broker.enqueue(
            Message(queue_name=QUEUE, actor_name=ACTOR, args=(task_id,), kwargs={}, options={})
        )
    return broker


def test_what_an_older_version_left_is_taken_over_and_others_are_left_alone(
    server: str, client: redis.Redis, databases: tuple[str, str]
) -> None:
    async def upgraded() -> tuple[str, str]:
        names = Names()
        await names.learn()
        waits, fetched = await submitted(), (await running(lease_ms=1)).task_id
        cancelled = await submitted()
        await runs.cancel(cancelled)
        await Outbox.all().update(created_at=1, sent_at=1)
        await Run.all().update(submitted_at=1)
        old = old_queue(server, fetched, "TASK9-of-another", waits, cancelled)
        old.do_fetch(QUEUE, 1)  # by a worker that has ended with its version
        client.xadd(f"sgn:log:{waits}", {LOG_LINE: "said before"}, maxlen=10)
        client.xadd("sgn:log:TASK9", {LOG_LINE: "of another"}, maxlen=10)
        for _ in range(2):  # the second finds nothing of ours
            await adopt(client, names)
        assert client.llen("dramatiq:sgn") == client.hlen("dramatiq:sgn.msgs") == 1
        assert list(client.scan_iter("dramatiq:__acks__*")) == []
        assert [key.decode() for key in client.scan_iter("sgn:log:*")] == ["sgn:log:TASK9"]
        ((_, line),) = client.xrange(names.key(LOG_STREAM, waits))  # type: ignore[misc]
        assert line == {LOG_LINE: b"said before"}
        assert await outbox.requeue_submitted([], 10_000) == [waits]
        assert await outbox.requeue_expired(set()) == [fetched]
        return waits, fetched

    opened(databases[0], upgraded())


def said(server: str, names: Names) -> CheckResult:
    (found,) = [each for each in doctor.check_queue(server, names) if each.check == "installation"]
    return found


def test_the_doctor_says_who_shares_what(server: str, client: redis.Redis) -> None:
    mine, other = Names("mine"), Names("other")
    assert said(server, mine).found == messages.Message("doctor.installation", id="mine")
    home = database_address("mysql://sgn:hidden@db:3306/neurolearn?charset=utf8mb4")
    assert home == "db:3306/neurolearn"
    sign_presence(client, mine, home)
    sign_presence(client, other, "elsewhere/x")
    assert databases_by_installation(client) == {"mine": [home], "other": ["elsewhere/x"]}
    found = said(server, mine)
    assert (found.state, "other (elsewhere/x)" in str(found.found)) == (State.OK, True)
    sign_presence(client, mine, database_address("mysql://sgn:hidden@staging/neurolearn"))
    found = said(server, mine)
    assert found.state == State.WARNING
    assert f"{home} and staging/neurolearn" in str(found.found)
    assert found.fix == messages.Message("doctor.separate-installations")
    client.hset(mine.key("who"), home, "1")
    assert said(server, mine).state == State.OK, "it has not been seen for long"
