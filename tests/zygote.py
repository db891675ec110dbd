"""Worker processes without their start: each is forked off a process that has imported all of it.

What a worker imports takes four seconds of a processor, and the tests start a hundred. The forks
are processes like any other: children of the test's, with an environment of their own, which real
signals end. Tests of starting itself start afresh (``sgn up``, ``sgn worker``).
"""

import atexit
import ctypes
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

PRELOADED = "actors.worker"
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
LONGEST = 1 << 20  # bytes of a request


class Forked(subprocess.Popen[bytes]):
    """A child that somebody else has forked, to be waited for and signalled as any other."""

    def __init__(self, pid: int, arguments: Sequence[str]) -> None:
        self.pid = pid
        self.args = list(arguments)
        self.returncode = None  # it runs
        self.stdin = self.stdout = self.stderr = None
        self._child_created = True
        self._waitpid_lock = threading.Lock()


def start(
    arguments: Sequence[str], log: Path, environment: Mapping[str, str], *, session: bool = False
) -> Forked:
    """Run ``python -m`` with these arguments; what it prints is added to ``log``.

    In a ``session`` of its own, a signal can be sent to it and all that it starts.
    """
    asked = {
        "arguments": list(arguments),
        "log": str(log),
        "environment": dict(environment),
        "cwd": str(Path.cwd()),
        "session": session,
    }
    channel = _zygote()
    # Only for as long as it takes: what others orphan is not ours to wait for.
    _adopt(orphans=True)
    try:
        channel.sendall(json.dumps(asked).encode())
        pid = int(channel.recv(32))
    finally:
        _adopt(orphans=False)
    return Forked(pid, arguments)


@cache
def _zygote() -> socket.socket:
    """The end of a channel to a process that has imported everything and forks."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        command = [sys.executable, "-m", __name__, str(its.fileno())]
        process = subprocess.Popen(command, pass_fds=[its.fileno()])

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _adopt(*, orphans: bool) -> None:
    """Be the parent of who loses theirs, as the fork does whose parent ends at once."""
    if ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, int(orphans), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _serve(channel: socket.socket) -> None:
    """Fork for each request until the other side is gone."""
    __import__(PRELOADED)
    while request := channel.recv(LONGEST):
        asked = json.loads(request)
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
            _become(**asked)
        os.waitpid(between, 0)  # from here on the fork is the test's own child
        os.close(write)
        with os.fdopen(read, "rb") as told:
            channel.sendall(told.read())


def _become(
    *, arguments: list[str], log: str, environment: dict[str, str], cwd: str, session: bool
) -> None:
    """Be what ``python -m`` with these arguments would be; does not return."""
    if session:
        os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
