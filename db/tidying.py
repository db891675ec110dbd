"""Datasets and tasks are renamed, described, archived and deleted, each with a line for the audit.

A change is one transaction that also writes its line. It begins by writing (see ``db.queue.runs``),
looks then for tasks that wait or run, and is undone where one needs what was changed.

What is deleted leaves its rows and its objects in an order in which nothing dangles: a dataset's
rows go first, for arrays without a row are garbage; a task's rows go last, and a deletion that was
interrupted is completed by the next one.
"""

import functools
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from db import audit
from db.audit import Action, Actor, Deed
from db.datasets import (
    DatasetRecord,
    ListedDataset,
    NewDataset,
    name_taken,
    named_alike,
    records_of,
)
from db.dependents import BUSY, InUse, descendants, waiting_for
from db.labels import (
    FormerName,
    Kind,
    Label,
    LabelChange,
    get_label,
    put_label,
    remove_label,
)
from db.models import Key, Outbox, Profile, Result, Run
from db.models import Mapping as Answers
from db.neurolearn import Dataset, Submission
from db.queue.states import extract
from db.server.errors import DatabaseError, DatabaseRefuses, Refusal, translate_errors
from db.server.limits import check_packet, unstorable_of_dataset, unstorable_of_task
from db.server.statements import now_ms, restart_on_deadlock, transaction
from db.server.versions import check_not_ahead
from db.submissions import tasks
from db.submissions.tasks import TaskRecord
from db.texts import json_text
from graphnet.messages import Message

P = ParamSpec("P")
T = TypeVar("T")
NOTHING = "{}"  # a profile without content: garbage collection knows by it that there were arrays


class NotEnded(DatabaseError):
    """A task that is to be deleted waits, runs or is still to be stored."""


class NotGranted(DatabaseError):
    """The database user may not change or delete rows of NEURO-LEARN's tables."""

    def __init__(self) -> None:
        super().__init__(Message("tidy.not-granted"))


class Gone(DatabaseError):
    """What was to be changed is gone, or has changed since it was read."""


@dataclass(frozen=True)
class Edit:
    """What is to be changed; ``name`` is a new name, "" for none."""

    name: str = ""
    label: LabelChange = field(default_factory=LabelChange)


