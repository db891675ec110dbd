"""The life of one task in a worker: claim, read, train, store, finish."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from torch import Tensor

from actors.curve import Curve
from actors.inputs import Inputs
from actors.journal import HandedBackError, TaskJournal
from actors.lease import CancelledTaskError, Lease, LeaseLostError
from actors.outputs import Saved, save
from actors.parts import Parts, do_part
from actors.queue import redis_client
from actors.trace import request_id
from actors.workplace import Begun, Workplace, nothing, work_of
from db import cancellation, claims, runs
from db.claims import Claim
from db.errors import DatabaseUnavailable
from db.form import TaskForm
from db.runs import CANCELLED
from db.states import Status
from graphnet.devices import describe
from graphnet.errors import GraphnetError, TrainingError
from graphnet.experiment import run
from graphnet.recovery import recovered
from graphnet.stored import StoredModel
from registry import RegistryError, RegistryUnavailable

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

    def __call__(self, task_id: str) -> None:
        """Do what is to be done for the task; nothing if it is another worker's or done."""
        if not self._take(task_id):
            log.info("task %s is not to be claimed", task_id)
            self._settle(task_id)

    def _take(self, task_id: str, given: Inputs | None = None) -> bool:
        """Do a task, or the part of one, if it can be claimed; whether it could.

        ``given`` is what a part trains on, where it has been read.
        """
        settings = self.place.runtime.settings
        claim = self.place.asked(
            lambda: claims.claim(
                task_id,
                worker=self.place.runtime.name,
                device=describe(self.place.device),
                lease_ms=settings.lease_ms,
                max_attempts=settings.max_attempts,
            )
        )
        if claim is None:
            return False
        request_id.set(claim.request_id)
        log.info("task %s: attempt %d", task_id, claim.attempt)
        if not self._run(claim, given):
            log.warning("task %s belongs to another worker; nothing was written", task_id)
        return True

    def _run(self, claim: Claim, given: Inputs | None) -> bool:
        """Train and write how it ended, also if that is by an error; False if it was not ours."""
        try:
            return do_part(self.place, claim, given) if claim.part else self._train(claim)
        except LeaseLostError:
            return False
        except HandedBackError:
            log.info("task %s is handed back", claim.task_id)
            return self.place.asked(lambda: runs.hand_back(claim))
        except CancelledTaskError:
            return self.place.asked(lambda: runs.end_cancelled(claim, None))
        except (GraphnetError, RegistryError) as error:
            log.info("task %s failed: %s", claim.task_id, error)
            sentence = str(error)
        except DatabaseUnavailable:
            # Nothing can be written: the task is tried again once its lease has run out.
            log.exception("task %s: the database stayed away", claim.task_id)
            return True
        except Exception:
            log.exception("task %s failed", claim.task_id)
            sentence = INTERNAL.format(task_id=claim.task_id)
        return self.place.asked(lambda: runs.fail_task(claim, sentence))

    def _train(self, claim: Claim) -> bool:
        """Everything between claim and result."""
        form = TaskForm.from_config(claim.task_type, claim.task_config)
        with (
            Lease(self.place.runtime, claim) as lease,
            Curve(redis_client(self.place.runtime.settings.redis_url), claim.task_id) as curve,
        ):
            inputs = self.place.inputs(form, lambda: self.place.check(lease))
            kept = self.place.kept(inputs, form)
            with TaskJournal(self.place.runtime, lease, curve, kept) as journal:
                begun = Begun(form, inputs, lease, journal)
                try:
                    status = self._finish(begun)
                except CancelledTaskError:
                    return self._cancel(begun)
                except TrainingError as error:
                    lease.check()
                    sentence, saved = self._stopped(claim, form, error, lease)
                    return self.place.asked(
                        lambda: runs.fail_task(claim, sentence, saved.manifest_sha256)
                    )
        if status == Status.FINISHED:
            self.place.forget(claim.task_id)
        return status is not None

    def _finish(self, begun: Begun) -> Status | None:
        claim, form, inputs = begun.claim, begun.form, begun.inputs
        outcome = run(
            inputs.splits,
            inputs.settings,
            evaluation=form.evaluation(),
            parent=inputs.parent,
            device=self.place.device,
            journal=begun.journal,
            identity={"task_id": claim.task_id, "parent_task_id": claim.parent_task_id},
            sharing=self._shared(begun),
        )
        saved = Saved()
        if form.save_model_state:
            check = partial(self.place.check, begun.lease)
            saved = self._save(claim.task_id, outcome.model, begun.lease.confirm, check)
        result = {**outcome.result, **_where(saved)}
        return self.place.asked(lambda: runs.update_task_result(claim, result))

    def _shared(self, begun: Begun) -> Parts | None:
        """Where other workers may help: this one helps them too while it waits."""
        if begun.form.evaluation().fan_out == 1:
            return None

        def help_with(part_id: str) -> None:
            self._take(part_id, begun.inputs)

        return Parts(self.place, begun, help_with)

    def _cancel(self, begun: Begun) -> bool:
        """Store the best parameters so far, as long as nobody has passed this worker over."""
        claim, form, state = begun.claim, begun.form, begun.journal.state()
        result = self._recovered(claim.task_id, form, begun.inputs, state, begun.lease.confirm_ours)
        ended = self.place.asked(lambda: runs.end_cancelled(claim, result))
        begun.journal.keep()
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
        shared = form.evaluation().fan_out > 1
        found = recovered(work_of(form, inputs), state, shared=shared)
        if not form.save_model_state:
            return _cancelled(found.lines, Saved())
        facts = {"task_id": task_id, "cancelled_after_epoch": len(found.lines)}
        saved = self._save(task_id, replace(found.model, facts=facts), confirm)
        return _cancelled(found.lines, saved)

    def _settle(self, task_id: str) -> None:
        """Store what the last checkpoint holds of a task that was cancelled behind its worker."""
        settings = self.place.runtime.settings
        longest = settings.lease_ms + 3 * settings.patience_ms
        claim = self.place.asked(lambda: cancellation.take_unsettled(task_id, lease_ms=longest))
        if claim is None:
            return
        result = None
        try:
            form = TaskForm.from_config(claim.task_type, claim.task_config)
            inputs = self.place.inputs(form, nothing)
            kept = self.place.kept(inputs, form)
            states = (kept.read(each, 0) for each in (task_id, *claim.earlier))
            state = next((each for each in states if each is not None), None)
            result = self._recovered(task_id, form, inputs, state, nothing)
        except (RegistryUnavailable, DatabaseUnavailable) as error:
            log.warning("task %s: what is kept of it must wait: %s", task_id, error)
            return
        except Exception:
            log.exception("task %s: nothing could be kept of it", task_id)
        self.place.asked(lambda: cancellation.settle(task_id, result))

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
            self.place.models,
            task_id,
            model,
            seconds=self.place.patience,
            spool=self.place.runtime.settings.spool,
            confirm=confirm,
            check=check or confirm,
        )


def _cancelled(lines: list[str], saved: Saved) -> dict[str, Any]:
    """The result of a cancelled task."""
    kept = f"The best parameters until then are kept; it was trained for {len(lines)} epochs."
    warnings = [CANCELLED, kept] if saved.path else [CANCELLED]
    return {"train_epochs": lines, **_where(saved), "warnings": warnings}


def _where(saved: Saved) -> dict[str, str]:
    return {"model_state_path": saved.path, "manifest_sha256": saved.manifest_sha256}
