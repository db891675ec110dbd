"""Idempotency-Keys: the same post sent twice is one task with one answer.

As the IETF's draft "The Idempotency-Key HTTP Header Field" has it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from db.clock import now_ms
from db.errors import translate_errors
from db.models import Key

KEEP_MS = 24 * 3_600_000
BATCH = 100


@dataclass(frozen=True)
class NewKey:
    """A key and the body that came with it, both as SHA-256 in hex; ``answer`` by task id."""

    key_sha256: str
    body_sha256: str
    answer: Callable[[str], str]


@dataclass(frozen=True)
class UsedKey:
    """What a key was used for."""

    body_sha256: str
    task_id: str
    answer: str


@translate_errors()
async def find_key(key_sha256: str) -> UsedKey | None:
    """What the key was used for; None if it was not, or more than a day ago."""
    row = await Key.get_or_none(key_sha256=key_sha256)
    return None if row is None else UsedKey(row.body_sha256, row.task_id, row.answer)


@translate_errors()
async def prune_keys() -> None:
    """Forget keys that are older than a day."""
    old = Key.filter(created_at__lt=await now_ms() - KEEP_MS).limit(BATCH)
    ids = await old.values_list("key_sha256", flat=True)
    if ids:
        await Key.filter(key_sha256__in=list(ids)).delete()
