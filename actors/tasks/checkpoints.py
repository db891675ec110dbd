"""Checkpoints of a task in the registry, one a stage, named by all that its training depends on."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from importlib import metadata

from torch import Tensor

from actors.retry import no_check, retry
from actors.tasks.inputs import Inputs
from actors.tasks.worker_context import WorkerContext
from graphnet.distributed.serialisation import state_from_bytes, state_to_bytes
from graphnet.errors import ModelError
from registry import ObjectDamaged, ObjectMissing, RegistryUnavailable, Store

log = logging.getLogger(__name__)


def identity(inputs: Inputs, device: str) -> str:
    """A hash of what a training depends on; another's checkpoint is as good as none.

    ``device`` is its kind, such as ``cpu``: the bits of another kind are others.
    """
    depends = {"version": metadata.version("nld-sgn"), "device": device, **inputs.facts}
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
        """The state of a stage; None where there is none to go on from, or it cannot be had.

        To begin anew costs time and nothing else: it comes to the same.
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
