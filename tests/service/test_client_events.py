"""The events of a task by the Python client: to the last one, over every break."""

from itertools import islice
from typing import Any

import pytest

from service.client import Client, ClientError, Event, tasks
from tests.service.fake_service import FakeService, Reply, refused

TASK = "TASK20012912454501"
TOLD: list[tuple[str, str, dict[str, Any]]] = [
    ("0.1", "status", {"task_status": "Running", "attempt": 1}),
    ("1.1", "epoch", {"epoch": 1, "line": "Epoch 001", "train_loss": 0.7}),
    ("1.1b", "progress", {"epoch": 1, "epochs": 2, "percent": 50.0}),
    ("2.1", "epoch", {"epoch": 2, "line": "a line \u2028 that Unicode would break: 精神"}),
    ("2.2", "status", {"task_status": "Finished", "metrics": {}}),
]


@pytest.fixture
def fake(fake: FakeService, monkeypatch: pytest.MonkeyPatch) -> FakeService:
    """It tells these events."""
    monkeypatch.setattr(tasks, "PAUSE", 0.01)
    fake.told = list(TOLD)
    return fake


def asked(fake: FakeService) -> list[str | None]:
    return [seen.headers.get("last-event-id") for seen in fake.seen]


def test_events_come_in_order_and_end_with_the_task(client: Client, fake: FakeService) -> None:
    found = list(client.events(TASK))

    assert found == [Event(kind, number, facts) for number, kind, facts in TOLD]
    assert [event.last for event in found] == [False] * 4 + [True]
    assert asked(fake) == [None]


@pytest.mark.parametrize("portion", [1, 2])
def test_a_stream_that_breaks_off_goes_on_without_gap_or_repeat(
    client: Client, fake: FakeService, portion: int
) -> None:
    fake.portion = portion

    found = list(client.events(TASK))

    assert [event.id for event in found] == [number for number, _, _ in TOLD]
    assert len(fake.seen) == -(-len(TOLD) // portion)
    assert asked(fake)[1] == TOLD[portion - 1][0]


def test_a_service_that_restarts_is_waited_for(client: Client, fake: FakeService) -> None:
    fake.forced = [
        Reply(b"<h1>Bad gateway</h1>", 502, "text/html"),
        refused(8, 503, "The database does not answer."),
        Reply(b"data: {", kind="text/event-stream", length=1000),
    ]

    assert len(list(client.events(TASK))) == len(TOLD)


def test_a_service_that_stays_away_is_not_waited_for_endlessly(
    client: Client, fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PATIENCE", 0.1)
    fake.forced = [refused(8, 503, "The database does not answer.")] * 1000

    with pytest.raises(ClientError, match="The database does not answer"):
        list(client.events(TASK))
    assert len(fake.seen) > 1


def test_who_knows_the_last_event_hears_nothing_more(client: Client, fake: FakeService) -> None:
    assert list(client.events(TASK, after="2.2")) == []
    assert [event.id for event in client.events(TASK, after="2.1")] == ["2.2"]
    assert asked(fake) == ["2.2", "2.1"]


def test_who_stops_listening_asks_no_more(client: Client, fake: FakeService) -> None:
    assert len(list(islice(client.events(TASK), 2))) == 2
    assert len(fake.seen) == 1


def test_no_task_is_the_services_sentence(client: Client, fake: FakeService) -> None:
    fake.forced = [refused(4, 404, "There is no task 'x'.")]

    with pytest.raises(ClientError, match=r"^There is no task 'x'\.$"):
        next(client.events("x"))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<h1>It works!</h1>", kind="text/html"),
        Reply(b"data: half a JSON {\n\n", kind="text/event-stream"),
        Reply(b"data: [1]\n\n", kind="text/event-stream"),
    ],
)
def test_what_is_no_stream_of_events_is_one_sentence(
    client: Client, fake: FakeService, reply: Reply
) -> None:
    fake.forced = [reply]

    with pytest.raises(ClientError, match="is not"):
        list(client.events(TASK))
