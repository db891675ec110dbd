"""Posts sent twice, too many, too slowly, or all at once."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.installations import Installation
from tests.places import Place, place_at
from tests.service.forms import body, tasks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service where few tasks may wait, and nobody trains them."""
    limits = {"SGN_MAX_WAITING": "7", "SGN_MAX_WAITING_PER_PROJECT": "5", "SGN_MAX_STREAMS": "3"}
    with place_at(tmp_path_factory.mktemp("narrow"), **limits) as found:
        yield found


def post(url: str, content: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{url}/api/v0/new_task", content=content, headers=headers, timeout=60)


def test_twenty_equal_posts_under_one_key_are_one_task(small: Installation) -> None:
    before = set(tasks(small))
    with ThreadPoolExecutor(20) as pool:
        key = {"idempotency-key": "a key"}
        replies = list(pool.map(lambda _: post(small.url, body(), **key), range(20)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.content for reply in replies}) == 1
    (made,) = set(tasks(small)) - before
    assert replies[0].json()["task_form"]["task_id"] == made
    other = post(small.url, body(task_name="another"), **key)
    assert (other.status_code, other.json()["error_num"]) == (422, 15)
    assert made in other.json()["msg"]
    reordered = json.dumps(dict(reversed(list(json.loads(body()).items()))))
    assert post(small.url, reordered, **key).content == replies[0].content
    assert set(tasks(small)) - before == {made}


@pytest.mark.parametrize("key", ["", "x" * 256, "ä"])
def test_a_key_that_is_none_is_refused(small: Installation, key: str) -> None:
    reply = httpx.post(
        f"{small.url}/api/v0/new_task", content=body(), headers=[(b"idempotency-key", key.encode())]
    )
    assert (reply.status_code, reply.json()["error_num"]) == (422, 2)
    assert reply.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.nightly
def test_no_more_tasks_wait_than_may(narrow: Place) -> None:
    url = str(narrow.http.base_url)
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: post(url, body()), range(30)))
    accepted = [reply for reply in replies if reply.status_code == 200]
    refused = [reply for reply in replies if reply.status_code == 429]
    assert len(accepted) + len(refused) == 30
    assert 1 <= len(accepted) <= 5
    while post(url, body()).status_code == 200:
        pass
    assert len(narrow.http.get("/api/v0/tasks").json()["tasks"]) == 5
    assert refused[0].json()["error_num"] == 14
    assert int(refused[0].headers["retry-after"]) > 0
    others = [post(url, body(proj_id="R")).status_code for _ in range(4)]
    assert others == [200, 200, 429, 429], "of another project two more, then none of any"
    first = narrow.http.get("/api/v0/tasks").json()["tasks"][-1]["task_id"]
    places = [
        narrow.http.get(f"/api/v0/tasks/{task['task_id']}").json()["task"]["progress"]["place"]
        for task in reversed(narrow.http.get("/api/v0/tasks").json()["tasks"])
    ]
    assert sorted(places) == list(range(1, 8))
    narrow.http.post(f"/api/v0/tasks/{first}/cancel")
    assert post(url, body()).status_code == 200


def test_no_more_clients_watch_than_may(narrow: Place) -> None:
    if not narrow.http.get("/api/v0/tasks").json()["tasks"]:
        narrow.submit()
    task_id = narrow.http.get("/api/v0/tasks").json()["tasks"][0]["task_id"]
    path = f"{narrow.http.base_url}/api/v0/tasks/{task_id}/events"
    lines = []  # an iterator that is let go of would end its connection
    with contextlib.ExitStack() as stack:
        for wanted in (200, 200, 200, 429):
            reply = stack.enter_context(httpx.stream("GET", path))
            assert reply.status_code == wanted
            if wanted == 200:
                lines.append(reply.iter_lines())
                next(lines[-1])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with httpx.stream("GET", path) as reply:
            if reply.status_code == 200:
                return
        time.sleep(0.5)
    raise AssertionError("the places of those who left are not free again")


@pytest.mark.nightly
def test_two_hundred_connections_at_once_are_answered(small: Installation) -> None:
    with ThreadPoolExecutor(200) as pool:
        together = threading.Barrier(200, timeout=60)

        def ask(number: int) -> int:
            with httpx.Client(base_url=small.url, timeout=60) as http:
                together.wait()
                if number % 4:
                    return http.get("/api/v0/tasks").status_code
                return http.post("/api/v0/new_task", content="{}").status_code

        statuses = list(pool.map(ask, range(200)))
    assert statuses.count(200) == 150
    assert statuses.count(422) == 50


def answer_to(url: str, *parts: tuple[float, bytes], seconds: float) -> bytes:
    """What comes back to bytes that are sent, each after a pause."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        with contextlib.suppress(OSError):
            for pause, part in parts:
                time.sleep(pause)
                connection.sendall(part)
        found = b""
        with contextlib.suppress(OSError):
            while data := connection.recv(65_536):
                found += data
        return found


HEAD = b"POST /api/v0/new_task HTTP/1.1\r\nhost: localhost\r\ncontent-length: 500\r\n\r\n"


def test_a_body_that_does_not_come_is_not_waited_for(small: Installation) -> None:
    began = time.monotonic()
    answer = answer_to(small.url, (0, HEAD + b"{"), seconds=40)
    assert time.monotonic() - began < 35
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"error_num":16' in answer


def test_headers_that_trickle_are_cut_off(small: Installation) -> None:
    began = time.monotonic()
    trickle = [(1.0, b"x-a: b\r\n")] * 12
    answer_to(small.url, (0, b"GET /healthz HTTP/1.1\r\n"), *trickle, seconds=20)
    assert time.monotonic() - began < 20


def test_a_key_is_not_used_up_by_a_form_that_is_refused(small: Installation) -> None:
    key = {"idempotency-key": "later"}
    assert post(small.url, body(train_data=["nothing"]), **key).status_code == 422
    assert post(small.url, body(), **key).status_code == 200
