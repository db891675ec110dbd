"""Storing what a task leaves: whole or not at all, again where storage is away, else locally.

Of a training that did not come to its end, the best parameters until then are kept.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from torch import Tensor

from actors.log_context import TRACING
from actors.settings import ProcessSettingsError
from actors.spool import spool_outputs
from actors.tasks.callback import checkpoints_of
from actors.tasks.context import HandedBackError, TaskContext, WorkerContext
from actors.tasks.inputs import Inputs, read_inputs
from db.queue import runs
from db.queue.claims import Claim
from db.queue.runs import CANCELLED, empty_result
from db.queue.states import Status
from db.server.errors import ContentTooLarge, DatabaseUnavailable
from db.submissions.form import TaskForm
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.predictions import to_bytes
from graphnet.artifacts.result import StoredObjects, TaskResult
from graphnet.artifacts.stored_json import Json
from graphnet.disk import is_of_full_disk
from graphnet.distributed.shards import model_at
from graphnet.errors import TrainingError
from graphnet.figures.glass_brain import picture
from graphnet.messages import Message
from graphnet.outcome import Outcome
from graphnet.report.page import render_report
from registry import (
    EVIDENCE,
    GLASS_BRAIN,
    MANIFEST,
    PARAMETERS,
    REPORT,
    RegistryError,
    RegistryRefuses,
    RegistryUnavailable,
)

log = logging.getLogger(__name__)


def output_files(model: StoredModel | None, report_files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is to be stored, by name: a model is there once its manifest is, so that comes last."""
    if model is None:
        return dict(report_files)
    parameters, manifest = model.to_bytes()
    return {PARAMETERS: parameters, **report_files, MANIFEST: manifest}


@TRACING.traced("store")
def store_outputs(
    task: TaskContext,
    content: Mapping[str, bytes],
    result: TaskResult | None = None,
    *,
    confirm: Callable[[], None],
    check: Callable[[], None],
) -> StoredObjects:
    """Store the objects of a task in their order.

    ``confirm`` is called before each step, ``check`` before each pause; what they raise ends it.
    Out of tries, or asked to end, the files are kept in the spool, in a folder that the log and
    the error name; with the ``result`` the task can be ended from there.

    Raises:
        RegistryUnavailable: the storage refused, or stayed away for too long.
        RegistryError: it takes no such objects, however long one waits.

    """
    task_id, store = task.claim.task_id, task.worker.models

    def put() -> dict[str, str]:
        paths = {}
        for name, data in content.items():
            confirm()
            paths[name] = store.put(task_id, name, data)
        return paths

    folder = task.worker.spool_folder(task_id)
    try:
        paths = task.ask_registry(put, check=check)
    except RegistryUnavailable as error:
        raise _waiting(error, _kept(folder, content, result)) from error
    except (RegistryError, HandedBackError):
        log.warning("task %s: not stored. %s", task_id, _kept(folder, content, result))
        raise
    stored = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    return StoredObjects(paths.get(PARAMETERS, ""), stored.get(MANIFEST, ""), stored)


def _waiting(error: RegistryUnavailable, kept: Message) -> RegistryUnavailable:
    """The same error, which also says where what was trained is."""
    if isinstance(error, RegistryRefuses):
        return RegistryRefuses(error.message, kept, full=error.full)
    return RegistryUnavailable(error.message, kept)


def _kept(folder: Path, content: Mapping[str, bytes], result: TaskResult | None) -> Message:
    """Keep the files on this machine, if it takes them; a message on where they are."""
    try:
        spool_outputs(folder, content, result)
    except (OSError, ProcessSettingsError) as error:
        log.warning("%s: nothing could be kept there: %s", folder, error)
        if is_of_full_disk(error):
            return Message("worker.spool-full-too", spool=str(folder.parent))
        return Message("worker.spool-not-written", spool=str(folder.parent))
    return Message("worker.kept-in-spool", folder=str(folder))


def report_files(
    claim: Claim, outcome: Outcome, result: TaskResult
) -> tuple[TaskResult, dict[str, bytes]]:
    """The result with the SHA-256 of the evidence, and the objects beside the model by name.

    What goes wrong in drawing or rendering costs the picture or the report, never the model.
    """
    written = {EVIDENCE: to_bytes(outcome.predictions)}
    result = replace(result, evidence_sha256=hashlib.sha256(written[EVIDENCE]).hexdigest())
    drawn = _tried("picture", claim, lambda: picture(outcome.predictions))
    if drawn is not None:
        written[GLASS_BRAIN] = drawn.encode()
    report = _tried("report", claim, lambda: _report(claim, outcome, result, drawn))
    if report is not None:
        written[REPORT] = report.encode()
    return result, written


