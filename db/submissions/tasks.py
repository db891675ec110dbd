"""Tasks as both tables have them, read one by one and page by page."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NotRequired, TypedDict, TypeVar, cast

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import Q

from db.labels import Kind, archived_ids, forget_labels, tagged_ids
from db.models import Result, Run
from db.neurolearn import Submission
from db.queue.states import ERROR_CHARACTERS, TERMINAL, Status, read_reasons
from db.server.errors import translate_errors
from db.server.limits import SUBMISSIONS, storable
from db.server.statements import page, pieces, restart_on_deadlock
from db.server.versions import check_not_ahead
from db.submissions.form import StoredForm
from db.submissions.ownership import TRAINING, Owner, may_be_task, owner_of
from db.texts import Json, json_object, plain
from graphnet.artifacts.result import TaskResult
from graphnet.messages import Message, finished

LONGEST_LINEAGE = 64
LISTED = ("id", "task_id", "proj_id", "task_name", "task_type", "task_config", "task_status")


class SubmissionRow(TypedDict):
    """The columns of a submission that are read; of one of a list without its result."""

    id: int
    task_id: str
    proj_id: str
    task_name: str
    task_type: str
    task_config: str
    task_status: str
    task_result: NotRequired[str]


@dataclass(frozen=True)
class TaskRecord:
    """A task as both tables have it; times in milliseconds since 1970, 0 for not yet.

    ``task_result`` is the JSON as it is stored, for answers; :attr:`result` is the same, typed.
    ``error`` says in English why it failed or what it waits for, ``error_messages`` the same in
    codes and values. ``remaining_ms`` was estimated at ``progress_at``; -1 if it is not known. What
    it does then is its ``stage``. The ``task_status`` is NEURO-LEARN's; of a model that was
    imported at ``imported_at`` it is the run's, as the predecessor may have left the other as it
    was.
    """

    task_id: str
    proj_id: str
    task_name: str
    task_type: str
    task_status: str
    form: StoredForm
    task_result: Json | None
    error: str | None
    error_messages: tuple[Message, ...] = ()
    attempt: int = 0
    parent_task_id: str = ""
    retry_of: str = ""
    request_id: str = ""
    version: int = 0
    cancel_at: int = 0
    manifest_sha256: str = ""
    device: str = ""
    epoch: int = 0
    epochs: int = 0
    permille: int = 0
    remaining_ms: int = -1
    stage: Message | None = None
    submitted_at: int = 0
    started_at: int = 0
    progress_at: int = 0
    finished_at: int = 0
    removed_at: int = 0
    imported_at: int = 0
    owner: Owner = Owner.OURS

    @cached_property
    def result(self) -> TaskResult:
        """The ``task_result`` of whatever version, read; an empty one where there is none."""
        return TaskResult.from_json(self.task_result)

    @property
    def by_predecessor(self) -> bool:
        """Whether the predecessor trained it, even if its model was brought in: how is unknown."""
        return self.owner is Owner.PREDECESSOR or self.imported_at > 0

    @property
    def over(self) -> bool:
        """Whether no worker will change it; a task of the predecessor has none."""
        return self.owner is not Owner.OURS or self.task_status in TERMINAL


@dataclass(frozen=True)
class ModelRecord:
    """What a fine-tuning needs to know of its parent."""

    task_id: str
    proj_id: str
    task_status: str
    model_state_path: str
    manifest_sha256: str = ""
    removed_at: int = 0
    owner: Owner = Owner.OURS


@translate_errors()
async def get_task(task_id: str) -> TaskRecord | None:
    """One task with its result; None if there is none, or it is of another service.

    Of such a one no result is read; :func:`db.submissions.ownership.find_stranger` says what it is.
    An id is one in its own letters: a collation takes others for it, which nothing that is stored
    goes by.
    """
    if not may_be_task(task_id):
        return None
    submission = Submission.filter(task_id=task_id)
    values = await submission.filter(TRAINING).values(*LISTED, "task_result")
    run = await Run.get_or_none(task_id=task_id)
    if not values and run is not None:
        values = await submission.values(*LISTED, "task_result")
    rows = cast("list[SubmissionRow]", values)
    shown = [row for row in rows if row["task_id"] == task_id and _shown(row, run)]
    return _record(await _with_whole_result(shown[0], run), run) if shown else None


@translate_errors()
async def list_tasks(
    *,
    proj_id: str | None = None,
    status: str | tuple[str, ...] | None = None,
    text: str | None = None,
    tag: str | None = None,
    archived: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> tuple[list[TaskRecord], str | None]:
    """One page, newest first and without results, and the cursor of the next.

    ``status`` may be one of several. ``text`` stands in the id or the name, in letters of either
    case; ``tag`` is one of the task's. With ``archived`` those too that somebody has archived.
    Tasks of other services are passed over by the database, which reads no result for that.

    Raises:
        CursorUnknown: the cursor does not come from an earlier page.

    """
    query = Submission.filter(TRAINING)
    if not archived:
        query = query.exclude(task_id__in=await archived_ids(Kind.TASK))
    if tag is not None:
        query = query.filter(task_id__in=await tagged_ids(Kind.TASK, tag))
    if proj_id is not None:
        query = query.filter(proj_id__in=await storable(SUBMISSIONS, "proj_id", [proj_id]))
    if status is not None:
        query = query.filter(task_status__in=[status] if isinstance(status, str) else status)
    if text is not None and not await storable(SUBMISSIONS, "task_name", [text]):
        return [], None
    if text is not None:
        query = query.filter(Q(task_id__icontains=text) | Q(task_name__icontains=text))
    values, more = await page(query, LISTED, limit, cursor)
    rows = cast("list[SubmissionRow]", values)
    if proj_id is not None:  # a collation takes other letters for these
        rows = [row for row in rows if row["proj_id"] == proj_id]
    runs = await Run.filter(task_id__in=[row["task_id"] for row in rows])
    by_id = {run.task_id: run for run in runs}
    with_runs = [(row, by_id.get(row["task_id"])) for row in rows]
    return [_record(row, run) for row, run in with_runs if _shown(row, run)], more


@translate_errors()
async def get_model(task_id: str) -> ModelRecord | None:
    """What is known of a task's model; None if there is no such task."""
    task = await get_task(task_id)
    if task is None:
        return None
    return ModelRecord(
        task_id=task.task_id,
        proj_id=task.proj_id,
        task_status=task.task_status,
        model_state_path=task.result.model_state_path,
        manifest_sha256=task.manifest_sha256,
        removed_at=task.removed_at,
        owner=task.owner,
    )


