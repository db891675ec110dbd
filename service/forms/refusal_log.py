"""Refused forms: each is logged at once in one line, and written to the database soon after.

An answer does not wait for the database, and a flood of refused forms is not written into it.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

from db.server.errors import DatabaseError, DatabaseUnavailable
from db.submissions.form import (
    MOST_OF_NOBODY,
    NewRefusedForm,
    keep_refused,
    prune_refused,
)
from graphnet.messages import Item, Message, Several, Value
from service.http.responses import ApiError

log = logging.getLogger(__name__)

MINUTE = 60.0
HOUR = 60 * MINUTE
AGAIN_SECONDS = 5.0
MOST_A_MINUTE = 60
MOST_OF_PROJECT = 20  # a minute
MOST_FIELDS, MOST_CHARACTERS = 10, 300
SECRET = re.compile(r"(sgn_[0-9a-f]{16}_)[A-Za-z0-9_-]+")  # of a token
# Values of messages that may hold a dataset's content, such as the ids of its subjects.
CONTENT = {"forms.dataset-unusable": "reason", "forms.dataset-asks": "question"}
NOT_LOGGED = "(not logged)"


class RefusalLog:
    """Refused forms that are not written yet; ``check`` raises if this process may not write."""

    def __init__(self, check: Callable[[], Awaitable[None]]) -> None:
        self._check = check
        self._waiting: list[tuple[float, NewRefusedForm]] = []
        self._wake = asyncio.Event()
        self._minute = _Minute()
        self._prune_at = 0.0

    def note(self, error: ApiError, *, proj_id: str, request_id: str) -> None:
        """Log the line, and keep what was wrong unless too many came in this minute."""
        log.warning(
            "form refused: error_num %d, project %s, fields %s: %s",
            error.number,
            _one_line(proj_id) or "-",
            ", ".join(_one_line(field) for field in _fields(error)) or "-",
            _one_line(str(_without_content(error.message))),
        )
        if self._minute.admits(proj_id):
            form = NewRefusedForm(
                proj_id=proj_id,
                request_id=request_id,
                error_num=int(error.number),
                message=without_secrets(error.message),
                errors=tuple((field, without_secrets(message)) for field, message in error.errors),
            )
            self._wait([(time.monotonic(), form)])

    async def run(self) -> None:
        """Write them until cancelled; while the database is away they wait."""
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
        waiting, self._waiting = self._waiting, []
        if waiting:
            now = time.monotonic()
            aged = [replace(form, age_ms=round(1000 * (now - since))) for since, form in waiting]
            try:
                await keep_refused(aged)
            except DatabaseUnavailable:
                self._waiting, later = waiting, self._waiting
                self._wait(later)
                raise
        if time.monotonic() >= self._prune_at:
            await prune_refused()
            self._prune_at = time.monotonic() + MINUTE

    def _wait(self, forms: list[tuple[float, NewRefusedForm]]) -> None:
        """Queue these; if too many wait, the oldest are dropped."""
        self._waiting = [*self._waiting, *forms][-MOST_OF_NOBODY:]
        self._wake.set()


class _Minute:
    """How many forms of each project were kept in this minute."""

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


def _fields(error: ApiError) -> list[str]:
    return list(dict.fromkeys(field for field, _ in error.errors))[:MOST_FIELDS]


def _without_content(message: Message) -> Message:
    """The message without values that may hold a dataset's content."""
    values = {
        name: _without_content(value) if isinstance(value, Message) else value
        for name, value in message.values
    }
    if message.code in CONTENT:
        values[CONTENT[message.code]] = NOT_LOGGED
    return Message(message.code, **values)


def without_secrets(message: Message) -> Message:
    """The message, in whose values no secret of a token stands."""
    return Message(message.code, **{name: _value_masked(value) for name, value in message.values})


def _value_masked(value: Value) -> Value:
    if isinstance(value, Message):
        return without_secrets(value)
    if isinstance(value, Several):
        return Several(tuple(map(_item_masked, value.items)), value.more)
    if isinstance(value, tuple):
        return tuple(map(_item_masked, value))
    return _masked(value) if isinstance(value, str) else value


def _item_masked(item: Item) -> Item:
    return _masked(item) if isinstance(item, str) else without_secrets(item)


def _masked(text: str) -> str:
    """The text without secrets of tokens."""
    return SECRET.sub(r"\1…", text)


def _one_line(text: str) -> str:
    """What may stand in a line of a log: short, without secrets or control characters."""
    short = _masked(text)
    if len(short) > MOST_CHARACTERS:
        short = f"{short[:MOST_CHARACTERS]}…"
    return "".join(letter if letter.isprintable() else "?" for letter in short)