def _tried(what: str, claim: Claim, made: Callable[[], str | None]) -> str | None:
    """None, and a line in the log, where it goes wrong."""
    try:
        return made()
    except Exception:
        log.exception("task %s: its %s could not be made; its model is kept", claim.task_id, what)
        return None


def _report(claim: Claim, outcome: Outcome, result: TaskResult, drawn: str | None) -> str:
    _, manifest = outcome.model.to_bytes()
    task = {
        "task_id": claim.task_id,
        "proj_id": claim.proj_id,
        "task_name": claim.task_name,
        "task_type": claim.task_type,
        "task_status": Status.FINISHED.value,
        "task_config": claim.task_config,
        "task_result": result.as_dict(),
        "attempt": claim.attempt,
        "parent_task_id": claim.parent_task_id or None,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return render_report(task, outcome.predictions, drawn, json.loads(manifest))


def store_cancelled(
    task: TaskContext, inputs: Inputs, state: Mapping[str, Tensor] | None
) -> TaskResult:
    """Store the best parameters of a training that was cancelled; the task's result.

    ``state`` is that of the training when it ended; None where there was no epoch. Of a sweep
    nothing is kept.
    """
    if state is None or inputs.candidates:  # nobody knows which of the candidates it is
        return empty_result()
    best = model_at(inputs.work, state, shared=inputs.asked.fan_out > 1)
    result = TaskResult(history=best.history, warnings=(CANCELLED,), storage=StoredObjects())
    if not task.form.save_model_state:
        return result
    facts = {**_origin(task, inputs), "cancelled_after_epoch": len(best.history)}
    stored = _store_model(task, replace(best.model, facts=facts))
    warnings = [CANCELLED, Message("tasks.best-kept", epochs=len(best.history))]
    trained, seeds = best.model.settings.seeds, inputs.settings.seeds
    if trained < seeds:  # other workers were to train the rest
        warnings.append(Message("tasks.some-seeds", trained=trained, seeds=seeds))
    return replace(result, warnings=tuple(warnings), storage=stored)


def store_cancelled_checkpoint(worker: WorkerContext, task_id: str) -> bool:
    """Store what the last checkpoint holds of a task that was cancelled behind its worker.

    Returns:
        False where the task is no such task.

    """
    settings = worker.runtime.settings
    lease_ms = settings.lease_ms + 3 * settings.patience_ms
    claim = worker.query(runs.claim_cancelled, task_id, lease_ms=lease_ms)
    if claim is None:
        return False
    result = None
    try:
        result = _result_of_checkpoint(worker, claim)
    except (RegistryUnavailable, DatabaseUnavailable) as error:
        log.warning("task %s: what is kept of it must wait: %s", task_id, error)
        return True
    except Exception:
        log.exception("task %s: nothing could be kept of it", task_id)
    as_json = None if result is None else result.as_dict()
    try:
        worker.query(runs.write_cancelled_result, task_id, as_json, settings.public_url)
    except ContentTooLarge:
        log.exception("task %s: its result was left out", task_id)
        worker.query(runs.write_cancelled_result, task_id, None)
    return True


def _result_of_checkpoint(worker: WorkerContext, claim: Claim) -> TaskResult:
    form = TaskForm.from_config(claim.task_type, claim.task_config)
    task = TaskContext(worker, claim, form, lease=None)
    inputs = read_inputs(task)
    checkpoints = checkpoints_of(worker, inputs)
    states = (checkpoints.read(task_id, 0) for task_id in (claim.task_id, *claim.earlier))
    return store_cancelled(task, inputs, next((s for s in states if s is not None), None))


def store_failed(
    task: TaskContext, inputs: Inputs, error: TrainingError
) -> tuple[tuple[Message, ...], StoredObjects]:
    """Store the parameters before the loss was no longer a number.

    Returns:
        Why the task failed, and where the parameters are.

    """
    if error.kept is None or not task.form.save_model_state:
        return error.messages, StoredObjects()
    stopped = [message.as_dict() for message in error.messages]
    facts = {**_origin(task, inputs), "stopped": str(error), "stopped_messages": stopped}
    stored = _store_model(task, replace(error.kept, facts=facts))
    kept = Message("tasks.last-sound-epoch", path=stored.model_state_path)
    return (*error.messages, kept), stored


def _store_model(task: TaskContext, model: StoredModel) -> StoredObjects:
    """Store a model alone, also of a task that is cancelled or whose worker is to end."""
    check = task.confirm_ours
    return store_outputs(task, output_files(model, {}), confirm=check, check=check)


def _origin(task: TaskContext, inputs: Inputs) -> Json:
    """Whose model it is, and on whom it and its ancestors were trained."""
    identity = {"task_id": task.claim.task_id, "parent_task_id": task.form.trained_task_id}
    return inputs.work.lineage_facts(identity)
