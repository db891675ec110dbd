"""A task or shard in a worker: claimed, read, trained, stored, and ended whatever happens."""

import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from actors import metrics
from actors.log_context import TRACING, about
from actors.redis_connection import redis_client
from actors.spool import read_outputs
from actors.tasks.callback import TaskCallback
from actors.tasks.context import (
    RENEW_SECONDS,
    CancelledTaskError,
    HandedBackError,
    Lease,
    LeaseLostError,
    TaskContext,
    WorkerContext,
)
from actors.tasks.inputs import Inputs, read_inputs
from actors.tasks.outputs import (
    output_files,
    report_files,
    store_cancelled,
    store_cancelled_checkpoint,
    store_failed,
    store_outputs,
)
from actors.tasks.pending import (
    CANCELLED,
    FAILED,
    FINISHED,
    HANDED_BACK,
    EndingPendingError,
    PendingEnding,
    reasons_of,
)
from actors.tasks.shards import Shards, run_shard
from actors.tasks.streams import Curve, TaskLog, store_log
from db.queue.claims import Claim, claim, claim_next
from db.server.diagnosis import check_writable
from db.server.errors import ContentTooLarge, DatabaseUnavailable, SchemaAhead
from db.submissions.form import TaskForm
from graphnet.artifacts.result import TaskResult
from graphnet.errors import DiskFull, GraphnetError, OutOfMemory, TrainingError
from graphnet.experiment import run
from graphnet.messages import Message
from graphnet.outcome import Outcome
from graphnet.training.devices import is_lost
from graphnet.training.memory import free, translate_oom
from graphnet.training.progress import REPORT
from registry import RegistryError, RegistryUnavailable

log = logging.getLogger(__name__)

RunShard = Callable[[str, Inputs], bool]  # claims a shard by its id and runs it here
WAITED_FOR = (RegistryUnavailable, DiskFull)  # what somebody can mend; nothing of it is the task's
GRACE_SECONDS = 3 * RENEW_SECONDS
Claimer = Callable[..., Coroutine[Any, Any, Claim | None]]
ENDINGS = (HandedBackError, CancelledTaskError, GraphnetError, RegistryError, ContentTooLarge)


class TaskRunner:
    """Does the tasks and shards that messages name.

    A message may come twice; a claim is given once.
    """

    def __init__(self, worker: WorkerContext) -> None:
        self.worker = worker

    @metrics.BUSY.track_inprogress()
    def __call__(self, task_id: str) -> None:
        """Do what is to be done for the task; nothing if it is another worker's or done."""
        try:
            with about(task_id):
                self._do(task_id)
        except SchemaAhead as error:
            # Its lease runs out, and a worker of that version goes on.
            log.error("task %s is left alone: %s", task_id, error)  # noqa: TRY400
        except DatabaseUnavailable as error:
            # Nobody has claimed it, so its message is sent again: see actors.relay.
            log.warning("task %s is left alone: %s", task_id, error)

    def _do(self, task_id: str) -> None:
        """Do what the message stands for, which may be another task: projects take turns."""
        if self._take(task_id, by=claim_next):
            return
        log.info("task %s is not to be claimed", task_id)
        if store_cancelled_checkpoint(self.worker, task_id):
            self._take(task_id, by=claim_next)

    def _take(self, task_id: str, inputs: Inputs | None = None, *, by: Claimer = claim) -> bool:
        """Do a task, or a shard of one, if it can be claimed; return True if it could.

        ``inputs`` are what a shard trains on, where they have been read; ``by`` claims it.
        """
        runtime, since = self.worker.runtime, time.time_ns()
        claim = self._claimed(task_id, by)
        if claim is None:
            return False
        with (
            about(claim.task_id, claim.attempt, claim.request_id),
            TRACING.claimed(claim, since),
            TaskLog(redis_client(runtime.settings.redis_url), runtime.names, claim),
        ):
            device = self.worker.choice.name
            log.info(
                "task %s: attempt %d begins, by %s on %s",
                claim.task_id, claim.attempt, runtime.name, device,
            )  # fmt: skip
            metrics.count_claim(claim.attempt)
            ours = self._run(claim, inputs)
            free()  # a device is shared with other workers
            if not ours:
                metrics.count_lost()
                log.warning("task %s belongs to another worker; nothing was written", task_id)
        if not claim.part:
            client = redis_client(runtime.settings.redis_url)
            store_log(client, runtime.names, self.worker.models, claim.task_id)
        return True

    def _claimed(self, task_id: str, by: Claimer) -> Claim | None:
        """Claim the task if it can be claimed. Raises DatabaseUnavailable.

        After a time without a database every lease has run out. Whoever holds one has ``GRACE``
        to renew it, or to write how its task ended, before others take the task from it.
        """
        runtime = self.worker.runtime
        claiming = partial(
            by,
            task_id,
            worker=runtime.name,
            device=self.worker.choice.name,
            lease_ms=runtime.settings.lease_ms,
            max_attempts=runtime.settings.max_attempts,
        )
        try:
            return runtime.call(claiming())
        except DatabaseUnavailable as error:
            log.warning("task %s is not claimed yet: %s", task_id, error)
        self.worker.query(check_writable)
        runtime.stopping.wait(GRACE_SECONDS)
        return self.worker.query(claiming)

    @metrics.TRAINING_SECONDS.time()
    def _run(self, claim: Claim, inputs: Inputs | None) -> bool:
        """Train and write how it ended, also if that is by an error; False if it was not ours."""
        try:
            return self._train_and_end(claim, inputs)
        except LeaseLostError:
            return False
        except EndingPendingError as error:
            log.warning("task %s has ended, which is written later: %s", claim.task_id, error)
        except DatabaseUnavailable as error:
            # It goes back as if this attempt had not been, once that can be written.
            log.warning("task %s goes back later: %s", claim.task_id, error)
            self.worker.pending.hand_back_later(claim)
        return True

    def _train_and_end(self, claim: Claim, inputs: Inputs | None) -> bool:
        try:
            outcome = self._train(claim, inputs)
        except ENDINGS as error:
            ending = _ending(claim, error)
        except (LeaseLostError, EndingPendingError, DatabaseUnavailable, SchemaAhead):
            raise
        except Exception as error:
            log.exception("task %s failed", claim.task_id)
            if is_lost(error):
                return self._give_up(claim)
            ending = _fault(claim)
        else:
            return metrics.count_ending(outcome, ours=bool(outcome))
        ours = bool(self.worker.pending.end(ending.written))
        return metrics.count_ending(ending.outcome, ours=ours)

    def _train(self, claim: Claim, inputs: Inputs | None) -> str:
        """What the task or shard ended as; "" where another worker has it."""
        form = TaskForm.from_config(claim.task_type, claim.task_config)
        with Lease(self.worker.runtime, claim) as lease:
            task = TaskContext(self.worker, claim, form, lease)
            return run_shard(task, inputs) if claim.part else train(task, self._take)

    def _give_up(self, claim: Claim) -> bool:
        """Leave the task to another process: in this one CUDA fails from here on.

        It counts as a crash, as it may be the task that does it.
        """
        log.critical("task %s: the CUDA device failed, so this process ends", claim.task_id)
        try:
            return bool(self.worker.pending.end(PendingEnding(claim, HANDED_BACK, counted=True)))
        finally:
            self.worker.runtime.give_up()


