"""A program that runs beside ``sgn up`` for as long as that does."""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphnet.messages import MessageError

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
CHECK_SECONDS = 0.25
LONGEST_PAUSE = 30.0
CALM_SECONDS = 60.0


class UpError(MessageError):
    """Why ``sgn up`` cannot start the service."""


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

    @contextlib.contextmanager
    def started(self) -> Iterator[None]:
        """Start it; stop it at the end. Raises OSError."""
        self.start()
        try:
            yield
        finally:
            self.stop()

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
