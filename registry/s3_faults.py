"""What the errors of S3-compatible storage mean, in words."""

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

from registry.errors import ObjectDamaged, RegistryError, RegistryRefuses, RegistryUnavailable

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
_CREDENTIALS = (
    "refuses our credentials: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
    "and that they may list, read and write this bucket"
)
_NOT_WRITTEN = (
    "does not allow writing: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, that they may "
    "write this bucket, and whether it is over its quota"
)


def code(error: ClientError) -> str:
    """The word that the storage has for it; "" where it gives none."""
    return error.response.get("Error", {}).get("Code", "")


def is_server_fault(error: Exception) -> bool:
    """Whether storage answered that something is wrong with itself, without saying what."""
    if not isinstance(error, ClientError) or _is_full(error) or _is_read_only(error):
        return False
    return _status(error) >= SERVER_FAULT


def translated(place: str, error: Exception, *, writing: bool) -> RegistryError:
    """The error of a call to the registry at ``place`` as our own, with one sentence."""
    if isinstance(error, FlexibleChecksumError):
        return ObjectDamaged(
            f"The registry {place} gives back other bytes than it was given: look into the log of "
            "the storage, and at its disks."
        )
    if not isinstance(error, ClientError):
        return RegistryUnavailable(f"The registry {place} {_reason(error)}.")
    if _is_full(error):
        sentence = f"The registry {place} is full: free some space or raise its quota."
        return RegistryRefuses(sentence, full=True)
    if _is_read_only(error):
        sentence = f"The registry {place} is read-only: look at its disks, and let it write again."
        return RegistryRefuses(sentence)
    if code(error) in _REFUSED:
        why = _NOT_WRITTEN if writing and code(error) in _FORBIDDEN else _CREDENTIALS
        return RegistryRefuses(f"The registry {place} {why}.")
    return RegistryUnavailable(f"The registry {place} {_answer(code(error))}.")


def does_not_write(place: str, error: ClientError) -> RegistryRefuses:
    """The error of storage that answers all else."""
    return RegistryRefuses(
        f"The registry {place} answers but does not write (error {code(error)!r}): it is probably "
        "full, or one of its servers is down; check the log of the storage."
    )


def _is_full(error: ClientError) -> bool:
    return _status(error) == FULL or bool(_FULL_CODE.search(code(error)))


def _is_read_only(error: ClientError) -> bool:
    return bool(_READ_ONLY_CODE.search(code(error)))


def _status(error: ClientError) -> int:
    metadata: Any = error.response.get("ResponseMetadata", {})
    return int(metadata.get("HTTPStatusCode", 0))


def _reason(error: Exception) -> str:
    if isinstance(error, _NO_CREDENTIALS):
        return (
            "needs credentials and found none: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or AWS_PROFILE to a profile of the AWS files"
        )
    if isinstance(error, SSLError):
        return (
            "gives no encrypted connection that this machine trusts: check whether its endpoint is "
            "http or https, its certificate, and AWS_CA_BUNDLE for a certificate of your own"
        )
    if isinstance(error, _UNREACHED):
        return "does not answer: check that the storage is running and that its endpoint is right"
    return "cannot be used: check its endpoint, the AWS_* variables and the AWS files"


def _answer(word: str) -> str:
    if word in _NO_BUCKET:
        return "has no such bucket: create it, or correct the registry URL"
    return f"answered with the error {word!r}: look into the log of the storage"
