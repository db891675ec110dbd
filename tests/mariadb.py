"""A MariaDB of its own, where the program is there: it can be killed and started again."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.databases import ServerSilent, answers, query
from tests.servers import free_ports

START_SECONDS = 30.0


@dataclass
class MariaServer:
    """One server process on a folder; what it has committed outlives a kill."""

    folder: Path
    port: int
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_program("mariadbd"), *self._options()], stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-3000:])
            time.sleep(0.05)

    def start_again(self) -> None:
        """Start it, if it does not run."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Let it accept connections, and answer nobody, for as long as the block lasts."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def read_only(self, *, on: bool) -> None:
        """Take no writes, or again, from whom no right lets write all the same; root is one."""
        query(self.url, f"SET GLOBAL read_only = {int(on)}")

    def prepare(self) -> None:
        """Make the tables that a server keeps for itself."""
        subprocess.run(
            [
                _program("mariadb-install-db"),
                "--no-defaults",
                f"--datadir={self.folder / 'data'}",
                *_user(),
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
            capture_output=True,
        )

    def _options(self) -> list[str]:
        return [
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            *_user(),
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            # Relative to the folder of the data: a whole path may be too long for a socket.
            "--socket=own.sock",
            "--pid-file=own.pid",
            "--innodb-buffer-pool-size=64M",
            "--innodb-flush-log-at-trx-commit=1",
        ]


@contextlib.contextmanager
def mariadb_server(folder: Path) -> Iterator[MariaServer]:
    """A running server in a new folder. Raises ServerSilent where MariaDB is not installed."""
    folder.mkdir()
    (port,) = free_ports(1)
    server = MariaServer(folder, port)
    server.prepare()
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder / "data", ignore_errors=True)


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise ServerSilent(f"The program {name} of MariaDB is not installed on this machine.")
    return found


def _user() -> list[str]:
    """MariaDB runs as root only where it is told to."""
    return ["--user=root"] if os.geteuid() == 0 else []
