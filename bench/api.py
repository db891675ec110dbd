"""Posts per second and POST → Running, beside the same by Flask, gunicorn, Celery and PyMySQL.

``python -m bench.api [--json]``: both on MariaDB and one Redis, rounds interleaved. The peer's
packages are not the project's: ``pip install flask gunicorn celery pymysql`` first.
"""

import argparse
import asyncio
import contextlib
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

from db.connection import migrate
from tests.databases import mysql_database, query
from tests.houses import environment
from tests.places import add_small
from tests.servers import free_ports, queue_server
from tests.service.forms import form

PLAIN = {
    "epochs": 1, "batch_size": 8, "baselines": False, "explain": False, "cv_folds": 0,
}  # fmt: skip
BODY = json.dumps(form(param_set=PLAIN, save_model_state=False)).encode()
LIMITS = {"SGN_MAX_WAITING": "10000000", "SGN_MAX_WAITING_PER_PROJECT": "10000000"}
WORKER = ("dramatiq", "actors.worker:make_broker", "--processes", "1", "--threads", "1")
GUNICORN = ("gunicorn", "--workers", "2", "--threads", "8", "--keep-alive", "30")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--connections", type=int, default=16)
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
    ours = stack.enter_context(_ours(folder, redis_url))
    theirs = stack.enter_context(_peer(folder, redis_url))
    posts: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
    for _ in range(asked.rounds):
        for name, place in (("ours", ours), ("peer", theirs)):
            posts[name].append(_posted(place["url"], asked.connections, asked.seconds))
    found: dict[str, Any] = {name: _summary(each) for name, each in posts.items()}
    found["ratio_posts"] = round(
        found["ours"]["posts_per_second"] / found["peer"]["posts_per_second"], 2
    )
    for name, place in (("ours", ours), ("peer", theirs)):
        with _worker(place, folder):
            found[name] |= _starts(place, asked.starts)
    return found


def _summary(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


@contextlib.contextmanager
def _ours(folder: Path, redis_url: str) -> Iterator[dict[str, Any]]:
    with mysql_database() as url:
        asyncio.run(migrate(url))
        (port,) = free_ports(1)
        (folder / "registry").mkdir()
        variables = {
            **LIMITS,
            "SGN_DATABASE_URL": url,
            "SGN_REDIS_URL": redis_url,
            "SGN_REGISTRY_URL": (folder / "registry").as_uri(),
            "SGN_PORT": str(port),
        }
        command = [sys.executable, "-m", "service.cli", "serve"]
        with _running(command, environment(**variables), folder / "ours.log"):
            place: dict[str, Any] = {
                "url": f"http://127.0.0.1:{port}", "database": url, "variables": variables,
                "worker": [sys.executable, "-m", *WORKER],
            }  # fmt: skip
            _await(place["url"] + "/healthz")
            with httpx.Client(base_url=place["url"], timeout=60) as http:
                add_small(http)
            yield place


@contextlib.contextmanager
def _peer(folder: Path, redis_url: str) -> Iterator[dict[str, Any]]:
    with mysql_database() as url:
        for name in ("small_SZ", "small_NC"):
            query(
                url,
                "INSERT INTO backend_datasets (data_id, proj_id, user_id, data_name, data_cont, "
                f"hdfs_path) VALUES ('{name}', 'P', 'u', '{name}', '{{}}', '')",
            )
        (port,) = free_ports(1)
        variables = {"PEER_MYSQL": url, "PEER_REDIS": redis_url.replace("/0", "/1")}
        module = "bench.peers.flask_service"
        command = [sys.executable, "-m", *GUNICORN, "--bind", f"127.0.0.1:{port}", f"{module}:app"]
        celery = [sys.executable, "-m", "celery", "-A", f"{module}:queue", "worker"]
        with _running(command, environment(**variables), folder / "peer.log"):
            place: dict[str, Any] = {
                "url": f"http://127.0.0.1:{port}", "database": url, "variables": variables,
                "worker": [*celery, "--concurrency", "1"],
            }  # fmt: skip
            _await(place["url"] + "/")
            yield place


@contextlib.contextmanager
def _worker(place: dict[str, Any], folder: Path) -> Iterator[None]:
    """A worker that has done everything that waited."""
    query(place["database"], "DELETE FROM backend_submissions")
    with contextlib.suppress(Exception):
        query(place["database"], "DELETE FROM sgn_outbox", "DELETE FROM sgn_runs")
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


def _await(url: str) -> None:
    for _ in range(300):
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=5)
            return
        time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


def _posted(url: str, connections: int, seconds: float) -> dict[str, float]:
    """What a client process of its own measures."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        times, spent = pool.apply(_client, (url, connections, seconds))
    ordered = sorted(times)
    return {
        "posts_per_second": round(len(times) / spent, 1),
        "p50_ms": round(1000 * ordered[len(ordered) // 2], 2),
        "p99_ms": round(1000 * ordered[int(len(ordered) * 0.99)], 2),
    }


def _client(url: str, connections: int, seconds: float) -> tuple[list[float], float]:
    host, port = url.removeprefix("http://").split(":")
    return asyncio.run(_all(host, int(port), connections, seconds))


async def _all(host: str, port: int, connections: int, seconds: float) -> tuple[list[float], float]:
    began = time.perf_counter()
    found = await asyncio.gather(*(_one(host, port, began + seconds) for _ in range(connections)))
    return [each for times in found for each in times], time.perf_counter() - began


async def _one(host: str, port: int, until: float) -> list[float]:
    """Post on one connection after another answer, by bare streams: little of the machine."""
    reader, writer = await asyncio.open_connection(host, port)
    head = f"POST /api/v0/new_task HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(BODY)}\r\n\r\n"
    times = []
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(head.encode() + BODY)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].split(b"\r\n")[0])
        content = await reader.readexactly(length)
        if b'"error_num":0' not in content.replace(b" ", b""):
            raise RuntimeError(content.decode())
        times.append(time.perf_counter() - began)
        if b"connection: close" in answer:
            writer.close()
            reader, writer = await asyncio.open_connection(host, port)
    writer.close()
    return times


def _starts(place: dict[str, Any], count: int) -> dict[str, float]:
    """POST → Running, one task at a time, by a connection of its own to the database."""
    name = place["database"].rpartition("/")[2]
    found = []
    with (
        contextlib.closing(
            pymysql.connect(host="127.0.0.1", user="root", database=name, autocommit=True)
        ) as connection,
        httpx.Client(base_url=place["url"], timeout=60) as http,
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
        if isinstance(each, dict)
    ]
    return "\n".join([*lines, f"ratio of posts per second {found['ratio_posts']}"])


if __name__ == "__main__":
    sys.exit(main())
