"""What every store promises, the rules of its keys, and what can go wrong.

No error of a vendor or of the file system leaves the registry.
"""

import re
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from prometheus_client import Counter

from graphnet.messages import Message, ProblemError

ERRORS = Counter("sgn_storage_errors", "Calls to the storage that failed, each try.", registry=None)
FAULTS = (BotoCoreError, ClientError, OSError)
SERVER_FAULT, FULL = 500, 507
_UNREACHED = (NoConnectionError, HTTPClientError, IncompleteReadError)
_NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)
_FORBIDDEN = {"403", "AccessDenied"}
_REFUSED = _FORBIDDEN | {
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "SignatureDoesNotMatch",
}
_NO_BUCKET = {"404", "NoSuchBucket"}
# Such as MinIO's XMinioStorageFull and Ceph's QuotaExceeded; each storage has words of its own.
_FULL_CODE = re.compile(r"full|quota|insufficient|nospace|no_space", re.IGNORECASE)
_READ_ONLY_CODE = re.compile(r"read[_-]?only", re.IGNORECASE)
# What may be stored of a task, by its name in code.
OBJECTS = {
    "model": Message("stored.model"),
    "evidence": Message("stored.evidence"),
    "report": Message("stored.report"),
    "picture of regions": Message("stored.picture"),
    "log": Message("stored.log"),
}
RESTORE = Message("stored.restore")
MAX_BYTES = 2 * 1024**3
MODELS, CHECKPOINTS = "models", "checkpoints"  # the folders of a registry
DATASETS, UPLOADS = "datasets", "uploads"
PARAMETERS, MANIFEST = "model.safetensors", "manifest.json"  # the objects of a model
EVIDENCE, REPORT = "evidence.json", "report.html"  # what is beside it
GLASS_BRAIN, LOG = "glass_brain.svg", "log.txt"

_TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_NAME = re.compile(r"[a-z0-9_-][a-z0-9_.-]{0,99}")


class RegistryError(ProblemError):
    """The root of the package's errors; raised itself for what the caller must change."""


class ObjectMissing(RegistryError):
    """The storage answered, and it holds no such object."""

    def __init__(self, task_id: str, name: str) -> None:
        super().__init__(
            Message("registry.object-missing", name=name, task=task_id),
            Message("registry.check-task"),
        )
        self.args = task_id, name
        self.task_id = task_id
        self.name = name


class ObjectDamaged(RegistryError):
    """The storage gave back, or kept, other bytes than it was given."""


class RegistryUnavailable(RegistryError):
    """The storage does not do its job now: it is away, refuses, or lacks its bucket or directory.

    Waiting may help.
    """

    def __init__(self, problem: Message, remedy: Message | None = None) -> None:
        super().__init__(problem, remedy)
        ERRORS.inc()


class RegistryRefuses(RegistryUnavailable):
    """The storage answers and refuses: it is ``full``, read-only, or does not let us.

    The problem says which. It passes once somebody has made room or given the right back.
    """

    def __init__(
        self, problem: Message, remedy: Message | None = None, *, full: bool = False
    ) -> None:
        super().__init__(problem, remedy)
        self.full = full


def code(error: ClientError) -> str:
    """The word that the storage has for it; "" where it gives none."""
    return error.response.get("Error", {}).get("Code", "")


def is_server_fault(error: Exception) -> bool:
    """Whether storage answered that something is wrong with itself, without saying what."""
    if not isinstance(error, ClientError) or _is_full(error) or _is_read_only(error):
        return False
    return _status(error) >= SERVER_FAULT


def translated(place: str, error: Exception, *, writing: bool) -> RegistryError:
    """The error of a call to the registry at ``place`` as our own."""
    if isinstance(error, FlexibleChecksumError):
        return ObjectDamaged(
            Message("registry.object-changed", place=place), Message("registry.check-log-and-disks")
        )
    if not isinstance(error, ClientError):
        return RegistryUnavailable(*_unreached(place, error))
    if _is_full(error):
        return RegistryRefuses(
            Message("registry.full", place=place), Message("registry.free-space"), full=True
        )
    if _is_read_only(error):
        return RegistryRefuses(
            Message("registry.read-only", place=place), Message("registry.make-writable")
        )
    if code(error) in _REFUSED:
        return RegistryRefuses(*_not_allowed(place, code(error), writing=writing))
    return RegistryUnavailable(*_answered(place, code(error)))


