"""Clocks: this machine's beside those of others."""

import time
from email.utils import parsedate_to_datetime

import httpx

from service.doctor.check_result import CheckResult, fault, ok, warning

CLOCK = "clock"
APART_MS = 5_000
REFUSED_MS = 900_000  # S3 takes no signature that is older or from the future by more
ANSWER_SECONDS = 5.0
AMAZON = "https://s3.amazonaws.com"
USE_NTP = "Have both machines set by NTP (timedatectl, chrony)."


def compare_clock(whose: str, ahead_ms: int, *, signed: bool = False) -> CheckResult:
    """How far the clock of ``whose`` is from ours; ``signed`` where it judges our signatures."""
    side = "ahead of" if ahead_ms > 0 else "behind"
    text = f"{whose} is {abs(ahead_ms) / 1000:.1f} s {side} this machine"
    if signed and abs(ahead_ms) > REFUSED_MS:
        return fault(CLOCK, f"{text}, so it refuses our signatures", USE_NTP)
    if abs(ahead_ms) > APART_MS:
        return warning(CLOCK, text, USE_NTP)
    return ok(CLOCK, text)


def check_storage_clock(endpoint_url: str | None) -> list[CheckResult]:
    """The clock of S3 storage, by the header Date of whatever it answers, in whole seconds."""
    url = endpoint_url or AMAZON
    try:
        before = time.time()
        answer = httpx.head(url, timeout=ANSWER_SECONDS)
        said = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError):
        return []  # the registry's own check says what does not answer
    # It was said between the two, and cut off to the second.
    ahead = said + 0.5 - (before + time.time()) / 2
    return [compare_clock("the S3 storage", int(1000 * ahead), signed=True)]
