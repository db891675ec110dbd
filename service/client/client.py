"""The client: a session with a service, or with one that is started for a notebook."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from graphnet.errors import system_reason
from graphnet.messages import Message, finished
from service.client.answers import Catalogue
from service.client.datasets import Datasets
from service.client.errors import ClientError
from service.client.results import Results
from service.client.session import environment_token
from service.client.tasks import Tasks
from service.environment import address_file, lock_file

START_SECONDS = 120.0
STOP_SECONDS = 60.0
READY = "ready "
UP = ("-m", "service.cli", "up", "--port", "0", "--until-stdin-ends")
LOG = "up.log"


class Client(Tasks, Results, Datasets):
    """A session with the service at ``url``, to be used in a ``with`` block or closed.

    Args:
        url: address of the service; by default that of ``SGN_URL``, or this machine.
        timeout: seconds for each step of a request.
        token: who asks; by default, and only without ``url``, that of ``SGN_TOKEN`` or of the file
            ``SGN_TOKEN_FILE``.
        language: in which the service answers, and a notebook shows tasks and datasets: ``en`` or
            ``zh-CN``; by default the environment's.
        transport: a transport of httpx in place of the network.

    Every method raises :class:`ClientError`: :class:`Unreachable` if nothing answered, otherwise
    with the service's own sentence and numbers.

    """

    def models(self) -> Catalogue:
        """The architectures that can be trained, and the graphs."""
        return self._channel.request("GET", "models", Catalogue.read)


class LocalServiceError(ClientError):
    """Why no service could be started or reached in a folder."""


@contextlib.contextmanager
def local_service(home: Path | str = "sgn-home") -> Iterator[Client]:
    """A client of the service in the folder ``home``, which is started if none runs there.

    A service that was started ends with the block, and also when Python itself ends, however that
    happens: its standard input closes. A service that was already running is left running.

    Raises:
        LocalServiceError: it does not start; the folder's ``up.log`` has the details.

    """
    folder = Path(home).resolve()
    token = environment_token()
    if _is_running(folder):
        with Client(_address(folder), token=token) as client:
            yield client
        return
    with _started(folder) as url, Client(url, token=token) as client:
        yield client


def _is_running(folder: Path) -> bool:
    """Whether a service runs there: it holds the lock as long as it runs."""
    import fcntl  # noqa: PLC0415 - Windows has none, but a client works there too

    try:
        with lock_file(folder).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    return False


def _address(folder: Path) -> str:
    """The address of the service that runs there; it may still be starting."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            return address_file(folder).read_text(encoding="utf-8").strip()
        if not _is_running(folder):
            break
        time.sleep(0.1)
    raise LocalServiceError(Message("client.no-address-file", folder=str(folder)))


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[str]:
    """Start ``sgn up`` on a free port, and give its address."""
    process = _up(folder)
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        line = process.stdout.readline().strip()
        if not line.startswith(READY):
            values = {"folder": str(folder), "reason": _reason(folder)}
            raise LocalServiceError(Message("client.not-started", **values))
        yield line.removeprefix(READY)
    finally:
        _end(process)


def _up(folder: Path) -> "subprocess.Popen[str]":
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / LOG).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the interpreter that runs this
                [sys.executable, *UP, "--home", str(folder)],
                stdin=subprocess.PIPE,  # it ends when this end is closed
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # interrupting a notebook's cell must not end it
            )
    except OSError as error:
        reason = system_reason(error)
        unusable = Message("local.folder-unusable", folder=str(folder), reason=reason)
        raise LocalServiceError(unusable) from error


def _end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _reason(folder: Path) -> Message:
    """The last line of its log."""
    lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").split("\n")
    written = [line for line in lines if line.strip()]
    return finished(written[-1]) if written else Message("client.see-log", file=str(folder / LOG))


# The former names, kept for one release.
house = local_service
HouseError = LocalServiceError
