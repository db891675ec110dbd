"""A file read by a process of its own, which may take so much memory and time and no more.

The process is forked from a server that has imported the readers (:mod:`graphnet.readers.server`).
"""

import atexit
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from actors.spool import private_folder
from db.texts import Json
from graphnet.data.interpretation import Question
from graphnet.data.profile import Profile
from graphnet.disk import room_in
from graphnet.errors import CohortError, DiskFull
from graphnet.messages import Message
from graphnet.readers.__main__ import CONTENT, FULL_STATUS, OUTCOME, PARENT, too_large
from graphnet.readers.server import STARTED, ForkRequest

log = logging.getLogger(__name__)


ALLOWED_CONTENT = 64_000_000  # bytes of data_cont
FOLDERS = "sgn-read-"
OLD_SECONDS = 3600.0
MAPPING = "mapping.json"
WORDS = "words"  # a file that gets a child's error output
START_SECONDS = 60.0  # of the server, on a busy machine
MOST_SERVERS = 5  # that are started for one file, where each ends before it reads
LAST_WORDS = 2_000  # characters of a child's error output that go to the log
# What a reader's libraries would otherwise start threads for; a process with threads cannot fork.
ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
INHERITED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "HOME", "PYTHONPATH", "LD_LIBRARY_PATH")


class ReadingFailed(CohortError):
    """A file whose reading took too long, too much memory, or ended its process."""


@dataclass(frozen=True)
class ReadLimits:
    """What reading one file may take: memory in MB, seconds, and a folder to work in."""

    memory_mb: int
    seconds: int
    spool: Path


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read; see :mod:`graphnet.readers.__main__`."""

    name: str
    mapping: Mapping[str, str]
    most: int
    profile: bool = False
    content: bool = False
    without_class: bool = False
    covariates: bool = False


@dataclass(frozen=True)
class ReadOutcome:
    """What came of a file: why it is ``refused``, ``questions``, or a dataset in ``folder``.

    ``preview`` are its first subjects, as JSON for an answer; ``profile`` is None where none was
    asked for.
    """

    folder: Path
    refused: tuple[Message, ...]
    questions: tuple[Question, ...]
    preview: Json | None
    signature: str
    profile: Profile | None
    answers: Mapping[str, str]

    @property
    def content(self) -> str:
        """The text of ``data_cont``; "" where the dataset does not fit its conventions."""
        path = self.folder / CONTENT
        return path.read_text(encoding="utf-8") if path.exists() else ""


@contextmanager
def working_folder(spool: Path) -> Iterator[Path]:
    """A folder for one file, which goes with everything in it; as do those of killed workers.

    Raises:
        DiskFull: what is written into it finds no room there.

    """
    with room_in(spool, "spool"):
        private_folder(spool)
        _remove_leftovers(spool)
        with tempfile.TemporaryDirectory(
            prefix=FOLDERS, dir=spool, ignore_cleanup_errors=True
        ) as name:
            yield Path(name)


def _remove_leftovers(spool: Path) -> None:
    """Remove what a killed worker has left."""
    for folder in spool.glob(f"{FOLDERS}*"):
        with suppress(FileNotFoundError):  # another worker removes them too
            if time.time() - folder.stat().st_mtime > OLD_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def read_file(path: Path, folder: Path, options: ReadOptions, limits: ReadLimits) -> ReadOutcome:
    """Read a file into ``folder / "out"``.

    Raises:
        ReadingFailed: it took too long or too much, or ended its process.
        DiskFull: there was no room for what was read.

    """
    out = folder / "out"
    out.mkdir()
    request = ForkRequest(_arguments(path, out, options, limits), str(folder), str(folder / WORDS))
    try:
        status = SERVER.run(request, limits.seconds)
    except TimeoutError as error:
        raise _too_slow(options.name, limits) from error
    _log_words(folder, options.name)
    return _outcome(status, out, options, limits)


class ReadingServer:
    """Starts this process's own :mod:`graphnet.readers.server` when a file is to be read."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._channel: socket.socket | None = None

    def run(self, request: ForkRequest, seconds: float) -> int:
        """The exit status of a fork that reads a file; -9 where its servers end again and again.

        Raises:
            TimeoutError: it took longer than ``seconds``, and has been ended.

        """
        for _ in range(MOST_SERVERS):
            ours, its = socket.socketpair()
            with ours:
                with its:
                    sent = self._send(request, its)
                ours.settimeout(START_SECONDS)
                if not sent or not ours.recv(len(STARTED)):
                    continue  # the server ended before it came to this: nobody had asked for long
                ours.settimeout(max(seconds, 0.001))
                status = ours.recv(32)
                return int(status) if status else -signal.SIGKILL
        return -signal.SIGKILL

    def close(self) -> None:
        """End the server and what it reads."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _send(self, request: ForkRequest, reply: socket.socket) -> bool:
        """Whether there was still a server to send it to."""
        with self._turn:
            if self._channel is None:
                self._channel = _started_server()
            try:
                socket.send_fds(self._channel, [request.to_bytes()], [reply.fileno()])
            except OSError:
                self.close()
                return False
            return True


SERVER = ReadingServer()
atexit.register(SERVER.close)


def _started_server() -> socket.socket:
    """The channel to a server without the worker's secrets; it ends when this is closed."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "graphnet.readers.server", str(its.fileno())],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[its.fileno()],
            start_new_session=True,
        )
    threading.Thread(target=process.wait, daemon=True).start()  # leaves no zombie
    return ours


