"""A task's context as a worker has it, with a registry of its own and no queue."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from actors.reading.arrays import Arrays
from actors.reading.child import ReadLimits
from actors.reading.datasets import DatasetReader
from actors.runtime import Runtime
from actors.settings import ProcessSettings
from actors.tasks.context import Lease, TaskContext, WorkerContext
from actors.tasks.pending import PendingEndings
from db.queue.claims import Claim
from db.submissions.form import TaskForm
from graphnet.training.devices import DeviceChoice
from registry import Store

CLAIM = Claim("TASK1", 1, "token", "P", "name", "dl_ts", {}, "")
FORM = TaskForm("dl_ts", "", ("A",))


class Ours(Lease):
    """A lease that nobody takes, and nobody asks the database for."""

    def confirm(self) -> None:
        """It is."""

    def confirm_ours(self) -> None:
        """It is."""


def task_context(
    folder: Path,
    store: Store,
    *,
    form: TaskForm = FORM,
    patience_ms: int = 0,
    call: Callable[..., Any] | None = None,
) -> TaskContext:
    """The context of TASK1; ``folder`` is its spool, ``call`` runs queries."""
    settings = ProcessSettings(
        "sqlite:///x", "redis://x", "file:///x", spool=folder, patience_ms=patience_ms
    )
    runtime = Runtime(settings)
    if call is not None:
        setattr(runtime, "call", call)  # noqa: B010 - the name is another's
    reader = DatasetReader(runtime.call, store, Arrays(store, folder, 1), ReadLimits(1, 1, folder))
    worker = WorkerContext(
        runtime,
        store,
        store,
        DeviceChoice(torch.device("cpu")),
        reader,
        PendingEndings(runtime, folder),
    )
    return TaskContext(worker, CLAIM, form, Ours(runtime, CLAIM))
