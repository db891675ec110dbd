"""The life of one task in a worker: claim, read, train, store, finish."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor

from actors.checkpoints import Checkpoints, identity
from actors.curve import Curve
from actors.inputs import Inputs, read_inputs
from actors.journal import HandedBackError, TaskJournal
from actors.lease import CancelledTaskError, Lease, LeaseLostError
from actors.outputs import Saved, save
from actors.patience import patiently
from actors.queue import redis_client
from actors.runtime import Runtime
from actors.trace import request_id
from db import cancellation, claims, runs
from db.claims import Claim
from db.errors import ContentTooLarge, DatabaseUnavailable, SchemaAhead
from db.form import TaskForm
from db.runs import CANCELLED
from db.states import Status
from graphnet.devices import describe
from graphnet.errors import GraphnetError, TrainingError
from graphnet.experiment import recovered, run
from graphnet.stored import StoredModel
from registry import RegistryError, RegistryUnavailable, Store

T = TypeVar("T")
log = logging.getLogger(__name__)

INTERNAL = (
    "The training stopped because of an internal error. It is in the worker's log under the task "
    "id {task_id}; the operator of this service can look it up."
)


class TaskRunner:
    """Trains the tasks that messages name. One message may come twice; one claim is given.

    ``models`` and ``checkpoints`` are the registry's two folders.
    """

    def __init__(
        self, runtime: Runtime, models: Store, checkpoints: Store, device: torch.device
    ) -> None:
        self.runtime = runtime
        self.models = models
        self.checkpoints = checkpoints
        self.device = device
        self._patience = runtime.settings.patience_ms / 1000

    def __call__(self, task_id: str) -> None:
        """Do what is to be done for the task; nothing if it is another worker's or done."""
        try:
            self._do(task_id)
        except SchemaAhead as error:
            # Its lease runs out, and a worker of that version goes on.
            log.error("task %s is left alone: %s", task_id, error)  # noqa: TRY400

    def _do(self, task_id: str) -> None:
        settings = self.runtime.settings
        claim = self._asked(
            lambda: claims.claim(
                task_id,
                worker=self.runtime.name,
                device=describe(self.device),
                lease_ms=settings.lease_ms,
                max_attempts=settings.max_attempts,
            )
        )
        if claim is None:
            log.info("task %s is not to be claimed", task_id)
            self._settle(task_id)
            return
        request_id.set(claim.request_id)
        log.info("task %s: attempt %d", task_id, claim.attempt)
        if self._run(claim):
            return
        log.warning("task %s belongs to another worker; nothing was written", task_id)

    def _run(self, claim: Claim) -> bool:
        """Train and write how it ended, also if that is by an error; False if it was not ours."""
        try:
            return self._train(claim)
        except LeaseLostError:
            return False
        except HandedBackError:
            ours = self._asked(lambda: runs.hand_back(claim))
            log.info("task %s is handed back", claim.task_id)
            return ours
        except CancelledTaskError:
            return self._asked(lambda: runs.end_cancelled(claim, None))
        except (GraphnetError, RegistryError, ContentTooLarge) as error:
            log.info("task %s failed: %s", claim.task_id, error)
            sentence = str(error)
        except DatabaseUnavailable:
            # Nothing can be written: the task is tried again once its lease has run out.
            log.exception("task %s: the database stayed away", claim.task_id)
            return True
        except SchemaAhead:
            raise
        except Exception:
            log.exception("task %s failed", claim.task_id)
            sentence = INTERNAL.format(task_id=claim.task_id)
        return self._asked(lambda: runs.fail_task(claim, sentence))

    def _train(self, claim: Claim) -> bool:
        """Everything between claim and result."""
        form = TaskForm.from_config(claim.task_type, claim.task_config)
        with (
            Lease(self.runtime, claim) as lease,
            Curve(redis_client(self.runtime.settings.redis_url), claim.task_id) as curve,
        ):
            inputs = self._inputs(form, lambda: self._check(lease))
            kept = self._checkpoints(inputs, form)
            with TaskJournal(self.runtime, lease, curve, kept) as journal:
                try:
                    status = self._finish(claim, form, inputs, lease, journal)
                except CancelledTaskError:
                    return self._cancel(claim, form, inputs, lease, journal)
                except TrainingError as error:
                    lease.check()
                    sentence, saved = self._stopped(claim, form, error, lease)
                    return self._asked(
                        lambda: runs.fail_task(claim, sentence, saved.manifest_sha256)
                    )
        if status == Status.FINISHED:
            self._forget(claim.task_id)
        return status is not None

    def _finish(
        self, claim: Claim, form: TaskForm, inputs: Inputs, lease: Lease, journal: TaskJournal
    ) -> Status | None:
        outcome = run(
            inputs.splits,
            inputs.settings,
            evaluation=form.evaluation(),
            parent=inputs.parent,
            device=self.device,
            journal=journal,
            identity={"task_id": claim.task_id, "parent_task_id": claim.parent_task_id},
        )
        saved = Saved()
        if form.save_model_state:
            check = partial(self._check, lease)
            saved = self._save(claim.task_id, outcome.model, lease.confirm, check)
        result = {**outcome.result, **_where(saved)}
        return self._asked(lambda: runs.update_task_result(claim, result))

    def _cancel(
        self, claim: Claim, form: TaskForm, inputs: Inputs, lease: Lease, journal: TaskJournal
    ) -> bool:
        """Store the best parameters so far, as long as nobody has passed this worker over."""
        result = self._recovered(claim.task_id, form, inputs, journal.state(), lease.confirm_ours)
        ended = self._asked(lambda: runs.end_cancelled(claim, result))
        journal.keep()
        return ended

    def _recovered(
        self,
        task_id: str,
        form: TaskForm,
        inputs: Inputs,
        state: Mapping[str, Tensor] | None,
        confirm: Callable[[], None],
    ) -> dict[str, Any]:
        """Store the best parameters of a training that was cancelled; its result."""
        if state is None:
            return _cancelled([], Saved())
        found = recovered(inputs.splits, inputs.settings, inputs.parent, state)
        if not form.save_model_state:
            return _cancelled(found.lines, Saved())
        facts = {"task_id": task_id, "cancelled_after_epoch": len(found.lines)}
        saved = self._save(task_id, replace(found.model, facts=facts), confirm)
        return _cancelled(found.lines, saved)

    def _settle(self, task_id: str) -> None:
        """Store what the last checkpoint holds of a task that was cancelled behind its worker."""
        settings = self.runtime.settings
        longest = settings.lease_ms + 3 * settings.patience_ms
        claim = self._asked(lambda: cancellation.take_unsettled(task_id, lease_ms=longest))
        if claim is None:
            return
        result = None
        try:
            form = TaskForm.from_config(claim.task_type, claim.task_config)
            inputs = self._inputs(form, _nothing)
            kept = self._checkpoints(inputs, form)
            states = (kept.read(each, 0) for each in (task_id, *claim.earlier))
            state = next((each for each in states if each is not None), None)
            result = self._recovered(task_id, form, inputs, state, _nothing)
        except (RegistryUnavailable, DatabaseUnavailable) as error:
            log.warning("task %s: what is kept of it must wait: %s", task_id, error)
            return
        except Exception:
            log.exception("task %s: nothing could be kept of it", task_id)
        try:
            self._asked(lambda: cancellation.settle(task_id, result))
        except ContentTooLarge:
            log.exception("task %s: its result was left out", task_id)
            self._asked(lambda: cancellation.settle(task_id, None))

    def _inputs(self, form: TaskForm, check: Callable[[], None]) -> Inputs:
        return patiently(
            lambda: read_inputs(self.runtime, self.models, form),
            (RegistryUnavailable, DatabaseUnavailable),
            seconds=self._patience,
            check=check,
        )

    def _check(self, lease: Lease) -> None:
        lease.check()
        if self.runtime.stopping.is_set():
            raise HandedBackError(lease.claim.task_id)

    def _checkpoints(self, inputs: Inputs, form: TaskForm) -> Checkpoints:
        key = identity(inputs, form.evaluation(), self.device.type)
        return Checkpoints(self.checkpoints, key, seconds=self._patience)

    def _stopped(
        self, claim: Claim, form: TaskForm, error: TrainingError, lease: Lease
    ) -> tuple[str, Saved]:
        """Store what was sound before the loss was no longer a number, and say so."""
        if error.kept is None or not form.save_model_state:
            return str(error), Saved()
        facts = {"task_id": claim.task_id, "stopped": str(error)}
        model = replace(error.kept, facts=facts)
        saved = self._save(claim.task_id, model, lease.confirm_ours)
        return f"{error} The parameters of the last sound epoch are at {saved.path}.", saved

    def _save(
        self,
        task_id: str,
        model: StoredModel,
        confirm: Callable[[], None],
        check: Callable[[], None] | None = None,
    ) -> Saved:
        """Store a model, as long as ``confirm`` before each step, and ``check``, raise nothing."""
        return save(
            self.models,
            task_id,
            model,
            seconds=self._patience,
            spool=self.runtime.settings.spool,
            confirm=confirm,
            check=check or confirm,
        )

    def _forget(self, task_id: str) -> None:
        """Remove the checkpoints of a task that has ended well; a sweep finds what stays."""
        try:
            self.checkpoints.delete(task_id)
        except RegistryError as error:
            log.warning("task %s: its checkpoints could not be removed: %s", task_id, error)

    def _asked(self, query: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Ask a database that may be away for a while.

        Raises:
            DatabaseUnavailable: it stayed away; the task is tried again when its lease has run out.

        """
        return patiently(
            lambda: self.runtime.call(query()), DatabaseUnavailable, seconds=self._patience
        )


def _nothing() -> None:
    """Where nothing has to be looked at."""


def _cancelled(lines: list[str], saved: Saved) -> dict[str, Any]:
    """The result of a cancelled task."""
    kept = f"The best parameters until then are kept; it was trained for {len(lines)} epochs."
    warnings = [CANCELLED, kept] if saved.path else [CANCELLED]
    return {"train_epochs": lines, **_where(saved), "warnings": warnings}


def _where(saved: Saved) -> dict[str, str]:
    return {"model_state_path": saved.path, "manifest_sha256": saved.manifest_sha256}
