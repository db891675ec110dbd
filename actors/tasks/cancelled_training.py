"""What is kept of a training that did not come to its end: the best parameters until then."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from actors.tasks.checkpoints import checkpoints_of
from actors.tasks.inputs import Inputs, read_inputs
from actors.tasks.outputs import Saved, output_files, store_outputs
from actors.tasks.worker_context import TaskContext, WorkerContext
from db.queue import runs
from db.queue.claims import Claim
from db.queue.runs import CANCELLED, empty_result
from db.server.errors import ContentTooLarge, DatabaseUnavailable
from db.submissions.form import TaskForm
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import StoredObjects, TaskResult
from graphnet.distributed.shards import model_at
from graphnet.errors import TrainingError
from graphnet.messages import Message
from registry import RegistryUnavailable

log = logging.getLogger(__name__)


def store_cancelled(
    task: TaskContext, inputs: Inputs, state: Mapping[str, Tensor] | None
) -> dict[str, Any]:
    """Store the best parameters of a training that was cancelled.

    ``state`` is that of the training when it ended; None where there was no epoch. Of a sweep
    nothing is kept.

    Returns:
        The task's result, as JSON.

    """
    if state is None or inputs.candidates:  # nobody knows which of the candidates it is
        return empty_result()
    best = model_at(inputs.work, state, shared=inputs.asked.fan_out > 1)
    result = TaskResult(history=best.history, warnings=(CANCELLED,), storage=StoredObjects())
    if not task.form.save_model_state:
        return result.as_dict()
    facts = {**_origin(task, inputs), "cancelled_after_epoch": len(best.history)}
    saved = _store_model(task, replace(best.model, facts=facts))
    warnings = [CANCELLED, Message("tasks.best-kept", epochs=len(best.history))]
    trained, seeds = best.model.settings.seeds, inputs.settings.seeds
    if trained < seeds:  # other workers were to train the rest
        warnings.append(Message("tasks.some-seeds", trained=trained, seeds=seeds))
    storage = StoredObjects(saved.path, saved.manifest_sha256, saved.stored)
    return replace(result, warnings=tuple(warnings), storage=storage).as_dict()


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
    try:
        worker.query(runs.write_cancelled_result, task_id, result, settings.public_url)
    except ContentTooLarge:
        log.exception("task %s: its result was left out", task_id)
        worker.query(runs.write_cancelled_result, task_id, None)
    return True


def _result_of_checkpoint(worker: WorkerContext, claim: Claim) -> dict[str, Any]:
    form = TaskForm.from_config(claim.task_type, claim.task_config)
    task = TaskContext(worker, claim, form, lease=None)
    inputs = read_inputs(task)
    checkpoints = checkpoints_of(worker, inputs)
    states = (checkpoints.read(task_id, 0) for task_id in (claim.task_id, *claim.earlier))
    return store_cancelled(task, inputs, next((s for s in states if s is not None), None))


def store_failed(
    task: TaskContext, inputs: Inputs, error: TrainingError
) -> tuple[tuple[Message, ...], Saved]:
    """Store the parameters before the loss was no longer a number.

    Returns:
        Why the task failed, and where the parameters are.

    """
    if error.kept is None or not task.form.save_model_state:
        return error.messages, Saved()
    stopped = [message.as_dict() for message in error.messages]
    facts = {**_origin(task, inputs), "stopped": str(error), "stopped_messages": stopped}
    saved = _store_model(task, replace(error.kept, facts=facts))
    return (*error.messages, Message("tasks.last-sound-epoch", path=saved.path)), saved


def _store_model(task: TaskContext, model: StoredModel) -> Saved:
    """Store a model alone, also of a task that is cancelled or whose worker is to end."""
    check = task.confirm_ours
    return store_outputs(task, output_files(model, {}), confirm=check, check=check)


def _origin(task: TaskContext, inputs: Inputs) -> dict[str, Any]:
    """Whose model it is, and on whom it and its ancestors were trained."""
    identity = {"task_id": task.claim.task_id, "parent_task_id": task.form.trained_task_id}
    return inputs.work.lineage_facts(identity)