def run_child(command: list[str], folder: Path, name: str, limits: ReadLimits) -> int:
    """Run the process that reads the file called ``name``; its exit status.

    Raises:
        ReadingFailed: it took too long.

    """
    process = _start(command, folder)
    try:
        process.wait(limits.seconds)
    except subprocess.TimeoutExpired as error:
        raise _too_slow(name, limits) from error
    finally:
        _kill(process)
    _log_words(folder, name)
    return int(process.returncode)


def _too_slow(name: str, limits: ReadLimits) -> ReadingFailed:
    return ReadingFailed(Message("readers.too-slow", file=name, seconds=limits.seconds))


def _log_words(folder: Path, name: str) -> None:
    """What a process has written to its error output."""
    path = folder / WORDS
    words = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    if words:
        log.warning("reading %r: %s", name, words[-LAST_WORDS:])


def child_outcome(status: int, out: Path, name: str, limits: ReadLimits) -> Json:
    """What a process that ended with ``status`` has found, as it has written it.

    Raises:
        ReadingFailed: it was ended before it could say.
        DiskFull: there was no room for what was read.

    """
    path = out / OUTCOME
    if status == FULL_STATUS:
        raise DiskFull(Message("worker.disk-full-for-file", folder=str(limits.spool), file=name))
    if status != 0 or not path.exists():
        raise ReadingFailed(_ended(status, name, limits))
    outcome: Json = json.loads(path.read_bytes())
    return outcome


def _arguments(path: Path, out: Path, options: ReadOptions, limits: ReadLimits) -> list[str]:
    """Of :mod:`graphnet.readers`."""
    return [
        *(str(path), str(out)),
        *(f"--name={options.name}", f"--mapping={_written(options.mapping, out)}"),
        *(f"--most={options.most}", f"--memory-mb={limits.memory_mb}"),
        *(["--profile"] if options.profile else []),
        *(["--without-class"] if options.without_class else []),
        *(["--covariates"] if options.covariates else []),
        *([f"--content={ALLOWED_CONTENT}"] if options.content else []),
    ]


def _written(mapping: Mapping[str, str], out: Path) -> Path:
    """A file of the mapping: it may be longer than an argument of a command."""
    path = out.with_name(MAPPING)
    path.write_text(json.dumps(dict(mapping)), encoding="utf-8")
    return path


def _start(command: list[str], folder: Path) -> "subprocess.Popen[bytes]":
    """In a session of its own, without the worker's secrets; its temporary files are ours."""
    with (folder / WORDS).open("wb") as words:
        return subprocess.Popen(  # noqa: S603 - our own command
            command,
            env=_environment() | {"TMPDIR": str(folder), PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            start_new_session=True,
        )


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, **ONE_THREAD, "PYTHONUTF8": "1"}


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End it and whatever it has started, if there is anything left."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _outcome(status: int, out: Path, options: ReadOptions, limits: ReadLimits) -> ReadOutcome:
    outcome = child_outcome(status, out, options.name, limits)
    profile = outcome.get("profile")
    return ReadOutcome(
        folder=out,
        refused=tuple(map(Message.from_json, outcome.get("refused", ()))),
        questions=tuple(map(Question.from_dict, outcome.get("questions", ()))),
        preview=outcome.get("preview"),
        signature=outcome.get("signature", ""),
        profile=None if profile is None else Profile.from_dict(profile),
        answers=outcome.get("answers", {}),
    )


def _ended(status: int, name: str, limits: ReadLimits) -> Message:
    """Why a process left no outcome: libraries abort, and the system kills, for want of memory."""
    if status == -signal.SIGABRT:
        return too_large(name, limits.memory_mb)
    if status == -signal.SIGKILL:
        return Message("readers.process-killed", file=name, megabytes=limits.memory_mb)
    return Message("readers.process-ended", file=name, status=status)
