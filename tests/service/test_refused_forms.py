"""The addresses of forms, the code of each answer, and who hears of a form that was refused."""

import gzip
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.form_reply import ACCEPTED, FORM_ADDRESSES, REFUSED
from service.replies import ErrorNum
from tests.houses import House
from tests.places import Place, place_at
from tests.service.forms import body, form

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 30
ADDRESSES = {
    *("/api/v0/new_task", "/api/v0/new_sgn_task", "/api/v0/newtask"),
    *("/rest/sgnservice/v0/task/insert", "/rest/sgnservice/v0/new_sgn_task"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service without a worker, where three tasks may wait."""
    with place_at(tmp_path_factory.mktemp("refused"), SGN_MAX_WAITING="3") as found:
        yield found


def heard(http: httpx.Client, request_id: str, **query: str) -> dict[str, Any]:
    """The refused form of a request, as soon as it is listed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = http.get("/api/v0/refused_forms", params={"limit": "500", **query}).json()
        for each in answer["refused_forms"]:
            if each["request_id"] == request_id:
                return dict(each)
        time.sleep(0.05)
    raise AssertionError(f"{request_id} is not among the refused forms")


def test_the_five_addresses_are_all() -> None:
    assert set(FORM_ADDRESSES) == ADDRESSES


def test_the_old_question_whether_the_database_answers(small: House) -> None:
    for path in ("/api/v0/test_db", "/rest/sgnservice/v0/test_db"):
        reply = small.http.get(path)
        assert (reply.status_code, reply.text) == (200, "success")


@pytest.mark.parametrize("path", sorted(ADDRESSES))
def test_each_address_takes_a_form_and_says_code(small: House, path: str) -> None:
    reply = small.http.post(path, content=body())
    answer = reply.json()
    assert (reply.status_code, answer["error_num"], answer["code"]) == (200, 0, ACCEPTED)
    assert answer["task_form"]["task_id"].startswith("TASK")
    key = {"idempotency-key": f"code at {path}"}
    twice = [small.http.post(path, content=body(), headers=key).json() for _ in "ab"]
    assert twice[0] == twice[1]
    assert twice[0]["code"] == ACCEPTED


GZIP = {"content-encoding": "gzip"}
REFUSALS: dict[str, tuple[str, bytes, dict[str, str], int, ErrorNum]] = {
    "unreadable": ("POST", b'{"proj_id"', {}, 400, ErrorNum.BODY_UNREADABLE),
    "empty": ("POST", b"", {}, 400, ErrorNum.BODY_UNREADABLE),
    "wrong": ("POST", b'{"proj_id": "P"}', {}, 422, ErrorNum.FORM_INVALID),
    "a key": ("POST", body().encode(), {"idempotency-key": ""}, 422, ErrorNum.FORM_INVALID),
    "large": ("POST", b" " * 1_000_001, {}, 413, ErrorNum.TOO_LARGE),
    "compressed": ("POST", gzip.compress(body().encode()), GZIP, 415, ErrorNum.ENCODED),
    "another host": ("POST", body().encode(), {"host": "x.example"}, 403, ErrorNum.FORBIDDEN),
    "no token": ("POST", b"{}", {"authorization": "Bearer no"}, 401, ErrorNum.NO_TOKEN),
    "GET": ("GET", b"", {}, 405, ErrorNum.METHOD_NOT_ALLOWED),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_each_address_refuses_with_its_number_and_with_code(small: House, kind: str) -> None:
    method, content, headers, status, number = REFUSALS[kind]
    for path in sorted(ADDRESSES):
        reply = small.http.request(method, path, content=content, headers=headers)
        answer = reply.json()
        assert (reply.status_code, answer["error_num"]) == (status, number), answer
        assert answer["code"] == REFUSED
        assert answer["msg"]
        assert ("task_form" in answer) == (method == "POST")


def test_a_code_is_of_forms_alone(small: House) -> None:
    for path in ("/api/v0/tasks", "/api/v0/tasks/TASK0", "/healthz"):
        assert "code" not in small.get(path)


def test_too_many_faults_and_a_silent_database_say_code_too(place: Place) -> None:
    """Told apart by number; each is among the refused forms of its project."""
    database = place.folder / "sgn.sqlite3"
    for _ in range(3):
        place.submit()
    refusals = {429: ErrorNum.TOO_MANY}
    found = _posted_everywhere(place, refusals)
    for task in place.http.get("/api/v0/tasks").json()["tasks"]:
        place.http.post(f"/api/v0/tasks/{task['task_id']}/cancel").raise_for_status()
    trigger = "CREATE TRIGGER broken BEFORE INSERT ON sgn_runs BEGIN SELECT RAISE(ABORT, 'x'); END"
    _on(database, trigger)
    found |= _posted_everywhere(place, {500: ErrorNum.INTERNAL})
    _on(database, "DROP TRIGGER broken", "ALTER TABLE sgn_runs RENAME TO away")
    found |= _posted_everywhere(place, {503: ErrorNum.DATABASE_UNAVAILABLE})
    _on(database, "ALTER TABLE away RENAME TO sgn_runs")
    assert len(found) == 15
    for request_id, number in found.items():
        kept = heard(place.http, request_id)
        assert (kept["error_num"], kept["proj_id"]) == (number, "P")


def _posted_everywhere(place: Place, refusal: dict[int, ErrorNum]) -> dict[str, ErrorNum]:
    """What each address refuses a good form with, by the request's id."""
    ((status, number),) = refusal.items()
    found = {}
    for path in sorted(ADDRESSES):
        reply = place.http.post(path, content=body())
        answer = reply.json()
        assert (reply.status_code, answer["error_num"], answer["code"]) == (status, number, REFUSED)
        assert answer["task_form"] == form()
        found[reply.headers["x-request-id"]] = number
    return found


def _on(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
