"""Shards of a task: done by whoever claims one, gathered by the worker that has the task."""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from actors import metrics
from actors.callback import TaskCallback
from actors.checkpoints import identity
from actors.inputs import Inputs
from actors.lease import Lease, LeaseLostError
from actors.pending import FINISHED
from actors.worker_context import TaskContext, WorkerContext
from db import runs
from db import shards as rows
from db.claims import Claim, task_id_of_shard
from db.form import TaskForm
from db.shards import ShardState
from db.states import Status
from graphnet.distributed import shards
from graphnet.errors import GraphnetError, ModelError
from graphnet.training import checkpoint
from graphnet.training.memory import translate_oom
from registry import ObjectDamaged, ObjectMissing, RegistryError

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5


@translate_oom
def run_shard(place: WorkerContext, claim: Claim, given: Inputs | None = None) -> bool:
    """Do one part and keep what it gave with its task; False if it was not ours any more.

    ``given`` is what the task trains on, where this worker has read it already. Raises what a
    task's training raises.
    """
    form = TaskForm.from_config(claim.task_type, claim.task_config)
    with Lease(place.runtime, claim) as lease:
        inputs = given or place.inputs(form, claim.proj_id, lambda: place.check(lease))
        name = _name(inputs, claim.part)
        content = _done_before(place, claim, name)
        with TaskCallback(place.runtime, lease, None, place.kept(inputs)) as journal:
            if content is None:
                with journal.stage("train"):
                    content = _done(place, inputs, claim.part, journal)
        lease.confirm()
        place.stored(
            lambda: place.checkpoints.put(claim.part_of, name, content), lambda: place.check(lease)
        )
        sha256 = hashlib.sha256(content).hexdigest()
        ended = place.ended(claim, FINISHED, result={"manifest_sha256": sha256})
    place.forget(claim.task_id)
    return metrics.count_ending(str(ended).lower(), ours=ended is not None)


def _done_before(place: WorkerContext, claim: Claim, name: str) -> bytes | None:
    """What the same part of a task gave that this one tries again; None if it is not there."""
    for part in claim.earlier:
        try:
            content = place.checkpoints.get(task_id_of_shard(part), name)
            checkpoint.from_bytes(content)
        except (RegistryError, ModelError):
            continue
        log.info("part %d was done by %s", claim.part, task_id_of_shard(part))
        return content
    return None


class Shards:
    """Shares a claimed task with other workers, and helps them while it waits.

    ``help_with`` does a part here if it can be claimed. So one worker alone ends every task, and a
    part whose worker is lost is done once its lease has run out.
    """

    def __init__(
        self, place: WorkerContext, begun: TaskContext, help_with: Callable[[str], bool]
    ) -> None:
        self._place = place
        self._begun = begun
        self._lease = begun.lease
        self._help_with = help_with
        self._begun_at: int | None = None
        self._finished = 0

    def dispatch(self, count: int) -> None:
        """Have the parts done by whoever is free. Raises LeaseLostError."""
        if not self._place.asked(lambda: rows.dispatch(self._lease.claim, count)):
            raise LeaseLostError(self._lease.claim.task_id)
        log.info("task %s: %d parts are shared out", self._lease.claim.task_id, count)

    def gather(self, numbers: Sequence[int]) -> list[bytes]:
        """What these parts gave, once all are done.

        Raises:
            GraphnetError: a part that failed, with its sentence.
            LeaseLostError, CancelledTaskError, HandedBackError: the task is to be ended.

        """
        self._begun.journal.save()
        while True:
            self._begun.journal.raise_if_cancelled()
            found = self._place.asked(lambda: rows.shard_states(self._lease.claim.task_id))
            self._show(found)
            if any(part.state == Status.CANCELLED.value for part in found.values()):
                self._lease.confirm()
            if not any(_is_open(found[number]) for number in numbers):
                return [self._read(number, found[number]) for number in numbers]
            free = next((part for part in found.values() if part.free), None)
            if free is None or not self._help(free.shard_id):
                time.sleep(LOOK_SECONDS)

    def _help(self, shard_id: str) -> bool:
        """Do a part here, if it can be claimed. Should it crash, that is not the task's doing."""
        self._place.asked(lambda: runs.record_checkpoint(self._lease.claim))
        return self._help_with(shard_id)

    def _show(self, found: Mapping[int, ShardState]) -> None:
        """Write how far the task is: what is left of it is in its parts."""
        before = self._lease.progress
        if self._begun_at is None:
            self._begun_at = before.permille
        finished = sum(part.state == Status.FINISHED.value for part in found.values())
        if finished > self._finished:
            # The task has come on, so what crashed it before is not counted any more.
            self._place.asked(lambda: runs.record_checkpoint(self._lease.claim))
            self._finished = finished
        permille = int(self._begun_at + (999 - self._begun_at) * finished / len(found))
        self._lease.progress = replace(
            before, permille=max(before.permille, permille), remaining_ms=-1
        )

    def _read(self, number: int, part: ShardState) -> bytes:
        """What a part gave; it is done again here where the storage has lost it."""
        task_id, name = self._lease.claim.task_id, _name(self._begun.inputs, number)
        try:
            content = self._place.stored(
                lambda: self._place.checkpoints.get(task_id, name),
                self._begun.journal.raise_if_cancelled,
            )
        except (ObjectDamaged, ObjectMissing):
            content = b""
        if hashlib.sha256(content).hexdigest() == part.sha256:
            return content
        log.warning("task %s: part %d is not what was stored; it is done again", task_id, number)
        return _done(self._place, self._begun.inputs, number, self._begun.journal)


def _is_open(part: ShardState) -> bool:
    """Whether a part is still to be waited for. Raises GraphnetError where it failed."""
    if part.state == Status.FINISHED.value:
        return False
    if part.state in {Status.FAILED.value, Status.CANCELLED.value}:
        raise GraphnetError(part.error)
    return True


def _done(place: WorkerContext, inputs: Inputs, number: int, journal: TaskCallback) -> bytes:
    return shards.run_shard(inputs.work, number, device=place.choice.device, callback=journal)


def _name(inputs: Inputs, number: int) -> str:
    """By all that a part depends on: one of another version or other data is not taken for it."""
    return f"{identity(inputs, '')[:16]}-part-{number:04d}"
