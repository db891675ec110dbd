"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is: a fault hinders the service or a worker, a warning may."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class CheckResult:
    """One line of the examination; ``fix`` says what to do, empty where nothing is to be done."""

    check: str
    state: State
    found: str
    fix: str = ""


def ok(check: str, found: str) -> CheckResult:
    """As it should be."""
    return CheckResult(check, State.OK, found)


def warning(check: str, found: str, fix: str) -> CheckResult:
    """It works, and may not always."""
    return CheckResult(check, State.WARNING, found, fix)


def fault(check: str, found: str, fix: str) -> CheckResult:
    """It does not work."""
    return CheckResult(check, State.FAULT, found, fix)
