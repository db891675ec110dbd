"""A fork is what a new process would be, but for the time that its imports take."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.installations import COLD, GIVE_UP_SECONDS, start
from tests.zygote import forked, may_fork

pytestmark = pytest.mark.slow

SHOWN = """
import json, os, sys, threading
print(json.dumps([sys.argv, os.environ.get("SGN_PORT"), os.getcwd(), os.getppid(), os.getpgid(0)]))
print(threading.active_count(), "torch" in sys.modules, file=sys.stderr)
sys.exit(3)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that shows what it is, in the folder in which it is run."""
    (tmp_path / "what_i_am.py").write_text(SHOWN)
    monkeypatch.chdir(tmp_path)
    return "what_i_am"


def test_it_has_arguments_variables_and_a_folder_of_its_own_and_a_status(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGN_PORT", "7")
    ran = forked(("-m", module, "--one", "two"), 60)
    assert (ran.returncode, ran.stderr) == (3, "1 True\n")
    arguments, port, folder, parent, group = json.loads(ran.stdout)
    assert arguments[1:] == ["--one", "two"]
    assert (port, folder, parent, group) == ("7", str(tmp_path), os.getpid(), os.getpgid(0))


def test_it_ends_by_a_signal_and_shows_its_command(tmp_path: Path) -> None:
    process = start("http.server", "0", "--bind=127.0.0.1", log=tmp_path / "log", session=True)
    shown = psutil.Process(process.pid)
    command = [sys.executable, "-m", "http.server", "0", "--bind=127.0.0.1"]
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while [word for word in shown.cmdline() if word] != command:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL


def test_what_python_reads_as_it_starts_asks_for_a_new_process() -> None:
    assert may_fork({"SGN_PORT": "7"})
    assert not may_fork(COLD)
    assert not may_fork({"OMP_NUM_THREADS": "64"})
