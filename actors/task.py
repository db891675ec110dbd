"""The life of a task or part in a worker: claimed, done, and ended whatever happens."""

import logging
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from actors import metrics
from actors.inputs import Inputs
from actors.journal import HandedBackError
from actors.lease import CancelledTaskError, LeaseLostError
from actors.parts import do_part
from actors.queue import redis_client
from actors.salvage import settle
from actors.task_log import TaskLog, store_log
from actors.trace import about
from actors.tracing import TRACING
from actors.training import train
from actors.workplace import Workplace
from db import claims, runs
from db.claims import Claim
from db.errors import ContentTooLarge, DatabaseUnavailable, SchemaAhead
from graphnet.devices import is_lost
from graphnet.errors import GraphnetError, OutOfMemory
from graphnet.memory import free
from registry import RegistryError

Ending = Callable[[], Coroutine[Any, Any, bool]]
ENDINGS = (HandedBackError, CancelledTaskError, GraphnetError, RegistryError, ContentTooLarge)
log = logging.getLogger(__name__)

INTERNAL = (
    "The training stopped because of an internal error. It is in the worker's log under the task "
    "id {task_id}; the operator of this service can look it up."
)


class TaskRunner:
    """Does the tasks and parts that messages name.

    One message may come twice; one claim is given.
    """

    def __init__(self, place: Workplace) -> None:
        self.place = place

    @metrics.BUSY.track_inprogress()
    def __call__(self, task_id: str) -> None:
        """Do what is to be done for the task; nothing if it is another worker's or done."""
        try:
            with about(task_id):
                self._do(task_id)
        except SchemaAhead as error:
            # Its lease runs out, and a worker of that version goes on.
            log.error("task %s is left alone: %s", task_id, error)  # noqa: TRY400

    def _do(self, task_id: str) -> None:
        if not self._take(task_id):
            log.info("task %s is not to be claimed", task_id)
            settle(self.place, task_id)

    def _take(self, task_id: str, given: Inputs | None = None) -> bool:
        """Do a task, or the part of one, if it can be claimed; whether it could.

        ``given`` is what a part trains on, where it has been read.
        """
        settings, since = self.place.runtime.settings, time.time_ns()
        claim = self.place.asked(
            lambda: claims.claim(
                task_id,
                worker=self.place.runtime.name,
                device=self.place.choice.name,
                lease_ms=settings.lease_ms,
                max_attempts=settings.max_attempts,
            )
        )
        if claim is None:
            return False
        with (
            about(claim.task_id, claim.attempt, claim.request_id),
            TRACING.claimed(claim, since),
            TaskLog(redis_client(settings.redis_url), claim),
        ):
            log.info("task %s: attempt %d begins, %s", task_id, claim.attempt, self._who())
            metrics.claimed(claim.attempt)
            ours = self._run(claim, given)
            free()  # a device is shared with other workers
            if not ours:
                metrics.lost()
                log.warning("task %s belongs to another worker; nothing was written", task_id)
        if not claim.part:
            store_log(redis_client(settings.redis_url), self.place.models, task_id)
        return True

    def _who(self) -> str:
        return f"by {self.place.runtime.name} on {self.place.choice.name}"

    def _done(self, claim: Claim, given: Inputs | None) -> bool:
        if claim.part:
            return do_part(self.place, claim, given)
        return train(self.place, claim, self._take)

    @metrics.TRAINING_SECONDS.time()
    def _run(self, claim: Claim, given: Inputs | None) -> bool:
        """Train and write how it ended, also if that is by an error; False if it was not ours."""
        try:
            return self._done(claim, given)
        except LeaseLostError:
            return False
        except ENDINGS as error:
            end, outcome = _ending(claim, error)
        except DatabaseUnavailable:
            # Nothing can be written: the task is tried again once its lease has run out.
            log.exception("task %s: the database stayed away", claim.task_id)
            metrics.lost()
            return True
        except SchemaAhead:
            raise
        except Exception as error:
            log.exception("task %s failed", claim.task_id)
            if is_lost(error):
                return self._give_up(claim)
            end, outcome = _fault(claim)
        return metrics.ended(outcome, ours=self.place.asked(end))

    def _give_up(self, claim: Claim) -> bool:
        """Leave the task to another process: in this one CUDA fails from here on.

        It counts as a crash, as it may be the task that does it.
        """
        log.critical("task %s: the CUDA device failed, so this process ends", claim.task_id)
        try:
            return self.place.asked(lambda: runs.hand_back(claim, counted=True))
        finally:
            self.place.runtime.give_up()


def _ending(claim: Claim, error: Exception) -> tuple[Ending, str]:
    """What is written of a task that one of ENDINGS has ended, and as what it is counted."""
    if isinstance(error, HandedBackError):
        log.info("task %s is handed back", claim.task_id)
        return partial(runs.hand_back, claim), "handed_back"
    if isinstance(error, CancelledTaskError):
        return partial(runs.end_cancelled, claim, None), "cancelled"
    log.info("task %s failed: %s", claim.task_id, error)
    if claim.part and isinstance(error, RegistryError):
        return _again(claim)
    metrics.OUT_OF_MEMORY.inc(isinstance(error, OutOfMemory))
    return partial(runs.fail_task, claim, str(error)), "failed"


def _fault(claim: Claim) -> tuple[Ending, str]:
    """What is written where the fault is our own."""
    if claim.part:
        return _again(claim)
    sentence = INTERNAL.format(task_id=claim.task_id)
    return partial(runs.fail_task, claim, sentence), "internal_error"


def _again(claim: Claim) -> tuple[Ending, str]:
    """A part cannot be tried again by anybody, so it is here, as often as one that crashes."""
    return partial(runs.hand_back, claim, counted=True), "handed_back"
