"""A form posted through nginx ends in Finished, and what nginx is for."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import httpx
import pytest

from tests.databases import ServerSilent, query
from tests.deploy.topology import Topology, topology
from tests.installations import GIVE_UP_SECONDS
from tests.places import ENDED, PLAIN, add_small, stream
from tests.servers import ServerMissing
from tests.service.forms import form

pytestmark = pytest.mark.slow

POSTS = 40
BEFORE_THE_KILL = 10
AT_ONCE = 8


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topology]:
    try:
        with topology(tmp_path_factory.mktemp("topology")) as found:
            add_small(found.http)
            yield found
    except (ServerMissing, ServerSilent) as missing:
        pytest.skip(str(missing))


def post(running: Topology, **changes: Any) -> dict[str, Any]:
    """As NEURO-LEARN does: JSON text, no content type, no token, no key."""
    body: dict[str, Any] = running.http.post(
        "/api/v0/new_task", content=json.dumps(form(**changes))
    ).json()
    return body


def test_a_form_ends_in_finished(running: Topology) -> None:
    assert running.http.get("/readyz").json()["error_num"] == 0
    answer = post(running, param_set={**PLAIN, "epochs": 40})
    assert answer["error_num"] == 0, answer
    task_id = answer["task_form"]["task_id"]
    *_, (_, kind, last) = followed(running.front.url, task_id)
    assert (kind, last["task_status"]) == ("status", "Finished"), last["error"]
    task = running.http.get(f"/api/v0/tasks/{task_id}").json()["task"]
    assert len(task["task_result"]["train_epochs"]) == 40
    assert task["task_result"]["model_state_path"].startswith("s3://")
    assert running.http.get(f"/api/v0/tasks/{task_id}/model").status_code == 200


def followed(url: str, task_id: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Its events to the last, by as many connections as that takes, as a browser does."""
    last, ended = "", False
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not ended and time.monotonic() < deadline:
        for event in stream(url, task_id, last):
            last, _, content = event
            ended = content.get("task_status") in ENDED
            yield event


def test_events_come_while_the_task_runs(running: Topology) -> None:
    task_id = post(running, param_set={**PLAIN, "epochs": 100_000})["task_form"]["task_id"]
    events = followed(running.front.url, task_id)
    assert any(kind == "epoch" for _, kind, _ in events)
    # Held back by a buffer, the first event would not have come before the last.
    task = running.http.get(f"/api/v0/tasks/{task_id}").json()["task"]
    assert task["task_status"] == "Running"
    running.http.post(f"/api/v0/tasks/{task_id}/cancel")
    *_, (_, _, last) = events
    assert last["task_status"] == "Cancelled"


def test_the_token_is_added_for_named_addresses_only(running: Topology) -> None:
    path = "/api/v0/models"
    assert running.http.get(path).status_code == 200
    assert httpx.get(running.peers[0].url + path).status_code == 401
    other = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=running.front.url, transport=other) as stranger:
        assert stranger.get(path).status_code == 401
        own = {"Authorization": f"Bearer {running.token}"}
        assert stranger.get(path, headers=own).status_code == 200
    wrong = {"Authorization": "Bearer wrong"}
    assert running.http.get(path, headers=wrong).status_code == 401
    assert running.token not in running.front.log.read_text()


def test_the_id_of_a_request_is_passed_on_once(running: Topology) -> None:
    reply = running.http.get("/api/v0/models", headers={"X-Request-Id": "of-a-test"})
    assert reply.headers.get_list("x-request-id") == ["of-a-test"]


def test_a_form_of_the_greatest_size_reaches_the_service(running: Topology) -> None:
    reply = running.http.post("/api/v0/new_task", content=b"{}".ljust(1_000_000))
    assert reply.json()["error_num"] == 2
    larger = running.http.post("/api/v0/new_task", content=b"{}".ljust(1_000_001))
    assert larger.json()["error_num"] == 3


def test_all_processes_are_given_work(running: Topology) -> None:
    for _ in range(10):
        running.http.get("/api/v0/models")
    log = running.front.log.read_text()
    assert all(f"127.0.0.1:{peer.port}" in log for peer in running.peers)


def test_no_post_is_lost_or_doubled_when_a_process_is_killed(running: Topology) -> None:
    victim = running.peers[0]
    names = [f"post {number}" for number in range(POSTS)]
    answered, cut = {}, []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        posts = {pool.submit(post, running, task_name=name): name for name in names}
        for number, done in enumerate(as_completed(posts), 1):
            try:
                answered[posts[done]] = done.result()
            except httpx.RemoteProtocolError:  # killed between the head of the answer and its body
                cut.append(posts[done])
            if number == BEFORE_THE_KILL:
                victim.kill()
    _is_each_there_once(running, answered, cut)
    assert len(cut) < AT_ONCE
    victim.start()
    victim.wait()


@pytest.mark.nightly
def test_what_a_dead_process_had_before_it_is_done_by_another(running: Topology) -> None:
    victim = running.peers[0]
    os.kill(victim.pid, signal.SIGSTOP)  # it takes connections, and answers none
    names = [f"stopped {number}" for number in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        posts = {pool.submit(post, running, task_name=name): name for name in names}
        done = as_completed(posts)
        first = next(done)
        victim.kill()
        answered = {posts[each]: each.result() for each in (first, *done)}
    _is_each_there_once(running, answered)
    victim.start()
    victim.wait()


def _is_each_there_once(
    running: Topology, answered: dict[str, dict[str, Any]], cut: Sequence[str] = ()
) -> None:
    assert not {name: answer for name, answer in answered.items() if answer["error_num"]}
    found = query(running.database_url, "SELECT task_name, task_id FROM backend_submissions")
    times = Counter(name for name, _ in found)
    assert {times[name] for name in (*answered, *cut)} == {1}
    ids = dict(found)
    assert all(ids[name] == answer["task_form"]["task_id"] for name, answer in answered.items())
