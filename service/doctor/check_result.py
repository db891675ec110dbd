"""What a check found; and what every check of a clock finds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graphnet.messages import Message, render


class State(StrEnum):
    """How bad it is: a fault hinders the service or a worker, a warning may."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class CheckResult:
    """One line of the examination; ``fix`` says what to do, None where nothing is to be done."""

    check: str
    state: State
    found: Message
    fix: Message | None = None

    def as_dict(self, language: str) -> dict[str, Any]:
        """For JSON: the sentences in ``language``, and the messages with their codes."""
        return {
            "check": self.check,
            "state": self.state.value,
            "found": render(self.found, language),
            "fix": render(self.fix, language) if self.fix else "",
            "found_message": self.found.as_dict(),
            "fix_message": self.fix.as_dict() if self.fix else None,
        }


def ok(check: str, found: Message) -> CheckResult:
    """As it should be."""
    return CheckResult(check, State.OK, found)


def warning(check: str, found: Message, fix: Message | None = None) -> CheckResult:
    """It works, and may not always."""
    return CheckResult(check, State.WARNING, found, fix)


def fault(check: str, found: Message, fix: Message) -> CheckResult:
    """It does not work."""
    return CheckResult(check, State.FAULT, found, fix)


CLOCK = "clock"
APART_MS = 5_000
REFUSED_MS = 900_000  # S3 takes no signature that is older or from the future by more
SET_CLOCKS = Message("doctor.set-clocks")


def clock_result(whose: str, ahead_ms: int, *, signed: bool = False) -> CheckResult:
    """How far the clock of ``whose`` is from ours; ``signed`` where it judges our signatures."""
    seconds = f"{abs(ahead_ms) / 1000:.1f}"
    message = (
        Message("doctor.clock-ahead", whose=whose, seconds=seconds)
        if ahead_ms > 0
        else Message("doctor.clock-behind", whose=whose, seconds=seconds)
    )
    if signed and abs(ahead_ms) > REFUSED_MS:
        return fault(CLOCK, Message("doctor.clock-refused", clock=message), SET_CLOCKS)
    if abs(ahead_ms) > APART_MS:
        return warning(CLOCK, message, SET_CLOCKS)
    return ok(CLOCK, message)
