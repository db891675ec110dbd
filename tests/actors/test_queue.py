"""Messages on a real queue: sent together, and found again when a worker never heard of them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from dramatiq.brokers.redis import RedisBroker

from actors.queue import QUEUE, on_queue, redis_broker, send
from tests.servers import queue_server

MESSAGES = [(f"TASK{number}", f"request{number}", "") for number in range(250)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RedisBroker]:
    with queue_server(tmp_path) as url, closing(redis_broker(url)) as found:
        found.flush_all()
        yield found


def test_many_messages_go_in_their_order(broker: RedisBroker) -> None:
    send(broker, MESSAGES)
    consumer = broker.consume(QUEUE, prefetch=250, timeout=100)
    found = [message for _ in MESSAGES if (message := next(consumer)) is not None]
    assert [message.args for message in found] == [(task_id,) for task_id, _, _ in MESSAGES]
    assert [message.options["request_id"] for message in found] == [each for _, each, _ in MESSAGES]
    assert broker.client.hlen("dramatiq:sgn.msgs") == 250, "until they are acknowledged"
    for message in found:
        consumer.ack(message)
    assert broker.do_qsize(QUEUE) == 0


def test_senders_are_not_taken_for_workers(broker: RedisBroker) -> None:
    for _ in range(3):
        send(broker, MESSAGES[:5])
    assert broker.client.zcard("dramatiq:__heartbeats__") == 1


def test_what_a_worker_has_fetched_does_not_lie_on_the_queue(broker: RedisBroker) -> None:
    assert on_queue(broker) == set()
    send(broker, MESSAGES[:3])
    assert on_queue(broker) == {"TASK0", "TASK1", "TASK2"}
    broker.do_fetch(QUEUE, 2)  # whoever asked for them has not heard the answer
    assert on_queue(broker) == {"TASK2"}
