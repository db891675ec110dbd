"""A whole task between claim and result: read, train, judge, store, finish."""

import logging
from collections.abc import Callable
from functools import partial

from actors import metrics
from actors.curve import Curve
from actors.inputs import Inputs
from actors.journal import TaskJournal
from actors.lease import CancelledTaskError, Lease
from actors.papers import papers
from actors.parts import Parts
from actors.queue import redis_client
from actors.salvage import cancelled, stopped, where
from actors.tracing import TRACING
from actors.workplace import Begun, Workplace
from db import runs
from db.claims import Claim
from db.form import TaskForm
from db.states import Status
from graphnet.errors import OutOfMemory, TrainingError
from graphnet.experiment import run
from graphnet.memory import told

log = logging.getLogger(__name__)


@told
def train(place: Workplace, claim: Claim, take: Callable[[str, Inputs], bool]) -> bool:
    """Everything between claim and result; False if the task was lost meanwhile.

    ``take`` does a part of the task here, if that can be claimed. Raises what ends a task.
    """
    form = TaskForm.from_config(claim.task_type, claim.task_config)
    with (
        Lease(place.runtime, claim) as lease,
        Curve(redis_client(place.runtime.settings.redis_url), claim.task_id) as curve,
    ):
        inputs = place.inputs(form, lambda: place.check(lease))
        with TaskJournal(place.runtime, lease, curve, place.kept(inputs)) as journal:
            begun = Begun(form, inputs, lease, journal)
            log.info("task %s: %s", claim.task_id, inputs.said)
            try:
                status = _finish(place, begun, take)
            except CancelledTaskError:
                return _cancel(place, begun)
            except TrainingError as error:
                lease.check()
                metrics.OUT_OF_MEMORY.inc(isinstance(error, OutOfMemory))
                sentence, saved = stopped(place, form, inputs, error, lease)
                log.info("task %s: failed: %s", claim.task_id, sentence)
                failed = place.asked(lambda: runs.fail_task(claim, sentence, saved.manifest_sha256))
                return metrics.ended("failed", ours=failed)
    if status == Status.FINISHED:
        place.forget(claim.task_id)
    return metrics.ended(str(status).lower(), ours=status is not None)


def _finish(place: Workplace, begun: Begun, take: Callable[[str, Inputs], bool]) -> Status | None:
    claim, form, inputs = begun.claim, begun.form, begun.inputs
    outcome = run(
        inputs.splits,
        inputs.settings,
        evaluation=inputs.asked,
        parent=inputs.parent,
        device=place.choice.device,
        journal=begun.journal,
        identity={"task_id": claim.task_id, "parent_task_id": claim.parent_task_id},
        sharing=_shared(place, begun, take),
        atlases=place.atlases,
    )
    result = {**outcome.result}
    result["warnings"] = [*filter(None, [place.choice.warning]), *result["warnings"]]
    saved = place.save(
        claim.task_id,
        outcome.model if form.save_model_state else None,
        begun.lease.confirm,
        partial(place.check, begun.lease),
        papers(claim, outcome, result),
    )
    result |= where(saved)
    log.info("task %s: stored%s", claim.task_id, f" at {saved.path}" if saved.path else "")
    with TRACING.span("finish"):
        status = place.asked(lambda: runs.update_task_result(claim, result))
    for warning in result["warnings"]:
        log.info("task %s: note: %s", claim.task_id, warning)
    log.info("task %s: %s", claim.task_id, "lost" if status is None else status.value.lower())
    return status


def _shared(place: Workplace, begun: Begun, take: Callable[[str, Inputs], bool]) -> Parts | None:
    """Where other workers may help: this one helps them too while it waits."""
    if begun.inputs.asked.fan_out == 1:
        return None
    return Parts(place, begun, lambda part_id: take(part_id, begun.inputs))


def _cancel(place: Workplace, begun: Begun) -> bool:
    """Store the best parameters so far, as long as nobody has passed this worker over."""
    claim, form, state = begun.claim, begun.form, begun.journal.state()
    result = cancelled(
        place, claim.task_id, form, begun.inputs, state=state, confirm=begun.lease.confirm_ours
    )
    ended = place.asked(lambda: runs.end_cancelled(claim, result))
    begun.journal.keep()
    log.info("task %s: cancelled", claim.task_id)
    return metrics.ended("cancelled", ours=ended)
