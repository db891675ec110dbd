"""The life of one task in a worker: claim, read, train, store, finish."""

import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import torch

from actors.lease import Lease, LeaseLostError
from actors.runtime import Runtime
from db import datasets, runs
from db.errors import DatabaseUnavailable
from db.form import TaskForm
from db.runs import Claim
from graphnet.cohort import Cohort, merge
from graphnet.config import Evaluation, Settings
from graphnet.devices import describe
from graphnet.errors import GraphnetError, ModelError, TrainingError
from graphnet.experiment import Outcome, run
from graphnet.readers import from_json
from graphnet.splits import Splits
from graphnet.stored import StoredModel
from graphnet.training import Epoch
from registry import ObjectMissing, RegistryError, Store

log = logging.getLogger(__name__)

PARAMETERS, MANIFEST = "model.safetensors", "manifest.json"
WRITE_PATIENCE_SECONDS = 300.0
INTERNAL = (
    "The training stopped because of an internal error. It is in the worker's log under the task "
    "id {task_id}; the operator of this service can look it up."
)


class HandedBackError(Exception):
    """The worker is asked to end: the task goes back to the queue."""


class TaskRunner:
    """Trains the tasks that messages name. One message may come twice; one claim is given."""

    def __init__(self, runtime: Runtime, store: Store, device: torch.device) -> None:
        self.runtime = runtime
        self.store = store
        self.device = device

    def __call__(self, task_id: str) -> None:
        """Do what is to be done for the task; nothing if it is another worker's or done."""
        settings = self.runtime.settings
        claim = self.runtime.call(
            runs.claim(
                task_id,
                worker=self.runtime.name,
                device=describe(self.device),
                lease_ms=settings.lease_ms,
                max_attempts=settings.max_attempts,
            )
        )
        if claim is None:
            log.info("task %s is not to be claimed", task_id)
            return
        log.info("task %s: attempt %d", task_id, claim.attempt)
        self._run(claim)

    def _run(self, claim: Claim) -> None:
        """Train and write how it ended; every ending but a lost lease is written."""
        try:
            written = self._finish(claim, self._train(claim))
        except HandedBackError:
            written = self._patiently(lambda: runs.hand_back(claim))
        except LeaseLostError:
            written = False
        except (GraphnetError, RegistryError) as error:
            log.info("task %s failed: %s", claim.task_id, error)
            sentence = str(error)
            written = self._patiently(lambda: runs.fail_task(claim, sentence))
        except Exception:
            log.exception("task %s failed", claim.task_id)
            sentence = INTERNAL.format(task_id=claim.task_id)
            written = self._patiently(lambda: runs.fail_task(claim, sentence))
        if not written:
            log.warning("task %s belongs to another worker; nothing was written", claim.task_id)

    def _finish(self, claim: Claim, result: dict[str, Any]) -> bool:
        return self._patiently(lambda: runs.update_task_result(claim, result))

    def _train(self, claim: Claim) -> dict[str, Any]:
        """Everything between claim and result."""
        form = TaskForm.from_config(claim.task_type, claim.task_config)
        parent = self._parent(form)
        settings = form.training_settings(parent.settings.model if parent else "")
        with Lease(self.runtime, claim, settings.epochs) as lease:
            splits = self._splits(form, settings.label)
            try:
                outcome = self._fit(claim, splits, (settings, form.evaluation()), parent, lease)
            except TrainingError as error:
                lease.check()
                raise self._stopped(claim, form, error) from error
            lease.check()
            path = self._save(claim, outcome.model) if form.save_model_state else ""
        return {**outcome.result, "model_state_path": path}

    def _fit(
        self,
        claim: Claim,
        splits: Splits,
        asked: tuple[Settings, Evaluation],
        parent: StoredModel | None,
        lease: Lease,
    ) -> Outcome:
        def tick() -> None:
            lease.check()
            if self.runtime.stopping.is_set():
                raise HandedBackError(claim.task_id)

        def on_epoch(epoch: Epoch) -> None:
            lease.progress(epoch.number)
            tick()

        identity = {"task_id": claim.task_id, "parent_task_id": claim.parent_task_id}
        return run(
            splits,
            asked[0],
            evaluation=asked[1],
            parent=parent,
            device=self.device,
            on_epoch=on_epoch,
            tick=tick,
            identity=identity,
        )

    def _parent(self, form: TaskForm) -> StoredModel | None:
        if not form.trained_task_id:
            return None
        try:
            parameters = self.store.get(form.trained_task_id, PARAMETERS)
            manifest = self.store.get(form.trained_task_id, MANIFEST)
        except ObjectMissing as error:
            raise ModelError(
                f"The task {form.trained_task_id} has no stored model to fine-tune."
            ) from error
        return StoredModel.from_bytes(parameters, manifest)

    def _splits(self, form: TaskForm, target: str) -> Splits:
        names = {name for chosen in form.splits.values() for name in chosen}
        contents = self.runtime.call(datasets.get_data(sorted(names)))
        gone = sorted(names - set(contents))
        if gone:
            raise GraphnetError(f"The dataset {', '.join(gone)} is no longer there.")
        cohorts = {name: from_json(text, name, target) for name, text in contents.items()}
        return Splits(**{split: _merged(cohorts, chosen) for split, chosen in form.splits.items()})

    def _stopped(self, claim: Claim, form: TaskForm, error: TrainingError) -> TrainingError:
        """Store what was sound before the loss was no longer a number, and say so."""
        if error.kept is None or not form.save_model_state:
            return error
        facts = {"task_id": claim.task_id, "stopped": str(error)}
        path = self._save(claim, replace(error.kept, facts=facts))
        return TrainingError(
            *error.sentences, f"The parameters of the last sound epoch are at {path}."
        )

    def _save(self, claim: Claim, model: StoredModel) -> str:
        """Store the parameters, then the manifest: a model is there once its manifest is."""
        parameters, manifest = model.to_bytes()
        path = self.store.put(claim.task_id, PARAMETERS, parameters)
        self.store.put(claim.task_id, MANIFEST, manifest)
        return path

    def _patiently(self, write: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        """Write to a database that may be away for a while; False if the lease was lost.

        Raises:
            DatabaseUnavailable: it stayed away for five minutes; the task is tried again when
                its lease has run out.

        """
        deadline = time.monotonic() + WRITE_PATIENCE_SECONDS
        pause = 0.2
        while True:
            try:
                return self.runtime.call(write())
            except DatabaseUnavailable:
                if time.monotonic() > deadline:
                    raise
                log.warning("the database does not answer; trying again in %.1f s", pause)
            time.sleep(pause)
            pause = min(2 * pause, 10.0)


def _merged(cohorts: dict[str, Cohort], names: tuple[str, ...]) -> Cohort:
    return merge([cohorts[name] for name in names])
