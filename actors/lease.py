"""A claim kept alive while its task trains, and its progress written along the way."""

import logging
import threading
from types import TracebackType
from typing import Self

from actors.runtime import Runtime
from db import runs
from db.errors import DatabaseUnavailable
from db.runs import Claim

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 1.0


class LeaseLostError(Exception):
    """Another worker has the task: write nothing more."""


class Lease:
    """Renews a claim from a thread of its own, so a long epoch does not let it lapse.

    Progress is written at most once a second, and without progress a third of the lease apart.
    A database that does not answer is no reason to stop: the lease is fenced, so what comes
    too late changes nothing.
    """

    def __init__(self, runtime: Runtime, claim: Claim, epochs: int) -> None:
        self.claim = claim
        self.epochs = epochs
        self._runtime = runtime
        self._epoch = 0
        self._written = 0
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

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

    def progress(self, epoch: int) -> None:
        """Note that ``epoch`` is done. Raises LeaseLostError when the task is no longer ours."""
        self._epoch = epoch
        self.check()

    def check(self) -> None:
        """Raise LeaseLostError when another worker took the task over."""
        if self._lost.is_set():
            raise LeaseLostError(self.claim.task_id)

    def _keep(self) -> None:
        quiet = 0.0
        patience = self._runtime.settings.lease_ms / 3000
        while not self._ended.wait(PROGRESS_SECONDS) and not self._lost.is_set():
            quiet += PROGRESS_SECONDS
            if self._epoch != self._written or quiet >= patience:
                self._renew()
                quiet = 0.0

    def _renew(self) -> None:
        epoch = self._epoch
        try:
            ours = self._runtime.call(
                runs.renew(
                    self.claim,
                    lease_ms=self._runtime.settings.lease_ms,
                    epoch=epoch,
                    epochs=self.epochs,
                )
            )
        except DatabaseUnavailable as error:
            log.warning("task %s: the lease could not be renewed: %s", self.claim.task_id, error)
            return
        self._written = epoch
        if not ours:
            self._lost.set()
