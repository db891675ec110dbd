"""The command as the tests run it: as a process, or within this one."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "service.cli")
# A test may itself run where interrupts are ignored, which a child would inherit.
_LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
INTERRUPTIBLE = (sys.executable, "-c", f"{_LISTENING}\nfrom service.cli import main\nmain()")

Command = Callable[..., Result]
Form = Callable[..., str]


def environment(**more: str) -> dict[str, str]:
    """This process's variables without those that would change what is printed or asked."""
    without = ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "SGN_URL")
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def rows(text: str) -> list[list[str]]:
    """The words of each line."""
    return [line.split() for line in text.splitlines()]
