"""What goes along with every training: progress, checkpoints, and where a task may be ended.

Checkpoints lie in the registry, one a stage, named by all that the training depends on.
"""

import contextvars
import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from importlib import metadata
from types import MappingProxyType
from typing import Any, Self

from torch import Tensor

from actors.log_context import TRACING
from actors.metrics import OUT_OF_MEMORY, PACE
from actors.runtime import no_check, retry
from actors.tasks.context import HandedBackError, TaskContext, WorkerContext
from actors.tasks.inputs import Inputs
from actors.tasks.streams import Curve
from db.queue import runs
from db.server.errors import DatabaseError
from graphnet.distributed.serialisation import state_from_bytes, state_to_bytes
from graphnet.errors import ModelError
from graphnet.training.callbacks import Callback
from graphnet.training.history import Epoch
from graphnet.training.loop import Training
from registry import ObjectDamaged, ObjectMissing, RegistryError, RegistryUnavailable, Store

log = logging.getLogger(__name__)
LAST_SECONDS = 12.0  # for the last checkpoint of a worker that is asked to end
STEPS = {  # in the log of a task
    "train": "the model is trained",
    "assess": "it is judged on every split, beside simple methods",
    "validate": "it is validated as the form asks, and explained",
}
NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})
SHARE = 20  # a checkpoint may take a twentieth of the time


def identity(inputs: Inputs, device: str, more: Mapping[str, Any] = NOTHING_MORE) -> str:
    """A hash of what a training depends on; another's checkpoint is as good as none.

    ``device`` is its kind, such as ``cpu``: the bits of another kind are others. ``more`` is what
    depends on more than the training.
    """
    depends = {"version": metadata.version("nld-sgn"), "device": device, **inputs.facts, **more}
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()


class Checkpoints:
    """Reads and writes the states of one training's stages."""

    def __init__(self, store: Store, identity: str, *, seconds: float) -> None:
        self._store = store
        self._identity = identity[:16]
        self._seconds = seconds

    def read(
        self, task_id: str, stage: int, check: Callable[[], None] = no_check
    ) -> Mapping[str, Tensor] | None:
        """The state of a stage; None where none was stored, or it cannot be read.

        Starting again only costs time: the result is the same.
        """
        try:
            content = retry(
                lambda: self._store.get(task_id, self._name(stage)),
                RegistryUnavailable,
                seconds=self._seconds,
                check=check,
            )
            return state_from_bytes(content)
        except ObjectMissing:
            return None
        except (ModelError, ObjectDamaged, RegistryUnavailable) as error:
            log.warning("task %s: %s", task_id, error)
            return None

    def write(self, task_id: str, states: Mapping[int, Mapping[str, Tensor]]) -> None:
        """Keep the states of these stages. Raises RegistryError."""
        for stage, state in states.items():
            self._store.put(task_id, self._name(stage), state_to_bytes(state))

    def _name(self, stage: int) -> str:
        return f"{self._identity}-{stage:04d}.checkpoint"


def checkpoints_of(worker: WorkerContext, inputs: Inputs) -> Checkpoints:
    """The checkpoints of a training of these inputs on this worker's kind of device."""
    key = identity(inputs, worker.choice.device_kind)
    return Checkpoints(worker.checkpoints, key, seconds=worker.patience_seconds)


