"""Forms that were refused: kept for a while, so that what was wrong is heard by people.

A database may hold Latin-1 only, so whatever a person wrote is kept as JSON in ASCII.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.queryset import QuerySet

from db.models import RefusedForm
from db.rows import page
from db.server.errors import translate_errors
from db.server.transactions import now_ms, restart_on_deadlock
from graphnet.messages import Message, as_message

KEEP_MS = 30 * 24 * 3_600_000
MOST_OF_PROJECTS = 1000
MOST_OF_NOBODY = 200  # strangers' forms do not push out those of projects
MOST_SENTENCE = 1000
MOST_ERRORS = 20
MOST_CODED = 16_000  # characters of the messages of a form as JSON
COLUMNS = ("id", "created_at", "request_id", "error_num", "sentence", "errors")
HASHED = "~"


@dataclass(frozen=True)
class NewRefusedForm:
    """A refused form; ``errors`` are pairs of field and message, ``proj_id`` "" if not known.

    ``age_ms`` is how long ago it was refused.
    """

    proj_id: str
    request_id: str
    error_num: int
    message: Message | str
    errors: tuple[tuple[str, Message | str], ...] = ()
    age_ms: int = 0


@dataclass(frozen=True)
class RefusedFormRecord:
    """A refused form as it was kept; ``created_at`` in milliseconds since 1970."""

    created_at: int
    proj_id: str
    request_id: str
    error_num: int
    message: Message
    errors: tuple[tuple[str, Message], ...]


@translate_errors()
async def keep(forms: Sequence[NewRefusedForm]) -> None:
    """Write these, the oldest first."""
    now = await now_ms()
    await RefusedForm.bulk_create([_row(form, now) for form in forms])


@translate_errors()
async def list_refused(
    *, proj_id: str | None = None, limit: int = 50, cursor: str | None = None
) -> tuple[list[RefusedFormRecord], str | None]:
    """One page, newest first, and the cursor of the next.

    Raises:
        CursorUnknown: the cursor does not come from an earlier page.

    """
    query = RefusedForm.all()
    if proj_id is not None:
        query = query.filter(proj_id=project_column(proj_id))
    rows, more = await page(query, COLUMNS, limit, cursor)
    return [_record(**{name: row[name] for name in COLUMNS[1:]}) for row in rows], more


@restart_on_deadlock
@translate_errors()
async def prune() -> None:
    """Delete refused forms older than 30 days, and all but the newest of the rest."""
    await RefusedForm.filter(created_at__lt=await now_ms() - KEEP_MS).delete()
    await _forget(RefusedForm.exclude(proj_id=""), MOST_OF_PROJECTS)
    await _forget(RefusedForm.filter(proj_id=""), MOST_OF_NOBODY)


async def _forget(query: QuerySet[RefusedForm], but: int) -> None:
    """Delete all rows of a query but the newest so many."""
    older = await query.order_by("-id").offset(but).limit(1).values_list("id", flat=True)
    if older:
        await query.filter(id__lte=older[0]).delete()


def _row(form: NewRefusedForm, now: int) -> RefusedForm:
    """The English sentences, which an older version reads, and the messages beside them."""
    errors = form.errors[:MOST_ERRORS]
    sentences = [(field, str(message)[:MOST_SENTENCE]) for field, message in errors]
    known: dict[str, Any] = {"proj_id": form.proj_id, "errors": sentences}
    coded = {
        "message": as_message(form.message).as_dict(),
        "messages": [as_message(message).as_dict() for _, message in errors],
    }
    if len(json.dumps(coded)) <= MOST_CODED:
        known |= coded
    return RefusedForm(
        created_at=now - form.age_ms,
        proj_id=project_column(form.proj_id),
        request_id=form.request_id,
        error_num=form.error_num,
        sentence=json.dumps(str(form.message)[:MOST_SENTENCE]),
        errors=json.dumps(known),
    )


def _record(
    created_at: int, request_id: str, error_num: int, sentence: str, errors: str
) -> RefusedFormRecord:
    known = json.loads(errors)
    fields = [field for field, _ in known["errors"]]
    messages = known.get("messages") or [sentence for _, sentence in known["errors"]]
    return RefusedFormRecord(
        created_at=created_at,
        proj_id=known["proj_id"],
        request_id=request_id,
        error_num=error_num,
        message=Message.from_json(known.get("message") or json.loads(sentence)),
        errors=tuple(zip(fields, map(Message.from_json, messages), strict=True)),
    )


def project_column(proj_id: str) -> str:
    """What a project is looked for by; the id itself, where every database can hold it."""
    if proj_id.isascii():
        return proj_id
    return HASHED + hashlib.sha256(proj_id.encode()).hexdigest()[:31]
