"""A scrape answers within seconds, and what it cannot know is not in it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import redis.asyncio
from prometheus_client import CollectorRegistry, generate_latest

from actors.queue import redis_broker, send_heartbeat
from actors.redis_connection import Names
from graphnet.messages import finished
from registry import RegistryUnavailable
from service import metrics
from service.metrics import TaskMetrics
from service.readiness import Readiness
from tests.databases import migrated
from tests.db.opened import opened
from tests.servers import queue_server

NAMES = Names("tests")
NOBODY = "redis://127.0.0.1:1/0"


async def well() -> None:
    """A storage that answers."""


async def away() -> None:
    raise RegistryUnavailable(finished("It is away."))


async def silent() -> None:
    await asyncio.sleep(3600)


async def scraped(url: str, check: Callable[[], Awaitable[None]]) -> str:
    async with redis.asyncio.Redis.from_url(url) as client:
        broker = redis_broker(url, NAMES)
        asked = TaskMetrics(client, broker, Readiness(broker, check))
        registry = CollectorRegistry()
        registry.register(asked)
        assert b"sgn_dependency_up{" not in generate_latest(registry)
        await asyncio.gather(asked.refresh(), asked.refresh())
        return generate_latest(registry).decode()


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite://{tmp_path / 'sgn.sqlite3'}"
    migrated(url)
    return url


def test_all_that_answers_is_shown(database: str, tmp_path: Path) -> None:
    with queue_server(tmp_path) as url:
        broker = redis_broker(url, NAMES)
        send_heartbeat(broker.client, NAMES, "here:1", "cpu")
        broker.client.rpush(f"{broker.namespace}:sgn", "a", "b")
        broker.client.rpush(f"{broker.namespace}:sgn.cuda", "c")
        text = opened(database, scraped(url, well))
    for line in (
        'sgn_dependency_up{dependency="database"} 1.0',
        'sgn_dependency_up{dependency="redis"} 1.0',
        'sgn_dependency_up{dependency="registry"} 1.0',
        'sgn_tasks{state="Submitted"} 0.0',
        'sgn_parts{state="Running"} 0.0',
        "sgn_outbox_unsent 0.0",
        'sgn_queue_messages{queue="sgn"} 2.0',
        'sgn_queue_messages{queue="sgn.cuda"} 1.0',
        'sgn_queue_messages{queue="sgn.cpu"} 0.0',
        "sgn_workers 1.0",
    ):
        assert line in text.splitlines()


def test_what_is_away_is_said_and_its_figures_are_left_out() -> None:
    text = opened("mysql://root@127.0.0.1:1/x", scraped(NOBODY, away))
    for name in ("database", "redis", "registry"):
        assert f'sgn_dependency_up{{dependency="{name}"}} 0.0' in text
    for name in ("sgn_tasks", "sgn_oldest", "sgn_outbox", "sgn_queue", "sgn_workers"):
        assert name not in text


def test_what_is_silent_holds_nobody_up(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "PATIENCE_SECONDS", 2.0)
    text = opened(database, scraped(NOBODY, silent))
    assert 'sgn_dependency_up{dependency="registry"} 0.0' in text
    assert 'sgn_dependency_up{dependency="database"} 1.0' in text
