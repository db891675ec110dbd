"""What a stranger may try at the door, found by attacking it."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from actors.settings import ProcessSettingsError, redis_address
from db import datasets
from service import listening
from service.local import up
from service.stores.artifacts import ArtifactReader
from service.stores.profiles import MOST, DatasetCache, Profiles
from tests.installations import Installation, process
from tests.places import Place, names_of, place_at, stream
from tests.reading import reading
from tests.service.forms import body

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def open_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service as it is, for all tests that leave it so."""
    with place_at(tmp_path_factory.mktemp("door")) as found:
        yield found


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service where little may be done at once, with names of its own."""
    bounds = {"SGN_MAX_WAITING_PER_PROJECT": "5", "SGN_MAX_STREAMS": "3", "SGN_MAX_UPLOADS": "1"}
    names = "sgn.example, SGN,127.0.0.1"
    with place_at(tmp_path_factory.mktemp("bounded"), SGN_HOST_NAMES=names, **bounds) as found:
        yield found


def post(url: str, content: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{url}/api/v0/new_task", content=content, headers=headers, timeout=60)


@pytest.mark.nightly
def test_a_character_that_no_database_holds_holds_up_nobody(open_place: Place) -> None:
    odd, key = body(zz="odd").replace('"odd"', '"\\ud800"'), {"idempotency-key": "odd"}
    with ThreadPoolExecutor(20) as pool:
        url = str(open_place.http.base_url).rstrip("/")
        asked = [pool.submit(post, url, body()) for _ in range(19)]
        asked.append(pool.submit(post, url, odd, **key))
        replies = [each.result() for each in asked]
        assert {reply.status_code for reply in replies} == {200}
        assert post(url, odd, **key).content == replies[-1].content


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7014", "127.0.0.1.example", "["])
def test_who_calls_us_by_another_name_needs_a_token(small: Installation, host: str) -> None:
    reply = httpx.get(f"{small.url}/api/v0/tasks", headers={"host": host})
    assert reply.status_code in (400, 403)
    for name in ("localhost", "127.0.0.1:1", "[::1]:7014"):
        assert httpx.get(f"{small.url}/api/v0/tasks", headers={"host": name}).status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "null", "", "://"])
def test_an_origin_that_is_none_is_another_s(small: Installation, origin: str) -> None:
    reply = httpx.get(f"{small.url}/api/v0/tasks", headers={"origin": origin})
    assert reply.status_code == 403


def test_names_of_ones_own_are_let_in_and_no_other(bounded: Place) -> None:
    for host, status in (("sgn.example:99", 200), ("sgn", 200), ("localhost", 200), ("evil", 403)):
        assert bounded.http.get("/api/v0/tasks", headers={"host": host}).status_code == status


@pytest.mark.parametrize("limit", ["000000001999999", "9" * 5000, "501", "0", "-1", "1e2", "٣"])
def test_a_limit_beyond_the_most_is_refused(small: Installation, limit: str) -> None:
    reply = small.http.get("/api/v0/tasks", params={"limit": limit})
    assert (reply.status_code, reply.json()["error_num"]) == (422, 2)


def test_equal_posts_at_the_bound_are_one_task(bounded: Place) -> None:
    for _ in range(4):
        bounded.submit()
    url = str(bounded.http.base_url).rstrip("/")
    with ThreadPoolExecutor(20) as pool:
        key = {"idempotency-key": "one"}
        replies = list(pool.map(lambda _: post(url, body(), **key), range(20)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.content for reply in replies}) == 1


def test_who_leaves_at_once_gives_the_place_back(bounded: Place) -> None:
    task_id = bounded.submit(proj_id="R")
    host, port = str(bounded.http.base_url).removeprefix("http://").rstrip("/").split(":")
    request = f"GET /api/v0/tasks/{task_id}/events HTTP/1.1\r\nhost: {host}\r\n\r\n"
    for _ in range(12):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(request.encode())
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with bounded.http.stream("GET", f"/api/v0/tasks/{task_id}/events") as reply:
            if reply.status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError("the places of those who left are not free again")


@pytest.mark.nightly
def test_a_stream_ends_with_its_token(tmp_path: Path) -> None:
    from tests.service.test_access import sgn_token

    with place_at(tmp_path) as place:
        task_id = place.submit()
        text = sgn_token(place, "new", "--project", "P", "--role", "read")
        ended = threading.Event()

        def watch() -> None:
            headers = {"authorization": f"Bearer {text}"}
            path = f"{place.http.base_url}/api/v0/tasks/{task_id}/events"
            with httpx.stream("GET", path, headers=headers, timeout=60) as reply:
                assert reply.status_code == 200
                for _ in reply.iter_lines():
                    pass
            ended.set()

        threading.Thread(target=watch, daemon=True).start()
        assert not ended.wait(4)
        sgn_token(place, "revoke", text.split("_")[1])
        assert ended.wait(6)


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    for each in taken:
        each.close()


@pytest.mark.nightly
def test_a_silent_storage_holds_up_nothing_else(open_place: Place, tmp_path: Path) -> None:
    from tests.servers import free_ports

    with silent_server() as silent:
        task_id = open_place.submit()
        (port,) = free_ports(1)
        away = {
            **open_place.variables, "SGN_PORT": str(port), "SGN_REGISTRY_URL": "s3://models",
            "SGN_S3_ENDPOINT_URL": f"http://127.0.0.1:{silent}", "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
        }  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        with process("service.cli", "serve", log=tmp_path / "away.log", **away) as service:
            until_answered(url)
            with ThreadPoolExecutor(20) as pool:
                for _ in range(12):
                    pool.submit(httpx.get, f"{url}/api/v0/tasks/{task_id}/model", timeout=60)
                time.sleep(0.5)
                ready = httpx.get(f"{url}/readyz", timeout=20).json()["dependencies"]
                assert (ready["redis"], ready["database"]) == ("ok", "ok")
                assert "registry" in ready["registry"]
                assert httpx.get(f"{url}/api/v0/datasets", timeout=20).json()["error_num"] == 0
                began = time.monotonic()
                service.terminate()
                assert service.wait(60) == 0
                assert time.monotonic() - began < 30


def until_answered(url: str) -> None:
    for _ in range(300):
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{url}/healthz").raise_for_status()
            return
        time.sleep(0.1)
    raise AssertionError(url)


def test_a_shelf_that_is_full_still_finds_what_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Record:
        def __init__(self, data_name: str) -> None:
            self.data_name = data_name

    async def find(names: list[str]) -> list[Any]:
        return [Record(name) for name in names]

    async def profiles(records: list[Any]) -> dict[str, Any]:
        return {record.data_name: SimpleNamespace(read=True) for record in records}

    async def asked() -> list[Any]:
        known = DatasetCache(cast(Profiles, SimpleNamespace(known=profiles)))
        await known.find([f"n{number}" for number in range(MOST - 1)])
        await known.find(["x"])
        return await known.find(["x", "new"])

    monkeypatch.setattr(datasets, "find_datasets", find)
    found = asyncio.run(asked())
    assert [record.data_name for record, _ in found] == ["x", "new"]


def test_what_sgn_up_says_is_not_undone_by_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SGN_HOST_FILE", "SGN_DATABASE_URL_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "other"))
    monkeypatch.setenv("SGN_DEVICE_FILE", "kept")
    with socket.create_server(("127.0.0.1", 0)) as door:
        found = up._environment(tmp_path, tmp_path, door)
    assert "SGN_HOST_FILE" not in found
    assert "SGN_DATABASE_URL_FILE" not in found
    assert found["SGN_DEVICE_FILE"] == "kept"


@pytest.mark.parametrize("password", ["pa/ss", "pa#ss", "pa?ss", "pa@x:ss"])
def test_a_redis_url_that_cannot_be_read_is_refused_without_its_password(password: str) -> None:
    try:
        redis_address(f"redis://:{password}@localhost:6379/0")
    except ValueError as error:
        assert "pa" not in str(error).replace("password", "")
        assert "ss" not in str(error).replace("password", "")
    from service.settings import HttpSettings

    given = {
        "SGN_DATABASE_URL": "sqlite:///x", "SGN_REGISTRY_URL": "file:///x",
        "SGN_REDIS_URL": "redis://:pa/ss@localhost:6379/0",
    }  # fmt: skip
    with pytest.raises(ProcessSettingsError, match="SGN_REDIS_URL"):
        HttpSettings.from_environment(given)


def test_a_client_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "UNREAD_MS", 1500)
    with listening.listen("127.0.0.1", 0) as door:
        client = socket.create_connection(door.getsockname())
        accepted, _ = door.accept()
        accepted.settimeout(20)
        began = time.monotonic()
        with pytest.raises(OSError), contextlib.closing(client):  # noqa: PT011 - any of them
            accepted.sendall(b"x" * 100_000_000)
        accepted.close()
    assert time.monotonic() - began < 15


def test_a_vault_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    from registry import RegistryUnavailable
    from service.stores import artifacts

    class Slow:
        def get(self, task_id: str, name: str) -> bytes:
            time.sleep(0.5)
            return f"{task_id}/{name}".encode()

    async def many() -> None:
        await asyncio.gather(*(kept.get("TASK1", "x") for _ in range(20)))

    kept = ArtifactReader(Slow())  # type: ignore[arg-type]
    assert asyncio.run(kept.get("TASK1", "x")) == b"TASK1/x"
    monkeypatch.setattr(artifacts, "PATIENCE_SECONDS", 0.05)
    with pytest.raises(RegistryUnavailable):
        asyncio.run(many())
    kept.close()


def test_no_more_files_are_uploaded_at_once_than_may(bounded: Place) -> None:
    host, port = str(bounded.http.base_url).removeprefix("http://").rstrip("/").split(":")
    head = (
        f"POST /api/v0/datasets?proj_id=P&data_name=slow HTTP/1.1\r\nhost: {host}\r\n"
        "content-length: 100\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode())
        time.sleep(0.5)
        query = {"proj_id": "P", "data_name": "other"}
        refused = bounded.http.post("/api/v0/datasets", params=query, content="ID\n1")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    time.sleep(0.5)
    with reading(bounded.variables):
        again = bounded.http.post("/api/v0/datasets", params=query, content="ID\n1")
    assert again.status_code == 422


def test_the_events_of_a_cancelled_task_are_all_there(open_place: Place) -> None:
    """What its result does not hold yet is told from the queue, and more once it is there."""
    from actors.redis_connection import redis_client
    from actors.tasks.streams import CURVE_LINE, CURVE_STREAM

    task_id = open_place.submit()
    key = names_of(open_place.variables).key(CURVE_STREAM, task_id)
    with contextlib.closing(redis_client(open_place.variables["SGN_REDIS_URL"])) as client:
        for number in (1, 2, 3):
            line = f"Epoch {number:03d}, Train Loss: 0.5000"
            client.xadd(key, {CURVE_LINE: line}, id=f"{number}-0")
    open_place.http.post(f"/api/v0/tasks/{task_id}/cancel").raise_for_status()
    seen = list(stream(str(open_place.http.base_url).rstrip("/"), task_id))
    assert [content["epoch"] for _, kind, content in seen if kind == "epoch"] == [1, 2, 3]
    assert seen[-1][2]["task_status"] == "Cancelled"


@pytest.mark.parametrize(
    "header",
    [
        "LABEL," + ",".join(f"FC_{2 * n}_{2 * n + 1}" for n in range(4000)),
        "LABEL," + ",".join(f"A{n}_{n}" for n in range(4000)),
        "LABEL" + "," * 2_000_000,
    ],
    ids=["edges", "grid", "wide"],
)
def test_a_small_file_takes_little_memory(small: Installation, header: str) -> None:
    import psutil

    before = psutil.Process(small.process.pid).memory_info().rss
    row = "1" + "," * header.count(",")
    query = {"proj_id": "P", "data_name": "bomb"}
    began = time.monotonic()
    with Peak(small.process.pid) as peak:
        reply = small.http.post("/api/v0/datasets", params=query, content=f"{header}\n{row}\n")
    assert (reply.status_code, reply.json()["error_num"]) == (422, 7)
    assert len(json.dumps(reply.json())) < 20_000
    assert peak.bytes - before < 300_000_000
    assert time.monotonic() - began < 20


class Peak:
    """The most memory that a process holds while the block lasts."""

    def __init__(self, pid: int) -> None:
        import psutil

        self._process = psutil.Process(pid)
        self.bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            self.bytes = max(self.bytes, self._process.memory_info().rss)
