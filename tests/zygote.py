"""Processes without their imports: each is forked off one that has imported all of it.

What a worker imports takes six seconds of a processor, a service two, and the tests start two
hundred. A process of `pytest --forks` forks it off itself before its first test, as all of them
share what the tests import; any other starts it anew. Its forks are processes like any other:
children of whoever started them, with an environment, a folder and a command line of their own,
which real signals end. What is tested of starting itself starts afresh (``cold`` in
``tests.installations``).
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import logging
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from types import SimpleNamespace
from typing import Any, NoReturn

PRELOADED = (
    *("actors.worker", "dramatiq.cli", "dramatiq.__main__", "service.app", "service.serve"),
    *(
        "service.local.up",
        "service.local.serving",
        "service.cli",
        "graphnet.command.train_files",
        "graphnet.report",
    ),
    "graphnet.figures.glass_brain",
    # What is imported only when a task, a page or a command first needs it.
    *("graphnet.evaluation.baselines", "captum.attr", "scipy.stats"),
    *("nilearn.connectome", "fluent.runtime", "graphnet.data.profile", "service.pages.site"),
    *("rich.console", "rich.progress", "rich.table"),
)
# What the interpreter or a library reads as it starts, so that only a new process heeds it.
AT_START = ("PYTHON", "OMP_", "MKL_", "LD_", "CUDA_")
SUBREAPER, END_WITH_PARENT = 36, 1  # of prctl
LONGEST = 1 << 17  # bytes of a request
# The filters of a Python that has started, the first of them foremost.
WARNED_AT_START: tuple[tuple[Any, type[Warning], str], ...] = (
    ("default", DeprecationWarning, "__main__"),
    ("ignore", DeprecationWarning, ""),
    ("ignore", PendingDeprecationWarning, ""),
    ("ignore", ImportWarning, ""),
    ("ignore", ResourceWarning, ""),
)
NOTHING = Path(os.devnull)
STREAMS = 3  # stdin, stdout, stderr


class Forked(subprocess.Popen[bytes]):
    """A child that somebody else has forked, to be waited for and signalled as any other."""

    def __init__(self, pid: int, arguments: Sequence[str]) -> None:
        self.pid = pid
        self.args = list(arguments)
        self.returncode = None  # it runs
        self.stdin = self.stdout = self.stderr = None
        self._child_created = True
        self._waitpid_lock = threading.Lock()


class Zygote:
    """A process that has imported everything, forks for each request, and ends with its channel."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._turn = threading.Lock()

    def start(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        streams: tuple[int, int, int],
        *,
        folder: str = "",
        session: bool = False,
        with_parent: bool = False,
    ) -> Forked:
        """Run ``python`` with these arguments, ``-m`` and a module or ``-W error`` before it.

        In a ``session`` of its own, a signal can be sent to it and all that it starts; one
        ``with_parent`` is asked to end when this process dies without a word.
        """
        wanted = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": folder or str(Path.cwd()),
            "session": session,
            "parent": os.getpid(),
            "with_parent": with_parent,
        }
        with self._turn:
            # Only for as long as it takes: what others orphan is not ours to wait for.
            _adopt_orphans(on=True)
            try:
                socket.send_fds(self._channel, [json.dumps(wanted).encode()], streams)
                pid = int(self._channel.recv(32))
            finally:
                _adopt_orphans(on=False)
        return Forked(pid, (sys.executable, *arguments))


_zygotes: dict[int, Zygote] = {}


def zygote() -> Zygote:
    """This process's own, which it starts when first asked."""
    if os.getpid() not in _zygotes:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            command = [sys.executable, "-m", __name__, str(its.fileno())]
            process = subprocess.Popen(command, pass_fds=[its.fileno()])

        def end() -> None:
            ours.close()
            process.wait()

        atexit.register(end)
        _zygotes[os.getpid()] = Zygote(ours)
    return _zygotes[os.getpid()]


def preload() -> None:
    """Import what a zygote has imported."""
    for module in PRELOADED:
        importlib.import_module(module)
    sys.modules["service.app"].load_handlers()


def is_preloaded() -> bool:
    return all(module in sys.modules for module in PRELOADED)


