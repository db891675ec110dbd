"""Clocks: this machine's beside those of others."""

import time
from email.utils import parsedate_to_datetime

import httpx

from graphnet.messages import Message
from service.doctor.check_result import CheckResult, fault, ok, warning

CHECK = "clock"
APART_MS = 5_000
REFUSED_MS = 900_000  # S3 takes no signature that is older or from the future by more
PATIENCE_SECONDS = 5.0
AMAZON = "https://s3.amazonaws.com"
DATABASE, STORAGE = "database", "storage"  # whose clock
FIX = Message("doctor.set-clocks")


def clock_result(whose: str, ahead_ms: int, *, signed: bool = False) -> CheckResult:
    """How far the clock of ``whose`` is from ours; ``signed`` where it judges our signatures."""
    seconds = f"{abs(ahead_ms) / 1000:.1f}"
    found = (
        Message("doctor.clock-ahead", whose=whose, seconds=seconds)
        if ahead_ms > 0
        else Message("doctor.clock-behind", whose=whose, seconds=seconds)
    )
    if signed and abs(ahead_ms) > REFUSED_MS:
        return fault(CHECK, Message("doctor.clock-refused", clock=found), FIX)
    if abs(ahead_ms) > APART_MS:
        return warning(CHECK, found, FIX)
    return ok(CHECK, found)


def storage(endpoint_url: str | None) -> list[CheckResult]:
    """The clock of S3 storage, by the header Date of whatever it answers, in whole seconds."""
    url = endpoint_url or AMAZON
    try:
        before = time.time()
        answer = httpx.head(url, timeout=PATIENCE_SECONDS)
        said = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError):
        return []  # the registry's own check says what does not answer
    # It was said between the two, and cut off to the second.
    ahead = said + 0.5 - (before + time.time()) / 2
    return [clock_result(STORAGE, int(1000 * ahead), signed=True)]
