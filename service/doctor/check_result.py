"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is: a fault hinders the service or a worker, a warning may."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One line of the examination; ``fix`` says what to do, empty where nothing is to be done."""

    check: str
    state: State
    found: str
    fix: str = ""


def ok(check: str, found: str) -> Finding:
    """As it should be."""
    return Finding(check, State.OK, found)


def warning(check: str, found: str, fix: str) -> Finding:
    """It works, and may not always."""
    return Finding(check, State.WARNING, found, fix)


def fault(check: str, found: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(check, State.FAULT, found, fix)
