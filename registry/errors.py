"""What can go wrong in the registry; no error of a vendor or of the file system leaves it.

What the errors of S3-compatible storage mean stands here too, and the messages about objects that
are gone or damaged, wherever that is noticed.
"""

import re
from typing import Any

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
