"""What a worker process works with: its database, its registry, its device."""

import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from actors import spool
from actors.callback import HandedBackError, TaskCallback
from actors.checkpoints import Checkpoints, identity
from actors.inputs import Inputs, read_inputs
from actors.lease import Lease
from actors.outputs import Saved, output_files, store_outputs
from actors.pending import (
    CANCELLED,
    FINISHED,
    HANDED_BACK,
    EndingPendingError,
    PendingEnding,
    PendingEndings,
)
from actors.reading.datasets import DatasetReader
from actors.retry import retry
from actors.runtime import Runtime
from actors.spool import SpooledOutputs
from actors.tracing import TRACING
from db.claims import Claim
from db.errors import DatabaseUnavailable
from db.form import TaskForm
from graphnet.artifacts.model import StoredModel
from graphnet.data.atlas import Atlas
from graphnet.errors import DiskFull
from graphnet.training.devices import DeviceChoice
from registry import RegistryError, RegistryUnavailable, Store

T = TypeVar("T")
WITH_PAGE = (FINISHED, CANCELLED)  # NEURO-LEARN's row then holds the address of the task's page
log = logging.getLogger(__name__)


def nothing() -> None:
    """Where nothing has to be looked at."""


@dataclass(frozen=True)
class WorkerContext:
    """Both stores are the registry's folders; ``choice`` is where to train.

    ``reader`` opens datasets; ``pending`` is what the database did not take; ``atlases`` say where
    regions are.
    """

    runtime: Runtime
    models: Store
    checkpoints: Store
    choice: DeviceChoice
    reader: DatasetReader
    pending: PendingEndings
    atlases: Sequence[Atlas] = ()

    @property
    def patience(self) -> float:
        """How many seconds a database or storage that is away is waited for."""
        return self.runtime.settings.patience_ms / 1000

    @property
    def public_url(self) -> str:
        """Where people reach the pages, for NEURO-LEARN's extract of a result."""
        return self.runtime.settings.public_url

    def asked(self, query: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Ask a database that may be away, or refuse to write, for a while.

        Raises:
            DatabaseUnavailable: it stayed so; the task is handed back once it does not.

        """
        return self._patiently(query, nothing)

    def ended(self, claim: Claim, kind: str, **content: Any) -> Any:
        """Write how a claim ended; falsy where the task is not ours any more.

        ``kind`` and ``content`` are as of :class:`actors.pending.PendingEnding`.

        Raises:
            EndingPendingError: the database does not take it now, and gets it once it does.

        """
        if kind in WITH_PAGE:
            content["public_url"] = self.public_url
        ending = PendingEnding(claim, kind, content)
        try:
            written = self._patiently(ending.write, lambda: self.pending.store(ending))
        except DatabaseUnavailable as error:
            self.pending.hand_over(ending)
            raise EndingPendingError(str(error)) from error
        except Exception:
            self.pending.remove(ending)
            raise
        self.pending.remove(ending)
        return written

    def hand_back_later(self, claim: Claim) -> None:
        """Have a claim put back, and not counted, once the database takes that."""
        ending = PendingEnding(claim, HANDED_BACK, {})
        self.pending.store(ending)
        self.pending.hand_over(ending)

    def _patiently(
        self, query: Callable[[], Coroutine[Any, Any, T]], check: Callable[[], None]
    ) -> T:
        return retry(
            lambda: self.runtime.call(query()),
            DatabaseUnavailable,
            seconds=self.patience,
            check=check,
            hurry=self.runtime.stopping,
        )

    def stored(self, call: Callable[[], T], check: Callable[[], None]) -> T:
        """Ask a storage that may be away for a while. Raises RegistryError."""
        return retry(call, RegistryUnavailable, seconds=self.patience, check=check)

    @TRACING.traced("read data")
    def inputs(self, form: TaskForm, proj_id: str, check: Callable[[], None]) -> Inputs:
        """Read what the form names. Raises GraphnetError, or what stayed away."""
        return retry(
            lambda: read_inputs(self.runtime, self.models, self.reader, form, proj_id),
            (RegistryUnavailable, DatabaseUnavailable, DiskFull),
            seconds=self.patience,
            check=check,
        )

    def kept(self, inputs: Inputs) -> Checkpoints:
        """The checkpoints of a training of these."""
        key = identity(inputs, self.choice.kind)
        return Checkpoints(self.checkpoints, key, seconds=self.patience)

    def pause(self, lease: Lease) -> None:
        """Wait as long as for a server that is away. Raises what :meth:`check` raises."""
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            self.check(lease)
            self.runtime.stopping.wait(1.0)

    def check(self, lease: Lease) -> None:
        """Raise what ends the task: LeaseLostError, CancelledTaskError, HandedBackError."""
        lease.check()
        if self.runtime.stopping.is_set():
            raise HandedBackError(lease.claim.task_id)

    def save(self, task_id: str, model: StoredModel, confirm: Callable[[], None]) -> Saved:
        """Store a model alone, as long as ``confirm`` lets us; see :meth:`store`."""
        return self.store(task_id, output_files(model, {}), confirm, confirm)

    @TRACING.traced("store")
    def store(
        self,
        task_id: str,
        content: Mapping[str, bytes],
        confirm: Callable[[], None],
        check: Callable[[], None],
        result: Mapping[str, Any] | None = None,
    ) -> Saved:
        """Store objects by name, in their order, while ``confirm`` and ``check`` let us.

        Where the registry takes nothing, they are kept in the spool; with the ``result`` the task
        can be ended from there.
        """
        return store_outputs(
            self.models,
            task_id,
            content,
            seconds=self.patience,
            spool=self.runtime.settings.spool,
            confirm=confirm,
            check=check,
            result=result,
        )

    def waiting(self, task_id: str) -> SpooledOutputs | None:
        """What an earlier attempt kept on this machine because the registry did not take it."""
        return spool.read_outputs(self.runtime.settings.spool / task_id)

    def forget(self, task_id: str) -> None:
        """Remove the checkpoints of a task that has ended well; a sweep finds what stays."""
        spool.remove_outputs(self.runtime.settings.spool / task_id)
        try:
            self.checkpoints.delete(task_id)
        except RegistryError as error:
            log.warning("task %s: its checkpoints could not be removed: %s", task_id, error)


@dataclass(frozen=True)
class TaskContext:
    """A claimed task whose inputs are read."""

    form: TaskForm
    inputs: Inputs
    lease: Lease
    journal: TaskCallback

    @property
    def claim(self) -> Claim:
        """Whose task it is."""
        return self.lease.claim
