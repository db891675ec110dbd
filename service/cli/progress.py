"""How far a task is: a bar on a terminal, a line now and then elsewhere; always on stderr."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from service.cli.terminal import note, plain

if TYPE_CHECKING:
    from service.client import Task
    from service.client.uploads import OnProgress

Watcher = Callable[["Task"], None]

LINE_PERCENT = 10.0
LINE_SECONDS = 30.0
LARGE_BYTES = 2_000_000
WAIT_SECONDS = 1.0  # most files are read sooner
WAITING = "Waiting for a worker to read the file…"


@contextmanager
def shown_progress() -> Iterator[Watcher]:
    """Give what is to be called with each look at a task."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    with _bar() as watcher:
        yield watcher


@contextmanager
def shown_upload(file: Path | None) -> Iterator["OnProgress"]:
    """Give what is to be called with the bytes read of a file or folder; None is sent already.

    A large one has a bar on a terminal; once all is sent, it is said that a worker reads it.
    """
    from service.client.uploads import size_of  # noqa: PLC0415 - httpx is slow to import

    size = 0 if file is None else size_of(file)
    with _waiting() as begin, _upload_bar("" if file is None else file.name, size) as shown:
        if not size:
            begin()

        def heard(done: int) -> None:
            shown(done)
            if done >= size:
                begin()

        yield heard


@contextmanager
def shown_reading() -> Iterator[None]:
    """Say that a worker reads a file that is there already."""
    with _waiting() as begin:
        begin()
        yield


@contextmanager
def _waiting() -> Iterator[Callable[[], None]]:
    """Give what is to be called when waiting begins: a line says so, if it takes a moment."""
    timer = threading.Timer(WAIT_SECONDS, note, [WAITING])
    timer.daemon = True

    def begin() -> None:
        if not timer.is_alive() and not timer.finished.is_set():
            timer.start()

    try:
        yield begin
    finally:
        timer.cancel()


@contextmanager
def _upload_bar(name: str, size: int) -> Iterator["OnProgress"]:
    if size < LARGE_BYTES or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich import progress  # noqa: PLC0415 - slow to import
    from rich.console import Console  # noqa: PLC0415

    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=None),
        progress.DownloadColumn(),
    )
    console = Console(stderr=True)
    with progress.Progress(*columns, console=console, expand=True, transient=True) as shown:
        line = shown.add_task(plain(name), total=size)
        yield lambda sent: shown.update(line, completed=sent)


class Lines:
    """A line when the status changes, after every tenth of the way and every half minute."""

    def __init__(self) -> None:
        self._status = ""
        self._percent = 0.0
        self._at = 0.0

    def __call__(self, task: "Task") -> None:
        """Say how far the task is, where that is news."""
        percent = task.progress.percent
        due = task.task_status != self._status or percent >= self._percent + LINE_PERCENT
        if not due and (task.ended or time.monotonic() < self._at + LINE_SECONDS):
            return
        self._status, self._percent, self._at = task.task_status, percent, time.monotonic()
        note(": ".join(part for part in (f"{task.task_id} {task.task_status}", _far(task)) if part))


@contextmanager
def _bar() -> Iterator[Watcher]:
    from rich import progress  # noqa: PLC0415 - slow to import
    from rich.console import Console  # noqa: PLC0415

    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=None),
        progress.TextColumn("{task.fields[far]}", markup=False),
    )
    with progress.Progress(*columns, console=Console(stderr=True), expand=True) as shown:
        line = shown.add_task("", total=None, far="")

        def watch(task: "Task") -> None:
            done = task.progress
            shown.update(
                line,
                description=plain(f"{task.task_id} {task.task_status}"),
                total=done.epochs or None,
                completed=done.epoch,
                far=_far(task),
            )

        yield watch


def _far(task: "Task") -> str:
    """Such as ``epoch 20 of 200, 10 %, 0:34 left``; "" before the first epoch."""
    done = task.progress
    if not done.epochs or not done.epoch:
        return ""
    parts = [f"epoch {done.epoch} of {done.epochs}", f"{done.percent:.0f} %"]
    if done.eta_seconds is not None and not task.ended:
        parts.append(f"{_duration(done.eta_seconds)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