@translate_errors()
async def projects_of(task_ids: Sequence[str]) -> dict[str, str]:
    """The project of each of these tasks that is there."""
    rows = Submission.filter(task_id__in=list(task_ids))
    return {str(one): str(proj) for one, proj in await rows.values_list("task_id", "proj_id")}


@translate_errors()
async def lineage(task_id: str) -> list[TaskRecord]:
    """The parent, its parent, and so on; bounded, and no task twice."""
    chain: list[TaskRecord] = []
    seen = {task_id}
    current = await get_task(task_id)
    while current and current.parent_task_id and current.parent_task_id not in seen:
        current = await get_task(current.parent_task_id)
        if current is None or len(chain) == LONGEST_LINEAGE:
            break
        seen.add(current.task_id)
        chain.append(current)
    return chain


def _shown(row: SubmissionRow, run: Run | None) -> bool:
    """Whether it is a training: a collation may take another type for one (``DL_TS``)."""
    return _owner(row, run) is not Owner.FOREIGN


def _owner(row: SubmissionRow, run: Run | None) -> Owner:
    return owner_of(row["task_type"], has_run=run is not None)


async def _with_whole_result(row: SubmissionRow, run: Run | None) -> SubmissionRow:
    """The row with the result that it holds an extract of, where the task has one."""
    if run is None or _status(row, run) not in TERMINAL - {Status.FAILED}:
        return row
    whole = await _whole_text(row["task_id"], row.get("task_result", ""))
    return {**row, "task_result": whole}


def _status(row: SubmissionRow, run: Run | None) -> str:
    return run.state if run and run.imported_at else str(row["task_status"])


def _error(run: Run | None, shown: str) -> str:
    """Why a task failed: NEURO-LEARN's has lost letters, the run's the end of a long one."""
    error = "" if run is None else run.error
    whole = 0 < len(error) < ERROR_CHARACTERS
    return error if whole or plain(error) != error else shown or error


def _messages(run: Run | None, error: str) -> tuple[Message, ...]:
    """The error as coded messages; one finished sentence where only that is known."""
    if run is not None and run.error_messages:
        return read_reasons(run)
    return (finished(error),) if error else ()


