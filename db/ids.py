"""Ids that sort by time and are unique however many processes make them."""

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

RANGE = 1_000_000  # six digits, always written out: text sorts as numbers do
STAMP, STAMPED = "%y%m%d%H%M%S", re.compile(r"[A-Z]+(?P<stamp>[0-9]{12})[0-9]+")
TRIES = 20


class IdGenerator:
    """A counter from a random place, so that processes seldom meet; the database decides."""

    def __init__(self) -> None:
        self._next = secrets.randbelow(RANGE // 2)  # far from where it starts again

    def ids(self, prefix: str) -> Iterator[str]:
        """Candidates of at most 32 characters: prefix, second (UTC), six digits."""
        for _ in range(TRIES):
            self._next = (self._next + 1) % RANGE
            yield f"{prefix}{datetime.now(UTC):{STAMP}}{self._next:06d}"


def made_at(made_id: str) -> datetime | None:
    """When an id was made; None of an id that is none of these."""
    match = STAMPED.fullmatch(made_id)
    try:
        return match and datetime.strptime(match["stamp"], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


IDS = IdGenerator()
