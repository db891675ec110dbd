"""A registry in a bucket of S3-compatible storage."""

import hashlib
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import boto3.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from registry.errors import ObjectMissing, RegistryError, RegistryUnavailable
from registry.store import MAX_BYTES, MODELS, is_key, is_task_id, object_key, require_size

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PIECE = 1 << 20
_UNREACHED = (NoConnectionError, HTTPClientError, IncompleteReadError)
_NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)
_REFUSED = {
    "403",
    "AccessDenied",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "SignatureDoesNotMatch",
}
_NO_BUCKET = {"404", "NoSuchBucket"}


class S3Store:
    """Objects in a bucket, below a prefix without slashes at its ends.

    ``endpoint_url`` names storage other than Amazon's. Credentials come by boto3's usual chain:
    environment variables, files, the machine's role. A call gives up after three tries, each with
    5 seconds to connect and 60 seconds of silence; where it is ``hasty``, after one and 10 seconds;
    :meth:`check` in less than 10 seconds.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint_url: str | None = None,
        folder: str = MODELS,
        max_bytes: int = MAX_BYTES,
        hasty: bool = False,
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._folder = folder
        self._place = f"s3://{bucket}/{prefix}" + (f" at {endpoint_url}" if endpoint_url else "")
        self._max_bytes = max_bytes
        with self._translated():
            session = boto3.session.Session()
            read, attempts = (10, 1) if hasty else (60, 3)
            self._client = _client(session, endpoint_url, connect=5, read=read, attempts=attempts)
            # A readiness probe must not wait as long as an upload may.
            self._probe = _client(session, endpoint_url, connect=2, read=3, attempts=2)

    def put(self, task_id: str, name: str, data: bytes) -> str:
        """Write or replace an object; see :class:`~registry.store.Store`."""
        key = self._key(task_id, name)
        require_size(self._address(key), len(data), self._max_bytes)
        # Of all checksums, this is the one that every S3-compatible storage knows.
        checksum = b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        with self._translated():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentMD5=checksum)
        return self._address(key)

    def put_file(self, task_id: str, name: str, path: Path) -> str:
        """Write or replace an object; see :class:`~registry.store.Store`.

        In one request, however large: of an upload in parts each storage has another checksum.
        """
        key = self._key(task_id, name)
        with path.open("rb") as file:
            require_size(self._address(key), os.fstat(file.fileno()).st_size, self._max_bytes)
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).digest()
            file.seek(0)
            with self._translated():
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=file,
                    ContentMD5=b64encode(digest).decode(),
                )
        return self._address(key)

    def get(self, task_id: str, name: str) -> bytes:
        """Read an object; see :class:`~registry.store.Store`."""
        if not is_key(task_id, name):
            raise ObjectMissing(task_id, name)
        with self._translated():
            try:
                return self._read(self._key(task_id, name))
            except ClientError as error:
                if _code(error) != "NoSuchKey":
                    raise
        raise ObjectMissing(task_id, name)

    def get_file(self, task_id: str, name: str, path: Path) -> None:
        """Write an object into a file; see :class:`~registry.store.Store`."""
        if not is_key(task_id, name):
            raise ObjectMissing(task_id, name)
        with self._translated(), path.open("wb") as file:
            try:
                self._copy(self._key(task_id, name), file)
            except ClientError as error:
                if _code(error) != "NoSuchKey":
                    raise
            else:
                return
        raise ObjectMissing(task_id, name)

    def local_path(self, task_id: str, name: str) -> None:
        """No object is a file of this machine; see :class:`~registry.store.Store`."""

    def exists(self, task_id: str, name: str) -> bool:
        """Say whether an object is there; see :class:`~registry.store.Store`."""
        if not is_key(task_id, name):
            return False
        with self._translated():
            try:
                self._client.head_object(Bucket=self._bucket, Key=self._key(task_id, name))
            except ClientError as error:
                if _code(error) != "404":
                    raise
                # An answer without a body tells no missing bucket from a missing object.
                self._require_bucket()
                return False
        return True

    def delete(self, task_id: str) -> None:
        """Remove all objects of a task; see :class:`~registry.store.Store`."""
        if not is_task_id(task_id):
            return
        with self._translated():
            # One by one: the batch call demands a checksum on which storages do not agree.
            for key in self._list(f"{self._prefix}{self._folder}/{task_id}/"):
                self._client.delete_object(Bucket=self._bucket, Key=key)

    def task_ids(self) -> list[str]:
        """List the tasks that have objects; see :class:`~registry.store.Store`."""
        folder = f"{self._prefix}{self._folder}/"
        with self._translated():
            # By the objects themselves: some storages go on naming a folder that was emptied.
            keys = self._list(folder)
        return sorted({key.removeprefix(folder).partition("/")[0] for key in keys})

    def check(self) -> None:
        """Return once the bucket answers; see :class:`~registry.store.Store`."""
        with self._translated():
            self._require_bucket()

    def _require_bucket(self) -> None:
        self._probe.head_bucket(Bucket=self._bucket)

    def _key(self, task_id: str, name: str) -> str:
        return self._prefix + object_key(self._folder, task_id, name)

    def _address(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"

    def _read(self, key: str) -> bytes:
        answer = self._client.get_object(Bucket=self._bucket, Key=key)
        with closing(answer["Body"]) as body:
            require_size(self._address(key), answer["ContentLength"], self._max_bytes)
            return body.read()

    def _copy(self, key: str, file: BinaryIO) -> None:
        answer = self._client.get_object(Bucket=self._bucket, Key=key)
        with closing(answer["Body"]) as body:
            require_size(self._address(key), answer["ContentLength"], self._max_bytes)
            file.writelines(body.iter_chunks(PIECE))

    def _list(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, OSError) as error:
            raise RegistryUnavailable(f"The registry {self._place} {_reason(error)}.") from error


def _client(
    session: boto3.session.Session,
    endpoint_url: str | None,
    *,
    connect: float,
    read: float,
    attempts: int,
) -> "S3Client":
    config = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        # Other storages refuse the checksums that boto3 adds of its own accord.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if endpoint_url else "auto"},
    )
    try:
        return session.client("s3", endpoint_url=endpoint_url, config=config)
    except BotoCoreError:
        raise
    except ValueError as error:
        raise RegistryError(
            f"The S3 endpoint {endpoint_url or 'of the AWS settings'} has no usable host name: "
            "give an address such as http://storage.example.org:9000."
        ) from error


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        return _answer(_code(error))
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


def _answer(code: str) -> str:
    if code in _REFUSED:
        return (
            "refuses our credentials: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "and that they may list, read and write this bucket"
        )
    if code in _NO_BUCKET:
        return "has no such bucket: create it, or correct the registry URL"
    return f"answered with the error {code!r}: look into the log of the storage"