@dataclass(frozen=True)
class _Ending:
    """What is written of a task, and as what it is counted."""

    written: PendingEnding
    outcome: str


def _ending(
    claim: Claim,
    error: HandedBackError | CancelledTaskError | GraphnetError | RegistryError | ContentTooLarge,
) -> _Ending:
    """How a task ends that one of ENDINGS has ended."""
    if isinstance(error, HandedBackError):
        log.info("task %s is handed back", claim.task_id)
        return _Ending(PendingEnding(claim, HANDED_BACK), HANDED_BACK)
    if isinstance(error, CancelledTaskError):
        return _Ending(PendingEnding(claim, CANCELLED), CANCELLED)
    if isinstance(error, WAITED_FOR):
        log.warning("task %s waits, and is tried again: %s", claim.task_id, error)
        return _Ending(PendingEnding(claim, HANDED_BACK, reasons_of(error)), HANDED_BACK)
    log.info("task %s failed: %s", claim.task_id, error)
    if claim.part and isinstance(error, RegistryError):
        return _again(claim)
    metrics.OUT_OF_MEMORY.inc(isinstance(error, OutOfMemory))
    return _Ending(PendingEnding(claim, FAILED, reasons_of(error)), FAILED)


def _fault(claim: Claim) -> _Ending:
    """How a task ends where the fault is our own."""
    if claim.part:
        return _again(claim)
    reason = Message("tasks.internal-error", task_id=claim.task_id)
    return _Ending(PendingEnding(claim, FAILED, (reason,)), "internal_error")


def _again(claim: Claim) -> _Ending:
    """A part cannot be tried again by anybody, so it is here; as one that crashes."""
    return _Ending(PendingEnding(claim, HANDED_BACK, counted=True), HANDED_BACK)


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
            outcome = _read_and_train(task, curve, run_shard)
    if outcome == FINISHED:
        worker.forget(claim.task_id)
    return outcome


def _read_and_train(task: TaskContext, curve: Curve, run_shard: RunShard) -> str:
    inputs = read_inputs(task)
    log.info("task %s: %s", task.claim.task_id, inputs.said)
    with TaskCallback(task, inputs, curve) as callback:
        try:
            outcome = _run_experiment(task, inputs, callback, run_shard)
            warnings = [*filter(None, [task.worker.choice.warning]), *outcome.result.warnings]
            judged = replace(outcome.result, warnings=warnings)
            with callback.progress.step(REPORT):
                result, reports = report_files(task.claim, outcome, judged)
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
        ancestors=inputs.ancestors,
        device=task.worker.choice.device,
        callback=callback,
        identity={"task_id": claim.task_id, "parent_task_id": claim.parent_task_id},
        sharing=sharing,
        candidates=inputs.candidates,
        compared_atlases=inputs.atlases,
        atlases=task.worker.atlases,
    )


def _store_and_finish(task: TaskContext, content: Mapping[str, bytes], result: TaskResult) -> str:
    """Store the objects, then write the result: a task that is Finished has all of them."""
    task_id = task.claim.task_id
    stored = store_outputs(task, content, result, confirm=task.confirm, check=task.check)
    path = stored.model_state_path
    log.info("task %s: stored%s", task_id, f" at {path}" if path else "")
    with TRACING.span("finish"):
        status = task.end(FINISHED, result=replace(result, storage=stored))
    for warning in result.warnings:
        log.info("task %s: note: %s", task_id, warning)
    outcome = str(status or "").lower()
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
    reasons, stored = store_failed(task, inputs, error)
    log.info("task %s: failed: %s", task.claim.task_id, " ".join(map(str, reasons)))
    ours = task.end(FAILED, reasons=reasons, manifest_sha256=stored.manifest_sha256)
    return FAILED if ours else ""
