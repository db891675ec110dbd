"""Shards of a task: done by whoever claims one, gathered by the worker that has the task."""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from actors.tasks.callback import TaskCallback, identity
from actors.tasks.context import LeaseLostError, TaskContext
from actors.tasks.inputs import Inputs, read_inputs
from actors.tasks.pending import FINISHED
from db.queue import runs
from db.queue import shards as rows
from db.queue.claims import Claim, task_id_of_shard
from db.queue.shards import ShardState
from db.queue.states import Status
from graphnet.artifacts.result import StoredObjects, TaskResult
from graphnet.distributed import shards
from graphnet.distributed.serialisation import state_from_bytes
from graphnet.errors import GraphnetError, ModelError
from graphnet.training.memory import translate_oom
from registry import ObjectDamaged, ObjectMissing, RegistryError, Store

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5


@translate_oom
def run_shard(task: TaskContext, inputs: Inputs | None = None) -> str:
    """Run one shard and store its result with the task that it is of.

    ``inputs`` are the task's, where this worker has read them already. Raises what
    :func:`actors.tasks.task.train` raises.

    Returns:
        What the shard ended as; "" where another worker has it.

    """
    worker, claim = task.worker, task.claim
    inputs = inputs or read_inputs(task)
    name = _object_name(inputs, claim.part)
    content = _result_of_earlier(worker.checkpoints, claim, name)
    with TaskCallback(task, inputs, None) as callback:
        if content is None:
            with callback.stage("train"):
                content = _compute(task, inputs, claim.part, callback)
    task.confirm()
    task.ask_registry(partial(worker.checkpoints.put, claim.part_of, name, content))
    sha256 = hashlib.sha256(content).hexdigest()
    stored = StoredObjects(manifest_sha256=sha256)
    status = task.end(FINISHED, result=TaskResult(storage=stored))
    worker.forget(claim.task_id)
    return str(status or "").lower()


def _result_of_earlier(store: Store, claim: Claim, name: str) -> bytes | None:
    """The result of the same shard of a task that this one tries again; None if there is none."""
    for shard_id in claim.earlier:
        try:
            content = store.get(task_id_of_shard(shard_id), name)
            state_from_bytes(content)
        except (RegistryError, ModelError):
            continue
        log.info("part %d was done by %s", claim.part, task_id_of_shard(shard_id))
        return content
    return None


class Shards:
    """Shares a claimed task with other workers, and helps them while it waits.

    ``run_here`` runs a shard here if it can be claimed. So one worker alone ends every task, and a
    shard whose worker is lost is done once its lease has run out.
    """

    def __init__(
        self,
        task: TaskContext,
        inputs: Inputs,
        callback: TaskCallback,
        run_here: Callable[[str], bool],
    ) -> None:
        self._task = task
        self._query = task.worker.query
        self._inputs = inputs
        self._callback = callback
        self._run_here = run_here
        self._finished = 0

    def dispatch(self, count: int) -> None:
        """Have the shards 1 to ``count`` done by whoever is free. Raises LeaseLostError."""
        if not self._query(rows.dispatch, self._task.claim, count):
            raise LeaseLostError(self._task.claim.task_id)
        log.info("task %s: %d parts are shared out", self._task.claim.task_id, count)

    def gather(self, numbers: Sequence[int]) -> list[bytes]:
        """Wait for these shards and return their results.

        Raises:
            GraphnetError: a shard that failed, with its sentence.
            LeaseLostError, CancelledTaskError, HandedBackError: the task is to be ended.

        """
        self._callback.save()
        while True:
            self._callback.raise_if_cancelled()
            states = self._query(rows.shard_states, self._task.claim.task_id)
            self._show(states, numbers)
            if any(shard.state == Status.CANCELLED.value for shard in states.values()):
                self._task.confirm()
            if not any(_is_open(states[number]) for number in numbers):
                return [self._read(number, states[number]) for number in numbers]
            free = next((shard for shard in states.values() if shard.free), None)
            if free is None or not self._help(free.shard_id):
                time.sleep(LOOK_SECONDS)

    def _help(self, shard_id: str) -> bool:
        """Run a shard here, if it can be claimed. A crash in it does not count as the task's."""
        self._query(runs.record_checkpoint, self._task.claim)
        return self._run_here(shard_id)

    def _show(self, states: Mapping[int, ShardState], numbers: Sequence[int]) -> None:
        """Note how many of the shards that are waited for have finished."""
        finished = sum(shard.state == Status.FINISHED.value for shard in states.values())
        if finished > self._finished:
            # The task has come on, so what crashed it before no longer counts.
            self._query(runs.record_checkpoint, self._task.claim)
            self._finished = finished
        waited = [states[number].state == Status.FINISHED.value for number in numbers]
        self._callback.progress.advance(sum(waited) / len(waited))

    def _read(self, number: int, shard: ShardState) -> bytes:
        """The result of a shard; it is computed again here where the storage has lost it."""
        task_id, name = self._task.claim.task_id, _object_name(self._inputs, number)
        read = partial(self._task.worker.checkpoints.get, task_id, name)
        try:
            content = self._task.ask_registry(read, check=self._callback.raise_if_cancelled)
        except (ObjectDamaged, ObjectMissing):
            content = b""
        if hashlib.sha256(content).hexdigest() == shard.sha256:
            return content
        log.warning("task %s: part %d is not what was stored; it is done again", task_id, number)
        return _compute(self._task, self._inputs, number, self._callback)


def _is_open(shard: ShardState) -> bool:
    """Whether a shard is still to be waited for. Raises GraphnetError where it failed."""
    if shard.state == Status.FINISHED.value:
        return False
    if shard.state in {Status.FAILED.value, Status.CANCELLED.value}:
        raise GraphnetError(*shard.reasons)
    return True


def _compute(task: TaskContext, inputs: Inputs, number: int, callback: TaskCallback) -> bytes:
    device = task.worker.choice.device
    return shards.run_shard(inputs.work, number, device=device, callback=callback)


def _object_name(inputs: Inputs, number: int) -> str:
    """By all that a shard depends on: one of another version or other data is not taken for it."""
    return f"{identity(inputs, '', inputs.shard_facts)[:16]}-part-{number:04d}"