def fork_zygote() -> None:
    """Make the zygote of this process, which has preloaded and run nothing, by a fork."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if not os.fork():
        # Who waits for the end of this process would wait for all that have its files.
        os.closerange(STREAMS, its.fileno())
        os.closerange(its.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        _serve(its)
        os._exit(0)
    its.close()
    _zygotes[os.getpid()] = Zygote(ours)


def forked(
    command: Sequence[str], seconds: float, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """``subprocess.run`` of ``python`` with these arguments, by a fork. Raises TimeoutExpired."""
    variables = os.environ if environment is None else environment
    with TemporaryFile("w+") as shown, TemporaryFile("w+") as said, NOTHING.open() as nothing:
        streams = (nothing.fileno(), shown.fileno(), said.fileno())
        process = zygote().start(command, variables, streams)
        try:
            status = process.wait(seconds)
        finally:
            process.kill()
        shown.seek(0)
        said.seek(0)
        return subprocess.CompletedProcess(command, status, shown.read(), said.read())


def may_fork(variables: Mapping[str, str]) -> bool:
    """Whether a fork heeds these new variables as a new process does."""
    return all(
        os.environ.get(name) == value
        for name, value in variables.items()
        if name.startswith(AT_START)
    )


def _adopt_orphans(*, on: bool) -> None:
    """Be the parent of who loses theirs, as the fork does whose parent ends at once."""
    _prctl(SUBREAPER, int(on))


def _prctl(option: int, value: int) -> None:
    if LIBC.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


LIBC = ctypes.CDLL(None, use_errno=True)


def _serve(channel: socket.socket) -> None:
    """Fork for each request until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for others
    gc.collect()
    gc.freeze()  # no collector of a fork touches what all of them share
    while True:
        request, streams, _, _ = socket.recv_fds(channel, LONGEST, STREAMS)
        if not request:
            return
        read, write = os.pipe()
        between = os.fork()
        if not between:
            pid = os.fork()
            if pid:
                os.write(write, str(pid).encode())
                os._exit(0)
            os.close(read)
            os.close(write)
            channel.close()
            _become(streams, **json.loads(request))
        os.waitpid(between, 0)  # from here on the fork is the child of who asked for it
        os.close(write)
        for stream in streams:
            os.close(stream)
        with os.fdopen(read, "rb") as answer:
            channel.sendall(answer.read())


def _become(
    streams: list[int],
    *,
    arguments: list[str],
    environment: dict[str, str],
    folder: str,
    session: bool,
    parent: int,
    with_parent: bool,
) -> None:
    """Be what ``python`` with these arguments would be; does not return."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    _open_streams()
    if session:
        os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    while os.getppid() not in (parent, 1):
        time.sleep(0.001)
    if with_parent:
        _prctl(END_WITH_PARENT, signal.SIGTERM)
    _forget_tests()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if "coverage" not in sys.modules:
        atexit._clear()
    _show_command([sys.executable, *arguments])
    if arguments[:2] == ["-W", "error"]:
        warnings.simplefilter("error")
        del arguments[:2]
    sys.argv = arguments[1:]
    sys.path[0] = folder  # as `-m` puts it
    if arguments[1:3] == ["service.cli", "up"]:
        _fork_children()
    _end(_run(arguments[1]))


def _run(module: str) -> int:
    """Run the module as ``python -m`` does; its exit status."""
    for name in (module, f"{module}.__main__"):  # what a test has imported, Python would warn of
        if name in sys.modules and not hasattr(sys.modules[name], "__path__"):
            del sys.modules[name]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except KeyboardInterrupt:
        return -signal.SIGINT
    except BaseException:  # noqa: BLE001 - as Python ends by any
        traceback.print_exc()
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """End as Python does, without taking apart what was imported: seconds of a processor each."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _forget_tests() -> None:
    """Have the hooks, filters and handlers that Python starts with, not those of pytest."""
    sys.unraisablehook, threading.excepthook = sys.__unraisablehook__, threading.__excepthook__
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    warnings.resetwarnings()
    for action, category, module in WARNED_AT_START:
        warnings.filterwarnings(action, category=category, module=module, append=True)


def _open_streams() -> None:
    """What Python opens as it starts; the zygote's own would go on as for its files."""
    sys.stdin = TextIOWrapper(BufferedReader(FileIO(0, closefd=False)))
    sys.stdout = TextIOWrapper(BufferedWriter(FileIO(1, "w", closefd=False)))
    sys.stderr = TextIOWrapper(
        BufferedWriter(FileIO(2, "w", closefd=False)),
        errors="backslashreplace",
        line_buffering=True,
    )


def _show_command(command: Sequence[str]) -> None:
    """What ``ps`` shows of this process, written where the interpreter's arguments are.

    What is longer goes on where its first variables were, which nobody reads again. Linux shows
    such a line up to its first zero, so blanks stand between its words.
    """
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    begin, end, last = int(fields[45]), int(fields[46]), int(fields[48])  # arg_start, _end, env_end
    shown = "\0".join(command).encode()
    if len(shown) >= end - begin:
        shown, end = shown.replace(b"\0", b" ")[: last - begin - 1], last
    ctypes.memmove(begin, shown.ljust(end - begin, b"\0"), end - begin)


def _fork_children() -> None:
    """Let ``sgn up`` fork its worker too, off a process that is forked while it has no thread."""
    from service.local import child

    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if not os.fork():
        ours.close()
        for number in range(STREAMS):  # who reads them waits for sgn up alone
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        _serve(its)
        os._exit(0)
    its.close()
    forking = Zygote(ours)

    def popen(command: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
        if command[0] != sys.executable:
            return subprocess.Popen(command, **options)
        with NOTHING.open("rb") as nothing:
            output = options["stdout"].fileno()
            return forking.start(
                command[1:], options["env"], (nothing.fileno(), output, output),
                folder=str(options["cwd"]), session=True, with_parent=True,
            )  # fmt: skip

    its_own = SimpleNamespace(
        Popen=popen,
        DEVNULL=subprocess.DEVNULL,
        STDOUT=subprocess.STDOUT,
        TimeoutExpired=subprocess.TimeoutExpired,
    )
    setattr(child, "subprocess", its_own)  # noqa: B010 - the name is another module's


if __name__ == "__main__":
    preload()
    _serve(socket.socket(fileno=int(sys.argv[1])))
