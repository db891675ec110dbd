"""What a worker process works with: its database, its registry, its device."""

import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from actors.checkpoints import Checkpoints, identity
from actors.dataset_reader import DatasetReader
from actors.inputs import Inputs, read_inputs
from actors.journal import HandedBackError, TaskJournal
from actors.lease import Lease
from actors.outputs import Saved, objects, save
from actors.patience import patiently
from actors.runtime import Runtime
from actors.tracing import TRACING
from db.claims import Claim
from db.errors import DatabaseUnavailable
from db.form import TaskForm
from graphnet.atlas import Atlas
from graphnet.devices import Choice
from graphnet.stored import StoredModel
from registry import RegistryError, RegistryUnavailable, Store

T = TypeVar("T")
log = logging.getLogger(__name__)


def nothing() -> None:
    """Where nothing has to be looked at."""


@dataclass(frozen=True)
class Workplace:
    """Both stores are the registry's folders; ``choice`` is where to train.

    ``reader`` opens datasets; ``atlases`` say where regions are.
    """

    runtime: Runtime
    models: Store
    checkpoints: Store
    choice: Choice
    reader: DatasetReader
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
        """Ask a database that may be away for a while.

        Raises:
            DatabaseUnavailable: it stayed away; the task is tried again when its lease has run out.

        """
        return patiently(
            lambda: self.runtime.call(query()), DatabaseUnavailable, seconds=self.patience
        )

    def stored(self, call: Callable[[], T], check: Callable[[], None]) -> T:
        """Ask a storage that may be away for a while. Raises RegistryError."""
        return patiently(call, RegistryUnavailable, seconds=self.patience, check=check)

    @TRACING.traced("read data")
    def inputs(self, form: TaskForm, check: Callable[[], None]) -> Inputs:
        """Read what the form names. Raises GraphnetError, or what stayed away."""
        return patiently(
            lambda: read_inputs(self.runtime, self.models, self.reader, form),
            (RegistryUnavailable, DatabaseUnavailable),
            seconds=self.patience,
            check=check,
        )

    def kept(self, inputs: Inputs) -> Checkpoints:
        """The checkpoints of a training of these."""
        key = identity(inputs, self.choice.kind)
        return Checkpoints(self.checkpoints, key, seconds=self.patience)

    def check(self, lease: Lease) -> None:
        """Raise what ends the task: LeaseLostError, CancelledTaskError, HandedBackError."""
        lease.check()
        if self.runtime.stopping.is_set():
            raise HandedBackError(lease.claim.task_id)

    @TRACING.traced("store")
    def save(
        self,
        task_id: str,
        model: StoredModel | None,
        confirm: Callable[[], None],
        check: Callable[[], None] | None = None,
        papers: Mapping[str, bytes] | None = None,
    ) -> Saved:
        """Store a model and what is beside it, by name, while ``confirm`` and ``check`` let us."""
        return save(
            self.models,
            task_id,
            objects(model, papers or {}),
            seconds=self.patience,
            spool=self.runtime.settings.spool,
            confirm=confirm,
            check=check or confirm,
        )

    def forget(self, task_id: str) -> None:
        """Remove the checkpoints of a task that has ended well; a sweep finds what stays."""
        try:
            self.checkpoints.delete(task_id)
        except RegistryError as error:
            log.warning("task %s: its checkpoints could not be removed: %s", task_id, error)


@dataclass(frozen=True)
class Begun:
    """A claimed task whose inputs are read."""

    form: TaskForm
    inputs: Inputs
    lease: Lease
    journal: TaskJournal

    @property
    def claim(self) -> Claim:
        """Whose task it is."""
        return self.lease.claim
