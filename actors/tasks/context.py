"""What a worker works with: what its process has, and what belongs to one claimed task.

A claim is kept alive while its task trains, and its progress is written along the way.
"""

import contextvars
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar

from actors.reading.datasets import DatasetReader
from actors.runtime import Runtime, retry
from actors.spool import remove_outputs
from actors.tasks.pending import PendingEnding, PendingEndings
from db.queue import runs
from db.queue.claims import Claim
from db.queue.runs import LeaseState, RunProgress
from db.queue.states import Status
from db.server.errors import DatabaseError, DatabaseUnavailable
from db.submissions.form import TaskForm
from graphnet.artifacts.result import TaskResult
from graphnet.data.atlas import Atlas, Table
from graphnet.messages import Message
from graphnet.training.devices import DeviceChoice
from graphnet.training.progress import Progress
from registry import RegistryError, RegistryUnavailable, Store

log = logging.getLogger(__name__)

RENEW_SECONDS = 1.0
P = ParamSpec("P")
T = TypeVar("T")


class LeaseLostError(Exception):
    """Another worker has the task, or it was ended: write nothing more."""


class CancelledTaskError(Exception):
    """Somebody has cancelled the task: keep the best parameters and end it."""


class HandedBackError(Exception):
    """The worker is asked to end: the task goes back to the queue."""


class Lease:
    """Renews a claim once a second from a thread of its own, so a long epoch does not let it lapse.

    A database that does not answer is no reason to stop: the lease is fenced, so what comes
    too late changes nothing. How far ``progress`` is by then is written along, and of ``epochs``
    how many are done and how many there are.
    """

    def __init__(self, runtime: Runtime, claim: Claim) -> None:
        self.claim = claim
        self.progress = Progress(begun=claim.permille / 1000)
        self.epochs = (0, 0)
        self._runtime = runtime
        self._hold = LeaseState.KEPT
        self._ended = threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._keep,), name="lease", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Raise LeaseLostError or CancelledTaskError where the task is no longer to be trained."""
        if self._hold == LeaseState.LOST:
            raise LeaseLostError(self.claim.task_id)
        if self._hold == LeaseState.CANCELLED:
            raise CancelledTaskError(self.claim.task_id)

    def confirm(self) -> None:
        """The same, but ask the database now; if that does not answer, by what it said last."""
        self._renew()
        self.check()

    def confirm_ours(self) -> None:
        """Raise LeaseLostError only: one that is cancelled is ours until its ending is written."""
        self._renew()
        if self._hold == LeaseState.LOST:
            raise LeaseLostError(self.claim.task_id)

    def _keep(self) -> None:
        # One that is cancelled is still ours, until its ending is written.
        while not self._ended.wait(RENEW_SECONDS) and self._hold != LeaseState.LOST:
            self._renew()

    def _progress(self) -> RunProgress:
        shown = self.progress.now()
        left = -1 if shown.seconds is None else round(1000 * shown.seconds)
        return RunProgress(*self.epochs, min(999, int(1000 * shown.share)), left, shown.stage)

    def _renew(self) -> None:
        try:
            self._hold = self._runtime.call(
                runs.renew(
                    self.claim,
                    lease_ms=self._runtime.settings.lease_ms,
                    progress=self._progress(),
                )
            )
        except DatabaseError as error:
            log.warning("task %s: the lease could not be renewed: %s", self.claim.task_id, error)


@dataclass(frozen=True)
class WorkerContext:
    """What lives as long as the process.

    ``models`` and ``checkpoints`` are folders of the registry; ``choice`` is the device to train
    on; ``reader`` opens datasets; ``pending`` writes endings, also those that the database did not
    take; ``atlases`` say where regions are.
    """

    runtime: Runtime
    models: Store
    checkpoints: Store
    choice: DeviceChoice
    reader: DatasetReader
    pending: PendingEndings
    atlases: Sequence[Atlas | Table] = ()

    @property
    def patience_seconds(self) -> float:
        """How long a database or a storage that is away is waited for."""
        return self.runtime.settings.patience_seconds

    def query(
        self, call: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Ask a database that may be away, or refuse to write, for a while.

        Raises:
            DatabaseUnavailable: it stayed so; the task is handed back once it does not.

        """
        return retry(
            lambda: self.runtime.call(call(*args, **kwargs)),
            DatabaseUnavailable,
            seconds=self.patience_seconds,
            hurry=self.runtime.stopping,
        )

    def spool_folder(self, task_id: str) -> Path:
        """Where the outputs of a task are kept when the registry does not take them."""
        return self.runtime.settings.spool / task_id

    def forget(self, task_id: str) -> None:
        """Remove the checkpoints of a task that has ended well; garbage collection finds others."""
        remove_outputs(self.spool_folder(task_id))
        try:
            self.checkpoints.delete(task_id)
        except RegistryError as error:
            log.warning("task %s: its checkpoints could not be removed: %s", task_id, error)


@dataclass(frozen=True)
class TaskContext:
    """A claimed task, or shard of one, as long as this worker has it.

    ``lease`` is None for a task that was cancelled behind its worker: nobody else can take it, and
    nobody can cancel it again.
    """

    worker: WorkerContext
    claim: Claim
    form: TaskForm
    lease: Lease | None

    def check(self) -> None:
        """Raise LeaseLostError, CancelledTaskError or HandedBackError where the task must end."""
        if self.lease is None:
            return
        self.lease.check()
        if self.worker.runtime.stopping.is_set():
            raise HandedBackError(self.claim.task_id)

    def confirm(self) -> None:
        """Ask the database whether to go on. Raises LeaseLostError or CancelledTaskError."""
        if self.lease is not None:
            self.lease.confirm()

    def confirm_ours(self) -> None:
        """Ask the database whether the task is ours, cancelled or not. Raises LeaseLostError."""
        if self.lease is not None:
            self.lease.confirm_ours()

    def ask_registry(self, call: Callable[[], T], *, check: Callable[[], None] | None = None) -> T:
        """Ask a registry that may be away for a while.

        ``check``, by default :meth:`check`, is called before each pause.

        Raises:
            RegistryError: it stayed away, or says no.

        """
        return retry(
            call,
            RegistryUnavailable,
            seconds=self.worker.patience_seconds,
            check=check or self.check,
        )

    def pause(self) -> None:
        """Wait as long as for a server that is away. Raises what :meth:`check` raises."""
        until = time.monotonic() + self.worker.patience_seconds
        while time.monotonic() < until:
            self.check()
            self.worker.runtime.stopping.wait(1.0)

    def end(
        self,
        kind: str,
        *,
        reasons: tuple[Message, ...] = (),
        result: TaskResult | None = None,
        manifest_sha256: str = "",
    ) -> Status | bool | None:
        """Write how the task ended, as :meth:`PendingEndings.end` does."""
        ending = PendingEnding(self.claim, kind, reasons, result, manifest_sha256)
        return self.worker.pending.end(ending)
