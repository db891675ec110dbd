"""The board: one look for all who watch, and every end once to each; over HTTP too."""

import asyncio
import json
from collections.abc import Generator, Sequence
from typing import Any

import pytest

from db.queue.queue_state import RunProgress
from service.stores import views as room
from service.stores.views import LiveTasks
from tests.installations import Installation
from tests.service.forms import form

SECONDS = 60.0


class Rows:
    """What the database would say, and how often it was asked."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.came: list[str] = []
        self.asked: list[str] = []

    async def active(self) -> list[RunProgress]:
        self.asked.append("active")
        return [self.row(name) for name, state in self.states.items() if state == "Running"]

    async def standing(self, task_ids: Sequence[str]) -> list[RunProgress]:
        self.asked.append("standing")
        return [self.row(task_id) for task_id in task_ids if task_id in self.states]

    async def submitted(self, after: int | None) -> tuple[int, list[str]]:
        self.asked.append("submitted")
        self.came += [task_id for task_id in self.states if task_id not in self.came]
        return len(self.came), [] if after is None else self.came[after:]

    def row(self, task_id: str) -> RunProgress:
        return RunProgress(
            task_id,
            proj_id="P",
            state=self.states[task_id],
            epoch=1,
            epochs=4,
            permille=250,
            remaining_ms=2500,
        )


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    made = Rows()
    for name in ("active", "standing", "submitted"):
        monkeypatch.setattr(room, name, getattr(made, name))
    monkeypatch.setattr(room, "FRESH_SECONDS", -1.0)
    return made


def test_the_database_is_asked_once_however_many_watch(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FRESH_SECONDS", 60.0)
    rows.states["A"] = "Running"
    board = LiveTasks()

    async def watched() -> list[dict[str, Any]]:
        return await asyncio.gather(*(board.look() for _ in range(200)))

    assert all(list(seen) == ["A"] for seen in asyncio.run(watched()))
    assert rows.asked == ["submitted", "active", "standing"]


def test_every_end_is_told_once_also_of_who_came_meanwhile(rows: Rows) -> None:
    """C is deleted; B is not among the newest active ones for a while."""
    board = LiveTasks()

    async def told() -> list[list[tuple[str, str, float]]]:
        found = []
        rows.states |= {"A": "Running", "B": "Running", "C": "Running"}
        steps: list[dict[str, str]] = [
            *({}, {"A": "Finished", "D": "Failed"}, {"B": "Submitted"}, {"B": "Cancelled"})
        ]
        for changed in steps:
            heard = board.ended
            rows.states |= changed
            if changed.get("A"):
                del rows.states["C"]
            await board.look()
            ends = board.ends(heard)
            found.append([(end.task_id, end.task_status, end.percent) for end in ends])
        return found

    nothing, both, unseen, cancelled = asyncio.run(told())
    assert nothing == unseen == []
    assert both == [("A", "Finished", 100.0), ("D", "Failed", 25.0)]
    assert cancelled == [("B", "Cancelled", 25.0)]
    assert [end.task_id for end in board.ends(1)] == ["D", "B"]
    assert len(board.ends(-10)) == 3


def events(installation: Installation, project: str) -> Generator[tuple[str, dict[str, Any]]]:
    """Kinds and contents, as they come."""
    with installation.http.stream(
        "GET", "/api/v0/events", params={"proj_id": project}, timeout=SECONDS
    ) as reply:
        kind = ""
        for line in reply.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)


def test_the_stream_is_complete_and_then_tells_how_a_task_ends(small: Installation) -> None:
    told = events(small, "P")
    begun = [next(told)]
    while begun[-1][0] != "complete":
        begun.append(next(told))
    assert begun[-1] == ("complete", {})
    active = {content["task_status"] for kind, content in begun if kind == "task"}
    assert not active & {"Finished", "Failed", "Cancelled"}

    task_id = small.post(form())["task_form"]["task_id"]
    states = []
    for kind, content in told:
        assert kind == "task", "complete comes once"
        if content["task_id"] == task_id:
            states.append(content["task_status"])
        if states and states[-1] == "Finished":
            break
    assert states.count("Finished") == 1
    assert (content["percent"], content["epoch"], content["epochs"]) == (100.0, 2, 2)
    told.close()

    after = events(small, "P")
    named = []
    for kind, content in after:
        if kind == "complete":
            break
        named.append(content["task_id"])
    assert task_id not in named
    after.close()


def test_a_stream_tells_of_its_own_project_alone(small: Installation) -> None:
    told = events(small, "another")
    assert next(told) == ("complete", {})
    told.close()
