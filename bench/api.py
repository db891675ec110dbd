"""Posts per second and POST → Running, beside the same by Flask, gunicorn, Celery and PyMySQL.

``python -m bench.api [--json]``: on one MariaDB and one Redis, rounds interleaved. Ours are two
processes behind two addresses, as a load balancer has them; gunicorn's two share one. ``plain`` is
the peer without outbox, run rows and bounds, which may lose a task. The peer's packages are not the
project's: ``pip install flask gunicorn celery pymysql`` first.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pymysql
import redis
import uvloop

from db.datasets import NewDataset, insert_dataset, new_data_id
from db.server.connection import close_database, migrate, open_database
from graphnet.data.profile import Profile
from graphnet.data.synthetic import cohort_table
from graphnet.readers import from_json
from tests.databases import mysql_database, query
from tests.installations import environment
from tests.places import add_small
from tests.servers import free_ports, queue_server
from tests.service.forms import SMALL, form


def posted(urls: list[str], body: bytes, connections: int, seconds: float) -> dict[str, float]:
    """What a client process of its own measures, over the addresses in turn."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        times, spent = pool.apply(_client, (urls, body, connections, seconds))
    ordered = sorted(times)
    return {
        "posts_per_second": round(len(times) / spent, 1),
        "p50_ms": round(1000 * ordered[len(ordered) // 2], 2),
        "p99_ms": round(1000 * ordered[int(len(ordered) * 0.99)], 2),
    }


def _client(
    urls: list[str], body: bytes, connections: int, seconds: float
) -> tuple[list[float], float]:
    return uvloop.run(_all(urls, body, connections, seconds))


async def _all(
    urls: list[str], body: bytes, connections: int, seconds: float
) -> tuple[list[float], float]:
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    places = [url.removeprefix("http://").split(":") for url in urls]
    chosen = list(itertools.islice(itertools.cycle(places), connections))
    posters = [_Poster(host, int(port), body, began + seconds) for host, port in chosen]
    for each in posters:
        await each.connect(loop)
    await asyncio.gather(*(each.done for each in posters))
    return [each for poster in posters for each in poster.times], time.perf_counter() - began


class _Poster(asyncio.Protocol):
    """One post after another's answer, on one connection as long as it is kept."""

    def __init__(self, host: str, port: int, body: bytes, until: float) -> None:
        self._place = (host, port)
        head = f"POST /api/v0/new_task HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}"
        self._request = head.encode() + b"\r\n\r\n" + body
        self._until = until
        self._answer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self.times: list[float] = []
        self.done = asyncio.get_running_loop().create_future()

    async def connect(self, loop: asyncio.AbstractEventLoop) -> None:
        await loop.create_connection(lambda: self, *self._place)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # what a TCP connection has
        self._post()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, content = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        head = head.lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(content) < length:
            return
        if b'"error_num":0' not in content.replace(b" ", b""):
            self.done.set_exception(RuntimeError(content.decode()))
            return
        self.times.append(time.perf_counter() - self._sent)
        self._answer = b""
        if time.perf_counter() >= self._until:
            self.done.set_result(None)
        elif b"connection: close" not in head:
            self._post()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            loop = asyncio.get_running_loop()
            self._again = loop.create_task(self.connect(loop))

    def _post(self) -> None:
        assert self._transport is not None
        self._sent = time.perf_counter()
        self._transport.write(self._request)


PLAIN = {
    "epochs": 1, "batch_size": 8, "baselines": False, "explain": False, "cv_folds": 0,
}  # fmt: skip
BODY = json.dumps(form(param_set=PLAIN, save_model_state=False)).encode()
LIMITS = {"SGN_MAX_WAITING": "10000000", "SGN_MAX_WAITING_PER_PROJECT": "10000000"}
WORKER = ("dramatiq", "actors.worker:make_broker", "--processes", "1", "--threads", "1")
PROCESSES = 2
GUNICORN = ("gunicorn", "--workers", str(PROCESSES), "--threads", "8", "--keep-alive", "30")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--starts", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        found = _measured(stack, Path(folder), asked)
    print(json.dumps(found, indent=1) if asked.json else _table(found))
    return 0


def _measured(
    stack: contextlib.ExitStack, folder: Path, asked: argparse.Namespace
) -> dict[str, Any]:
    redis_url = stack.enter_context(queue_server(folder))
    places = {
        "ours": stack.enter_context(_ours(folder, redis_url)),
        "peer": stack.enter_context(_peer(folder, redis_url, 1)),
        "plain": stack.enter_context(_peer(folder, redis_url, 2, PEER_PLAIN="1")),
    }
    posts: dict[str, list[dict[str, float]]] = {name: [] for name in places}
    for _ in range(asked.rounds):
        for name, place in places.items():
            posts[name].append(posted(place["urls"], BODY, asked.connections, asked.seconds))
    found: dict[str, Any] = {name: _summary(each) for name, each in posts.items()}
    for name in ("peer", "plain"):
        pairs = zip(posts["ours"], posts[name], strict=True)
        ratios = [ours["posts_per_second"] / its["posts_per_second"] for ours, its in pairs]
        found[name]["ratio"] = [round(ratio, 2) for ratio in sorted(ratios)]
    for name, place in places.items():
        with _worker(place, folder):
            found[name] |= _starts(place, asked.starts)
    return found


def _summary(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


@contextlib.contextmanager
def _ours(folder: Path, redis_url: str) -> Iterator[dict[str, Any]]:
    with mysql_database() as url:
        asyncio.run(migrate(url))
        ports = free_ports(PROCESSES)
        (folder / "registry").mkdir()
        variables = {
            **LIMITS,
            "SGN_DATABASE_URL": url,
            "SGN_REDIS_URL": redis_url,
            "SGN_REGISTRY_URL": (folder / "registry").as_uri(),
        }
        command = [sys.executable, "-m", "service.cli", "serve"]
        place: dict[str, Any] = {
            "urls": [f"http://127.0.0.1:{port}" for port in ports], "database": url,
            "variables": variables, "worker": [sys.executable, "-m", *WORKER],
        }  # fmt: skip
        with contextlib.ExitStack() as stack:
            for port in ports:
                own = environment(**variables, SGN_PORT=str(port))
                stack.enter_context(_running(command, own, folder / "ours.log"))
            _await(place["urls"])
            with httpx.Client(base_url=place["urls"][0], timeout=60) as http:
                add_small(http)
            yield place


@contextlib.contextmanager
def _peer(folder: Path, redis_url: str, number: int, **more: str) -> Iterator[dict[str, Any]]:
    with mysql_database() as url:
        asyncio.run(migrate(url))
        asyncio.run(_add_small(url))
        (port,) = free_ports(1)
        variables = {"PEER_MYSQL": url, "PEER_REDIS": f"{redis_url[:-1]}{number}", **more}
        module = "bench.peers.flask_service"
        command = [sys.executable, "-m", *GUNICORN, "--bind", f"127.0.0.1:{port}", f"{module}:app"]
        celery = [sys.executable, "-m", "celery", "-A", f"{module}:queue", "worker"]
        with _running(command, environment(**variables), folder / f"peer{number}.log"):
            place: dict[str, Any] = {
                "urls": [f"http://127.0.0.1:{port}"], "database": url, "variables": variables,
                "worker": [*celery, "--concurrency", "1"],
            }  # fmt: skip
            _await(place["urls"])
            yield place


async def _add_small(url: str) -> None:
    """The two datasets of the form, with what they hold, as an upload leaves them."""
    await open_database(url)
    try:
        for label, group in ((1, "SZ"), (0, "NC")):
            table = cohort_table("small", label, 20, seed=label, recipe=SMALL)
            text, name = table.to_json(), f"small_{group}"
            profile = Profile.of(from_json(text, name)).as_dict()
            row = NewDataset(
                *(new_data_id(), "P", "u", name), data_cont=text, hdfs_path="", profile=profile
            )
            await insert_dataset(row)
    finally:
        await close_database()


@contextlib.contextmanager
def _worker(place: dict[str, Any], folder: Path) -> Iterator[None]:
    """A worker that has done everything that waited."""
    for table in ("backend_submissions", "sgn_outbox", "sgn_runs"):
        query(place["database"], f"DELETE FROM {table}")
    _flush(place)
    log = folder / "worker.log"
    with _running(place["worker"], environment(**place["variables"]), log):
        time.sleep(8)
        yield


def _flush(place: dict[str, Any]) -> None:
    url = place["variables"].get("PEER_REDIS") or place["variables"]["SGN_REDIS_URL"]
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        client.flushdb()


@contextlib.contextmanager
def _running(command: list[str], variables: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=variables, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _await(urls: list[str]) -> None:
    for url in urls:
        for _ in range(300):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{url}/healthz", timeout=5)
                break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"{url} does not answer")


def _starts(place: dict[str, Any], count: int) -> dict[str, float]:
    """POST → Running, one task at a time, by a connection of its own to the database."""
    name = place["database"].rpartition("/")[2]
    found = []
    with (
        contextlib.closing(
            pymysql.connect(host="127.0.0.1", user="root", database=name, autocommit=True)
        ) as connection,
        httpx.Client(base_url=place["urls"][0], timeout=60) as http,
    ):
        for _ in range(count):
            began = time.perf_counter()
            answer = http.post("/api/v0/new_task", content=BODY).json()
            task_id = answer["task_form"]["task_id"]
            _until(connection, task_id, ("Running", "Finished"))
            found.append(1000 * (time.perf_counter() - began))
            _until(connection, task_id, ("Finished",))
            time.sleep(0.2)
    ordered = sorted(found)
    return {
        "running_p50_ms": round(ordered[len(ordered) // 2], 1),
        "running_p99_ms": round(ordered[-1], 1),
    }


def _until(connection: Any, task_id: str, statuses: tuple[str, ...]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT task_status FROM backend_submissions WHERE task_id = %s", (task_id,)
            )
            if cursor.fetchone()[0] in statuses:
                return
        time.sleep(0.002)
    raise RuntimeError(f"{task_id} does not become {statuses}")


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"{name:5} {each['posts_per_second']:8.1f} posts/s  p50 {each['p50_ms']:7.2f} ms  "
        f"p99 {each['p99_ms']:7.2f} ms  Running p50 {each['running_p50_ms']:7.1f} ms"
        for name, each in found.items()
    ]
    ratios = [f"ours over {name}: {found[name]['ratio']}" for name in ("peer", "plain")]
    return "\n".join([*lines, *ratios])


if __name__ == "__main__":
    sys.exit(main())
