"""What is kept of a training that did not come to its end: the best parameters until then."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from actors.inputs import Inputs
from actors.lease import Lease
from actors.outputs import Saved
from actors.worker_context import WorkerContext, nothing
from db import cancellation
from db.errors import ContentTooLarge, DatabaseUnavailable
from db.form import TaskForm
from db.runs import CANCELLED
from graphnet.distributed.shards import model_at
from graphnet.errors import TrainingError
from registry import RegistryUnavailable

log = logging.getLogger(__name__)


def store_cancelled(
    place: WorkerContext,
    task_id: str,
    form: TaskForm,
    inputs: Inputs,
    *,
    state: Mapping[str, Tensor] | None,
    confirm: Callable[[], None],
) -> dict[str, Any]:
    """Store the best parameters of a training that was cancelled; its result."""
    if state is None:
        return _cancelled([], Saved())
    found = model_at(inputs.work, state, shared=inputs.asked.fan_out > 1)
    if not form.save_model_state:
        return _cancelled(found.history.lines(), Saved())
    facts = {**_origin(task_id, form, inputs), "cancelled_after_epoch": len(found.history)}
    saved = place.save(task_id, replace(found.model, facts=facts), confirm)
    trained = found.model.settings.seeds
    return _cancelled(found.history.lines(), saved, _of_seeds(trained, inputs.settings.seeds))


def store_cancelled_checkpoint(place: WorkerContext, task_id: str) -> bool:
    """Store what the last checkpoint holds of a task that was cancelled behind its worker.

    False if it is none.
    """
    settings = place.runtime.settings
    longest = settings.lease_ms + 3 * settings.patience_ms
    claim = place.asked(lambda: cancellation.claim_cancelled(task_id, lease_ms=longest))
    if claim is None:
        return False
    result = None
    try:
        form = TaskForm.from_config(claim.task_type, claim.task_config)
        inputs = place.inputs(form, claim.proj_id, nothing)
        kept = place.kept(inputs)
        states = (kept.read(each, 0) for each in (task_id, *claim.earlier))
        state = next((each for each in states if each is not None), None)
        result = store_cancelled(place, task_id, form, inputs, state=state, confirm=nothing)
    except (RegistryUnavailable, DatabaseUnavailable) as error:
        log.warning("task %s: what is kept of it must wait: %s", task_id, error)
        return True
    except Exception:
        log.exception("task %s: nothing could be kept of it", task_id)
    try:
        place.asked(lambda: cancellation.write_cancelled_result(task_id, result, place.public_url))
    except ContentTooLarge:
        log.exception("task %s: its result was left out", task_id)
        place.asked(lambda: cancellation.write_cancelled_result(task_id, None))
    return True


def store_failed(
    place: WorkerContext, form: TaskForm, inputs: Inputs, error: TrainingError, lease: Lease
) -> tuple[str, Saved]:
    """Store what was sound before the loss was no longer a number, and say so."""
    if error.kept is None or not form.save_model_state:
        return str(error), Saved()
    task_id = lease.claim.task_id
    facts = {**_origin(task_id, form, inputs), "stopped": str(error)}
    model = replace(error.kept, facts=facts)
    saved = place.save(task_id, model, lease.confirm_ours)
    return f"{error} The parameters of the last sound epoch are at {saved.path}.", saved


def _origin(task_id: str, form: TaskForm, inputs: Inputs) -> dict[str, Any]:
    """Whose model it is, and on whom it and its ancestors were trained."""
    identity = {"task_id": task_id, "parent_task_id": form.trained_task_id}
    return inputs.work.lineage_facts(identity)


def _of_seeds(trained: int, asked: int) -> str:
    """A sentence where others were to train the rest."""
    return "" if trained >= asked else f"They are of {trained} of the {asked} seeds."


def _cancelled(lines: list[str], saved: Saved, more: str = "") -> dict[str, Any]:
    """The result of a cancelled task."""
    kept = f"The best parameters until then are kept; it was trained for {len(lines)} epochs."
    warnings = [CANCELLED, *filter(None, [kept, more])] if saved.path else [CANCELLED]
    return {"train_epochs": lines, **stored_fields(saved), "warnings": warnings}


def stored_fields(saved: Saved) -> dict[str, Any]:
    """Where a result says that its model is, and what all that is stored must be."""
    return {
        "model_state_path": saved.path,
        "manifest_sha256": saved.manifest_sha256,
        "stored": dict(saved.stored),
    }
