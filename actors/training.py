"""A whole task between claim and result: read, train, judge, store, finish."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from actors import metrics
from actors.callback import TaskCallback
from actors.cancelled_training import store_cancelled, store_failed, stored_fields
from actors.curve import Curve
from actors.inputs import Inputs
from actors.lease import CancelledTaskError, Lease
from actors.outputs import output_files, report_files
from actors.pending import CANCELLED, FAILED, FINISHED
from actors.redis_clients import redis_client
from actors.shards import Shards
from actors.spool import SpooledOutputs
from actors.tracing import TRACING
from actors.worker_context import TaskContext, WorkerContext
from db.claims import Claim
from db.form import TaskForm
from db.states import Status
from graphnet.errors import DiskFull, OutOfMemory, TrainingError
from graphnet.experiment import run
from graphnet.training.memory import translate_oom

log = logging.getLogger(__name__)


@translate_oom
def train(place: WorkerContext, claim: Claim, take: Callable[[str, Inputs], bool]) -> bool:
    """Everything between claim and result; False if the task was lost meanwhile.

    ``take`` does a part of the task here, if that can be claimed. Raises what ends a task.
    """
    form = TaskForm.from_config(claim.task_type, claim.task_config)
    with (
        Lease(place.runtime, claim) as lease,
        Curve(
            redis_client(place.runtime.settings.redis_url), place.runtime.names, claim.task_id
        ) as curve,
    ):
        waiting = place.waiting(claim.task_id)
        if waiting is not None:
            return _store(place, lease, waiting)
        inputs = place.inputs(form, claim.proj_id, lambda: place.check(lease))
        with TaskCallback(place.runtime, lease, curve, place.kept(inputs)) as journal:
            begun = TaskContext(form, inputs, lease, journal)
            log.info("task %s: %s", claim.task_id, inputs.said)
            try:
                status = _finish(place, begun, take)
            except CancelledTaskError:
                return _cancel(place, begun)
            except DiskFull:
                place.pause(lease)  # it would be full at once again
                raise
            except TrainingError as error:
                lease.check()
                metrics.OUT_OF_MEMORY.inc(isinstance(error, OutOfMemory))
                sentence, saved = store_failed(place, form, inputs, error, lease)
                log.info("task %s: failed: %s", claim.task_id, sentence)
                failed = place.ended(
                    claim, FAILED, sentence=sentence, manifest_sha256=saved.manifest_sha256
                )
                return metrics.count_ending(FAILED, ours=failed)
    if status == Status.FINISHED:
        place.forget(claim.task_id)
    return metrics.count_ending(str(status).lower(), ours=status is not None)


def _finish(
    place: WorkerContext, begun: TaskContext, take: Callable[[str, Inputs], bool]
) -> Status | None:
    claim, form, inputs = begun.claim, begun.form, begun.inputs
    outcome = run(
        inputs.splits,
        inputs.settings,
        evaluation=inputs.asked,
        parent=inputs.parent,
        device=place.choice.device,
        callback=begun.journal,
        identity={"task_id": claim.task_id, "parent_task_id": claim.parent_task_id},
        sharing=_shared(place, begun, take),
        atlases=place.atlases,
    )
    result = outcome.result.as_dict()
    result["warnings"] = [*filter(None, [place.choice.warning]), *result["warnings"]]
    content = output_files(
        outcome.model if form.save_model_state else None, report_files(claim, outcome, result)
    )
    check = partial(place.check, begun.lease)
    saved = place.store(claim.task_id, content, begun.lease.confirm, check, result)
    return _ended(place, claim, result | stored_fields(saved))


def _store(place: WorkerContext, lease: Lease, waiting: SpooledOutputs) -> bool:
    """Store what was trained before, when the registry took nothing, and end the task."""
    claim = lease.claim
    log.info("task %s: it is trained, and was kept until the registry takes it", claim.task_id)
    check = partial(place.check, lease)
    saved = place.store(claim.task_id, waiting.content, lease.confirm, check, waiting.result)
    status = _ended(place, claim, waiting.result | stored_fields(saved))
    if status == Status.FINISHED:
        place.forget(claim.task_id)
    return metrics.count_ending(str(status).lower(), ours=status is not None)


def _ended(place: WorkerContext, claim: Claim, result: dict[str, Any]) -> Status | None:
    """Write the result of a task whose objects are stored."""
    saved = result["model_state_path"]
    log.info("task %s: stored%s", claim.task_id, f" at {saved}" if saved else "")
    with TRACING.span("finish"):
        status: Status | None = place.ended(claim, FINISHED, result=result)
    for warning in result["warnings"]:
        log.info("task %s: note: %s", claim.task_id, warning)
    log.info("task %s: %s", claim.task_id, "lost" if status is None else status.value.lower())
    return status


def _shared(
    place: WorkerContext, begun: TaskContext, take: Callable[[str, Inputs], bool]
) -> Shards | None:
    """Where other workers may help: this one helps them too while it waits."""
    if begun.inputs.asked.fan_out == 1:
        return None
    return Shards(place, begun, lambda shard_id: take(shard_id, begun.inputs))


def _cancel(place: WorkerContext, begun: TaskContext) -> bool:
    """Store the best parameters so far, as long as nobody has passed this worker over."""
    claim, form, state = begun.claim, begun.form, begun.journal.state()
    result = store_cancelled(
        place, claim.task_id, form, begun.inputs, state=state, confirm=begun.lease.confirm_ours
    )
    ended = place.ended(claim, CANCELLED, result=result)
    begun.journal.keep()
    log.info("task %s: cancelled", claim.task_id)
    return metrics.count_ending(CANCELLED, ours=ended)
