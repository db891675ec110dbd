"""What the manifests give to real servers and processes does what it is for."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from actors.questions.rpc import ACTOR, QUEUE, READ_ACTOR, READ_QUEUE, rpc_broker, send_request
from actors.redis_connection import Names, redis_client
from db.server.connection import ID_FORM, migrate
from registry.location import open_store
from tests.databases import ServerSilent, mysql_database, query
from tests.deploy.rendered import Object, environment, named, of_kind, pod
from tests.servers import PARTS, START_SECONDS, ServerMissing, free_ports, queue_server, s3_program

COLUMNS = """SELECT table_name, column_name, column_type, is_nullable, column_key, extra,
    character_set_name, ordinal_position FROM information_schema.columns
    WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"""
BUCKET = "bucket-0.1.0"
RUNS = [  # state, kind, device, worker, and which pools are to have a worker more for it
    ("Submitted", "", "", "", {"cpu", "cuda"}),
    ("Submitted", "cpu", "", "", {"cpu"}),
    ("Submitted", "cuda", "", "gone", {"cuda"}),
    ("Running", "", "cpu", "a", {"cpu"}),
    ("Running", "", "cpu", "a", set()),  # a part that the task's own worker does
    ("Running", "", "cpu", "b", {"cpu"}),
    ("Running", "", "cuda (NVIDIA H100)", "c", {"cuda"}),
    ("Running", "cuda", "cuda:0 (NVIDIA H100)", "d", {"cuda"}),
    ("Finished", "", "cpu", "e", set()),
    ("Failed", "cuda", "cuda", "e", set()),
    ("Cancelled", "cpu", "cpu", "e", set()),
]


@pytest.fixture
def database() -> Iterator[str]:
    try:
        with mysql_database(django=False) as url:
            yield url
    except ServerSilent as silent:
        pytest.skip(str(silent))


def test_keda_counts_what_waits_and_what_runs_for_each_pool(
    production: list[Object], database: str
) -> None:
    asyncio.run(migrate(database))
    empty = dict.fromkeys(("cpu", "cuda"), 0)
    assert {kind: counted(production, kind, database) for kind in empty} == empty
    for number, (*row, _) in enumerate(RUNS):
        insert(database, f"TASK{number}", *row)
    for kind in empty:
        expected = sum(kind in pools for *_, pools in RUNS)
        assert counted(production, kind, database) == expected


def insert(database: str, *values: str) -> None:
    """A row as little as it can be: whatever else must be said is 0 or ''."""
    types = query(
        database,
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = "
        "DATABASE() AND table_name = 'sgn_runs'",
    )
    row = {name: "''" if "char" in type_ else "0" for name, type_ in types}
    told = ("task_id", "state", "kind", "device", "worker")
    row |= {name: f"'{value}'" for name, value in zip(told, values, strict=True)}
    query(database, f"INSERT INTO sgn_runs ({','.join(row)}) VALUES ({','.join(row.values())})")


def counted(objects: list[Object], kind: str, database: str) -> int:
    (trigger,) = triggers(objects, kind, "mysql")
    ((found,),) = query(database, trigger["metadata"]["query"])
    return int(found)


def migrated_as(objects: list[Object]) -> str:
    """The id that the migration gives the installation."""
    (job,) = (each for each in of_kind(objects, "Job") if "migration" in each["metadata"]["name"])
    (container,) = job["spec"]["template"]["spec"]["containers"]
    (given,) = (each for each in container["command"] if each.startswith("--installation-id="))
    chosen: str = given.partition("=")[2]
    assert ID_FORM.fullmatch(chosen), chosen
    return chosen


def triggers(objects: list[Object], kind: str, scaler: str) -> list[Object]:
    every = named(objects, "ScaledJob", f"worker-{kind}")["spec"]["triggers"]
    return [each for each in every if each["type"] == scaler]


@pytest.mark.parametrize(
    ("queue", "actor", "most"), [(QUEUE, ACTOR, 100), (READ_QUEUE, READ_ACTOR, 3)]
)
def test_a_question_starts_one_worker_without_a_gpu(
    production: list[Object], tmp_path: Path, queue: str, actor: str, most: int
) -> None:
    assert triggers(production, "cuda", "redis") == []
    found = triggers(production, "cpu", "redis")
    (trigger,) = (each for each in found if each["metadata"]["listName"].endswith(queue))
    waiting = trigger["metadata"]["listName"]
    with queue_server(tmp_path) as url, redis_client(url) as client:
        assert client.llen(waiting) == 0
        broker = rpc_broker(client, Names(migrated_as(production)), queue)
        for number in range(3):
            send_request(broker, queue, actor, {"upload": f"UP{number}"})
        assert client.llen(waiting) == 3
    assert int(trigger["metadata"]["listLength"]) > most  # so three are no more than one worker
    host, port = trigger["metadata"]["address"].split(":")
    name, namespace = host.split(".")
    server = named(production, "Service", name)
    assert server["metadata"]["namespace"] == namespace
    assert str(server["spec"]["ports"][0]["port"]) == port


def test_neuro_learn_s_tables_are_as_its_django_makes_them(
    dev: list[Object], database: str
) -> None:
    (script,) = (
        each["data"]["neuro-learn.sql"]
        for each in of_kind(dev, "ConfigMap")
        if each["metadata"]["name"].startswith("mariadb-init")
    )
    query(database, *(each for each in script.split(";") if each.strip()))
    with mysql_database() as django:
        assert query(database, COLUMNS) == query(django, COLUMNS)


@pytest.mark.nightly
def test_the_bucket_is_made_once_in_the_storage_that_dev_runs(
    dev: list[Object],
    secrets: dict[str, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (script,) = (
        each["data"]["make_bucket.py"]
        for each in of_kind(dev, "ConfigMap")
        if each["metadata"]["name"].startswith("bucket-script")
    )
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    key = secrets["sgn-s3"]["credentials"]
    try:
        program = s3_program()
    except ServerMissing as missing:
        pytest.skip(str(missing))
    with seaweedfs(program, dev, secrets["sgn-storage"]["s3.json"], tmp_path) as endpoint:
        given = environment(dev, BUCKET, tmp_path, s3_credentials=key)
        given["SGN_S3_ENDPOINT_URL"] = endpoint
        for _ in range(2):
            done = run_python(script, given)
            assert done.returncode == 0, done.stderr
            assert "sgn-models" in done.stdout
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", given["AWS_SHARED_CREDENTIALS_FILE"])
        store = open_store(given["SGN_REGISTRY_URL"], endpoint_url=endpoint)
        store.put("TASK1", "manifest.json", b"{}")
        assert store.get("TASK1", "manifest.json") == b"{}"
        (tmp_path / "s3-credentials").write_text(credentials("somebody", "else"))
        refused = run_python(script, given)
        assert refused.returncode == 1
        assert "could not be made" in refused.stderr


@contextlib.contextmanager
def seaweedfs(program: str, objects: list[Object], identities: str, folder: Path) -> Iterator[str]:
    """Run it as its pod does, but on ports that are free and in a folder of ours; its address."""
    (container,) = pod(objects, "seaweedfs").containers
    (folder / "data").mkdir()
    (folder / "s3.json").write_text(identities)
    ports = dict(zip(PARTS, batched(free_ports(2 * len(PARTS))), strict=True))
    told = [
        argument.replace("=/data", f"={folder}/data").replace("/run/secrets/storage", str(folder))
        for argument in container["args"]
        if not argument.startswith("-s3.port=")
    ]
    for part, (port, grpc) in ports.items():
        told += [f"-{part}.port={port}", f"-{part}.port.grpc={grpc}"]
    endpoint = f"http://127.0.0.1:{ports['s3'][0]}"
    health = endpoint + container["readinessProbe"]["httpGet"]["path"]
    try:
        with running(program, *told, end=signal.SIGKILL):  # asked to end, it waits for 15 s
            until_healthy(health)
            yield endpoint
    finally:
        for part, (_, grpc) in ports.items():
            Path(f"/tmp/seaweedfs-{part}-grpc-{grpc}.sock").unlink(missing_ok=True)
        for part in ("filer", "s3"):
            Path(f"/tmp/seaweedfs-{part}-{ports[part][0]}.sock").unlink(missing_ok=True)


def batched(ports: list[int]) -> list[tuple[int, int]]:
    """Two by two."""
    return list(zip(ports[::2], ports[1::2], strict=True))


def until_healthy(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url).status_code == HTTPStatus.OK:
                return
        assert time.monotonic() < deadline, url
        time.sleep(0.1)


def credentials(user: str, secret: str) -> str:
    return f"[default]\naws_access_key_id = {user}\naws_secret_access_key = {secret}\n"


def run_python(script: str, given: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_redis_asks_for_the_password_and_keeps_what_it_was_told(
    dev: list[Object], secrets: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("The program redis-server is not on this machine.")
    (told,) = (
        each["data"]["redis.conf"]
        for each in of_kind(dev, "ConfigMap")
        if each["metadata"]["name"].startswith("redis-config")
    )
    (tmp_path / "users.acl").write_text(secrets["sgn-redis"]["users.acl"] + "\n")
    told = told.replace("/run/secrets/redis", str(tmp_path)).replace("dir /data", f"dir {tmp_path}")
    (port,) = free_ports(1)
    (tmp_path / "redis.conf").write_text(f"{told}\nport {port}\nbind 127.0.0.1\n")
    url = secrets["sgn-redis"]["url"].replace("redis:6379", f"127.0.0.1:{port}")
    for round_ in range(2):
        with running(program, str(tmp_path / "redis.conf")), client_of(url) as client:
            until_answered(client)
            assert client.get("kept") == (b"yes" if round_ else None)
            client.set("kept", "yes")
            with (
                client_of(f"redis://127.0.0.1:{port}") as stranger,
                pytest.raises(redis.AuthenticationError),
            ):
                stranger.ping()


def client_of(url: str) -> redis.Redis:
    """One that asks once, and leaves asking again to us."""
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0))


@contextlib.contextmanager
def running(*command: str, end: signal.Signals = signal.SIGTERM) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(end)
        process.wait(10)


def until_answered(client: "redis.Redis") -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        else:
            return
