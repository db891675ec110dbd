"""A claim kept alive while its task trains, and its progress written along the way."""

import contextvars
import logging
import threading
from types import TracebackType
from typing import Self

from actors.runtime import Runtime
from db.queue import runs
from db.queue.claims import Claim
from db.queue.runs import LeaseState, RunProgress
from db.server.errors import DatabaseError
from graphnet.training.progress import Progress

log = logging.getLogger(__name__)

RENEW_SECONDS = 1.0


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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