def does_not_write(place: str, error: ClientError) -> RegistryRefuses:
    """The error of storage that answers all else."""
    return RegistryRefuses(
        Message("registry.writing-fails", place=place, error=code(error)),
        Message("registry.check-full-or-down"),
    )


def _is_full(error: ClientError) -> bool:
    return _status(error) == FULL or bool(_FULL_CODE.search(code(error)))


def _is_read_only(error: ClientError) -> bool:
    return bool(_READ_ONLY_CODE.search(code(error)))


def _status(error: ClientError) -> int:
    metadata: Any = error.response.get("ResponseMetadata", {})
    return int(metadata.get("HTTPStatusCode", 0))


def _unreached(place: str, error: Exception) -> tuple[Message, Message]:
    """The problem and the remedy where the storage has not answered."""
    if isinstance(error, _NO_CREDENTIALS):
        missing = Message("registry.no-credentials", place=place)
        return missing, Message("registry.set-credentials")
    if isinstance(error, SSLError):
        not_trusted = Message("registry.not-trusted", place=place)
        return not_trusted, Message("registry.check-certificate")
    if isinstance(error, _UNREACHED):
        return Message("registry.silent", place=place), Message("registry.check-running")
    return Message("registry.unusable", place=place), Message("registry.check-settings")


def _not_allowed(place: str, word: str, *, writing: bool) -> tuple[Message, Message]:
    if writing and word in _FORBIDDEN:
        refused = Message("registry.writing-refused", place=place)
        return refused, Message("registry.check-right-to-write")
    refused = Message("registry.credentials-refused", place=place)
    return refused, Message("registry.check-credentials")


def _answered(place: str, word: str) -> tuple[Message, Message]:
    if word in _NO_BUCKET:
        return Message("registry.no-bucket", place=place), Message("registry.create-bucket")
    answered = Message("registry.answered-with-error", place=place, error=word)
    return answered, Message("registry.check-log")


def lost(task_id: str, what: str = "model") -> Message:
    """The ``what`` of a task is gone though its checksum is known."""
    return Message("stored.lost", task=task_id, object=OBJECTS[what], restore=RESTORE)


def damaged(task_id: str, reason: Message, what: str = "model") -> Message:
    """The ``what`` of a task is there, but not as it was written."""
    values = {"task": task_id, "object": OBJECTS[what], "reason": reason, "restore": RESTORE}
    return Message("stored.damaged", **values)


class Store(Protocol):
    """The objects of tasks, datasets and uploads, in bytes; safe to share between threads.

    Every method raises :class:`RegistryUnavailable` where the storage does not
    answer or lacks its bucket or directory, and of these
    :class:`RegistryRefuses` where it answers and is full, read-only, or does not
    let us. Where it is known to give back, or to have kept, other bytes than it was given, that is
    :class:`ObjectDamaged`.
    """

    def put(self, task_id: str, name: str, data: bytes) -> str:
        """Write or replace an object, whole or not at all, and give its address.

        The address is a URL such as ``s3://bucket/prefix/models/TASK1/model.safetensors``. Raises
        :class:`RegistryError` for an id or a name outside the rules (ids: up to 32
        letters, digits, ``_`` and ``-``; names: up to 100 small letters, digits, ``_``, ``-`` and
        ``.``, which does not come first), and for more bytes than the store would read back.
        """

    def get(self, task_id: str, name: str) -> bytes:
        """Read an object.

        Raises :class:`ObjectMissing`, also for an id or a name outside the rules,
        and :class:`RegistryError` for an object over the store's limit in bytes,
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
    """Give an object's key; raises :class:`RegistryError` outside the rules."""
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
    """Raise :class:`RegistryError` for an object over the limit; all in bytes."""
    if size > max_bytes:
        raise RegistryError(
            Message("registry.object-too-large", address=address, size=size, most=max_bytes),
            Message("registry.store-less"),
        )
