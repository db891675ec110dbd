"""The house for a notebook: ``sgn up`` as a child process, which ends with its parent."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from service.client.errors import ClientError
from service.client.session import Client
from service.environment import token_in
from service.local.home import address_file, lock_file

START_SECONDS = 120.0
STOP_SECONDS = 60.0
READY = "ready "
UP = ("-m", "service.cli", "up", "--port", "0", "--until-stdin-ends")
LOG = "up.log"


class HouseError(ClientError):
    """Why there is no house to talk to, in one sentence."""


@contextlib.contextmanager
def house(home: Path | str = "sgn-home") -> Iterator[Client]:
    """A client of the house in the folder ``home``, which is started where none runs there.

    What was started is ended with the block, also when Python itself ends, by whatever: it hears
    so on a pipe. A house that ran already is left running.

    Raises:
        HouseError: it does not start; the folder's ``up.log`` has the details.

    """
    folder = Path(home).resolve()
    token = token_in(os.environ)
    if _is_taken(folder):
        with Client(_address(folder), token=token) as client:
            yield client
        return
    with _started(folder) as url, Client(url, token=token) as client:
        yield client


def _is_taken(folder: Path) -> bool:
    """Whether a house runs there: it holds the lock for as long."""
    import fcntl  # noqa: PLC0415 - Windows has none, where a client works all the same

    try:
        with lock_file(folder).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    return False


def _address(folder: Path) -> str:
    """Where the house that runs there is, once it says so: it may just be starting."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            return address_file(folder).read_text(encoding="utf-8").strip()
        if not _is_taken(folder):
            break
        time.sleep(0.1)
    raise HouseError(f"The house that runs in {folder} does not say where it is; end it first.")


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[str]:
    """Start ``sgn up`` on a free port; its address."""
    process = _up(folder)
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        line = process.stdout.readline().strip()
        if not line.startswith(READY):
            raise HouseError(f"sgn up did not start in {folder}: {_reason(folder)}")
        yield line.removeprefix(READY)
    finally:
        _end(process)


def _up(folder: Path) -> "subprocess.Popen[str]":
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / LOG).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the interpreter that runs this
                [sys.executable, *UP, "--home", str(folder)],
                stdin=subprocess.PIPE,  # it ends when nobody holds the other end any more
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # an interrupt of a notebook's cell is not meant for it
            )
    except OSError as error:
        raise HouseError(f"The folder {folder} cannot be used: {error.strerror}.") from error


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


def _reason(folder: Path) -> str:
    """The last line that it said."""
    lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").split("\n")
    said = [line for line in lines if line.strip()]
    return said[-1] if said else f"see {folder / LOG}."
