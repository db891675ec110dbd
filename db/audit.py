"""Who has changed, deleted or erased what: a line each, which the service never deletes itself.

A line names no subject; of one that was erased it has the hash that manifests hold too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from db.labels import Kind
from db.models import AuditEntry
from db.server.errors import translate_errors
from db.server.statements import now_ms, page
from db.submissions.form import project_column
from db.texts import json_text

COLUMNS = (
    *("id", "created_at", "actor", "action", "kind", "object_id", "request_id"),
    "details",
)
PROJECT, DETAILS = "proj_id", "details"


class Action(StrEnum):
    """What was done."""

    EDIT = "edit"
    RENAME = "rename"
    ARCHIVE = "archive"
    RESTORE = "restore"
    SHARE = "share"  # the report
    UNSHARE = "unshare"  # all links to it until then
    DELETE = "delete"
    ERASE = "erase"  # asked for
    ERASED = "erased"  # done


@dataclass(frozen=True)
class Actor:
    """Who does something: a token by its id, or nobody named, and the request's id."""

    name: str
    request_id: str = ""


@dataclass(frozen=True)
class Deed:
    """Something that was done to a dataset or a task; ``details`` are plain values by name."""

    action: Action
    kind: Kind
    object_id: str
    proj_id: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditRecord:
    """A line; ``created_at`` in milliseconds since 1970."""

    created_at: int
    actor: Actor
    deed: Deed


async def record(actor: Actor, deed: Deed, connection: BaseDBAsyncClient | None = None) -> None:
    """Write a line, where there is a ``connection`` in its transaction."""
    await AuditEntry.create(
        using_db=connection,
        created_at=await now_ms(),
        proj_id=project_column(deed.proj_id),
        actor=actor.name[:64],
        action=deed.action.value,
        kind=deed.kind.value,
        object_id=deed.object_id,
        request_id=actor.request_id[:64],
        details=json_text({PROJECT: deed.proj_id, DETAILS: dict(deed.details)}),
    )


@translate_errors()
async def note(actor: Actor, deed: Deed) -> None:
    """Write a line of its own."""
    await record(actor, deed)


@translate_errors()
async def list_audit(
    *, proj_id: str | None = None, limit: int = 50, cursor: str | None = None
) -> tuple[list[AuditRecord], str | None]:
    """One page, newest first, and the cursor of the next.

    Raises:
        CursorUnknown: the cursor does not come from an earlier page.

    """
    query = AuditEntry.all()
    if proj_id is not None:
        query = query.filter(proj_id=project_column(proj_id))
    rows, more = await page(query, COLUMNS, limit, cursor)
    return [_read(row) for row in rows], more


@translate_errors()
async def last_at(action: Action, kind: Kind, object_id: str) -> int:
    """When something was last done to an object: ms since 1970, 0 if never."""
    query = AuditEntry.filter(action=action.value, kind=kind.value, object_id=object_id)
    newest = await query.order_by("-created_at").limit(1).values_list("created_at", flat=True)
    return int(str(newest[0])) if newest else 0


def _read(row: Mapping[str, Any]) -> AuditRecord:
    stored = json.loads(row["details"])
    deed = Deed(
        Action(row["action"]),
        Kind(row["kind"]),
        row["object_id"],
        stored[PROJECT],
        stored[DETAILS],
    )
    return AuditRecord(row["created_at"], Actor(row["actor"], row["request_id"]), deed)
