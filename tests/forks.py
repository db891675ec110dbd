"""The tests side by side: collected once, then run by forks that take file by file.

``pytest --forks 6`` imports and collects in one process, where pytest-xdist does in each. That is a
tenth of the time that all tests take on two cores, and six processes, most of whose tests wait,
share what they have imported.

A fork asks for a file when it is at the last test but one of the file before, as pytest wants to
know which test comes next. Its reports are sent as pytest writes them for such a purpose. A test
whose process dies has failed; what was left of its file goes on in another fork.
"""

import gc
import logging
import os
import signal
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from tests import zygote

# A driver that was asked for its devices cannot be used by forks, but where NVML answered.
os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")

FORK = get_context("fork")
# So many processes take the files first that share one running installation, whose tests mostly
# work; the others those that start their own, whose tests mostly wait.
SHARING = 2


@dataclass(eq=False)
class File:
    """The tests of a file, or what is left of them, and where each stands among all.

    A test is known by its place, as several may have one name.
    """

    items: list[pytest.Item]
    places: list[int]

    @cached_property
    def slow(self) -> bool:
        return any(item.get_closest_marker("slow") for item in self.items)

    @cached_property
    def shares(self) -> bool:
        """Whether they use the one running installation of their process."""
        return any("installation" in getattr(item, "fixturenames", ()) for item in self.items)


def files_of(items: Sequence[pytest.Item], places: Iterable[int]) -> list[File]:
    grouped = groupby(places, key=lambda place: items[place].path)
    files = [list(group) for _, group in grouped]
    return [File([items[place] for place in file], file) for file in files]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--forks", type=int, default=0, help="run the files of tests in N processes")


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run all by forks, where asked for."""
    config = session.config
    if not config.option.forks or config.option.collectonly or session.testsfailed:
        return None  # pytest does it, or says why not
    _Parent(session).run(config.option.forks)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    return True


class _Fork:
    """A child, as its parent sees it: what it has been given and has not yet done."""

    def __init__(self, session: pytest.Session, number: int, folder: Path, stop: Event) -> None:
        self.shares = number <= SHARING
        self.ours, its = FORK.Pipe()
        self.left: list[int] = []
        self.process = FORK.Process(target=_Child(session, its, folder, stop).run)
        with warnings.catch_warnings():
            # Python warns of threads in the parent; those of numpy's library heed a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process.start()
        its.close()

    def give(self, places: list[int]) -> None:
        self.left += places
        self.ours.send(places)


class _Parent:
    """Gives out files and hears of tests."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._files = files_of(session.items, range(len(session.items)))
        self._config = session.config
        self._forks: dict[Connection, _Fork] = {}
        self._started = 0
        self._stop = FORK.Event()
        # As pytest-xdist does: a folder for each process within that of the run.
        factory: pytest.TempPathFactory = session.config._tmp_path_factory  # type: ignore[attr-defined]
        self._folder = factory.getbasetemp()

    def run(self, number: int) -> None:
        if any(file.slow for file in self._files):
            zygote.preload()
        gc.freeze()  # no collector of a fork touches, and so copies, what all of them share
        try:
            for _ in range(min(number, len(self._files))):
                self._start()
            while self._forks:
                for connection in wait(list(self._forks)):
                    assert isinstance(connection, Connection)
                    self._hear(self._forks[connection])
        finally:
            for fork in self._forks.values():
                fork.process.terminate()
                fork.process.join()
            gc.unfreeze()

    def _start(self) -> None:
        self._started += 1
        folder = self._folder / f"fork{self._started}"
        folder.mkdir()
        fork = _Fork(self._session, self._started, folder, self._stop)
        self._forks[fork.ours] = fork

    def _next(self, fork: _Fork) -> list[int]:
        """The first file of those that are fast, else of the kind that this process takes first."""
        if not self._files:
            return []
        file = min(
            self._files, key=lambda file: (file.slow, file.slow and file.shares != fork.shares)
        )
        self._files.remove(file)
        return file.places

    def _hear(self, fork: _Fork) -> None:
        try:
            message = fork.ours.recv()
        except (EOFError, ConnectionResetError):
            self._lost(fork)
            return
        hook = self._config.hook
        match message:
            case "more":
                fork.give(self._next(fork))
            case "done":
                fork.left.pop(0)
            case "end":
                self._end(fork)
            case dict():
                data: dict[str, Any] = message
                report = hook.pytest_report_from_serializable(config=self._config, data=data)
                hook.pytest_runtest_logreport(report=report)
                if self._session.shouldfail or self._session.shouldstop:
                    self._files.clear()
                    self._stop.set()

    def _end(self, fork: _Fork) -> None:
        fork.process.join()
        fork.ours.close()
        del self._forks[fork.ours]

    def _lost(self, fork: _Fork) -> None:
        """The test at which a process died has failed; another does what it had left."""
        fork.process.join()
        self._end(fork)
        status = fork.process.exitcode or 0
        how = f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        if not fork.left:
            message = f"A process of the tests ended {how} after its last test."
            raise RuntimeError(message)
        place, *left = fork.left
        died = self._session.items[place]
        report = pytest.TestReport(
            nodeid=died.nodeid,
            location=died.location,
            keywords={},
            outcome="failed",
            longrepr=f"{died.nodeid}: its process ended {how}.",
            when="call",
        )
        self._config.hook.pytest_runtest_logreport(report=report)
        self._files[:0] = files_of(self._session.items, left)
        if self._files:
            self._start()


def _propagate(package: str) -> None:
    """Have pytest find what a package logs at the root, not at each of torch's forty loggers.

    It hands its handlers to all that do not propagate, thrice a test: a millisecond of each.
    """
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] == package:
            logging.getLogger(name).propagate = True


class _Child:
    """What runs in a fork."""

    def __init__(
        self, session: pytest.Session, parent: Connection, folder: Path, stop: Event
    ) -> None:
        self._session = session
        self._config = session.config
        self._parent = parent
        self._folder = folder
        self._stop = stop

    def run(self) -> None:
        if zygote.is_preloaded():
            zygote.fork_zygote()
        plugins = self._config.pluginmanager
        # The files that keep what tests print are the parent's; this process needs its own.
        capture = plugins.getplugin("capturemanager")
        if capture is not None:
            capture.stop_global_capturing()
            capture.start_global_capturing()
        plugins.unregister(name="terminalreporter")
        # The threads of libgomp stay with the parent; whoever waits for them here waits for ever.
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.set_num_threads(1)
            _propagate(torch.__name__)
        plugins.register(self, "fork")
        self._config._tmp_path_factory._basetemp = self._folder  # type: ignore[attr-defined]
        items = self._items()
        item = next(items, None)
        while item is not None and not self._stop.is_set():
            following = next(items, None)
            self._config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self._parent.send("done")
            item = following
        # Ends what all tests of the process shared, where it stops before its last.
        self._session._setupstate.teardown_exact(None)
        self._parent.send("end")

    def _items(self) -> Iterator[pytest.Item]:
        """All tests of this process. Its next file is asked for as the last before begins."""
        while True:
            self._parent.send("more")
            places = self._parent.recv()
            if not places:
                return
            for place in places:
                yield self._session.items[place]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._parent.send(data)
