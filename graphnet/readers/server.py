"""Forks a process for each file to be read: ``python -m graphnet.readers.server CHANNEL``.

What a reader imports takes a second; a fork has it at once. The server itself opens no file and
knows no secret: it is started with a clean environment, imports, and forks. Each fork is bounded as
:mod:`graphnet.readers.__main__` bounds it, and ends with the server; the server ends with whoever
started it, and after a minute in which nobody asked.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from graphnet.messages import ENGLISH
from graphnet.readers.__main__ import PARENT, main, parser

PRELOADED = ("graphnet.readers.reading", "graphnet.data.profile", "pandas")
IDLE_SECONDS = 60.0
LONGEST = 1 << 17  # bytes of a request
STARTED = b"+"  # first on a reply; then the exit status
FAILED = 1  # the exit status of a process that raised


@dataclass(frozen=True)
class ForkRequest:
    """Arguments of ``graphnet.readers``, the folder for temporary files, a file for stderr."""

    arguments: list[str]
    folder: str
    words: str

    def to_bytes(self) -> bytes:
        """For the channel."""
        return json.dumps(asdict(self)).encode()


class Server:
    """Forks for what comes over ``channel``; a reply is sent on the socket that came with it."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel, self.pid = channel, os.getpid()
        self.replies: dict[int, socket.socket] = {}  # by process
        self.selector = selectors.DefaultSelector()
        self.selector.register(channel, selectors.EVENT_READ)
        self.woken, wake = socket.socketpair()
        for end in (self.woken, wake):
            end.settimeout(0)
        self.selector.register(self.woken, selectors.EVENT_READ)
        self.wake = wake
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for who started this

    def serve(self) -> None:
        """Serve until the other side is gone, or nobody has asked for a minute."""
        while events := self.selector.select(None if self.replies else IDLE_SECONDS):
            for key, _ in events:
                if key.fileobj is self.woken:
                    self._reap()
                elif key.fileobj is not self.channel:
                    self._give_up(key.data)
                elif not self._fork():
                    return

    def close(self) -> None:
        """End everything that still runs."""
        for pid in list(self.replies):
            self._give_up(pid)

    def _fork(self) -> bool:
        """Fork for the next request; False once there is nobody left to ask."""
        content, sockets, _, _ = socket.recv_fds(self.channel, LONGEST, 1)
        if not content:
            return False
        reply = socket.socket(fileno=sockets[0])
        pid = os.fork()
        if not pid:
            self._become(ForkRequest(**json.loads(content)), reply)
        self.replies[pid] = reply
        self.selector.register(reply, selectors.EVENT_READ, pid)
        with contextlib.suppress(OSError):
            reply.sendall(STARTED)
        return True

    def _give_up(self, pid: int) -> None:
        """End a process that nobody waits for any more."""
        with contextlib.suppress(KeyError):
            self.selector.unregister(self.replies[pid])
        _kill_group(pid)
        os.kill(pid, signal.SIGKILL)  # which may not have a group of its own yet

    def _become(self, request: ForkRequest, reply: socket.socket) -> NoReturn:
        """Read the file, and end."""
        status = FAILED
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            for opened in (self.channel, self.woken, self.wake, reply, *self.replies.values()):
                opened.close()
            self.selector.close()
            os.setsid()
            with Path(request.words).open("wb") as words:
                os.dup2(words.fileno(), sys.stderr.fileno())
            os.environ["TMPDIR"] = tempfile.tempdir = request.folder
            os.environ[PARENT] = str(self.pid)
            status = _read(request.arguments)
        except BaseException:  # noqa: BLE001 - nothing may go on as the server
            traceback.print_exc()
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(status)

    def _reap(self) -> None:
        """Tell how processes ended, and end what they have left."""
        with contextlib.suppress(BlockingIOError):
            while self.woken.recv(1024):
                pass
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                _kill_group(pid)
                reply = self.replies.pop(pid)
                with contextlib.suppress(KeyError):
                    self.selector.unregister(reply)
                with contextlib.suppress(OSError):  # nobody waits for it any more
                    reply.sendall(str(os.waitstatus_to_exitcode(status)).encode())
                reply.close()


def _read(arguments: list[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    for name in PRELOADED:
        importlib.import_module(name)
    parser(ENGLISH)  # with the catalogue that it reads
    gc.collect()
    gc.freeze()  # no collector of a fork touches what all of them share
    server = Server(socket.socket(fileno=int(sys.argv[1])))
    try:
        server.serve()
    finally:
        server.close()
