"""Forks run what pytest runs, say what it says, and lose no test."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ONE = """
import os
import pytest

@pytest.fixture(scope="module")
def shared():
    return os.getpid()

def test_passes(shared):
    print("said by one that passes")

def test_fails(shared):
    print("said by one that fails")
    assert os.getpid() != shared, "another process would be needed"

@pytest.mark.skip(reason="for a reason")
def test_is_skipped():
    pass

@pytest.mark.xfail(strict=True)
def test_is_expected_to_fail():
    raise ValueError

@pytest.fixture
def broken():
    raise ValueError("a fixture that breaks")

def test_has_no_fixture(broken):
    pass
"""

OTHER = """
import os, signal, time

def test_before():
    pass

def test_dies():
    os.kill(os.getpid(), signal.SIGKILL)

def test_after(tmp_path_factory):
    print(tmp_path_factory.getbasetemp().name)
    assert False, "seen in another process"
"""

THIRD = """
import atexit, pytest

@pytest.fixture(scope="session")
def ended(request):
    yield
    (request.config.rootpath / "ended").touch()

def test_fails(ended):
    assert False

def test_comes_later(ended):
    (__import__("pathlib").Path(__file__).parent / "later").touch()
"""


TWICE = """
def pytest_pycollect_makeitem(collector, name, obj):
    if name == "test_one":
        return [*collector._genfunctions(name, obj), *collector._genfunctions(name, obj)]
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.forks", "-p", "no:cacheprovider"]
    command += ["-c", f"{folder}/pytest.ini", "-rA", *options, str(folder)]
    return subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def outcomes(said: str) -> set[str]:
    pattern = r"^(?:PASSED|FAILED|ERROR|SKIPPED|XFAIL) .*$"
    return {re.sub(r" in [0-9.]+s", "", line) for line in re.findall(pattern, said, re.MULTILINE)}


@pytest.mark.nightly
def test_they_tell_what_one_process_tells(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"test_{number}.py").write_text(ONE)
    alone, forked = run(tmp_path), run(tmp_path, "--forks", "3")
    assert outcomes(alone.stdout) == outcomes(forked.stdout)
    assert len(outcomes(forked.stdout)) == 20
    for said in ("said by one that fails", "said by one that passes", "a fixture that breaks"):
        assert forked.stdout.count(said) == alone.stdout.count(said) > 0
    assert alone.returncode == forked.returncode == 1
    tail = "4 failed, 4 passed, 4 skipped, 4 xfailed, 4 errors"
    assert tail in alone.stdout.splitlines()[-1]
    assert tail in forked.stdout.splitlines()[-1]


@pytest.mark.nightly
def test_tests_of_one_name_are_run_each(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(TWICE)
    (tmp_path / "test_twice.py").write_text("def test_one(tmp_path):\n    assert tmp_path\n")
    ran = run(tmp_path, "--forks", "2")
    assert "2 passed" in ran.stdout.splitlines()[-1]


def test_who_dies_has_failed_and_the_rest_of_its_file_is_run(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(OTHER)
    ran = run(tmp_path, "--forks", "2")
    assert "test_other.py::test_dies: its process ended by signal SIGKILL." in ran.stdout
    assert "seen in another process" in ran.stdout
    assert "fork2" in ran.stdout
    assert "2 failed, 1 passed" in ran.stdout.splitlines()[-1]


@pytest.mark.nightly
def test_the_first_failure_ends_it_where_that_is_asked(tmp_path: Path) -> None:
    (tmp_path / "test_third.py").write_text(THIRD)
    ran = run(tmp_path, "--forks", "2", "-x")
    assert ran.returncode != 0
    assert "stopping after 1 failures" in ran.stdout
    assert (tmp_path / "ended").exists()  # what the session shared was ended all the same


@pytest.mark.nightly
@pytest.mark.parametrize("forks", [(), ("--forks", "2")])
def test_what_cannot_be_collected_runs_nothing(tmp_path: Path, forks: tuple[str, ...]) -> None:
    (tmp_path / "test_broken.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "test_one.py").write_text(ONE)
    ran = run(tmp_path, *forks)
    assert "Interrupted: 1 error during collection" in ran.stdout
    assert ran.returncode == 2