def _needs_rights(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Raise NotGranted where the user lacks a right that nothing else here needs."""

    @functools.wraps(call)
    async def granted(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except DatabaseRefuses as error:
            if error.refusal is Refusal.RIGHTS:
                raise NotGranted from error
            raise

    return granted


@_needs_rights
@restart_on_deadlock
@translate_errors()
async def edit_dataset(record: ListedDataset, edit: Edit, actor: Actor) -> tuple[str, Label]:
    """Change a dataset's name and label; the name and label that it has then.

    Raises:
        NameTaken: there is another of that name.
        InUse: a task that waits or runs names it.
        Gone: it was renamed or removed meanwhile.
        SchemaAhead, DatabaseError: a name has a character that its column does not have.

    """
    await check_not_ahead()
    name = edit.name or record.data_name
    renamed = name != record.data_name
    if renamed:
        await _check_new_name(record, name)
    async with transaction() as connection:
        now = await now_ms()
        if renamed:
            await _rename_dataset(record, name, connection)
        before = await get_label(Kind.DATASET, record.data_id, connection)
        label = edit.label.applied(before, now)
        if renamed:
            former = (*label.former_names, FormerName(record.data_name, now))
            label = replace(label, former_names=former)
            await _record(actor, Action.RENAME, record, connection, to=name)
        if label != before:
            await put_label(Kind.DATASET, record.data_id, label, connection)
        for action in _actions(edit.label, before, label):
            await _record(actor, action, record, connection)
    return name, label


async def _check_new_name(record: ListedDataset, name: str) -> None:
    for _, message in await unstorable_of_dataset({"data_name": name}):
        raise DatabaseError(message)
    alike = await named_alike(name)
    alike.pop(record.data_name, None)  # only letters of another case may differ
    for other in alike:
        raise name_taken(name, other)


async def _rename_dataset(record: ListedDataset, name: str, connection: BaseDBAsyncClient) -> None:
    row = Dataset.filter(data_id=record.data_id, data_name=record.data_name).using_db(connection)
    try:
        changed = await row.update(data_name=name)
    except IntegrityError as error:
        raise name_taken(name) from error
    if not changed:
        raise gone(record.data_name)
    await _refuse_waiting(record.data_name, connection)


@_needs_rights
@restart_on_deadlock
@translate_errors()
async def delete_dataset(record: ListedDataset, actor: Actor, details: Mapping[str, Any]) -> None:
    """Delete a dataset's rows; its arrays are then garbage, and its profile says nothing.

    Raises:
        InUse: a task that waits or runs names it.
        Gone: it was renamed or removed meanwhile.

    """
    await check_not_ahead()
    async with transaction() as connection:
        row = Dataset.filter(data_id=record.data_id, data_name=record.data_name)
        if not await row.using_db(connection).delete():
            raise gone(record.data_name)
        await _refuse_waiting(record.data_name, connection)
        await _forget_dataset(record.data_id, connection)
        await remove_label(Kind.DATASET, record.data_id, connection)
        await _record(actor, Action.DELETE, record, connection, **details)


@_needs_rights
@restart_on_deadlock
@translate_errors()
async def replace_dataset(old: DatasetRecord, new: NewDataset) -> None:
    """Put other content, arrays and another id in the place of a dataset's, all in one step.

    The row keeps its name and its place; mapping and label go along.

    Raises:
        InUse: a task that waits or runs names it.
        Gone: it was changed meanwhile.
        ContentTooLarge: the server's ``max_allowed_packet`` is smaller than the content.

    """
    await check_not_ahead()
    profile = json_text(new.profile)
    await check_packet("database.dataset-too-large", new.data_cont)
    await check_packet("database.profile-too-large", profile)
    async with transaction() as connection:
        row = Dataset.filter(data_id=old.data_id, data_name=old.data_name).using_db(connection)
        content = {"data_cont": new.data_cont, "hdfs_path": new.hdfs_path}
        if not await row.update(data_id=new.data_id, **content):
            raise gone(old.data_name)
        await _refuse_waiting(old.data_name, connection)
        answers = await Answers.filter(data_id=old.data_id).using_db(connection).values()
        label = await get_label(Kind.DATASET, old.data_id, connection)
        await _forget_dataset(old.data_id, connection)
        for answer in answers:
            await Answers.create(using_db=connection, **{**answer, "data_id": new.data_id})
        await remove_label(Kind.DATASET, old.data_id, connection)
        await put_label(Kind.DATASET, new.data_id, label, connection)
        await Profile.create(
            using_db=connection,
            data_id=new.data_id,
            length=await _length(new.data_id, connection),
            profile=profile,
            stored_bytes=new.stored_bytes,
        )


async def _length(data_id: str, connection: BaseDBAsyncClient) -> int:
    """The content's length as the database measures it."""
    (record,) = await records_of(Dataset.filter(data_id=data_id).using_db(connection))
    return record.length


async def _forget_dataset(data_id: str, connection: BaseDBAsyncClient) -> None:
    await Answers.filter(data_id=data_id).using_db(connection).delete()
    profile = Profile.filter(data_id=data_id).using_db(connection)
    await profile.update(profile=NOTHING, length=-1, stored_bytes=0)


async def _refuse_waiting(data_name: str, connection: BaseDBAsyncClient) -> None:
    waiting = await waiting_for(data_name, connection)
    if waiting:
        raise InUse([task.task_id for task in waiting])


@_needs_rights
@restart_on_deadlock
@translate_errors()
async def edit_task(task: TaskRecord, edit: Edit, actor: Actor) -> Label:
    """Change a task's name and label; the label that it has then.

    Raises:
        SchemaAhead, DatabaseError: the name has a character that its column does not have.

    """
    await check_not_ahead()
    renamed = edit.name not in ("", task.task_name)
    for _, message in await unstorable_of_task({"task_name": edit.name}):
        raise DatabaseError(message)
    async with transaction() as connection:
        now = await now_ms()
        if renamed:
            row = Submission.filter(task_id=task.task_id).using_db(connection)
            await row.update(task_name=edit.name)
            await _record(actor, Action.RENAME, task, connection, to=edit.name)
        before = await get_label(Kind.TASK, task.task_id, connection)
        label = edit.label.applied(before, now)
        if label != before:
            await put_label(Kind.TASK, task.task_id, label, connection)
        for action in _actions(edit.label, before, label):
            await _record(actor, action, task, connection)
    return label


@restart_on_deadlock
@translate_errors()
async def begin_deletion(task: TaskRecord) -> None:
    """Mark a task's model as removed, so that no new task begins with it.

    Raises:
        NotEnded: it waits, runs or is still to be stored.
        InUse: a task that waits or runs is fine-tuned from it, or retries it.

    """
    await check_not_ahead()
    now = await now_ms()
    async with transaction() as connection:
        ended = Run.filter(task_id=task.task_id).exclude(BUSY).using_db(connection)
        await ended.filter(removed_at=0).update(removed_at=now)
        if not await ended.exists():
            raise NotEnded(Message("tidy.task-not-ended", task=task.task_id))
        children = await descendants([task.task_id], connection)
        waiting = [child.task_id for child in children if child.waiting]
        retries = Run.filter(BUSY, retry_of=task.task_id).using_db(connection)
        waiting += [str(retry) for retry in await retries.values_list("task_id", flat=True)]
        if waiting:
            raise InUse(waiting)


@_needs_rights
@restart_on_deadlock
@translate_errors()
async def delete_task(task: TaskRecord, actor: Actor, details: Mapping[str, Any]) -> None:
    """Delete a task's rows, once none of its objects is stored."""
    await check_not_ahead()
    async with transaction() as connection:
        await Submission.filter(task_id=task.task_id).using_db(connection).delete()
        await Result.filter(task_id=task.task_id).using_db(connection).delete()
        await Outbox.filter(task_id=task.task_id).using_db(connection).delete()
        await Key.filter(task_id=task.task_id).using_db(connection).delete()
        await Run.filter(part_of=task.task_id).using_db(connection).delete()
        await Run.filter(task_id=task.task_id).using_db(connection).delete()
        await remove_label(Kind.TASK, task.task_id, connection)
        await _record(actor, Action.DELETE, task, connection, **details)


@restart_on_deadlock
@translate_errors()
async def rewrite_result(task_id: str, result: Mapping[str, Any], public_url: str) -> None:
    """Write the result of a task that has ended anew, where NEURO-LEARN reads too.

    Raises:
        Gone: the task was deleted meanwhile.

    """
    await check_not_ahead()
    whole = json_text(dict(result))
    await check_packet("database.result-too-large", whole)
    async with transaction() as connection:
        run = Run.filter(task_id=task_id, imported_at=0).exclude(BUSY).using_db(connection)
        if not await run.update(version=F("version") + 1):
            raise Gone(Message("tidy.task-gone", task=task_id))
        row = Submission.filter(task_id=task_id).using_db(connection)
        await row.update(task_result=extract(task_id, result, public_url))
        await tasks.keep(task_id, whole, connection)


def _actions(change: LabelChange, before: Label, after: Label) -> list[Action]:
    actions = []
    if (before.description, before.tags) != (after.description, after.tags):
        actions.append(Action.EDIT)
    if bool(before.archived_at) != bool(after.archived_at):
        actions.append(Action.ARCHIVE if change.archived else Action.RESTORE)
    return actions


async def _record(
    actor: Actor,
    action: Action,
    changed: ListedDataset | TaskRecord,
    connection: BaseDBAsyncClient,
    **details: Any,
) -> None:
    if isinstance(changed, TaskRecord):
        kind, object_id, name = Kind.TASK, changed.task_id, changed.task_name
    else:
        kind, object_id, name = Kind.DATASET, changed.data_id, changed.data_name
    deed = Deed(action, kind, object_id, changed.proj_id, {"name": name, **details})
    await audit.record(actor, deed, connection)


def gone(data_name: str) -> Gone:
    """Why a dataset is left alone that was renamed, erased from or removed meanwhile."""
    return Gone(Message("tidy.dataset-changed", name=data_name))