def _record(row: SubmissionRow, run: Run | None) -> TaskRecord:
    status = _status(row, run)
    failed = status == Status.FAILED
    text = row.get("task_result") or ""
    error = _error(run, text if failed else "")
    known = Run() if run is None else run  # without a run, all of it is as a column's default
    return TaskRecord(
        task_id=row["task_id"],
        proj_id=row["proj_id"],
        task_name=row["task_name"],
        task_type=row["task_type"],
        task_status=status,
        form=StoredForm.from_text(row["task_config"]),
        task_result=None if failed else json_object(text),
        error=error or None,
        error_messages=_messages(run, error),
        owner=_owner(row, run),
        stage=_stage(run),
        attempt=known.attempt,
        parent_task_id=known.parent_task_id,
        retry_of=known.retry_of,
        request_id=known.request_id,
        version=known.version,
        cancel_at=known.cancel_at,
        manifest_sha256=known.manifest_sha256,
        device=known.device,
        epoch=known.epoch,
        epochs=known.epochs,
        permille=known.permille,
        remaining_ms=known.remaining_ms,
        submitted_at=known.submitted_at,
        started_at=known.started_at,
        progress_at=known.progress_at,
        finished_at=known.finished_at,
        removed_at=known.removed_at,
        imported_at=known.imported_at,
    )


def _stage(run: Run | None) -> Message | None:
    stored = json_object(run.stage) if run is not None and run.stage else None
    return None if stored is None else Message.from_json(stored)


AT_ONCE = 20  # results, of 100 kB each
UPSERT = {
    "mysql": (
        "INSERT INTO sgn_results (task_id, result) VALUES (%s, %s) "
        "ON DUPLICATE KEY UPDATE result = VALUES(result)"
    ),
    "postgres": (
        "INSERT INTO sgn_results (task_id, result) VALUES ($1, $2) "
        "ON CONFLICT (task_id) DO UPDATE SET result = excluded.result"
    ),
    "sqlite": (
        "INSERT INTO sgn_results (task_id, result) VALUES (?, ?) "
        "ON CONFLICT (task_id) DO UPDATE SET result = excluded.result"
    ),
}
T = TypeVar("T")


async def keep(task_id: str, text: str, connection: BaseDBAsyncClient) -> None:
    """Write the JSON text of a whole result, in the place of an earlier one."""
    # In one statement: on MySQL one that finds no row locks the gap where others are written. The
    # ORM's own is not one that MariaDB knows.
    dialect = connection.capabilities.dialect
    await connection.execute_query(UPSERT[dialect], [task_id, text])


async def _whole_text(task_id: str, of_row: str) -> str:
    """The text of a whole result; ``of_row`` is what NEURO-LEARN's row has, and the last resort."""
    stored = await Result.filter(task_id=task_id).values("result")
    return str(stored[0]["result"]) if stored else of_row


@translate_errors()
async def read_results(task_ids: Sequence[str], reduce: Callable[[Json | None], T]) -> dict[str, T]:
    """What ``reduce`` makes of each task's result, None of one that has none; in a thread."""
    reduced: dict[str, T] = {}
    for some in pieces(task_ids, AT_ONCE):
        for task_id, text in (await _texts(some)).items():
            reduced[task_id] = await asyncio.to_thread(_reduced, text, reduce)
    return reduced


@restart_on_deadlock
@translate_errors()
async def prune() -> int:
    """Remove the results of tasks whose submissions are gone, which name subjects; how many."""
    await check_not_ahead()
    task_ids = [str(task_id) for task_id in await Result.all().values_list("task_id", flat=True)]
    removed = 0
    for some in pieces(task_ids):
        submitted = await Submission.filter(task_id__in=some).values_list("task_id", flat=True)
        gone = sorted(set(some) - {str(task_id) for task_id in submitted})
        if gone:
            await Result.filter(task_id__in=gone).delete()
            await forget_labels(Kind.TASK, gone)
        removed += len(gone)
    return removed


async def _texts(task_ids: Sequence[str]) -> dict[str, str]:
    """The texts of those whose submissions are there."""
    submitted = await Submission.filter(task_id__in=list(task_ids)).values_list(
        "task_id", flat=True
    )
    ids = [str(task_id) for task_id in submitted]
    results = await Result.filter(task_id__in=ids).values("task_id", "result")
    texts = {str(row["task_id"]): str(row["result"]) for row in results}
    missing = [task_id for task_id in ids if task_id not in texts]
    if missing:
        rows = Submission.filter(task_id__in=missing).values("task_id", "task_result")
        texts |= {str(row["task_id"]): str(row["task_result"]) for row in await rows}
    return texts


def _reduced(text: str, reduce: Callable[[Json | None], T]) -> T:
    return reduce(json_object(text))


PAGE = 200


@translate_errors()
async def vouched_ids(after: str = "", limit: int = PAGE) -> list[str]:
    """Tasks with a stored model that nobody has cleaned away, by their ids, behind ``after``."""
    runs = Run.filter(part=0, removed_at=0, task_id__gt=after).exclude(manifest_sha256="")
    ids = await runs.order_by("task_id").limit(limit).values_list("task_id", flat=True)
    return [str(task_id) for task_id in ids]
