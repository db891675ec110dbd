"""What is kept of a training that did not come to its end: the best parameters until then."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from actors.checkpoints import checkpoints_of
from actors.inputs import Inputs, read_inputs
from actors.outputs import Saved, output_files, store_outputs
from actors.worker_context import TaskContext, WorkerContext
from db import cancellation
from db.claims import Claim
from db.errors import ContentTooLarge, DatabaseUnavailable
from db.form import TaskForm
from db.runs import CANCELLED
from graphnet.artifacts.model import StoredModel
from graphnet.distributed.shards import model_at
from graphnet.errors import TrainingError
from registry import RegistryUnavailable

log = logging.getLogger(__name__)


def store_cancelled(
    task: TaskContext, inputs: Inputs, state: Mapping[str, Tensor] | None
) -> dict[str, Any]:
    """Store the best parameters of a training that was cancelled.

    ``state`` is that of the training when it ended; None where there was no epoch.

    Returns:
        The task's result.

    """
    if state is None:
        return _cancelled([], Saved())
    best = model_at(inputs.work, state, shared=inputs.asked.fan_out > 1)
    lines = best.history.lines()
    if not task.form.save_model_state:
        return _cancelled(lines, Saved())
    facts = {**_origin(task, inputs), "cancelled_after_epoch": len(best.history)}
    saved = _store_model(task, replace(best.model, facts=facts))
    trained = best.model.settings.seeds
    return _cancelled(lines, saved, _of_seeds(trained, inputs.settings.seeds))


def store_cancelled_checkpoint(worker: WorkerContext, task_id: str) -> bool:
    """Store what the last checkpoint holds of a task that was cancelled behind its worker.

    Returns:
        False where the task is no such task.

    """
    settings = worker.runtime.settings
    lease_ms = settings.lease_ms + 3 * settings.patience_ms
    claim = worker.query(cancellation.claim_cancelled, task_id, lease_ms=lease_ms)
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
        worker.query(cancellation.write_cancelled_result, task_id, result, settings.public_url)
    except ContentTooLarge:
        log.exception("task %s: its result was left out", task_id)
        worker.query(cancellation.write_cancelled_result, task_id, None)
    return True


def _result_of_checkpoint(worker: WorkerContext, claim: Claim) -> dict[str, Any]:
    form = TaskForm.from_config(claim.task_type, claim.task_config)
    task = TaskContext(worker, claim, form, lease=None)
    inputs = read_inputs(task)
    checkpoints = checkpoints_of(worker, inputs)
    states = (checkpoints.read(task_id, 0) for task_id in (claim.task_id, *claim.earlier))
    return store_cancelled(task, inputs, next((s for s in states if s is not None), None))


def store_failed(task: TaskContext, inputs: Inputs, error: TrainingError) -> tuple[str, Saved]:
    """Store the parameters before the loss was no longer a number, and say so."""
    if error.kept is None or not task.form.save_model_state:
        return str(error), Saved()
    facts = {**_origin(task, inputs), "stopped": str(error)}
    saved = _store_model(task, replace(error.kept, facts=facts))
    return f"{error} The parameters of the last sound epoch are at {saved.path}.", saved


def _store_model(task: TaskContext, model: StoredModel) -> Saved:
    """Store a model alone, also of a task that is cancelled or whose worker is to end."""
    check = task.confirm_ours
    return store_outputs(task, output_files(model, {}), confirm=check, check=check)


def _origin(task: TaskContext, inputs: Inputs) -> dict[str, Any]:
    """Whose model it is, and on whom it and its ancestors were trained."""
    identity = {"task_id": task.claim.task_id, "parent_task_id": task.form.trained_task_id}
    return inputs.work.lineage_facts(identity)


def _of_seeds(trained: int, asked: int) -> str:
    """A sentence where others were to train the rest."""
    return "" if trained >= asked else f"They are of {trained} of the {asked} seeds."


def _cancelled(lines: list[str], saved: Saved, more: str = "") -> dict[str, Any]:
    """The result of a cancelled task."""
    kept = f"The best parameters until then are kept; it was trained for {len(lines)} epochs."
    warnings = [CANCELLED, *filter(None, [kept, more])] if saved.path else [CANCELLED]
    return {"train_epochs": lines, **saved.result_fields(), "warnings": warnings}
