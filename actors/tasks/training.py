"""A whole task between claim and result: read, train, store, finish."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from actors.messaging.redis_clients import redis_client
from actors.monitoring import metrics
from actors.monitoring.tracing import TRACING
from actors.spool import read_outputs
from actors.tasks.callback import TaskCallback
from actors.tasks.cancelled_training import store_cancelled, store_failed
from actors.tasks.curve import Curve
from actors.tasks.inputs import Inputs, read_inputs
from actors.tasks.lease import CancelledTaskError
from actors.tasks.outputs import output_files, report_files, store_outputs
from actors.tasks.pending import CANCELLED, FAILED, FINISHED
from actors.tasks.shards import Shards
from actors.tasks.worker_context import TaskContext
from db.queue.states import Status
from graphnet.errors import DiskFull, OutOfMemory, TrainingError
from graphnet.experiment import Outcome, run
from graphnet.training.memory import translate_oom
from graphnet.training.progress import REPORT

log = logging.getLogger(__name__)

RunShard = Callable[[str, Inputs], bool]  # claims a shard by its id and runs it here


@translate_oom
def train(task: TaskContext, run_shard: RunShard) -> str:
    """Read, train, store and finish a whole task.

    Returns:
        What it ended as: ``finished``, ``failed`` or ``cancelled``; "" where another worker has it.

    Raises:
        LeaseLostError, HandedBackError: the task is another worker's, or goes back to the queue.
        GraphnetError, RegistryError, DatabaseUnavailable: it cannot be trained, or not now.

    """
    worker, claim = task.worker, task.claim
    client = redis_client(worker.runtime.settings.redis_url)
    with Curve(client, worker.runtime.names, claim.task_id) as curve:
        spooled = read_outputs(worker.spool_folder(claim.task_id))
        if spooled is not None:
            log.info(
                "task %s: it is trained, and was kept until the registry takes it", claim.task_id
            )
            outcome = _store_and_finish(task, spooled.content, spooled.result)
        else:
            outcome = _train(task, curve, run_shard)
    if outcome == FINISHED:
        worker.forget(claim.task_id)
    return outcome


def _train(task: TaskContext, curve: Curve, run_shard: RunShard) -> str:
    inputs = read_inputs(task)
    log.info("task %s: %s", task.claim.task_id, inputs.said)
    with TaskCallback(task, inputs, curve) as callback:
        try:
            outcome = _run_experiment(task, inputs, callback, run_shard)
            warnings = [*filter(None, [task.worker.choice.warning]), *outcome.result.warnings]
            result = replace(outcome.result, warnings=warnings).as_dict()
            with callback.progress.step(REPORT):
                reports = report_files(task.claim, outcome, result)
                model = outcome.model if task.form.save_model_state else None
                return _store_and_finish(task, output_files(model, reports), result)
        except CancelledTaskError:
            return _cancel(task, inputs, callback)
        except DiskFull:
            task.pause()  # it would be full at once again
            raise
        except TrainingError as error:
            return _fail(task, inputs, error)


def _run_experiment(
    task: TaskContext, inputs: Inputs, callback: TaskCallback, run_shard: RunShard
) -> Outcome:
    """Train and judge; where the form asks for it, other workers help."""
    claim = task.claim
    sharing = None
    if inputs.asked.fan_out > 1:
        sharing = Shards(task, inputs, callback, lambda shard_id: run_shard(shard_id, inputs))
    return run(
        inputs.splits,
        inputs.settings,
        evaluation=inputs.asked,
        parent=inputs.parent,
        device=task.worker.choice.device,
        callback=callback,
        identity={"task_id": claim.task_id, "parent_task_id": claim.parent_task_id},
        sharing=sharing,
        candidates=inputs.candidates,
        atlases=task.worker.atlases,
    )


def _store_and_finish(
    task: TaskContext, content: Mapping[str, bytes], result: dict[str, Any]
) -> str:
    """Store the objects, then write the result: a task that is Finished has all of them."""
    task_id = task.claim.task_id
    saved = store_outputs(task, content, result, confirm=task.confirm, check=task.check)
    log.info("task %s: stored%s", task_id, f" at {saved.path}" if saved.path else "")
    with TRACING.span("finish"):
        status: Status | None = task.end(FINISHED, result=result | saved.result_fields())
    for warning in result["warnings"]:
        log.info("task %s: note: %s", task_id, warning)
    outcome = "" if status is None else status.value.lower()
    log.info("task %s: %s", task_id, outcome or "lost")
    return outcome


def _cancel(task: TaskContext, inputs: Inputs, callback: TaskCallback) -> str:
    """Store the best parameters so far, as long as no other worker has the task."""
    result = store_cancelled(task, inputs, callback.state())
    ours = task.end(CANCELLED, result=result)
    callback.keep()
    log.info("task %s: cancelled", task.claim.task_id)
    return CANCELLED if ours else ""


def _fail(task: TaskContext, inputs: Inputs, error: TrainingError) -> str:
    """Store the parameters of the last sound epoch, and say why the training stopped."""
    if task.lease is not None:
        task.lease.check()
    metrics.OUT_OF_MEMORY.inc(isinstance(error, OutOfMemory))
    reasons, saved = store_failed(task, inputs, error)
    log.info("task %s: failed: %s", task.claim.task_id, " ".join(map(str, reasons)))
    ours = task.end(
        FAILED,
        reasons=[reason.as_dict() for reason in reasons],
        manifest_sha256=saved.manifest_sha256,
    )
    return FAILED if ours else ""
