"""A process that is asked to end ends: what is stuck is named, and left."""

import asyncio
import logging
import subprocess
import sys
import time

import pytest

from actors.shutdown import STUCK, cancelled, step, step_of_thread

START = """
import logging, sys, threading, time
from actors.shutdown import end_within, leave
logging.basicConfig(level=logging.INFO)
def stuck_here():
    time.sleep(3600)
"""
STUCK_THREAD = "threading.Thread(target=stuck_here, name='spool-writer').start()\n"


def ran(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", START + program],
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip


def test_a_process_that_does_not_end_says_what_runs_and_is_ended() -> None:
    found = ran(f"end_within(0.2)\n{STUCK_THREAD}")
    assert found.returncode == STUCK, found.stderr
    assert "not ended 0.2 s after being asked to" in found.stderr
    assert "spool-writer" in found.stderr
    assert "in stuck_here" in found.stderr


def test_native_code_that_holds_the_interpreter_does_not_hold_it_for_ever() -> None:
    """By faulthandler, whose thread needs no interpreter."""
    holding = "import ctypes\nctypes.PyDLL(None).sleep(3600)\n"  # PyDLL keeps the interpreter
    found = ran(f"end_within(0.1)\ntime.sleep(0.01)\n{holding}")
    assert found.returncode == 1
    assert "Timeout" in found.stderr


def test_a_thread_that_is_left_at_its_work_does_not_keep_the_process() -> None:
    found = ran(f"{STUCK_THREAD}sys.exit(leave(3))")
    assert found.returncode == 3
    assert "left at their work: spool-writer" in found.stderr
    assert ran("sys.exit(leave(4))").returncode == 4


async def _deaf_once(heard: list[int]) -> None:
    """Loses the first cancellation, as Python's wait_for may where it meets what it waits for."""
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            heard.append(1)
            if len(heard) > 1:
                raise


def test_a_step_on_a_loop_has_its_time(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    heard: list[int] = []

    async def steps() -> list[bool]:
        deaf = asyncio.create_task(_deaf_once(heard))
        await asyncio.sleep(0)
        return [
            await step("the deaf", cancelled([deaf]), 20),
            await step("the faulty", _faulty(), 5),
            await step("the endless", _endless(), 1.1),
        ]

    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(steps()) == [True, True, False]
    loop.close()
    assert len(heard) == 2
    assert [each.message for each in caplog.records] == [
        "ending: the faulty: ValueError: no",
        "ending: waiting for the endless",
        "ending: the endless took more than 1.1 s and is left",
    ]


async def _faulty() -> None:
    raise ValueError("no")


async def _endless() -> None:
    await asyncio.sleep(3600)


def test_a_step_of_a_thread_has_its_time(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    step_of_thread("the quick", lambda: None, 5)
    step_of_thread("the slow", lambda: time.sleep(3600), 1.1)
    assert [each.message for each in caplog.records] == [
        "ending: waiting for the slow",
        "ending: the slow took more than 1.1 s and is left",
    ]
