"""The installation as its user runs it: real processes, started and ended by real signals."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from service.environment import database_file, database_url
from tests import zygote
from tests.databases import migrated
from tests.servers import free_ports

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
START_SECONDS = 90
COLD = {"PYTHON_ANEW": "1"}  # for a process that starts as a user's does
STOP_SECONDS = 60
GIVE_UP_SECONDS = 240  # for what hangs; no measure of what is fast


@dataclass(frozen=True)
class Installation:
    """A running ``sgn up`` and how to talk to it."""

    url: str
    home: Path
    process: "subprocess.Popen[bytes]"
    http: httpx.Client

    def post(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Post a form as NEURO-LEARN does: JSON text and no content type; the reply."""
        reply = self.http.post("/api/v0/new_task", content=json.dumps(form))
        body: dict[str, Any] = reply.json()
        return body

    def get(self, path: str, **query: str) -> dict[str, Any]:
        body: dict[str, Any] = self.http.get(path, params=query).json()
        return body

    def upload(self, path: Path, proj_id: str = "P") -> dict[str, Any]:
        query = {"proj_id": proj_id, "user_id": "u", "data_name": path.stem}
        reply = self.http.post("/api/v0/datasets", params=query, content=path.read_bytes())
        body: dict[str, Any] = reply.json()
        assert body["error_num"] == 0, body
        return body

    def wait(self, task_id: str, seconds: float = GIVE_UP_SECONDS) -> dict[str, Any]:
        """The task once it has ended."""
        return self.wait_for(task_id, {"Finished", "Failed"}, seconds)

    def wait_for(
        self, task_id: str, statuses: set[str], seconds: float = GIVE_UP_SECONDS
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            task: dict[str, Any] = self.get(f"/api/v0/tasks/{task_id}")["task"]
            if task["task_status"] in statuses:
                return task
            time.sleep(0.1)
        raise AssertionError(f"{task_id} is {task['task_status']} after {seconds} s")

    def processes(self) -> list[psutil.Process]:
        """The parent and everything it started."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]


@contextlib.contextmanager
def sgn_up(home: Path, *, cold: bool = False) -> Iterator[Installation]:
    """Start ``sgn up`` on a free port; end it by SIGTERM and see that nothing stays behind.

    A ``cold`` one and its worker start as a user's do, and are not forked (see ``tests.zygote``).
    """
    home.mkdir(parents=True, exist_ok=True)
    if not cold and not database_file(home).exists():
        migrated(database_url(home))
    reading, writing = os.pipe()
    command = ("service.cli", "up", "--home", str(home), "--port", "0")
    with os.fdopen(reading) as output:
        process = _launch(command, home / "up.log", dict(os.environ), stdout=writing, cold=cold)
        os.close(writing)
        line = output.readline().strip()
        assert line.startswith("ready http://127.0.0.1:"), (home / "up.log").read_text()
        url = line.removeprefix("ready ")
        with httpx.Client(base_url=url, timeout=30) as http:
            installation = Installation(url, home, process, http)
            try:
                yield installation
            finally:
                end(installation)


def end(installation: Installation, number: signal.Signals = signal.SIGTERM) -> None:
    """End the installation as its user would; no process may stay and the exit status is 0."""
    if installation.process.poll() is not None:
        return
    family = installation.processes()
    installation.process.send_signal(number)
    status = installation.process.wait(STOP_SECONDS)
    deadline = time.monotonic() + 5
    while alive := [each for each in family if _runs(each)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.02)
    assert status == 0, (installation.home / "up.log").read_text()


def _runs(process: psutil.Process) -> bool:
    """Whether it has not ended; who has, may still have to be reaped by a slow init."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextlib.contextmanager
def stalled(processes: Sequence[psutil.Process], database: Path) -> Iterator[None]:
    """They stand still for as long as the block lasts, though not while one of them writes.

    In SQLite, nobody else could write then.
    """
    try:
        while True:
            _send(processes, signal.SIGSTOP)
            if _writable(database):
                break
            _send(processes, signal.SIGCONT)
            time.sleep(0.05)
        yield
    finally:
        _send(processes, signal.SIGCONT)


def _send(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for each in processes:
        each.send_signal(number)


def _writable(database: Path) -> bool:
    with contextlib.closing(sqlite3.connect(database, timeout=0.2)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
    return True


def environment(**variables: str) -> dict[str, str]:
    """This process's environment with these variables of the installation, and no others of it."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("SGN_")}
    return {**inherited, **variables}


def start(
    *arguments: str, log: Path, session: bool = False, **variables: str
) -> "subprocess.Popen[bytes]":
    """One process of the installation, ``python -m`` with these arguments.

    It is forked (see ``tests.zygote``), unless one of its variables is read as Python starts, as
    those of ``COLD`` are. In a ``session`` of its own, a signal can be sent to it and all that
    it starts.
    """
    cold = not zygote.may_fork(variables)
    return _launch(arguments, log, environment(**variables), session=session, cold=cold)


def _launch(
    arguments: Sequence[str],
    log: Path,
    variables: Mapping[str, str],
    *,
    stdout: int | None = None,
    session: bool = False,
    cold: bool = False,
) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
        shown = output.fileno() if stdout is None else stdout
        if cold:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=variables,
                stdin=nothing,
                stdout=shown,
                stderr=output,
                start_new_session=session,
            )
        streams = (nothing.fileno(), shown, output.fileno())
        return zygote.zygote().start(("-m", *arguments), variables, streams, session=session)


def run_sgn(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """One command to its end, ``sgn`` with these arguments, and what it printed.

    It is forked as what `start` starts is. This terminal's colours and width do not count.
    """
    command = ("-m", "service.cli", *arguments)
    without = ("COLUMNS", "FORCE_COLOR", "NO_COLOR")
    known = {name: value for name, value in environment().items() if name not in without}
    known |= variables
    if zygote.may_fork(variables):
        return zygote.forked(command, GIVE_UP_SECONDS, known)
    return subprocess.run(
        [sys.executable, *command],
        env=known,
        capture_output=True,
        text=True,
        timeout=GIVE_UP_SECONDS,
        check=False,
    )


def new_token(variables: Mapping[str, str], project: str, role: str) -> str:
    """The text of a new token, by the command of an operator."""
    made = run_sgn("token", "new", "--project", project, "--role", role, **variables)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@contextlib.contextmanager
def process(*arguments: str, log: Path, **variables: str) -> Iterator["subprocess.Popen[bytes]"]:
    """One process of the installation, as an operator starts it; ended by SIGTERM."""
    started = start(*arguments, log=log, session=False, **variables)
    try:
        yield started
    finally:
        started.terminate()
        try:
            assert started.wait(STOP_SECONDS) == 0, log.read_text()
        finally:
            started.kill()


@contextlib.contextmanager
def serving(folder: Path, **variables: str) -> Iterator[httpx.Client]:
    """``sgn serve`` on a free port with these variables, once it answers."""
    (port,) = free_ports(1)
    log = folder / "serve.log"
    with (
        process("service.cli", "serve", log=log, **variables, SGN_PORT=str(port)),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http,
    ):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                http.get("/healthz").raise_for_status()
                break
            time.sleep(0.05)
        yield http
