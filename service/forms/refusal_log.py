"""Refused forms: each is a line in the log at once, and is kept in the database soon after.

Who is refused does not wait for the database, and a flood of refused forms is not written into it.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

from db import refused_forms
from db.errors import DatabaseError, DatabaseUnavailable
from db.refused_forms import NewRefusedForm

log = logging.getLogger(__name__)

MINUTE = 60.0
HOUR = 60 * MINUTE
AGAIN_SECONDS = 5.0
MOST_A_MINUTE = 60
MOST_OF_PROJECT = 20  # a minute
MOST_FIELDS, MOST_CHARACTERS = 10, 300
SECRET = re.compile(r"(sgn_[0-9a-f]{16}_)[A-Za-z0-9_-]+")  # of a token
# What follows may be of a dataset's content, such as the ids of its subjects.
CONTENT = re.compile(
    r"(dataset that cannot be used|can be read in more than one way): .*", re.DOTALL
)


class RefusalLog:
    """What this process has heard and not yet kept; ``check`` says whether it may write."""

    def __init__(self, check: Callable[[], Awaitable[None]]) -> None:
        self._check = check
        self._waiting: list[tuple[float, NewRefusedForm]] = []
        self._wake = asyncio.Event()
        self._minute = _Minute()
        self._prune_at = 0.0

    def hear(self, form: NewRefusedForm) -> None:
        """Write the line, and keep the form unless too many came in this minute."""
        log.warning(
            "form refused: error_num %d, project %s, fields %s: %s",
            form.error_num,
            _one_line(form.proj_id) or "-",
            ", ".join(_one_line(field) for field in _fields(form)) or "-",
            _one_line(form.sentence),
        )
        if self._minute.admits(form.proj_id):
            self._wait([(time.monotonic(), _harmless(form))])

    async def run(self) -> None:
        """Write what was heard until cancelled; while the database is away it waits."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), HOUR)
            self._wake.clear()
            try:
                await self._write()
            except DatabaseUnavailable:
                await asyncio.sleep(AGAIN_SECONDS)
                self._wake.set()
            except DatabaseError as error:
                log.warning("refused forms are not kept: %s", error)
            except Exception:
                log.exception("refused forms are not kept")

    async def _write(self) -> None:
        await self._check()
        some, self._waiting = self._waiting, []
        if some:
            now = time.monotonic()
            aged = [replace(form, age_ms=round(1000 * (now - since))) for since, form in some]
            try:
                await refused_forms.keep(aged)
            except DatabaseUnavailable:
                self._waiting, later = some, self._waiting
                self._wait(later)
                raise
        if time.monotonic() >= self._prune_at:
            await refused_forms.prune()
            self._prune_at = time.monotonic() + MINUTE

    def _wait(self, forms: list[tuple[float, NewRefusedForm]]) -> None:
        """Have these written; of too many that wait, the oldest are let go."""
        self._waiting = [*self._waiting, *forms][-refused_forms.MOST_OF_NOBODY :]
        self._wake.set()


class _Minute:
    """How many forms were kept in this minute, of each project."""

    def __init__(self) -> None:
        self._since = float("-inf")
        self._kept: Counter[str] = Counter()

    def admits(self, proj_id: str) -> bool:
        """Whether one more of this project is kept."""
        now = time.monotonic()
        if now - self._since >= MINUTE:
            self._since, self._kept = now, Counter()
        if self._kept.total() >= MOST_A_MINUTE or self._kept[proj_id] >= MOST_OF_PROJECT:
            return False
        self._kept[proj_id] += 1
        return True


def _fields(form: NewRefusedForm) -> list[str]:
    return list(dict.fromkeys(field for field, _ in form.errors))[:MOST_FIELDS]


def _harmless(form: NewRefusedForm) -> NewRefusedForm:
    """The same without what looks like a secret."""
    errors = tuple((field, _masked(msg)) for field, msg in form.errors)
    return replace(form, sentence=_masked(form.sentence), errors=errors)


def _masked(text: str) -> str:
    return SECRET.sub(r"\1…", text)


def _one_line(text: str) -> str:
    """What may stand in a line of a log: short, without secrets, content or control characters."""
    short = CONTENT.sub(r"\1.", _masked(text))
    if len(short) > MOST_CHARACTERS:
        short = f"{short[:MOST_CHARACTERS]}…"
    return "".join(letter if letter.isprintable() else "?" for letter in short)
