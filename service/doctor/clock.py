"""Clocks: this machine's beside those of others."""

import time
from email.utils import parsedate_to_datetime

import httpx

from service.doctor.check_result import Finding, fault, ok, warning

CHECK = "clock"
APART_MS = 5_000
REFUSED_MS = 900_000  # S3 takes no signature that is older or from the future by more
PATIENCE_SECONDS = 5.0
AMAZON = "https://s3.amazonaws.com"
FIX = "Have both machines set by NTP (timedatectl, chrony)."


def finding(whose: str, ahead_ms: int, *, signed: bool = False) -> Finding:
    """How far the clock of ``whose`` is from ours; ``signed`` where it judges our signatures."""
    side = "ahead of" if ahead_ms > 0 else "behind"
    text = f"{whose} is {abs(ahead_ms) / 1000:.1f} s {side} this machine"
    if signed and abs(ahead_ms) > REFUSED_MS:
        return fault(CHECK, f"{text}, so it refuses our signatures", FIX)
    if abs(ahead_ms) > APART_MS:
        return warning(CHECK, text, FIX)
    return ok(CHECK, text)


def storage(endpoint_url: str | None) -> list[Finding]:
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
    return [finding("the S3 storage", int(1000 * ahead), signed=True)]
