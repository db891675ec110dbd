"""The predecessor's tasks: a model is imported for one, one that waits for ever is ended.

The run and the result of an imported model are written beside NEURO-LEARN's row, which stays as the
predecessor left it.

The predecessor's last version left every form of the real front end as Submitted or Running. No
worker of ours trains them, as they have no run; an operator ends them. Foreign rows are never
touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from db.models import Run
from db.neurolearn import Submission
from db.queue.states import Status
from db.server.errors import DatabaseError, translate_errors
from db.server.limits import check_packet
from db.server.statements import Columns, now_ms, pieces, restart_on_deadlock, transaction
from db.submissions import tasks
from db.submissions.form import StoredForm, texts_in
from db.submissions.ownership import TRAINING, TYPES, find_stranger
from db.texts import json_object, json_text, made_at, plain
from graphnet.messages import Message

ACTIVE = (Status.SUBMITTED.value, Status.RUNNING.value)
SECONDS_A_DAY = 86_400


class NotImportable(DatabaseError):
    """A task that no model can be imported for."""


@dataclass(frozen=True)
class OldTask:
    """A task of the predecessor, as it left it; ``train_epochs`` are its lines, [] if it has none.

    ``imported_at`` is when a model was imported for it before, 0 if never.
    """

    task_id: str
    proj_id: str
    form: StoredForm
    train_epochs: tuple[str, ...]
    imported_at: int = 0


@translate_errors()
async def find_old_task(task_id: str, *, replace: bool) -> OldTask:
    """The predecessor's task that a model is to be imported for.

    Raises:
        NotImportable: there is none, it failed, it is another service's or ours, or a model was
            imported for it already and is not to be replaced.

    """
    stranger = await find_stranger(task_id)
    if stranger is not None:
        raise NotImportable(Message("predecessor.not-a-training", task=task_id, kind=stranger.kind))
    row = await Submission.get_or_none(task_id=task_id)
    if row is None:
        raise NotImportable(Message("predecessor.no-task", task=repr(task_id[:40])))
    run = await Run.get_or_none(task_id=task_id)
    imported_at = 0 if run is None else run.imported_at
    if run is not None and not imported_at:
        raise NotImportable(Message("predecessor.task-of-ours", task=task_id))
    if imported_at and not replace:
        raise NotImportable(Message("predecessor.imported-before", task=task_id))
    if row.task_status == Status.FAILED:
        raise NotImportable(Message("predecessor.task-failed", task=task_id))
    result = json_object(row.task_result)
    return OldTask(
        task_id=row.task_id,
        proj_id=row.proj_id,
        form=StoredForm.from_text(row.task_config),
        train_epochs=() if result is None else texts_in(result.get("train_epochs")),
        imported_at=imported_at,
    )


@restart_on_deadlock
@translate_errors()
async def insert_import(old: OldTask, result: Mapping[str, Any]) -> None:
    """Write the run and the result of an imported model, or those of another in their place.

    Raises:
        NotImportable: another has imported one meanwhile.

    """
    text = json_text(dict(result))
    await check_packet("database.result-too-large", text)
    now = await now_ms()
    columns: Columns = {
        "state": Status.FINISHED.value,
        "parent_task_id": old.form.parent,
        "epochs": len(old.train_epochs),
        "finished_at": now,
        "imported_at": now,
        "removed_at": 0,
        "proj_id": old.proj_id,
        "manifest_sha256": str(result.get("manifest_sha256", "")),
    }
    async with transaction() as connection:
        await _write(old, columns, connection)
        await tasks.keep(old.task_id, text, connection)


async def _write(old: OldTask, columns: Columns, connection: BaseDBAsyncClient) -> None:
    """The run. Raises NotImportable."""
    if old.imported_at:
        before = Run.filter(task_id=old.task_id, imported_at=old.imported_at).using_db(connection)
        if await before.update(**columns, version=F("version") + 1):
            return
    else:
        try:
            await Run.create(task_id=old.task_id, using_db=connection, **columns)
        except IntegrityError:
            pass
        else:
            return
    raise meanwhile(old.task_id)


def meanwhile(task_id: str) -> NotImportable:
    """Why one of two imports at once was not done."""
    return NotImportable(Message("predecessor.imported-meanwhile", task=task_id))


@dataclass(frozen=True)
class Orphan:
    """A task that nobody trains; ``age_days`` by the time in its id, None where that holds none.

    The predecessor's ids are in local time, so the age is right to within a day.
    """

    task_id: str
    proj_id: str
    task_name: str
    task_status: str
    age_days: float | None


class _NotAnOrphan(Exception):
    """It has a run, so a worker may train it, or its model was brought in."""


@translate_errors()
async def find_orphans() -> list[Orphan]:
    """All of them, the oldest first. No result is read."""
    fields = ("id", "task_id", "proj_id", "task_name", "task_type", "task_status")
    query = Submission.filter(TRAINING, task_status__in=ACTIVE).order_by("id").only(*fields)
    rows = [row for row in await query if _may_be(row)]
    with_runs: set[str] = set()
    for ids in pieces([row.task_id for row in rows]):
        known = await Run.filter(task_id__in=ids).values_list("task_id", flat=True)
        with_runs |= {str(task_id) for task_id in known}
    return [_orphan(row) for row in rows if row.task_id not in with_runs]


@restart_on_deadlock
@translate_errors()
async def end_orphan(orphan: Orphan) -> bool:
    """Write Failed and a sentence; False if its row has changed since it was found."""
    try:
        async with transaction() as connection:
            left = Submission.filter(
                TRAINING, task_id=orphan.task_id, task_status=orphan.task_status
            ).using_db(connection)
            # The task has no row of ours: what NEURO-LEARN reads is all that is kept of it.
            reason = Message("tasks.orphan-ended", status=orphan.task_status)
            failed = {"task_status": Status.FAILED.value, "task_result": plain(str(reason))}
            ended = await left.update(**failed)
            await _check_no_run(orphan.task_id, connection)
            return bool(ended)
    except _NotAnOrphan:
        return False


async def _check_no_run(task_id: str, connection: BaseDBAsyncClient) -> None:
    if await Run.filter(task_id=task_id).using_db(connection).exists():
        raise _NotAnOrphan


def _may_be(row: Submission) -> bool:
    """Whether it is what was asked for: a collation may take other words for these."""
    return row.task_type in TYPES and row.task_status in ACTIVE


def _orphan(row: Submission) -> Orphan:
    made = made_at(row.task_id)
    age = None if made is None else (datetime.now(UTC) - made).total_seconds() / SECONDS_A_DAY
    return Orphan(row.task_id, row.proj_id, row.task_name, row.task_status, age_days=age)
