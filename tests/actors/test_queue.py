"""Messages on a real queue: sent together, and found again when a worker never heard of them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from dramatiq.errors import DecodeError

from actors.queue import (
    QUEUE,
    count_workers,
    queued_messages,
    redis_broker,
    send,
    send_heartbeat,
    worker_broker,
)
from actors.redis_connection import NamedBroker, Names
from tests.installations import GIVE_UP_SECONDS
from tests.servers import queue_server

NAMES = Names("tests")
MESSAGES = [(f"TASK{number}", f"request{number}", "") for number in range(250)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[NamedBroker]:
    with queue_server(tmp_path) as url, closing(redis_broker(url, NAMES)) as found:
        found.flush_all()
        yield found


def test_many_messages_go_in_their_order(broker: NamedBroker) -> None:
    send(broker, MESSAGES)
    consumer = broker.consume(QUEUE, prefetch=250, timeout=100)
    found = [message for _ in MESSAGES if (message := next(consumer)) is not None]
    assert [message.args for message in found] == [(task_id,) for task_id, _, _ in MESSAGES]
    assert [message.options["request_id"] for message in found] == [each for _, each, _ in MESSAGES]
    assert broker.client.hlen("dramatiq:tests:sgn.msgs") == 250, "until they are acknowledged"
    for message in found:
        consumer.ack(message)
    assert broker.do_qsize(QUEUE) == 0


def test_senders_are_not_taken_for_workers(broker: NamedBroker) -> None:
    for _ in range(3):
        send(broker, MESSAGES[:5])
    assert broker.client.zcard("dramatiq:tests:__heartbeats__") == 1


def test_what_a_worker_has_fetched_does_not_lie_on_the_queue(broker: NamedBroker) -> None:
    assert queued_messages(broker) == []
    send(broker, MESSAGES[:3])
    assert queued_messages(broker) == [("", f"TASK{number}") for number in range(3)]
    broker.do_fetch(QUEUE, 2)  # whoever asked for them has not heard the answer
    assert queued_messages(broker) == [("", "TASK2")]


def consumer(worker: NamedBroker, queue: str) -> Any:
    return worker.consume(queue, timeout=1)


def test_each_kind_of_device_has_a_queue_and_all_of_them_are_looked_at(broker: NamedBroker) -> None:
    send(broker, [("ANY", "r", ""), ("CPU", "r", "cpu"), ("CUDA", "r", "cuda")])
    assert [broker.do_qsize(name) for name in ("sgn", "sgn.cpu", "sgn.cuda")] == [1, 1, 1]
    assert queued_messages(broker) == [("", "ANY"), ("cpu", "CPU"), ("cuda", "CUDA")]


def test_a_worker_takes_what_its_device_may_and_one_at_a_time(broker: NamedBroker) -> None:
    """Two consumers of one process, as Dramatiq has them, never hold two messages."""
    send(broker, [("ANY", "", ""), ("CPU", "", "cpu"), ("CUDA", "", "cuda"), ("NEXT", "", "")])
    port = broker.client.connection_pool.connection_kwargs["port"]
    with closing(worker_broker(f"redis://127.0.0.1:{port}/0", NAMES, "cpu", [])) as worker:
        assert worker.get_declared_queues() == {"sgn", "sgn.cpu"}
        any_, cpu = (consumer(worker, name) for name in ("sgn", "sgn.cpu"))
        first = next(any_)
        assert (first.args, next(cpu), next(any_)) == (("ANY",), None, None)
        any_.ack(first)
        any_.ack(first)  # as Dramatiq does where the first answer was lost
        second = next(cpu)
        assert (second.args, next(any_)) == (("CPU",), None)
        any_.ack(first)
        assert next(any_) is None, "the slot is another's"
        cpu.nack(second)
        third = next(any_)
        assert third.args == ("NEXT",)
        any_.ack(third)
        assert (next(any_), next(cpu), queued_messages(broker)) == (None, None, [("cuda", "CUDA")])


def test_a_fetch_that_fails_leaves_the_slot_free(
    broker: NamedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(broker, MESSAGES[:1])
    port = broker.client.connection_pool.connection_kwargs["port"]
    with closing(worker_broker(f"redis://127.0.0.1:{port}/0", NAMES, "cuda", [])) as worker:
        any_, cuda = (consumer(worker, name) for name in ("sgn", "sgn.cuda"))
        with monkeypatch.context() as patch:
            patch.setattr(worker, "do_fetch", lambda *_: [b"no message"], raising=False)
            with pytest.raises(DecodeError):
                next(cuda)
        assert next(any_).args == ("TASK0",)


def test_workers_are_counted_by_their_device(broker: NamedBroker) -> None:
    assert count_workers(broker.client, NAMES) == {}
    for number, kind in enumerate(("cpu", "cuda", "cuda")):
        send_heartbeat(broker.client, NAMES, f"host:{number}", kind)
    assert count_workers(broker.client, NAMES) == {"cpu": 1, "cuda": 2}


SENDING = """
import sys
from actors.redis_connection import Names
from actors.queue import send, worker_broker
broker = worker_broker(sys.argv[1], Names("tests"), "cpu", [])
for _ in range(2):
    send(broker, [(f"TASK{number}", "", "") for number in range(3)])
broker.close()
"""


def test_a_worker_s_process_sends_many_too(broker: NamedBroker) -> None:
    """In a process of its own: what Dramatiq keeps for a class was asked for by nobody there."""
    url = f"redis://127.0.0.1:{broker.client.connection_pool.connection_kwargs['port']}/0"
    subprocess.run([sys.executable, "-c", SENDING, url], check=True, timeout=GIVE_UP_SECONDS)
    assert broker.do_qsize(QUEUE) == 6
