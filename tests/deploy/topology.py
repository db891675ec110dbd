"""The topology of compose.yaml without containers: the same parts, on loopback."""

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from db.server.connection import migrate
from tests.databases import mysql_database, query
from tests.deploy.front import REPOSITORY, Front, nginx
from tests.installations import new_token, process, start
from tests.places import WORKER
from tests.servers import S3Server, free_ports, queue_server, s3_server

START_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass
class Peer:
    """One process of the service, which can be killed and started again."""

    port: int
    log: Path
    variables: dict[str, str]
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, without waiting."""
        variables = {**self.variables, "SGN_PORT": str(self.port)}
        self._process = start("service.cli", "serve", log=self.log, session=False, **variables)

    def wait(self) -> None:
        """Return once it answers."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{self.url}/healthz").raise_for_status()
                return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def kill(self) -> None:
        """End it without a word."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        finally:
            self._process.kill()


@dataclass(frozen=True)
class Topology:
    """nginx before processes of the service, a worker, and the token that nginx adds for us."""

    front: Front
    http: httpx.Client
    peers: list[Peer]
    token: str
    folder: Path
    database_url: str


@contextlib.contextmanager
def topology(folder: Path) -> Iterator[Topology]:
    """Run all of it until the block ends. Raises ServerMissing, ServerSilent."""
    with contextlib.ExitStack() as stack:
        variables, database = stack.enter_context(servers(folder))
        token = new_token(variables, "*", "submit")
        peers = [Peer(port, folder / f"{port}.log", variables) for port in free_ports(2)]
        for peer in peers:
            peer.start()
            stack.callback(peer.stop)
        stack.enter_context(process(*WORKER, log=folder / "worker.log", **variables))
        for peer in peers:
            peer.wait()
        tokens = f'127.0.0.1 "Bearer {token}";\n'
        front = stack.enter_context(
            nginx(folder / "nginx", [peer.port for peer in peers], tokens=tokens)
        )
        http = stack.enter_context(httpx.Client(base_url=front.url, timeout=60))
        yield Topology(front, http, peers, token, folder, database)


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[tuple[dict[str, str], str]]:
    """Queue, storage and a migrated database: the variables that name them, and the database's URL.

    Raises ServerMissing, ServerSilent.
    """
    with (
        queue_server(folder) as queue,
        s3_server(folder) as s3,
        mysql_database(django=False) as database,
    ):
        query(database, *neuro_learn_statements())
        asyncio.run(migrate(database))
        yield _variables(folder, database, queue, s3), database


def neuro_learn_statements() -> list[str]:
    """What makes NEURO-LEARN's tables where there is no NEURO-LEARN."""
    text = (REPOSITORY / "kustomize" / "components" / "mariadb" / "neuro-learn.sql").read_text()
    return [part for part in text.split(";") if part.strip()]


def _variables(folder: Path, database: str, queue: str, s3: S3Server) -> dict[str, str]:
    """Secrets as files, as compose gives them."""
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "database_url").write_text(f"{database}\n")
    (secrets / "redis_url").write_text(f"{queue}\n")
    (secrets / "s3_credentials").write_text(
        f"[default]\naws_access_key_id = {s3.access_key}\naws_secret_access_key = {s3.secret_key}\n"
    )
    return {
        "SGN_DATABASE_URL_FILE": str(secrets / "database_url"),
        "SGN_REDIS_URL_FILE": str(secrets / "redis_url"),
        "AWS_SHARED_CREDENTIALS_FILE": str(secrets / "s3_credentials"),
        "SGN_S3_ENDPOINT_URL": s3.endpoint_url,
        "SGN_REGISTRY_URL": f"s3://{s3.bucket}/{os.urandom(4).hex()}",
    }