class TaskCallback(Callback):
    """Follows the trainings of a claimed task, or of a shard, which has no ``curve``.

    Each stage has one checkpoint, written by a thread of its own while training goes on: a storage
    that is slow or away costs what it would have saved, and nothing else.
    """

    def __init__(self, task: TaskContext, inputs: Inputs, curve: Curve | None) -> None:
        assert task.lease is not None  # noqa: S101 - what is trained is claimed
        super().__init__(task.lease.progress)
        self._task = task
        self._runtime = task.worker.runtime
        self._lease = task.lease
        self._curve = curve
        self._checkpoints = checkpoints_of(task.worker, inputs)
        self._training: Training | None = None
        self._begun_at = 0
        self._own: Mapping[str, Tensor] | None = None
        self._others = False
        self._pending: dict[int, Mapping[str, Tensor]] = {}
        self._failed: dict[int, Mapping[str, Tensor]] = {}
        self._refused = False
        self._writer: threading.Thread | None = None
        self._deadline: float | None = None
        self._saved = time.monotonic()
        self._pace = self._runtime.settings.checkpoint_ms / 1000

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._training = None
        PACE.end()
        self._wait()

    def load_state(self, index: int) -> Mapping[str, Tensor] | None:
        """What an earlier attempt left of the stage; None where there is nothing to go on from."""
        claim = self._lease.claim
        for task_id in (claim.task_id, *claim.earlier):
            state = self._checkpoints.read(task_id, index, self._task.check)
            if state is not None:
                self._others = task_id != claim.task_id
                return state
        return None

    def on_train_begin(self, training: Training) -> None:
        """Show what is there already; what another task left is soon saved as our own."""
        self._training = training
        PACE.begin()
        self._begun_at = 0 if self._others else training.epoch
        if self._others:
            self._saved = float("-inf")
            self._others = False
        if training.epoch:
            log.info(
                "task %s goes on after epoch %d of stage %d",
                self._lease.claim.task_id, training.epoch, self.index,
            )  # fmt: skip
        if self.index == 0 and self._curve is not None:
            self._curve.show(training.history)
        self._show(training)

    def on_epoch_end(self, training: Training, epoch: Epoch) -> None:  # noqa: ARG002
        """Show the epoch, save what is due, end where that is asked for."""
        PACE.epoch()
        self._show(training)
        self.raise_if_cancelled()
        if time.monotonic() - self._saved > self._pace:
            self.save()

    def on_train_end(self, training: Training) -> None:
        """Remember the stage for the next checkpoint."""
        state = training.state()
        log.info(
            "task %s: training %d ended after %d epochs",
            self._lease.claim.task_id, self.index + 1, training.epoch,
        )  # fmt: skip
        if training.epoch > self._begun_at:
            self._pending[self.index] = state
        if self.index == 0:
            self._own = state
        self._training = None
        PACE.end()

    def stage(self, name: str) -> AbstractContextManager[object]:
        """A span of the task's trace."""
        log.info("task %s: %s", self._lease.claim.task_id, STEPS.get(name, name))
        return TRACING.span(name)

    def on_out_of_memory(self) -> None:
        """Counted for who watches."""
        OUT_OF_MEMORY.inc()

    def raise_if_cancelled(self) -> None:
        """Raise what ends the task: LeaseLostError, CancelledTaskError, HandedBackError."""
        try:
            self._task.check()
        except HandedBackError:
            self.keep()
            raise

    def keep(self) -> None:
        """Save everything once more, if that can be done within seconds."""
        self._wait()
        self.save()
        self._wait()

    def state(self) -> Mapping[str, Tensor] | None:
        """The state of the model's own training now; None before its first epoch."""
        if self.index == 0 and self._training is not None and self._training.epoch:
            return self._training.state()
        return self._own or self.load_state(0)

    def _show(self, training: Training) -> None:
        """Have the epoch of the model's own training written with the next heartbeat."""
        if self.index == 0:
            self._lease.epochs = training.epoch, training.settings.epochs

    def save(self) -> None:
        """Have everything new written, unless the last writing still goes on; wait for nothing."""
        if self._writer is not None and self._writer.is_alive():
            return
        self._pending, self._failed = {**self._failed, **self._pending}, {}
        if self._training is not None and self._training.epoch > self._begun_at:
            self._pending[self.index] = self._training.state()
        if not self._pending:
            return
        states, self._pending = self._pending, {}
        self._saved = time.monotonic()
        self._writer = _started(lambda: self._write(states))

    def _write(self, states: dict[int, Mapping[str, Tensor]]) -> None:
        claim, started = self._lease.claim, time.monotonic()
        try:
            self._checkpoints.write(claim.task_id, states)
            self._runtime.call(runs.record_checkpoint(claim))
        except (RegistryError, DatabaseError) as error:
            # Training goes on all the same; it is said once, until one goes through again.
            level = logging.DEBUG if self._refused else logging.WARNING
            log.log(level, "task %s: no checkpoint could be written: %s", claim.task_id, error)
            self._refused = True
            self._failed = states
            return
        if self._refused:
            log.info("task %s: checkpoints can be written again", claim.task_id)
            self._refused = False
        usual = self._runtime.settings.checkpoint_ms / 1000
        self._pace = max(usual, SHARE * (time.monotonic() - started))

    def _wait(self) -> None:
        """Wait for what is being written; for all such waiting together there are seconds."""
        if self._deadline is None:
            self._deadline = time.monotonic() + LAST_SECONDS
        if self._writer is not None:
            self._writer.join(max(0.0, self._deadline - time.monotonic()))


def _started(work: Callable[[], None]) -> threading.Thread:
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(work,), name="checkpoint", daemon=True)
    thread.start()
    return thread
