"""What every store promises, and the rules of its keys."""

import re
from pathlib import Path
from typing import Protocol

from graphnet.messages import Message
from registry.errors import RegistryError

MAX_BYTES = 2 * 1024**3
MODELS, CHECKPOINTS = "models", "checkpoints"  # the folders of a registry
DATASETS, UPLOADS = "datasets", "uploads"
PARAMETERS, MANIFEST = "model.safetensors", "manifest.json"  # the objects of a model
EVIDENCE, REPORT = "evidence.json", "report.html"  # what is beside it
GLASS_BRAIN, LOG = "glass_brain.svg", "log.txt"

_TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_NAME = re.compile(r"[a-z0-9_-][a-z0-9_.-]{0,99}")


class Store(Protocol):
    """The objects of tasks, datasets and uploads, in bytes; safe to share between threads.

    Every method raises :class:`~registry.errors.RegistryUnavailable` where the storage does not
    answer or lacks its bucket or directory, and of these
    :class:`~registry.errors.RegistryRefuses` where it answers and is full, read-only, or does not
    let us. Where it is known to give back, or to have kept, other bytes than it was given, that is
    :class:`~registry.errors.ObjectDamaged`.
    """

    def put(self, task_id: str, name: str, data: bytes) -> str:
        """Write or replace an object, whole or not at all, and give its address.

        The address is a URL such as ``s3://bucket/prefix/models/TASK1/model.safetensors``. Raises
        :class:`~registry.errors.RegistryError` for an id or a name outside the rules (ids: up to 32
        letters, digits, ``_`` and ``-``; names: up to 100 small letters, digits, ``_``, ``-`` and
        ``.``, which does not come first), and for more bytes than the store would read back.
        """

    def get(self, task_id: str, name: str) -> bytes:
        """Read an object.

        Raises :class:`~registry.errors.ObjectMissing`, also for an id or a name outside the rules,
        and :class:`~registry.errors.RegistryError` for an object over the store's limit in bytes,
        of which nothing is read.
        """

    def put_file(self, task_id: str, name: str, path: Path) -> str:
        """Write or replace an object with the content of a file; as :meth:`put`, in pieces."""

    def get_file(self, task_id: str, name: str, path: Path) -> None:
        """Write an object into a file; as :meth:`get`, in pieces.

        A file that is there is replaced. Where this raises, what is in it is of no use. Raises
        OSError where the file cannot be written.
        """

    def local_path(self, task_id: str, name: str) -> Path | None:
        """The file that an object is, to be read where it lies; None where it is no file here.

        Raises as :meth:`get` does.
        """

    def exists(self, task_id: str, name: str) -> bool:
        """Say whether an object is there; an id or a name outside the rules never is."""

    def delete(self, task_id: str) -> None:
        """Remove all objects of a task; where there are none, nothing changes."""

    def task_ids(self) -> list[str]:
        """List the tasks that have objects."""

    def check(self) -> None:
        """Return once the storage answers and its bucket or directory is there, within seconds."""

    def check_writable(self) -> None:
        """Return once the storage has written a few bytes and removed them, within seconds.

        They lie beside the folders of objects, where no object's name leads.
        """

    def integrity(self) -> Message:
        """How it is known that what is read is what was written; may ask the storage."""


def is_task_id(task_id: str) -> bool:
    """Say whether a task of this id can have objects."""
    return _TASK_ID.fullmatch(task_id) is not None


def is_key(task_id: str, name: str) -> bool:
    """Say whether an object can have this task id and name."""
    return is_task_id(task_id) and _NAME.fullmatch(name) is not None


def object_key(folder: str, task_id: str, name: str) -> str:
    """Give an object's key; raises :class:`~registry.errors.RegistryError` outside the rules."""
    if not is_task_id(task_id):
        raise RegistryError(
            Message("registry.task-id-invalid", task=task_id), Message("registry.use-valid-id")
        )
    if not is_key(task_id, name):
        raise RegistryError(
            Message("registry.name-invalid", name=name), Message("registry.use-valid-name")
        )
    return f"{folder}/{task_id}/{name}"


def require_size(address: str, size: int, max_bytes: int) -> None:
    """Raise :class:`~registry.errors.RegistryError` for an object over the limit; all in bytes."""
    if size > max_bytes:
        raise RegistryError(
            Message("registry.object-too-large", address=address, size=size, most=max_bytes),
            Message("registry.store-less"),
        )
